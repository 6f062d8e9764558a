"""Changes that the logs show, and those that people declared."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from methods.suppression import HIDDEN_UP_TO
from pipelines.assess.history.change import RETURNING, tabulate_changes
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas.indicator import VERSION_DAY
from risk_register.deployment.changes import ChangeRecord, Subject
from risk_register.item.version_change import VersionChange

SQL = Path(__file__).parents[5] / "sql" / "assessment" / "change.sql"
RETURNED = SQL.with_name("returned_version.sql")
MONDAY = dt.date(2026, 8, 3)
RULE = dict(RETURNING) | {"hidden_up_to": HIDDEN_UP_TO}
DAY = dt.timedelta(days=1)


def find_changes(*seen: tuple[int, str, str], conversations: int = 11, answers: int = 12) -> list[dict]:
    """Changes in a log: (day, what, value) as it names them, or as the detectors of the day are named."""
    rows = [
        {
            "deployment_id": "harbor",
            "day": MONDAY + number * DAY,
            "what": what,
            "value": value,
            "message_count": answers,
            "conversation_count": conversations or None,
        }
        for number, what, value in seen
    ]
    with DuckDBEngine(threads=1) as engine:
        engine.register("indicator.version_day", pa.Table.from_pylist(rows, schema=VERSION_DAY.arrow_schema))
        return engine.query(SQL.read_text(), {"hidden_up_to": HIDDEN_UP_TO}).to_pylist()


def find_returns(*days: str, conversations: int | None = None) -> list[tuple[str, int]]:
    """Models that came again: which, and on which day from 0.

    A day is `name=answers ...`; an empty one is a day without data.
    """
    rows = [
        {"deployment_id": "harbor", "day": MONDAY + number * DAY, "what": "model",
         "value": one.partition("=")[0], "message_count": int(one.partition("=")[2]),
         "conversation_count": conversations}
        for number, names in enumerate(days)
        for one in names.split()
    ]  # fmt: skip
    with DuckDBEngine(threads=1) as engine:
        engine.register("indicator.version_day", pa.Table.from_pylist(rows, schema=VERSION_DAY.arrow_schema))
        found = engine.query(RETURNED.read_text(), RULE).to_pylist()
    return [(row["value"], (row["effective_on"] - MONDAY).days) for row in found]


def find_detectors(*days: str) -> list[tuple[str, int]]:
    """Changes of the detectors, by the detectors of each day: what, and on which day from 0."""
    rows = [(number, "detector", one) for number, names in enumerate(days) for one in names.split()]
    return [(row["value"], (row["effective_on"] - MONDAY).days) for row in find_changes(*rows)]


def test_the_names_of_the_first_day_are_no_change():
    assert find_changes((0, "model", "tern-1"), (1, "model", "tern-1")) == []


def test_a_name_that_comes_later_is_a_change_of_its_first_day():
    (row,) = find_changes((0, "model", "tern-1"), (3, "model", "tern-2"), (4, "model", "tern-2"))
    assert (row["what"], row["value"], row["effective_on"]) == ("model", "tern-2", MONDAY + 3 * DAY)


@pytest.mark.parametrize(("conversations", "count"), [(5, 0), (6, 1), (0, 1)])
def test_a_name_of_a_few_conversations_may_be_a_persons_and_is_not_told(conversations, count):
    """Rows of earlier code, which count no conversations, go by their answers."""
    log = (0, "prompt", "p1"), (1, "prompt", "for one"), (2, "prompt", "for one")
    found = find_changes(*log, conversations=conversations, answers=100)
    assert [(row["value"], row["effective_on"]) for row in found] == [("for one", MONDAY + DAY)] * count


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


OLD, NEW = "tern-1=100", "tern-2=100"


@pytest.mark.parametrize(("days_away", "is_told"), [(2, False), (3, True), (35, True)])
def test_going_back_to_an_earlier_model_is_a_change_once_it_was_away_for_days(days_away, is_told):
    found = find_returns(*[OLD] * 5, *[NEW] * days_away, *[OLD] * 5)
    assert found == ([("tern-1", 5 + days_away)] if is_told else [])


def test_each_return_is_told_once():
    assert find_returns(*[*[OLD] * 5, *[NEW] * 5] * 2, *[OLD] * 9) == [
        ("tern-1", 10), ("tern-2", 15), ("tern-1", 20)
    ]  # fmt: skip


def test_a_return_is_known_on_its_third_day_with_data():
    before = [*[OLD] * 5, *[NEW] * 5]
    assert find_returns(*before, OLD, "", OLD) == []
    assert find_returns(*before, OLD, "", OLD, OLD) == [("tern-1", 10)]


def test_a_quiet_day_or_one_that_names_nothing_is_no_time_away():
    assert find_returns(*[OLD] * 5, *[""] * 30, *[OLD] * 5) == []
    assert find_returns(*[OLD] * 5, *["unknown=100"] * 30, *[OLD] * 5) == []


@pytest.mark.parametrize(
    "days",
    [
        ["tern-1=50 tern-2=50"] * 60,
        ["tern-1=95 tern-2=5"] * 60,
        ["tern-1=96 tern-2=4", "tern-1=90 tern-2=10"] * 30,
        [OLD, NEW] * 30,
        [OLD, OLD, NEW, NEW] * 15,
        [*["tern-1=100"] * 20, "tern-2=100", *["tern-1=100"] * 20, "tern-2=100", *["tern-1=100"] * 20],
    ],
)
def test_models_that_are_served_side_by_side_make_no_changes(days):
    assert find_returns(*days) == []


def test_few_answers_do_not_show_that_a_model_is_away():
    few = "tern-1=9 tern-2=1"
    assert find_returns(few, *["tern-1=10"] * 19, *["tern-2=10"] * 3) == []
    assert find_returns(few, *["tern-1=10"] * 20, *["tern-2=10"] * 3) == [("tern-2", 21)]


def test_what_goes_on_of_old_conversations_is_no_presence_and_a_slow_return_is_dated_where_it_leads():
    away = [*[OLD] * 5, *["tern-1=4 tern-2=96"] * 9]
    slow = ["tern-1=10 tern-2=90", "tern-1=30 tern-2=70", "tern-1=60 tern-2=40"]
    assert find_returns(*away, *slow, *[OLD] * 5) == [("tern-1", 15)]


def test_a_model_that_was_tried_before_and_then_takes_over_is_a_change():
    assert find_returns(*[OLD] * 5, "tern-1=80 tern-2=20", *[OLD] * 5, *[NEW] * 5) == [("tern-2", 11)]


@pytest.mark.parametrize(("conversations", "count"), [(1, 0), (2, 1)])
def test_a_name_of_a_few_conversations_comes_back_untold(conversations, count):
    found = find_returns(*[OLD] * 3, *[NEW] * 5, *[OLD] * 3, conversations=conversations)
    assert len(found) == count  # the old name has six days, so 6 or 12 conversations


def test_every_deployment_and_kind_of_version_is_followed_by_itself():
    days = [*["a"] * 5, *["b"] * 5, *["a"] * 5]
    rows = [
        {"deployment_id": deployment, "day": MONDAY + number * DAY, "what": what, "value": value,
         "message_count": 100}
        for number, name in enumerate(days)
        for deployment, what, value in (("harbor", "prompt", name), ("harbor", "model", "tern-1"),
                                        ("quay", "prompt", "a"), ("quay", "detector", f"{name}@1"))
    ]  # fmt: skip
    with DuckDBEngine(threads=1) as engine:
        engine.register("indicator.version_day", pa.Table.from_pylist(rows, schema=VERSION_DAY.arrow_schema))
        (row,) = engine.query(RETURNED.read_text(), RULE).to_pylist()
    assert (row["deployment_id"], row["what"], row["value"]) == ("harbor", "prompt", "a")


def test_a_return_is_said_so_that_the_checklist_knows_which_version_it_brought():
    returned = {"deployment_id": "harbor", "what": "model", "value": "tern-1", "effective_on": MONDAY}
    (row,) = tabulate_changes([], {}, returned=[returned]).to_pylist()
    assert (row["origin"], row["change_id"]) == ("observed", "observed:harbor:model:2026-08-03:tern-1")
    assert row["note"] == "After days without it, most answers again name the model tern-1."
    change = VersionChange("model", MONDAY, row["note"])
    assert change.brings("tern-1")
    assert change.brings("model tern-1")
    assert not change.brings("tern-2")


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
