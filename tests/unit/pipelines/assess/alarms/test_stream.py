"""A watched indicator day by day: judged by what was known three days later, by terms that may change."""

import datetime as dt

import numpy as np
import pytest

from methods.spread import GREATEST_CV2, Buckets
from pipelines.assess.alarms.stream import Arrival, Path, Series, Terms, follow, lay_out

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
ABOVE = Terms(0.1, is_below=False, version=1)
THRESHOLD = 1000.0


def arrive(day: int, *, lag: int = 0, x: int = 1, n: int = 10) -> Arrival:
    return Arrival(MONDAY + day * DAY, MONDAY + (day + lag) * DAY, x, n)


def lay(*arrivals: Arrival, days: int = 10, known: int = 30, held: tuple[int, ...] = ()) -> Series:
    return lay_out(
        arrivals,
        first=MONDAY,
        last=MONDAY + (days - 1) * DAY,
        known_on=MONDAY + known * DAY,
        held=[MONDAY + day * DAY for day in held],
    )


def run(
    events: list[int], *, units: int = 50, terms: list[Terms | None] | None = None, known: int = 1000
) -> Path:
    arrivals = [arrive(day, x=x, n=units) for day, x in enumerate(events)]
    return follow(
        lay(*arrivals, days=len(events), known=known), terms or [ABOVE] * len(events), threshold=THRESHOLD
    )


def test_what_comes_within_three_days_belongs_to_its_day_and_what_comes_later_to_the_day_it_came():
    series = lay(arrive(2, lag=3, x=1), arrive(2, lag=4, x=2))
    assert (series.events[2], series.units[2]) == (1, 10)
    assert (series.late_events[6], series.late_units[6]) == (2, 10)
    assert series.events.sum() + series.late_events.sum() == 3


def test_what_comes_after_the_last_day_counts_on_the_last_day():
    series = lay(arrive(2, lag=30))
    assert series.late_units.tolist() == [0] * 9 + [10]


@pytest.mark.parametrize(("known", "frozen"), [(2, 0), (3, 1), (11, 9), (12, 10), (90, 10)])
def test_a_day_is_judged_once_a_delivery_came_three_days_later(known, frozen):
    assert lay(arrive(0), known=known).frozen == frozen


def test_a_held_day_counts_nothing():
    series = lay(arrive(2), arrive(3), held=(2,))
    assert series.units.tolist() == [0, 0, 0, 10, 0, 0, 0, 0, 0, 0]


def test_a_rate_at_half_the_appetite_raises_nothing():
    path = run([2, 3] * 60)
    assert path.episodes == ()
    assert path.statistic.max() < THRESHOLD / 20


def test_a_tripled_rate_opens_an_alarm_and_a_good_rate_closes_it():
    (episode,) = run([3] * 30 + [15] * 10 + [3] * 30).episodes
    opened = (episode.opened_on - MONDAY).days
    assert 30 < opened <= 36
    assert episode.closed_on is not None
    assert opened < (episode.closed_on - MONDAY).days <= 55
    assert episode.highest >= THRESHOLD


def test_weekly_totals_confirm_what_lasts():
    (episode,) = run([3] * 28 + [15] * 21).episodes
    assert episode.closed_on is None
    assert episode.confirmed_on is not None
    assert episode.confirmed_on.weekday() == 6
    assert episode.confirmed_on >= episode.opened_on


def test_days_that_may_still_grow_open_no_alarm():
    events = [3] * 30 + [15] * 10
    assert len(run(events, known=42).episodes) == 1
    provisional = run(events, known=32)
    assert provisional.episodes == ()
    assert provisional.statistic[-1] >= THRESHOLD


def test_a_later_day_never_changes_an_earlier_statistic():
    events = np.random.default_rng(5).binomial(50, 0.08, 90).tolist()
    whole = run(events)
    for days in (20, 56, 57, 80):
        assert run(events[:days]).statistic.tolist() == whole.statistic[:days].tolist()


def test_too_few_good_events_are_bad_events():
    below = Terms(0.07, is_below=True, version=1)
    good = run([49] * 40, terms=[below] * 40)
    gap = run([49] * 30 + [38] * 10, terms=[below] * 40)
    assert good.episodes == ()
    assert len(gap.episodes) == 1
    assert gap.episodes[0].opened_on <= MONDAY + 33 * DAY


