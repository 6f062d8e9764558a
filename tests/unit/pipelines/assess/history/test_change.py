"""Changes that the logs show, and those that people declared."""

import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.assess.history.change import tabulate_changes
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas.indicator import FINDING_DAY, VERSION_DAY
from risk_register.changes import ChangeRecord, Subject

SQL = Path(__file__).parents[5] / "sql" / "assessment" / "change.sql"
MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)


def find_changes(*seen: tuple[int, str, str], findings: tuple[tuple[int, str], ...] = ()) -> list[dict]:
    """Changes in a log: (day, what, value) as it names them, and (day, version) of a detector's findings."""
    rows = [
        {
            "deployment_id": "harbor",
            "day": MONDAY + number * DAY,
            "what": what,
            "value": value,
            "message_count": 5,
        }
        for number, what, value in seen
    ]
    found = [
        {
            "deployment_id": "harbor",
            "day": MONDAY + number * DAY,
            "signal_id": "u_self_harm",
            "detector_id": "lexicon",
            "detector_version": version,
            "message_count": 1,
            "conversation_count": 1,
        }
        for number, version in findings
    ]
    with DuckDBEngine(threads=1) as engine:
        engine.register("indicator.version_day", pa.Table.from_pylist(rows, schema=VERSION_DAY.arrow_schema))
        engine.register("indicator.finding_day", pa.Table.from_pylist(found, schema=FINDING_DAY.arrow_schema))
        return engine.query(SQL.read_text()).to_pylist()


def test_the_names_of_the_first_day_are_no_change():
    assert find_changes((0, "model", "tern-1"), (1, "model", "tern-1")) == []


def test_a_name_that_comes_later_is_a_change_of_its_first_day():
    (row,) = find_changes((0, "model", "tern-1"), (3, "model", "tern-2"), (4, "model", "tern-2"))
    assert (row["what"], row["value"], row["effective_on"]) == ("model", "tern-2", MONDAY + 3 * DAY)


def test_a_name_that_is_not_known_is_no_change():
    assert find_changes((0, "prompt", "p1"), (2, "prompt", "unknown"), (3, "prompt", "unrecognised")) == []


def test_a_log_that_begins_to_name_its_model_has_not_changed_it():
    assert find_changes((0, "model", "unknown"), (3, "model", "tern-1")) == []


def test_another_version_of_a_detector_is_a_change():
    (row,) = find_changes((0, "model", "tern-1"), findings=((0, "1"), (5, "2"), (6, "2")))
    assert (row["what"], row["value"], row["effective_on"]) == ("detector", "lexicon@2", MONDAY + 5 * DAY)


def test_observed_and_declared_changes_stand_side_by_side():
    declared = ChangeRecord(
        "change_0001", "harbor", MONDAY, Subject.MODEL, "tern-1 to tern-2", True, "engineer",
        dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    observed = {"deployment_id": "harbor", "what": "model", "value": "tern-2", "effective_on": MONDAY}
    rows = tabulate_changes([observed], {"harbor": [declared]}).to_pylist()
    assert [row["origin"] for row in rows] == ["observed", "declared"]
    assert rows[0]["change_id"] == "observed:harbor:model:2026-08-03:tern-2"
    assert (rows[0]["is_planned"], rows[1]["is_planned"]) == (None, True)


def test_a_detector_is_said_to_find_and_a_model_to_be_named():
    common = {"deployment_id": "harbor", "effective_on": MONDAY}
    rows = tabulate_changes(
        [common | {"what": "model", "value": "tern-2"}, common | {"what": "detector", "value": "lexicon@2"}],
        {},
    ).to_pylist()
    assert [row["note"] for row in rows] == [
        "The log first names the model tern-2.",
        "First findings of the detector lexicon@2.",
    ]
