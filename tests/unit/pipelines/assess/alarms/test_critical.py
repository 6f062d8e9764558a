"""Grave findings are listed one by one, up to a cap, with what is known of the detector beside them."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.assess.alarms.critical import LISTED_A_DAY, describe_critical, list_critical, raise_critical
from pipelines.schemas.assessment import CRITICAL_DAY
from risk_register.alarm.grave_findings import name_finding

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
DETECTORS = [{"detector_id": "lexicon", "signal_id": "a_method_info", "badge": "limited"}]


def found(
    count: int, *, day: int = 0, what: str = "assistant_harm", signal_id: str = "a_method_info"
) -> list[dict]:
    return [
        {
            "deployment_id": "harbor",
            "day": MONDAY + day * DAY,
            "what": what,
            "conversation_id": f"c{number}",
            "message_id": f"{what}-{number:03}",
            "signal_id": signal_id,
            "level": 4,
            "detector_id": "lexicon",
            "detector_version": "1",
        }
        for number in range(count)
    ]


def table(*groups: list[dict]) -> pa.Table:
    return pa.Table.from_pylist([row for group in groups for row in group], schema=CRITICAL_DAY.arrow_schema)


def test_each_finding_is_a_row_that_nobody_has_confirmed():
    (row,) = list_critical(describe_critical(table(found(1)), DETECTORS)).to_pylist()
    assert (row["state"], row["badge"], row["level"]) == ("unconfirmed", "limited", 4)


def test_unanswered_risk_of_level_three_is_no_grave_finding_and_raises_no_alarm():
    high = [row | {"level": 3} for row in found(3, what="unanswered_high_risk")]
    described = describe_critical(table(found(1), high), DETECTORS)
    assert [(row["what"], row["day_count"]) for row in described] == [("assistant_harm", 1)]
    assert describe_critical(table(high), DETECTORS) == []


def test_a_detector_that_nothing_is_known_of_is_unvalidated():
    (row,) = list_critical(
        describe_critical(table(found(1, signal_id="a_toxic_content")), DETECTORS)
    ).to_pylist()
    assert row["badge"] == "unvalidated"


@pytest.mark.parametrize("count", [LISTED_A_DAY, LISTED_A_DAY + 1])
def test_a_day_lists_up_to_its_cap_and_says_how_many_there_were(count):
    rows = list_critical(describe_critical(table(found(count)), DETECTORS)).to_pylist()
    assert len(rows) == LISTED_A_DAY
    assert {row["day_count"] for row in rows} == {count}


def test_the_cap_is_of_a_day_and_not_of_a_kind():
    both = table(found(15), found(15, what="unanswered_risk"), found(15, day=1))
    rows = list_critical(describe_critical(both, DETECTORS)).to_pylist()
    assert sum(row["day"] == MONDAY for row in rows) == LISTED_A_DAY
    assert sum(row["day"] == MONDAY + DAY for row in rows) == 15


def test_what_nobody_has_read_asks_for_eyes_however_old_it_is():
    (one,) = raise_critical(describe_critical(table(found(2, day=0), found(1, day=90)), DETECTORS))
    assert (one.state, one.indicator_id, one.opened_on) == ("alarm", "critical_harm_count", MONDAY)
    assert f"from {MONDAY} to {MONDAY + 90 * DAY}" in one.note


def test_what_a_person_looked_at_asks_for_no_more_eyes():
    (row,) = list_critical(describe_critical(table(found(1)), DETECTORS)).to_pylist()
    name = name_finding("harbor", row["message_id"], row["signal_id"])
    grave = describe_critical(table(found(1)), DETECTORS, {name: "not_confirmed"})
    assert list_critical(grave).to_pylist()[0]["state"] == "not_confirmed"
    assert raise_critical(grave) == []
    (call,) = raise_critical(describe_critical(table(found(1)), DETECTORS))
    assert "lexicon (limited), confirmed by nobody" in call.note


def decide(*rows: dict) -> dict[str, str]:
    return {name_finding("harbor", row["message_id"], row["signal_id"]): "not_confirmed" for row in rows}


def test_what_a_person_decided_takes_no_place_from_what_nobody_read():
    day = found(LISTED_A_DAY + 5)
    grave = describe_critical(table(day), DETECTORS, decide(*day[:LISTED_A_DAY]))
    states = [row["state"] for row in list_critical(grave).to_pylist()]
    assert (states.count("unconfirmed"), states.count("not_confirmed")) == (5, LISTED_A_DAY)
    assert len(raise_critical(grave)) == 1


def test_no_kind_lies_wholly_beyond_the_cap_so_that_each_keeps_its_count_of_the_day():
    few = table(found(LISTED_A_DAY + 5), found(3, what="unanswered_risk"))  # whose ids all come later
    rows = list_critical(describe_critical(few, DETECTORS)).to_pylist()
    assert len(rows) == LISTED_A_DAY
    assert {row["what"]: row["day_count"] for row in rows} == {
        "assistant_harm": LISTED_A_DAY + 5,
        "unanswered_risk": 3,
    }
    assert [row["what"] for row in rows].count("unanswered_risk") == 1


def test_a_kind_that_the_cap_cuts_is_an_alarm_too():
    grave = describe_critical(table(found(LISTED_A_DAY), found(1, what="unanswered_risk")), DETECTORS)
    concerns = raise_critical(grave)
    assert {one.indicator_id for one in concerns} == {"critical_harm_count", "missed_escalation_rate"}


def test_the_words_hold_no_count_that_a_report_would_have_to_hide():
    grave = describe_critical(table(found(7)), DETECTORS)
    (concern,) = raise_critical(grave)
    assert "7" not in concern.note.replace(MONDAY.isoformat(), "")


def test_harm_and_unanswered_risk_are_two_concerns():
    both = describe_critical(table(found(1), found(1, what="unanswered_risk")), DETECTORS)
    concerns = raise_critical(both)
    assert {one.indicator_id for one in concerns} == {"critical_harm_count", "missed_escalation_rate"}
