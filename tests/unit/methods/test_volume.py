"""What a day should bring: the weekday counts, growth is no fault, chance in small counts is none either."""

import numpy as np
import pytest

from methods.volume import Volume, judge_volume

WEEK = [100, 110, 120, 115, 90, 40, 30]


def verdict_of(counts: list[float]) -> Volume:
    return judge_volume(counts)[-1].verdict


def test_nothing_is_said_before_four_weeks_of_the_weekday_are_known():
    counts = WEEK * 5
    assert {one.verdict for one in judge_volume(counts)[:28]} == {Volume.NOT_ASSESSED}
    assert {one.verdict for one in judge_volume(counts)[28:]} == {Volume.USUAL}


def test_a_sunday_is_compared_with_sundays():
    assert verdict_of([*WEEK * 6, *WEEK[:6], 30]) is Volume.USUAL
    assert verdict_of([*WEEK * 6, 30]) is Volume.LOW


@pytest.mark.parametrize(
    ("count", "expected"),
    [(51, Volume.USUAL), (39, Volume.LOW), (199, Volume.USUAL), (260, Volume.HIGH), (0, Volume.SILENT)],
)
def test_half_and_double_are_the_least_that_is_told(count: int, expected: Volume):
    assert verdict_of([*WEEK * 8, count]) is expected


def test_the_limits_are_half_and_double_where_days_hardly_vary():
    day = judge_volume([*[10_000.0] * 70, 10_000])[-1]
    assert (day.expected, round(day.low or 0), round(day.high or 0)) == (10_000, 5_000, 20_000)


def test_days_that_vary_much_have_wider_limits():
    chance = np.random.default_rng(3)
    wild = list(np.exp(chance.normal(8, 0.6, 84)))
    day = judge_volume([*wild, 1.0])[-1]
    assert (day.low or 0) < (day.expected or 0) / 4


def test_small_counts_are_not_assessed_but_their_silence_is():
    assert verdict_of([*[9.0] * 56, 1]) is Volume.NOT_ASSESSED
    assert verdict_of([*[9.0] * 56, 0]) is Volume.SILENT
    assert verdict_of([*[10.0] * 56, 1]) is Volume.LOW


def test_a_weekday_without_data_by_habit_is_quiet_and_not_silent():
    office = [50, 50, 50, 50, 50, 0, 0]
    judged = judge_volume(office * 6)
    assert {one.verdict for one in judged[33:35]} == {Volume.QUIET}
    assert verdict_of([*office * 6, 0]) is Volume.SILENT


def test_a_long_silence_never_becomes_a_habit():
    judged = judge_volume([*[100.0] * 60, *[0.0] * 60])
    assert {one.verdict for one in judged[60:]} == {Volume.SILENT}
    office = [50, 50, 50, 50, 50, 0, 0]
    silent = judge_volume([*office * 6, *[0.0] * 35])[42:]
    assert [one.verdict for one in silent[:5]] == [Volume.SILENT] * 5
    assert silent[5].verdict is silent[6].verdict is silent[12].verdict is Volume.QUIET
    assert all(one.verdict is Volume.SILENT for number, one in enumerate(silent) if number % 7 < 5)


def test_a_long_silence_that_ended_is_no_habit_either():
    outage = [0] * 28
    assert verdict_of([*WEEK * 4, *outage, *WEEK[:1], 0]) is Volume.SILENT


def test_growth_of_a_tenth_a_week_is_usual():
    counts = [100 * 1.1 ** (day / 7) for day in range(140)]
    assert {one.verdict for one in judge_volume(counts)[28:]} == {Volume.USUAL}


def test_one_odd_day_does_not_change_what_is_usual():
    counts = WEEK * 8
    counts[20] = 5_000
    assert {one.verdict for one in judge_volume(counts)[48:]} == {Volume.USUAL}


def test_of_ordinary_days_fewer_than_one_in_five_hundred_is_told():
    chance = np.random.default_rng(11)
    told = total = 0
    for _ in range(40):
        level = chance.uniform(20, 400)
        rates = level * np.array(WEEK * 20) / 100 * chance.gamma(25, 1 / 25, 140)
        judged = judge_volume(chance.poisson(rates).astype(float))[42:]
        told += sum(one.verdict in (Volume.LOW, Volume.HIGH) for one in judged)
        total += len(judged)
    assert total == 40 * 98
    assert told / total < 1 / 500


def test_a_day_that_was_not_counted_is_not_assessed_and_is_no_habit_of_silence():
    nan = float("nan")
    assert verdict_of([*WEEK * 6, nan]) is Volume.NOT_ASSESSED
    assert verdict_of([*[nan] * 21, 0]) is Volume.SILENT


def test_no_days_no_judgement():
    assert judge_volume([]) == []
