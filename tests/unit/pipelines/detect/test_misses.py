"""What a dear detector confirms: of what was passed on, and of the sample of the rest."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.detect.detector import (
    Badge,
    CoverageState,
    DetectorCard,
    Evidence,
    Scan,
    SignalCard,
    Subject,
    Time,
    make_coverage,
    make_findings,
)
from pipelines.detect.misses import count_misses, describe_sieve
from pipelines.detect.plan import Sees, Step
from pipelines.detect.selection import Selection
from pipelines.schemas.miss import MISS_DAY
from tests.unit.pipelines.detect.message_factory import make_messages

IDEATION, HARM, CARE = "u_suicidal_ideation", "a_validates_delusion", "p_help_encouraged"
STEP = Step(detector="judge", sees=Sees.SIEVE, neighbours=1)
COUNTS = ("passed_count", "passed_scored_count", "confirmed_count",
          "rest_count", "drawn_count", "scored_count", "missed_count")  # fmt: skip


def make_card(*signals: str, name: str = "judge", version: str = "1") -> DetectorCard:
    lines = tuple(SignalCard(one, ("*",), Badge.UNVALIDATED, "", sieve=0.3, alert=0.5) for one in signals)
    return DetectorCard(name, version, "", "", lines, ("*",), ("user", "assistant"), (), ())


CARD = make_card(IDEATION, HARM, CARE)


def make(count: int, **more: Any) -> pa.Table:
    return make_messages(*({"role": "user"} | more for _ in range(count)))


def scan(messages: pa.Table, *found: tuple[int, Evidence], **states: CoverageState) -> Scan:
    """Every message scored, unless its id has another state."""
    said = [states.get(name, CoverageState.SCORED) for name in messages["message_id"].to_pylist()]
    return Scan(make_findings(messages, found, card=CARD), make_coverage(messages, said, card=CARD))


def ideation(place: int, **more: Any) -> tuple[int, Evidence]:
    return place, dataclasses.replace(Evidence(IDEATION, 2, 0.9, "judge"), **more)


def select(passed: str, drawn: str, *, inclusion: float = 0.25) -> Selection:
    """A 1 for each message that was passed on, and for each that was drawn from the others."""
    is_passed, is_drawn = (np.array([mark == "1" for mark in marks], dtype=bool) for marks in (passed, drawn))
    return Selection(is_passed | is_drawn, np.where(is_passed, 1.0, inclusion), is_passed)


def count(messages: pa.Table, seen: Selection, found: Scan, signal: str = IDEATION) -> dict[str, Any]:
    rows = count_misses(messages, seen, found, card=CARD, sieve_version="s").to_pylist()
    (row,) = [row for row in rows if row["signal_id"] == signal]
    return row


def test_what_was_passed_on_and_what_was_drawn_are_counted_apart() -> None:
    messages = make(8)
    row = count(messages, select("11000000", "00111000"), scan(messages, ideation(0), ideation(3)))
    assert [row[name] for name in COUNTS] == [2, 2, 1, 6, 3, 3, 1]
    assert row["inclusion"] == 0.25


def test_a_day_so_small_that_all_of_its_rest_was_drawn_has_not_passed_it_on() -> None:
    messages = make(4)
    row = count(messages, select("1000", "0111", inclusion=1.0), scan(messages, ideation(2)))
    assert [row[name] for name in COUNTS] == [1, 1, 0, 3, 3, 3, 1]


def test_messages_of_the_other_speaker_are_not_counted() -> None:
    messages = make_messages(*({} for _ in range(6)))
    seen = select("000000", "111111")
    found = scan(messages, ideation(0), (1, Evidence(HARM, 3, 0.9, "judge")))
    assert [count(messages, seen, found)[name] for name in ("rest_count", "missed_count")] == [3, 1]
    assert [count(messages, seen, found, HARM)[name] for name in ("rest_count", "missed_count")] == [3, 1]


def test_acts_of_care_are_no_matter_of_the_sieve_and_a_signal_that_nobody_shows_has_a_row() -> None:
    messages = make_messages({}, {})
    found = scan(messages, (1, Evidence(CARE, 0, 0.9, "judge")))
    rows = count_misses(messages, select("00", "11"), found, card=CARD, sieve_version="s").to_pylist()
    assert {(row["signal_id"], row["missed_count"]) for row in rows} == {(IDEATION, 0), (HARM, 0)}


@pytest.mark.parametrize(
    "more",
    [{"score": 0.4}, {"subject": Subject.OTHER}, {"subject": Subject.FICTIONAL}, {"time": Time.PAST}],
)
def test_what_is_no_sign_of_risk_of_the_speaker_is_no_miss(more: dict[str, Any]) -> None:
    messages = make(2)
    assert count(messages, select("00", "11"), scan(messages, ideation(0, **more)))["missed_count"] == 0


def test_a_message_found_twice_is_one() -> None:
    messages = make(2)
    found = scan(messages, ideation(0), ideation(0, time=Time.RECENT, evidence_id="judge.other"))
    assert count(messages, select("00", "11"), found)["missed_count"] == 1


def test_what_failed_or_came_after_the_cap_was_asked() -> None:
    messages = make(4)
    unread = {"m0": CoverageState.FAILED, "m3": CoverageState.NOT_RUN}
    row = count(messages, select("1000", "0111"), scan(messages, **unread))
    assert [row[name] for name in COUNTS] == [1, 0, 0, 3, 3, 2, 0]


@pytest.mark.parametrize("state", ["abstained", "unsupported_language", "not_text"])
def test_what_it_cannot_read_was_not_asked(state: str) -> None:
    messages = make(4)
    unread = {name: CoverageState(state) for name in ("m0", "m3")}
    row = count(messages, select("1000", "0111"), scan(messages, **unread))
    assert [row[name] for name in COUNTS] == [0, 0, 0, 3, 2, 2, 0]


def test_a_day_of_no_message_has_no_row() -> None:
    messages = make(1).slice(0, 0)
    rows = count_misses(messages, select("", ""), scan(messages), card=CARD, sieve_version="s")
    assert rows.equals(MISS_DAY.empty())


def test_the_sieve_is_another_when_a_detector_before_or_the_turns_beside_change() -> None:
    rules = make_card(IDEATION, name="lexicon")
    same = describe_sieve(STEP, [rules])
    assert same == describe_sieve(STEP.model_copy(update={"share": 0.5, "minimum": 9}), [rules])
    assert same == describe_sieve(STEP, [rules, make_card("x_work_worry", name="x_work_worry")])
    assert same != describe_sieve(STEP, [make_card(IDEATION, name="lexicon", version="2")])
    assert same != describe_sieve(STEP.model_copy(update={"neighbours": 0}), [rules])
