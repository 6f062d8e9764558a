"""The same assets through Dagster: it loads them, one day touches one day, two may compute at once."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.schemas import LAKE_TABLES
from pipelines.settings import Home
from pipelines.stale import awaits_closing, stale_days
from pipelines.status import describe_home
from risk_register.database.store import open_store
from risk_register.notice.notices import list_notices

REPOSITORY = Path(__file__).resolve().parents[2]
DAILY = ("finding", "fact", "indicator")


def days_that_differ(before: Lake, after: Lake) -> set[str]:
    """Days of daily tables whose files differ; rows of a week lie on its Monday."""
    found = set()
    for name in after.names():
        is_cut = name not in LAKE_TABLES or LAKE_TABLES[name].is_partitioned
        if name.partition(".")[0] in DAILY and is_cut and "week" not in name:
            old = before.fingerprints(name) if name in before.names() else {}
            new = after.fingerprints(name)
            found |= {
                day.isoformat()
                for (_, day) in old.keys() | new.keys()
                if old.get((_, day)) != new.get((_, day))
            }
    return found


def spoil(home: Path, day) -> None:
    """Put an address past redaction into the messages of a day: what the gate must stop."""
    with lakes.write(home / "lake", by="a test") as commit:
        rows = commit.lake.read("staging.message", days=[day])
        texts = pa.array(["it is robin@example.org", *rows["text"].to_pylist()[1:]])
        rows = rows.set_column(rows.schema.get_field_index("text"), "text", texts)
        commit.replace_days("staging.message", rows.cast(rows.schema), [("replay_companion", day)])


def of_day(home: Path, name: str, day) -> pa.Table:
    rows = Lake(home / "lake").read(name)
    return pa.table({}) if rows is None else rows.filter(pc.equal(rows["day"], pa.scalar(day)))


def test_dagster_loads_the_code_location(kit, tmp_path):
    program = Path(sys.executable).parent / "dagster"
    environment = os.environ | {"PLIMSOLL_HOME": str(kit.ingested), "DAGSTER_HOME": str(tmp_path)}
    ended = subprocess.run(
        [program, "definitions", "validate", "-w", "workspace.yaml"],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "Validation successful for code location pipelines.definitions" in ended.stdout + ended.stderr


def test_materialising_one_day_touches_that_day_alone(kit):
    home, day = kit.copy(kit.ingested), kit.export.moment(2).date()
    before = Lake(home / "lake")
    assert kit.warm.materialise(home, day, day)
    assert days_that_differ(before, Lake(home / "lake")) == {day.isoformat()}
    computed = Lake(kit.computed / "lake")
    for name in ("fact.conversation", "indicator.indicator_day"):
        one = Lake(home / "lake").read(name, days=[day])
        assert kit.row_hash.hash_rows(one) == kit.row_hash.hash_rows(computed.read(name, days=[day]))


def test_scattered_days_are_computed_in_one_run_and_those_between_are_not(kit):
    home = kit.copy(kit.ingested)
    first, last = (kit.export.moment(number).date() for number in (1, 3))
    before = Lake(home / "lake")
    assert kit.warm.materialise_days(home, [first, last])
    assert days_that_differ(before, Lake(home / "lake")) == {first.isoformat(), last.isoformat()}


def test_assets_and_a_run_without_a_server_make_the_same_rows(kit):
    home = kit.copy(kit.ingested)
    assert kit.warm.materialise(home, kit.export.FIRST_DAY, kit.export.moment(4).date())
    assert stale_days(Home(home)) == []
    assert awaits_closing(Home(home))
    kit.warm.run(home)  # which only assesses and publishes
    assert not awaits_closing(Home(home))
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)


def test_a_backfill_and_a_run_at_once_end_in_the_same_rows(kit):
    home = kit.copy(kit.ingested)
    assert kit.warm.materialise_during_run(home, kit.export.FIRST_DAY, kit.export.moment(4).date())
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)


def test_a_day_that_the_gate_stops_is_not_scored_while_the_others_are(kit):
    home, day = kit.copy(kit.ingested), kit.export.moment(2).date()
    spoil(home, day)
    kit.warm.run(home)
    assert of_day(home, "finding.finding", day).num_rows == 0
    coverage = of_day(home, "finding.coverage", day)
    assert coverage.num_rows >= of_day(home, "staging.message", day).num_rows > 0
    assert set(coverage["state"].to_pylist()) == {"not_run"}
    other = kit.export.moment(1).date()
    assert of_day(home, "finding.finding", other).num_rows > 0
    assert describe_home(Home(home))["deployments"]["replay_companion"]["held_days"] == [day.isoformat()]


def test_a_run_of_one_stopped_day_counts_it_as_held_and_somebody_is_told(kit):
    home, day = kit.copy(kit.computed), kit.export.moment(2).date()
    spoil(home, day)
    assert kit.warm.materialise(home, day, day)
    missed = of_day(home, "ledger.quality", day).filter(pc.field("severity") == "stop").to_pylist()
    assert [row["rule"] for row in missed if not row["is_met"]] == ["no_address_is_left"]
    assert of_day(home, "finding.finding", day).num_rows == 0
    assert set(of_day(home, "finding.coverage", day)["state"].to_pylist()) == {"not_run"}
    assert day not in stale_days(Home(home))
    assert awaits_closing(Home(home))
    kit.warm.run(home)  # which only assesses and publishes
    alerts = Lake(home / "lake").read("assessment.data_alert").to_pylist()
    held = f"held_day:replay_companion:{day}"
    assert held in {row["alert_id"] for row in alerts if row["closed_on"] is None}
    told = {one.reference_id for one in list_notices(open_store(Home(home).governance_url))}
    assert held in told
