"""Level against appetite: each boundary on both sides, and unknown is never green."""

import datetime as dt

import pytest

from pipelines.assess.level.status import (
    MINIMUM_COVERAGE,
    Limits,
    Status,
    judge,
    judge_strictly,
    limits_between,
    limits_on,
)

ABOVE = Limits("above", watch=0.05, breach=0.1, version=1)
BELOW = Limits("below", watch=0.97, breach=0.93, version=1)
MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)


def level(value: float | None, limits: Limits | None = ABOVE, **more: object) -> Status:
    given = {"is_context": False, "denominator": 100.0, "minimum_denominator": 20, "coverage": 1.0}
    return judge(value, limits, **(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.05, Status.WITHIN),
        (0.0501, Status.WATCH),
        (0.1, Status.WATCH),
        (0.1001, Status.BREACH),
    ],
)
def test_a_value_on_a_limit_is_still_inside_it(value: float, expected: Status):
    assert level(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.97, Status.WITHIN),
        (0.9699, Status.WATCH),
        (0.93, Status.WATCH),
        (0.9299, Status.BREACH),
    ],
)
def test_the_side_below_turns_the_limits_round(value: float, expected: Status):
    assert level(value, BELOW) is expected


def test_without_an_approved_appetite_nothing_is_within():
    assert level(0.0, None) is Status.NO_APPETITE_SET


@pytest.mark.parametrize(("denominator", "expected"), [(20, Status.BREACH), (19, Status.INSUFFICIENT_DATA)])
def test_too_few_units_judge_nothing(denominator: int, expected: Status):
    assert level(0.5, denominator=denominator) is expected


def test_an_unknown_value_is_insufficient_data():
    assert level(None) is Status.INSUFFICIENT_DATA
    assert level(0.0, denominator=None) is Status.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("at_least", "expected"),
    [
        (None, Status.INSUFFICIENT_DATA),
        (0.05, Status.INSUFFICIENT_DATA),
        (0.051, Status.WATCH),
        (0.1, Status.WATCH),
        (0.101, Status.BREACH),
    ],
)
def test_what_is_known_to_be_past_a_limit_is_past_it_however_much_more_it_is(at_least, expected):
    assert level(None, at_least=at_least) is expected
    assert level(None, at_least=at_least, coverage=0.5) is expected
    assert level(None, at_least=at_least, denominator=19) is Status.INSUFFICIENT_DATA
    assert level(None, BELOW, at_least=at_least) is Status.INSUFFICIENT_DATA
    assert level(0.01, at_least=at_least) is Status.WITHIN


def test_low_coverage_forbids_within_but_hides_no_breach():
    below = MINIMUM_COVERAGE - 0.001
    assert level(0.01, coverage=MINIMUM_COVERAGE) is Status.WITHIN
    assert level(0.01, coverage=below) is Status.INSUFFICIENT_DATA
    assert level(0.07, coverage=below) is Status.WATCH
    assert level(0.2, coverage=below) is Status.BREACH


def test_more_than_a_count_allows_is_a_breach_however_little_was_read():
    nothing_read: dict[str, object] = {"denominator": 0, "coverage": 0.0}
    assert level(14.0, is_count=True, **nothing_read) is Status.BREACH
    assert level(0.0, is_count=True, **nothing_read) is Status.INSUFFICIENT_DATA
    assert level(0.0, BELOW, is_count=True, **nothing_read) is Status.INSUFFICIENT_DATA
    assert level(14.0, **nothing_read) is Status.INSUFFICIENT_DATA


def test_a_count_inside_its_limits_over_too_few_units_is_not_within():
    limits = Limits("above", watch=2.0, breach=5.0, version=1)
    assert level(1.0, limits, is_count=True, denominator=20) is Status.WITHIN
    assert level(1.0, limits, is_count=True, denominator=19) is Status.INSUFFICIENT_DATA


def test_where_no_detector_is_involved_coverage_is_no_question():
    assert level(0.01, coverage=None) is Status.WITHIN


