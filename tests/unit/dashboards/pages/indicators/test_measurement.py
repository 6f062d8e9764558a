"""What a corrected rate rests on, in words."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from dashboards.measurements import Correction
from dashboards.pages.indicators.measurement import draw_corrections, say_held


class Row:
    """A corrected rate of which labels may wait."""

    def __init__(self, waiting_count: int = 0, passed_over_count: int = 0) -> None:
        self.waiting_count, self.passed_over_count = waiting_count, passed_over_count


def test_a_rate_of_which_all_counts_says_nothing_of_waiting():
    assert say_held(Row()) == ""


@pytest.mark.parametrize("row", [Row(waiting_count=3), Row(passed_over_count=3)])
def test_what_is_not_in_a_corrected_rate_is_said_with_its_number(row):
    assert "3 " in say_held(row)
    assert "Nothing is estimated from their strata until they have been read." in say_held(row)


WEEK = dt.timedelta(days=7)
NEWEST = dt.date(2026, 8, 24)


def correct(window_weeks: int, last_week: dt.date, value: float) -> Correction:
    return Correction(
        window_weeks=window_weeks, first_week=last_week - (window_weeks - 1) * WEEK, last_week=last_week,
        week_count=window_weeks, raw_value=0.1, value=value, ci_low=None, ci_high=None, method="",
        confirmed_count=3, population_count=30, powered_value=None, powered_low=None, powered_high=None,
        error_rate_value=None, reviewed_count=30, sampled_count=40, overdue_count=0, waiting_count=0,
        passed_over_count=0, covered_share=1.0, is_lower_bound=False, alpha=None, label_quality="unknown",
        detector_version="lexicon@1",
    )  # fmt: skip


def test_of_each_window_the_newest_is_shown_also_while_labels_of_the_newest_week_are_coming():
    """That week joins no window of several; the last whole one is what decisions rest on."""
    rows = [correct(1, NEWEST, 0.5)]
    rows += [correct(weeks, NEWEST - WEEK, 0.3) for weeks in (1, 4, 12)]
    rows += [correct(weeks, NEWEST - 2 * WEEK, 0.7) for weeks in (1, 4, 12)]
    view = SimpleNamespace(deployment_id="harbor", reader=SimpleNamespace(measured=lambda *_, **__: rows))
    indicator = SimpleNamespace(indicator_id="x", computed_by="sql", kind="proportion")
    drawn = str(draw_corrections(view, indicator))
    for words in (
        "one week, to the week of 24 Aug 2026",
        "four weeks, for decisions, to the week of 17 Aug 2026",
        "twelve weeks, for the register, to the week of 17 Aug 2026",
    ):
        assert words in drawn
    assert drawn.count("to the week of") == 3
