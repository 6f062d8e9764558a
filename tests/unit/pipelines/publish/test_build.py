"""The published file: whole or not at all, the same from the same lake, and never with a hole in it."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.errors import HomeError, StateError
from pipelines.lake import lake as lakes
from pipelines.pointer import current_file
from pipelines.publish.build import publish
from pipelines.publish.governance import copy_governance
from pipelines.schemas import LAKE_TABLES, PUBLISHED_TABLES
from pipelines.schemas.assessment import DATA_DAY, OBSERVATION
from pipelines.schemas.indicator import DEFINITION, SLICE_BUCKET
from pipelines.settings import Home, HomeKind, make_home
from risk_register.database.store import Store
from risk_register.item import checklist
from risk_register.item.evidence import EvidenceKind, add_evidence, withdraw_evidence
from risk_register.register.deployments import ensure_deployment

AT = dt.datetime(2026, 8, 12, 9, tzinfo=dt.UTC)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
WHOLE_WEEK = {"period": "week", "estimate": "raw", "slice": "all", "slice_value": "all", "is_latest": True}
LINEAGE = [{"target": "indicator.refusal_rate", "origin": "fact.message"}]


def fill(name: str, **more: Any) -> pa.Table:
    """One row of a lake table; what is not said is blank."""
    table = LAKE_TABLES[name]
    blank = {
        field.name: None
        if field.nullable
        else ""
        if pa.types.is_string(field.type)
        else AT.date()
        if pa.types.is_date(field.type)
        else False
        if pa.types.is_boolean(field.type)
        else 0
        for field in table.arrow_schema
    }
    return pa.Table.from_pylist([blank | {"deployment_id": "harbor"} | more], schema=table.arrow_schema)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A governance store that knows one deployment, made once."""
    path = tmp_path_factory.mktemp("register") / "governance.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    ensure_deployment(store, deployment_id="harbor", title="Harbor", actor="plimsoll", at=AT)
    return path


@pytest.fixture
def home(tmp_path: Path, register: Path) -> Home:
    home = make_home(Home(tmp_path / "home"), HomeKind.DEMO)
    shutil.copy(register, home.path / "governance.sqlite")
    return home


@pytest.fixture
def assessed(home: Home) -> Home:
    """A home with one observation, the standing of its indicator."""
    assess(home, indicator_id="refusal_rate", is_latest=True, status="within", value=0.1)
    return home


def assess(home: Home, **more: Any) -> None:
    assess_all(home, [more])


def assess_all(home: Home, rows: list[dict[str, Any]]) -> None:
    made = pa.concat_tables([fill(OBSERVATION.full_name, **row) for row in rows])
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all(OBSERVATION.full_name, made)