def test_a_day_without_terms_is_not_judged():
    path = run([40] * 10, terms=[None] * 10)
    assert path.statistic.tolist() == [0.0] * 10
    assert (path.episodes, path.checkpoint) == ((), ())


def change(events: list[int], *later: Terms | None, after: int) -> Path:
    """The path where other terms hold from a day, each of them as long."""
    days = len(events) - after
    share = days // len(later)
    return run(events, terms=[ABOVE] * after + [one for one in later for _ in range(share)])


LOOSER, STRICTER = Terms(0.5, is_below=False, version=2), Terms(0.08, is_below=False, version=2)
WORSE = [3] * 30 + [15] * 30


@pytest.mark.parametrize(
    ("count", "other"),
    [(6, Terms(0.12, is_below=False, version=2)), (48, Terms(0.08, is_below=True, version=2))],
)
def test_a_looser_limit_and_another_side_begin_anew(count, other):
    steady, changed = run([count] * 20), change([count] * 20, other, after=10)
    assert changed.statistic[:10].tolist() == steady.statistic[:10].tolist()
    assert changed.statistic[10] < min(steady.statistic[10], 10)


def test_the_same_limit_approved_again_changes_nothing():
    steady = run(WORSE)
    (alarm,) = steady.episodes
    assert alarm.closed_on is None
    again = change(WORSE, Terms(0.1, is_below=False, version=2), after=45)
    assert again.statistic.tolist() == steady.statistic.tolist()
    assert again.robust.tolist() == steady.robust.tolist()
    assert (again.episodes, again.checkpoint) == (steady.episodes, steady.checkpoint)


def test_a_stricter_limit_keeps_the_evidence_and_the_alarm():
    steady, stricter = run([6] * 20), change([6] * 20, STRICTER, after=10)
    assert stricter.statistic[10] > steady.statistic[10] > 0
    (alarm,) = run(WORSE).episodes
    (kept,) = change(WORSE, STRICTER, after=45).episodes
    assert (kept.opened_on, kept.closed_on, kept.is_left) == (alarm.opened_on, None, False)
    assert kept.confirmed_on == alarm.confirmed_on


def test_good_days_close_an_alarm_under_a_stricter_limit_too():
    (alarm,) = change([3] * 30 + [15] * 15 + [1] * 30, STRICTER, after=45).episodes
    assert alarm.closed_on is not None


@pytest.mark.parametrize("other", [LOOSER, None])
def test_an_alarm_stays_open_under_a_looser_limit_and_under_none(other):
    (alarm,) = run(WORSE).episodes
    (kept,) = change(WORSE, other, after=45).episodes
    assert (kept.opened_on, kept.closed_on, kept.is_left) == (alarm.opened_on, None, True)
    # A good rate under the other limit says nothing of the one before.
    assert change(WORSE + [0] * 60, other, after=45).episodes[0].closed_on is None


@pytest.mark.parametrize("other", [LOOSER, None])
def test_a_person_ends_an_alarm_that_a_looser_limit_left_open(other):
    arrivals = [arrive(day, x=x, n=50) for day, x in enumerate(WORSE)]
    taken_on = MONDAY + 55 * DAY
    (alarm,) = follow(
        lay(*arrivals, days=60, known=400),
        [ABOVE] * 45 + [other] * 15,
        threshold=THRESHOLD,
        resets=frozenset({taken_on}),
    ).episodes
    assert alarm.closed_on == taken_on


def test_an_alarm_under_the_looser_limit_takes_the_place_of_the_one_before():
    worst = WORSE + [48] * 10
    first, second = change(worst, LOOSER, after=45).episodes
    assert first.closed_on == second.opened_on
    assert second.opened_on > MONDAY + 59 * DAY
    assert (second.closed_on, second.is_left) == (None, False)


def test_without_an_open_alarm_good_days_after_another_limit_raise_nothing():
    assert change([3] * 60, LOOSER, None, STRICTER, after=30).episodes == ()


def test_a_day_without_units_leaves_everything_as_it_was():
    gap = follow(lay(arrive(0, x=5, n=50), days=3), [ABOVE] * 3, threshold=THRESHOLD)
    assert gap.statistic.tolist() == [gap.statistic[0]] * 3
    assert gap.robust.tolist() == [gap.robust[0]] * 3


