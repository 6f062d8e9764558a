"""Weeks are judged by run rules against a frozen beginning; a changed detector begins anew."""

import datetime as dt

import pytest

from pipelines.assess.history.variation import Phases, mark_variation, tabulate_limits

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
USUAL = [20, 22, 19, 21, 18, 23, 20, 19, 22, 21, 20, 18]
HIGH, LOW = "special_cause_high", "special_cause_low"


def weeks(
    make,
    numerators: list[int],
    *,
    breaks: tuple[int, ...] = (),
    decided: tuple[int, ...] = (),
    days: int | None = None,
) -> list[str]:
    """Marks of weeks with 400 units each; `breaks` and `decided` are days after the first Monday."""
    counts = make.counts(
        *(("week", MONDAY + 7 * number * DAY, count, 400) for number, count in enumerate(numerators))
    )
    counts["value"] = counts["numerator"] / counts["denominator"]
    calendar = make.calendar(MONDAY, 7 * len(numerators) if days is None else days)
    starts = {"missed_escalation_rate": [MONDAY + day * DAY for day in decided]}
    phases = {"harbor": Phases([MONDAY + day * DAY for day in breaks], starts)}
    definitions = {"missed_escalation_rate": make.definition()}
    return mark_variation(counts, definitions, {"harbor": calendar}, phases=phases)["variation"].tolist()


def test_eleven_weeks_are_too_few_and_twelve_are_enough(make):
    assert set(weeks(make, USUAL[:11])) == {"not_assessed"}
    assert set(weeks(make, USUAL)) == {"common_cause"}


def test_a_week_outside_the_limits_is_marked(make):
    assert weeks(make, [*USUAL, 60])[-1] == HIGH
    assert weeks(make, [*USUAL, 2])[-1] == LOW
    assert weeks(make, [*USUAL, 30])[-1] == "common_cause"


def test_seven_weeks_on_one_side_are_a_shift_and_six_are_not(make):
    assert weeks(make, [*USUAL, *[23, 24] * 3])[-1] == "common_cause"
    assert weeks(make, [*USUAL, *[23, 24] * 3, 23])[-1] == HIGH


def test_the_baseline_is_frozen_so_that_a_new_level_stays_marked(make):
    marks = weeks(make, [*USUAL, *[60] * 20])
    assert set(marks[12:]) == {HIGH}


def test_after_a_changed_detector_nothing_is_judged_until_somebody_decides(make):
    marks = weeks(make, [*USUAL, *[60] * 14], breaks=(84,))
    assert set(marks[:12]) == {"common_cause"}
    assert set(marks[12:]) == {"not_assessed"}


def test_weeks_of_another_detector_complete_no_run_of_the_weeks_before_it(make):
    before = [*USUAL, *[23, 24] * 2]
    marks = weeks(make, [*before, 23, 24, 23], breaks=(112,))
    assert marks == [*weeks(make, before), *["not_assessed"] * 3]
    assert set(marks[:16]) == {"common_cause"}
    assert weeks(make, [*before, 23, 24, 23])[12:] == [HIGH] * 7


def test_a_decision_gives_a_new_baseline_and_its_week_belongs_to_neither(make):
    marks = weeks(make, [*USUAL, 60, *[60] * 12, 20], breaks=(84,), decided=(86,))
    assert marks[12] == "not_assessed"
    assert set(marks[13:25]) == {"common_cause"}
    assert marks[25] == LOW


def test_without_a_decision_a_new_level_never_becomes_the_measure(make):
    marks = weeks(make, [*USUAL, *[60] * 40])
    assert set(marks[12:]) == {HIGH}


def test_old_limits_are_drawn_for_a_while_after_a_break_and_then_end(make):
    days = [("day", MONDAY + number * DAY, 20 + number % 3, 400) for number in range(100)]
    counts = make.counts(*days)
    counts["value"] = counts["numerator"] / counts["denominator"]
    phases = {"harbor": Phases([MONDAY + 60 * DAY])}
    marks = mark_variation(
        counts,
        {"missed_escalation_rate": make.definition()},
        {"harbor": make.calendar(MONDAY, 100)},
        phases=phases,
    )
    limits = tabulate_limits(counts.assign(**{name: marks[name] for name in marks.columns}))
    drawn = [row["high"] is not None for row in limits]
    assert drawn == [True] * 89 + [False] * 11
    assert [row["is_carried"] for row in limits] == [False] * 60 + [True] * 40
    assert sum(row["is_baseline"] for row in limits) == 56


def test_a_partial_week_is_not_judged(make):
    assert weeks(make, [*USUAL, 60], days=90)[-1] == "not_assessed"


def test_too_few_events_give_no_limits(make):
    assert set(weeks(make, [1] * 12)) == {"not_assessed"}


def test_days_have_limits_and_no_run_rules(make):
    days = [("day", MONDAY + number * DAY, 20 + number % 3, 400) for number in range(40)]
    counts = make.counts(*days, ("day", MONDAY + 40 * DAY, 60, 400), ("day", MONDAY + 41 * DAY, 0, 0))
    counts["value"] = counts["numerator"] / counts["denominator"]
    marks = mark_variation(
        counts,
        {"missed_escalation_rate": make.definition()},
        {"harbor": make.calendar(MONDAY, 42)},
        phases={},
    )["variation"]
    assert set(marks[:40]) == {"common_cause"}
    assert marks[40:].tolist() == [HIGH, "not_assessed"]


@pytest.mark.parametrize("kind", ["count", "distribution", "index"])
def test_what_is_no_share_is_charted_by_its_value(make, kind):
    counts = make.counts(
        *(("week", MONDAY + 7 * number * DAY, count, 400) for number, count in enumerate([*USUAL, 60]))
    )
    counts["value"] = counts["numerator"]
    definitions = {"missed_escalation_rate": make.definition(kind=kind)}
    calendars = {"harbor": make.calendar(MONDAY, 7 * 13)}
    assert mark_variation(counts, definitions, calendars, phases={})["variation"].tolist()[-1] == HIGH


def test_months_and_slices_are_not_charted(make):
    counts = make.counts(("month", dt.date(2026, 3, 1), 20, 400))
    counts["value"] = 0.05
    sliced = make.counts(*(("week", MONDAY + 7 * n * DAY, 20, 400) for n in range(12)), slice="language")
    sliced["value"] = 0.05
    for rows in (counts, sliced):
        marks = mark_variation(
            rows,
            {"missed_escalation_rate": make.definition()},
            {"harbor": make.calendar(MONDAY, 84)},
            phases={},
        )
        assert set(marks["variation"]) == {"not_assessed"}