def read(path: Path, table: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.table(f"published.{table}").fetchall()


def test_before_anything_is_assessed_nothing_is_published(home):
    with pytest.raises(StateError, match="Nothing has been assessed yet"):
        publish(home, at=AT, lineage=LINEAGE)
    with pytest.raises(StateError, match="nothing is published yet"):
        current_file(home.published)


def test_the_file_holds_every_declared_table_and_is_current(assessed):
    path = publish(assessed, at=AT, lineage=LINEAGE)
    assert current_file(assessed.published) == path
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.sql("select table_name from information_schema.tables").fetchall()
    assert {name for (name,) in found} == PUBLISHED_TABLES.keys()
    assert len(read(path, "observation")) == 1
    assert len(read(path, "risk")) == 18
    assert len(read(path, "dictionary")) == sum(len(table.columns) for table in PUBLISHED_TABLES.values())
    assert read(path, "lineage") == [("indicator.refusal_rate", "fact.message")]


def test_the_same_lake_at_the_same_time_gives_the_same_content(assessed):
    first = publish(assessed, at=AT, lineage=LINEAGE)
    before = {name: read(first, name) for name in PUBLISHED_TABLES}
    second = publish(assessed, at=AT, lineage=LINEAGE)
    assert first == second
    assert {name: read(second, name) for name in PUBLISHED_TABLES} == before
    assert before["observation"] != []


def test_another_generation_is_another_file_and_the_old_one_is_left_as_it_was(assessed):
    first = publish(assessed, at=AT, lineage=LINEAGE)
    content = first.read_bytes()
    assess(assessed, indicator_id="refusal_rate", is_latest=True, status="breach", value=0.9)
    second = publish(assessed, at=AT, lineage=LINEAGE)
    assert first != second
    assert first.read_bytes() == content
    assert current_file(assessed.published) == second


def test_a_null_where_none_may_be_publishes_nothing(assessed):
    before = publish(assessed, at=AT, lineage=LINEAGE)
    with pytest.raises(StateError, match=r"published\.lineage would hold nulls .*: origin"):
        publish(assessed, at=AT, lineage=[{"target": "indicator.refusal_rate"}])
    assert current_file(assessed.published) == before
    assert read(before, "lineage") == [("indicator.refusal_rate", "fact.message")]
    assert list(assessed.published.glob("*.aside*")) == []


def test_a_full_disk_is_told_and_what_was_published_before_stays(assessed, monkeypatch):
    before = publish(assessed, at=AT, lineage=LINEAGE)
    assess(assessed, indicator_id="refusal_rate", is_latest=True, status="breach", value=0.9)

    def fill_up(path: Path, _: object) -> None:
        path.write_bytes(b"half")
        raise duckdb.TransactionException(f'Could not write file "{path}.wal": No space left on device')

    monkeypatch.setattr("pipelines.publish.build._write", fill_up)
    with pytest.raises(HomeError, match=f"The disk of {assessed.published} is full"):
        publish(assessed, at=AT, lineage=LINEAGE)
    assert current_file(assessed.published) == before
    assert list(assessed.published.glob("*.aside*")) == []


def test_what_a_killed_writer_left_aside_is_cleared_away(assessed):
    (assessed.published / "published-00000001.4711.aside").touch()
    (assessed.published / "published-00000001.4711.aside.wal").touch()
    publish(assessed, at=AT, lineage=LINEAGE)
    assert list(assessed.published.glob("*.aside*")) == []


def test_only_three_old_files_stay(assessed):
    for number in range(5):
        assess(assessed, indicator_id="refusal_rate", is_latest=True, status="within", value=number / 10)
        publish(assessed, at=AT, lineage=LINEAGE)
    assert len(list(assessed.published.glob("published-*.duckdb"))) == 3
    assert list(assessed.published.glob("*.aside")) == []


def read_risks(path: Path) -> dict[str, dict[str, Any]]:
    columns = [column.name for column in PUBLISHED_TABLES["risk"].columns]
    rows = [dict(zip(columns, row, strict=True)) for row in read(path, "risk")]
    return {row["reference"]: row for row in rows}


def test_a_risk_shows_the_worst_standing_of_its_indicators(home):
    assess(home, status="breach", **WHOLE_WEEK | {"indicator_id": "missed_escalation_rate"})
    risks = read_risks(publish(home, at=AT, lineage=LINEAGE)).values()
    linked = [risk for risk in risks if "missed_escalation_rate" in risk["indicator_ids"].split(",")]
    assert linked != []
    assert {risk["worst_status"] for risk in linked} == {"breach"}
    others = [risk for risk in risks if risk not in linked]
    assert {risk["worst_status"] for risk in others} == {"insufficient_data"}


# R-07 has it of the whole deployment and in two slices, and another that is asked for.
OUT_OF_SCOPE = WHOLE_WEEK | {"indicator_id": "out_of_scope_clinical_rate_per_1000"}
ON_REQUEST = WHOLE_WEEK | {"indicator_id": "out_of_scope_on_request_rate", "status": "within"}


def test_a_risk_of_which_a_slice_is_unknown_is_unknown(home):
    assess_all(home, [ON_REQUEST, OUT_OF_SCOPE | {"status": "within"}])
    risk = read_risks(publish(home, at=AT, lineage=LINEAGE))["R-07"]
    assert risk["worst_status"] == "insufficient_data"
    assert [name for name in risk["indicator_ids"].split(",") if "[" in name] == [
        "out_of_scope_clinical_rate_per_1000[region=US-IL]",
        "out_of_scope_clinical_rate_per_1000[region=US-NV]",
    ]


@pytest.mark.parametrize(
    ("breached", "others", "worst"),
    [("US-IL", ("US-NV",), "breach"), ("US-CA", ("US-IL", "US-NV"), "within")],
)
def test_a_breach_in_one_slice_alone_shows_where_the_risk_names_the_slice(home, breached, others, worst):
    found = dict.fromkeys(others, "within") | {breached: "breach"}
    part = {"slice": "region", "is_latest": False}
    parts = [OUT_OF_SCOPE | part | {"slice_value": value, "status": found[value]} for value in found]
    assess_all(home, [ON_REQUEST, OUT_OF_SCOPE | {"status": "within"}, *parts])
    assert read_risks(publish(home, at=AT, lineage=LINEAGE))["R-07"]["worst_status"] == worst


@pytest.mark.parametrize(
    "beside",
    [{"period": "day"}, {"is_partial": True}, {"estimate": "corrected"}, {"period_start": AT.date() - WEEK}],
)
def test_only_the_newest_complete_week_as_counted_speaks_for_a_risk(home, beside):
    stigma = WHOLE_WEEK | {"indicator_id": "stigma_rate_per_1000"}
    newer = {"period_start": AT.date() + WEEK} | beside
    assess_all(home, [stigma | {"status": "watch"}, stigma | newer | {"status": "breach"}])
    assert read_risks(publish(home, at=AT, lineage=LINEAGE))["R-04"]["worst_status"] == "watch"


@pytest.mark.parametrize(("zone", "is_overdue"), [("UTC", True), ("America/Los_Angeles", False)])
def test_what_people_are_due_is_judged_by_the_day_of_the_deployment(home, zone, is_overdue):
    due_on = {row["review_due_on"] for row in read_items_and_risks(home, zone, at=AT)["risk"]}.pop()
    night = dt.datetime.combine(due_on + dt.timedelta(days=1), dt.time(4), dt.UTC)
    copies = read_items_and_risks(home, zone, at=night)
    for name in ("risk", "checklist_item"):
        assert {row["is_overdue"] for row in copies[name]} == {is_overdue}


def test_an_item_that_a_seen_change_ended_is_overdue_in_the_copy(home):
    item = "training_data_documented"
    checklist.attest(
        Store(home.governance_url), deployment_id="harbor", item_id=item, state=checklist.ItemStatus.MET,
        evidence="a.pdf", note="", actor="compliance", at=AT, expires_on=AT.date() + 20 * WEEK,
    )  # fmt: skip
    change = {"change_id": "observed:1", "what": "model", "effective_on": AT.date() + WEEK, "note": "Seen."}
    for seen, is_overdue in (([], False), ([change], True)):
        rows = read_items_and_risks(home, "UTC", at=AT + 2 * WEEK, changes=seen)["checklist_item"]
        assert [row["is_overdue"] for row in rows if row["item_id"] == item] == [is_overdue]


def test_an_item_whose_evidence_was_withdrawn_says_so_in_the_copy(home):
    store, given = Store(home.governance_url), {"deployment_id": "harbor", "actor": "compliance", "at": AT}
    item = {"item_id": "training_data_documented"}
    number = add_evidence(store, **given, **item, kind=EvidenceKind.LINK, title="List",
                          location="https://intranet.example")  # fmt: skip
    checklist.attest(store, **given, **item, state=checklist.ItemStatus.MET, evidence="", note="",
                     expires_on=AT.date() + 20 * WEEK)  # fmt: skip
    for is_withdrawn in (False, True):
        if is_withdrawn:
            withdraw_evidence(store, **given, **item, number=number, reason="Forged.")
        rows = read_items_and_risks(home, "UTC", at=AT)["checklist_item"]
        row = next(row for row in rows if row["item_id"] == item["item_id"])
        assert (row["state"], row["is_evidence_withdrawn"], row["is_overdue"]) == (
            "met", is_withdrawn, is_withdrawn,
        )  # fmt: skip


def test_a_waiver_stands_in_the_copy_until_its_last_day(home):
    store, item = Store(home.governance_url), "training_data_documented"
    given = {"deployment_id": "harbor", "item_id": item, "at": AT}
    until = AT.date() + 10 * WEEK
    checklist.propose_waiver(store, **given, reason="Asked for.", until=until, actor="officer")
    assert waivers(home, AT)[item] is None  # one that waits is none
    checklist.approve_waiver(store, **given, actor="compliance")
    assert waivers(home, AT)[item] == until
    last = dt.datetime.combine(until, dt.time(12), dt.UTC)
    assert waivers(home, last)[item] == until
    assert set(waivers(home, last + dt.timedelta(days=1)).values()) == {None}


def waivers(home, at):
    """Until when each item of the copy is waived."""
    rows = read_items_and_risks(home, "UTC", at=at)["checklist_item"]
    return {row["item_id"]: row["waived_until"] for row in rows}


def read_items_and_risks(home, zone, *, at, changes=()):
    """The copies of the register of one deployment in a zone."""
    observations = fill("assessment.observation", is_latest=True, indicator_id="refusal_rate")
    seen = [{"deployment_id": "harbor", **one} for one in changes]
    copies = copy_governance(
        Store(home.governance_url), observations,
        changes=pa.Table.from_pylist(seen, schema=PUBLISHED_TABLES["change"].arrow_schema),
        zones={"harbor": zone}, at=at,
    )  # fmt: skip
    return {name: table.to_pylist() for name, table in copies.items()}


def test_the_value_of_a_few_conversations_is_marked_in_the_file(home):
    rows = [
        fill(SLICE_BUCKET.full_name, unit="conversation", slice="use", slice_value=value, unit_count=count)
        for value, count in (("grief", 11), ("grief of Tom", 10))
    ]
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all(SLICE_BUCKET.full_name, pa.concat_tables(rows))
    whole = {"period": "week", "indicator_id": "refusal_rate"}
    observed = [whole | {"slice": "use", "slice_value": value} for value in ("grief", "grief of Tom")]
    assess_all(home, [*observed, whole | {"slice": "all", "slice_value": "all"}])
    with duckdb.connect(str(publish(home, at=AT, lineage=LINEAGE)), read_only=True) as connection:
        found = connection.sql("select slice_value, is_of_few from published.observation").fetchall()
    assert dict(found) == {"all": False, "grief": False, "grief of Tom": True}


def test_no_indicator_of_a_day_tells_that_it_had_few_messages(home):
    days = [
        fill(DATA_DAY.full_name, day=AT.date() + n * DAY, message_count=count)
        for n, count in enumerate((6, 40))
    ]
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all(DATA_DAY.full_name, pa.concat_tables(days))
        commit.replace_all(
            DEFINITION.full_name, fill(DEFINITION.full_name, indicator_id="data_late_share", unit="day")
        )
    shown = {
        "indicator_id": "data_late_share",
        "estimate": "raw",
        "slice": "all",
        "slice_value": "all",
        "denominator": 6.0,
    }
    assess_all(home, [shown | {"period": "day", "period_start": AT.date() + n * DAY} for n in (0, 9)])
    with duckdb.connect(str(publish(home, at=AT, lineage=LINEAGE)), read_only=True) as connection:
        found = connection.sql("select period_start, is_suppressed from published.observation").fetchall()
    assert dict(found) == {AT.date(): True, AT.date() + 9 * DAY: False}
