"""Changes that the logs show, and those that people declared."""

import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.assess.history.change import tabulate_changes
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas.indicator import VERSION_DAY
from risk_register.deployment.changes import ChangeRecord, Subject

SQL = Path(__file__).parents[5] / "sql" / "assessment" / "change.sql"
MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)


def find_changes(*seen: tuple[int, str, str]) -> list[dict]:
    """Changes in a log: (day, what, value) as it names them, or as the detectors of the day are named."""
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
    with DuckDBEngine(threads=1) as engine:
        engine.register("indicator.version_day", pa.Table.from_pylist(rows, schema=VERSION_DAY.arrow_schema))
        return engine.query(SQL.read_text()).to_pylist()


def find_detectors(*days: str) -> list[tuple[str, int]]:
    """Changes of the detectors, by the detectors of each day: what, and on which day from 0."""
    rows = [(number, "detector", one) for number, names in enumerate(days) for one in names.split()]
    return [(row["value"], (row["effective_on"] - MONDAY).days) for row in find_changes(*rows)]


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
    assert find_detectors("lexicon@1", "lexicon@1", "lexicon@2", "lexicon@2") == [("lexicon@2", 2)]


def test_a_detector_that_comes_is_a_change_and_so_is_one_that_leaves():
    days = ("lexicon@1", "judge@7 lexicon@1", "judge@7 lexicon@1", "lexicon@1")
    assert find_detectors(*days) == [("judge@7", 1), ("judge@none", 3)]


def test_a_version_that_returns_is_a_change_again():
    assert find_detectors("linear@1", "linear@2", "linear@1") == [("linear@2", 1), ("linear@1", 2)]


def test_a_gap_between_days_is_no_change():
    rows = [(number, "detector", "lexicon@1") for number in (0, 1, 5)]
    assert find_changes(*rows) == []


def test_own_patterns_and_scores_of_the_log_come_and_go_without_a_change():
    assert find_detectors("lexicon@1", "lexicon@1 logged@1 x_own@1 own_patterns@1", "lexicon@1") == []


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


def test_a_detector_is_said_to_score_and_a_model_to_be_named():
    common = {"deployment_id": "harbor", "effective_on": MONDAY}
    rows = tabulate_changes(
        [
            common | {"what": "model", "value": "tern-2"},
            common | {"what": "detector", "value": "lexicon@2"},
            common | {"what": "detector", "value": "judge@none"},
        ],
        {},
    ).to_pylist()
    assert [row["note"] for row in rows] == [
        "The log first names the model tern-2.",
        "Scored from here on by the detector lexicon@2.",
        "Scored from here on without the detector judge@none.",
    ]