def test_an_indicator_that_is_neither_good_nor_bad_is_not_judged():
    assert level(0.9, is_context=True) is Status.NOT_APPLICABLE


def test_an_appetite_with_one_limit_has_no_other():
    only_breach = Limits("above", watch=None, breach=0.0, version=1)
    assert level(0.0, only_breach) is Status.WITHIN
    assert level(0.001, only_breach) is Status.BREACH


def test_an_appetite_holds_from_its_day_on(make):
    decisions = [make.decision(effective_from=MONDAY)]
    assert limits_on(decisions, "missed_escalation_rate", MONDAY - DAY) is None
    assert limits_on(decisions, "missed_escalation_rate", MONDAY) == Limits("above", 0.05, 0.1, 1)


def test_the_later_appetite_holds_and_the_earlier_one_keeps_its_days(make):
    decisions = [
        make.decision(effective_from=MONDAY + 7 * DAY, breach=0.2, version=2),
        make.decision(effective_from=MONDAY, version=1),
    ]
    before = limits_on(decisions, "missed_escalation_rate", MONDAY + 6 * DAY)
    after = limits_on(decisions, "missed_escalation_rate", MONDAY + 7 * DAY)
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)


def test_of_two_appetites_for_one_day_the_later_approval_holds(make):
    decisions = [make.decision(version=1), make.decision(version=2, breach=0.2)]
    limits = limits_on(decisions, "missed_escalation_rate", MONDAY)
    assert limits is not None
    assert limits.version == 2


def test_a_proposal_that_nobody_approved_holds_nothing(make):
    waiting = make.decision(approved_by=None, version=None)
    assert limits_on([waiting], "missed_escalation_rate", MONDAY) is None


def test_the_appetite_of_another_indicator_is_not_taken(make):
    assert limits_on([make.decision(indicator_id="refusal_rate")], "missed_escalation_rate", MONDAY) is None


LOOSE = Limits("above", watch=0.5, breach=0.6, version=2)


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        (0.3, (LOOSE, ABOVE), (Status.BREACH, 1)),
        (0.3, (ABOVE, LOOSE), (Status.BREACH, 1)),
        (0.07, (LOOSE, ABOVE), (Status.WATCH, 1)),
        (0.7, (LOOSE, ABOVE), (Status.BREACH, 2)),
        (0.01, (LOOSE, ABOVE), (Status.WITHIN, 2)),
        (0.01, (ABOVE, LOOSE), (Status.WITHIN, 1)),
        (None, (LOOSE, ABOVE), (Status.INSUFFICIENT_DATA, 2)),
        (0.7, (), (Status.NO_APPETITE_SET, 0)),
    ],
)
def test_of_several_limits_the_one_with_the_worst_status_counts_and_of_equals_the_first(
    value: float | None, limits: tuple[Limits, ...], expected: tuple[Status, int]
) -> None:
    found = judge_strictly(
        value, limits, is_context=False, denominator=100.0, minimum_denominator=20, coverage=None
    )
    assert (found.status, found.version) == expected


def test_the_limits_of_a_period_are_those_that_held_on_one_of_its_days(make):
    decisions = [
        make.decision(effective_from=MONDAY - 30 * DAY, version=1),
        make.decision(effective_from=MONDAY - 9 * DAY, version=2),
        make.decision(effective_from=MONDAY + 2 * DAY, version=3),
        make.decision(effective_from=MONDAY + 2 * DAY, version=4),
        make.decision(effective_from=MONDAY + 3 * DAY, version=None, approved_by=None),
        make.decision(effective_from=MONDAY + 4 * DAY, version=9, indicator_id="refusal_rate"),
        make.decision(effective_from=MONDAY + 7 * DAY, version=5),
    ]
    held = limits_between(decisions, "missed_escalation_rate", MONDAY, MONDAY + 6 * DAY)
    assert [one.version for one in held] == [4, 2]
    assert limits_between(decisions, "missed_escalation_rate", MONDAY - 40 * DAY, MONDAY - 31 * DAY) == ()