def test_what_was_never_counted_is_never_on_watch():
    path = follow(lay(days=200, known=400), [ABOVE] * 200, threshold=THRESHOLD)
    assert not path.statistic.any()
    assert path.episodes == ()


def test_harm_in_the_first_weeks_cannot_widen_what_is_usual():
    events = [2] * 20 + [30] * 5 + [2] * 40 + [15] * 10
    path = run(events)
    assert len(path.episodes) == 2
    assert path.episodes[0].opened_on <= MONDAY + 22 * DAY
    assert GREATEST_CV2 == 0.25


def test_late_units_take_part_on_the_day_they_come():
    quiet = [arrive(day, x=3, n=50) for day in range(40)]
    late = [arrive(day, lag=20, x=15, n=30) for day in range(10, 15)]
    without = follow(lay(*quiet, days=40), [ABOVE] * 40, threshold=THRESHOLD)
    with_late = follow(lay(*quiet, *late, days=40), [ABOVE] * 40, threshold=THRESHOLD)
    assert with_late.statistic[:30].tolist() == without.statistic[:30].tolist()
    assert with_late.statistic[34] > 100 * without.statistic[34]


def draw_people(
    rng: np.random.Generator, *, days: int, people: int, rate: float, each: int = 20, worse_from: int = 1000
) -> Series:
    """Days of so many people with `each` messages (correlation .3) in 64 buckets; the rate may double."""
    events, units = np.zeros((days, 64)), np.zeros((days, 64))
    for day in range(days):
        true = rate * (2 if day >= worse_from else 1)
        bucket = rng.integers(0, 64, people)
        counted = rng.binomial(each, rng.beta(true * 7 / 3, (1 - true) * 7 / 3, people))
        events[day], units[day] = np.bincount(bucket, counted, 64), np.bincount(bucket, minlength=64) * each
    nothing = np.zeros(days)
    counts = events.sum(axis=1), units.sum(axis=1)
    return Series(MONDAY, *counts, nothing, nothing, *counts, days, Buckets(events, units))


def test_messages_of_one_person_that_are_alike_raise_few_false_alarms():
    """At the appetite, a hundred people a day with twenty messages each; 5 a year by counts alone."""
    rng, terms = np.random.default_rng(3), Terms(0.002, is_below=False, version=1)
    paths = [
        follow(draw_people(rng, days=200, people=100, rate=0.002), [terms] * 200, threshold=THRESHOLD)
        for _ in range(20)
    ]
    assert sum(len(path.episodes) for path in paths) <= 10


def test_a_doubled_rate_of_people_whose_messages_are_alike_is_found():
    rng, terms = np.random.default_rng(3), Terms(0.002, is_below=False, version=1)
    for _ in range(5):
        series = draw_people(rng, days=160, people=100, rate=0.002, worse_from=100)
        opened = [one.opened_on for one in follow(series, [terms] * 160, threshold=THRESHOLD).episodes]
        assert any(day >= MONDAY + 100 * DAY for day in opened)


def test_false_alarms_of_days_at_the_appetite_stay_within_the_budget():
    rng = np.random.default_rng(11)
    days, streams = 120, 60
    rates = 0.1 * np.exp(rng.normal(-0.02, 0.2, (streams, days)))
    alarms = [run(rng.binomial(50, np.clip(row, 0, 1)).tolist()).episodes for row in rates]
    expected = streams * days / THRESHOLD
    assert sum(map(len, alarms)) <= 2 * expected


def test_after_a_person_took_an_alarm_the_detector_begins_anew():
    events = [2] * 20 + [15] * 20
    arrivals = [arrive(day, x=count, n=50) for day, count in enumerate(events)]
    series = lay(*arrivals, days=len(events), known=400)
    free = follow(series, [ABOVE] * len(events), threshold=THRESHOLD)
    (alarm,) = free.episodes
    taken_on = alarm.opened_on + 5 * DAY
    taken = follow(series, [ABOVE] * len(events), threshold=THRESHOLD, resets=frozenset({taken_on}))
    until = (taken_on - series.first).days + 1
    assert taken.statistic[:until].tolist() == free.statistic[:until].tolist()
    assert taken.statistic[until] < free.statistic[until]
    assert (taken.episodes[0].opened_on, taken.episodes[0].closed_on) == (alarm.opened_on, taken_on)
    assert taken.episodes[1].opened_on > taken_on
