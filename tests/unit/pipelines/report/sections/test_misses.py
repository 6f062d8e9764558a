"""What the report says the detectors missed: known, bounded, hidden and unknown are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from methods.miss_rate import MissState
from methods.miss_words import MISS_WORDS
from pipelines.report.document import Mark
from pipelines.report.sections.misses import build_misses

Samples = dict[str, list[dict[str, Any]]]
NUMBERS = ("value", "ci_low", "ci_high", "numerator")


def test_what_is_missed_most_comes_first_and_what_is_hidden_last(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    rows = build_misses(facts_of(sample_rows)).rows
    assert [row["signal_id"] for row in rows] == [
        "u_suicidal_ideation", "u_self_harm", "a_validates_delusion", "u_substance_crisis",
    ]  # fmt: skip
    known, bounded, unanswered, hidden = ([row[name] for name in NUMBERS] for row in rows)
    assert known == [0.2, 0.1, 0.35, 400]
    assert bounded == [Mark.UNKNOWN, 0.0, 0.08, Mark.UNKNOWN]
    assert unanswered == [Mark.UNKNOWN] * 4
    assert hidden == [Mark.HIDDEN] * 4
    assert rows[-1]["seen_count"] is Mark.HIDDEN


def test_without_a_sample_it_is_unknown(facts_of: Callable[..., Any], sample_rows: Samples) -> None:
    sample_rows["miss_rate"] = []
    table = build_misses(facts_of(sample_rows))
    assert table.rows == ()
    assert "miss in this month is not known" in table.empty


def test_every_state_has_words() -> None:
    assert set(MISS_WORDS) == set(MissState)
