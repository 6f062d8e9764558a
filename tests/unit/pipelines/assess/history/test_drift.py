"""Drift: a week has moved when it is far from the eight reference weeks and these are close to each other."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.history.drift import assess_drift, index_observations
from pipelines.assess.history.shift import tabulate_shifts
from pipelines.assess.history.text_drift import tabulate_areas

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def features(weeks: list[tuple[int, int]], *, feature: str = "message_length") -> pd.DataFrame:
    """Two categories, their counts a day of each week."""
    return pd.DataFrame(
        [
            {
                "deployment_id": "harbor",
                "day": MONDAY + (7 * week + day) * DAY,
                "feature": feature,
                "category": category,
                "message_count": count,
            }
            for week, counts in enumerate(weeks)
            for day in range(7)
            for category, count in zip(("short", "long"), counts, strict=True)
        ]
    )


def judge(make, weeks: list[tuple[int, int]], *, days: int | None = None) -> list[str]:
    calendar = make.calendar(MONDAY, 7 * len(weeks) if days is None else days)
    table = assess_drift(features(weeks), {"harbor": calendar})
    return table["status"].to_pylist()


STEADY = [(50, 50), (52, 48), (48, 52), (51, 49)] * 2


def test_eight_weeks_are_the_reference_and_the_ninth_is_judged(make):
    assert judge(make, [*STEADY, (50, 50)]) == ["reference"] * 8 + ["stable"]


def test_a_week_far_from_weeks_that_resemble_each_other_has_moved(make):
    assert judge(make, [*STEADY, (80, 20)])[-1] == "moved"


def test_a_week_no_farther_than_weeks_usually_are_has_not_moved(make):
    restless = [(80, 20), (50, 50), (20, 80), (50, 50)] * 2
    assert judge(make, [*restless, (80, 20)])[-1] == "stable"


def test_seven_weeks_cannot_say_how_much_weeks_differ(make):
    assert judge(make, STEADY[:7]) == ["insufficient_data"] * 7


def test_a_week_of_49_messages_is_not_judged_and_one_of_56_is(make):
    assert judge(make, [*STEADY, (7, 0)])[-1] == "insufficient_data"
    assert judge(make, [*STEADY, (8, 0)])[-1] == "moved"


@pytest.mark.parametrize(
    ("weeks", "is_hidden"),
    [
        ([*STEADY, (50, 1)], True),
        ([*STEADY, (50, 2)], False),
        ([*STEADY, (50, 0)], False),
        ([*[(50, 0)] * 7, (50, 1), (50, 2)], True),
        ([*[(50, 0)] * 7, (50, 2), (50, 2)], False),
    ],
)
def test_a_week_is_marked_where_a_category_of_it_or_of_the_reference_counts_few(make, weeks, is_hidden):
    """Seven days: 1 a day is 7, 2 a day 14."""
    table = assess_drift(features(weeks), {"harbor": make.calendar(MONDAY, 7 * len(weeks))})
    assert table["is_suppressed"].to_pylist()[-1] is is_hidden


def drawn(days: list[int], *, longer_from: int = 1000, longer: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Lengths of so many answers a day, in bins of half a doubling, longer from a day on."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, count in enumerate(days):
        length = rng.lognormal(5 + (np.log(longer) if number >= longer_from else 0), 0.8, count)
        bins, counts = np.unique(np.floor(2 * np.log2(np.maximum(length, 1))), return_counts=True)
        rows += [
            {
                "deployment_id": "harbor",
                "day": MONDAY + number * DAY,
                "feature": "message_length",
                "category": f"{one:.1f}",
                "message_count": int(many),
            }
            for one, many in zip(bins, counts, strict=True)
        ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("usual", "then"), [(100, 8), (700, 30), (8, 8), (30, 30)], ids=["holiday", "large", "small", "middle"]
)
def test_less_traffic_of_the_same_mix_is_no_drift(make, usual, then):
    moved = 0
    for seed in range(5):
        days = [usual] * 56 + [then] * 28
        table = assess_drift(drawn(days, seed=seed), {"harbor": make.calendar(MONDAY, 84)})
        moved += table["status"].to_pylist().count("moved")
    assert moved <= 1


@pytest.mark.parametrize(("usual", "then"), [(100, 100), (700, 70), (30, 700)])
def test_answers_a_quarter_longer_are_seen_at_the_volume_of_their_own_week(make, usual, then):
    given = drawn([usual] * 56 + [then] * 14, longer_from=56, longer=1.25)
    table = assess_drift(given, {"harbor": make.calendar(MONDAY, 70)})
    assert "moved" in table["status"].to_pylist()


def test_a_week_with_a_missing_day_is_left_out(make):
    assert len(judge(make, [*STEADY, (80, 20)], days=62)) == 8


def find_index(make, unread: dict[int, int]) -> list[dict]:
    """The index of nine weeks of 700 messages, of which so many were not read by week."""
    mix = features([*STEADY, (50, 50)], feature="signal_mix")
    both = pd.concat([features([*STEADY, (80, 20)]), mix])
    counts = make.counts(
        *(("week", MONDAY + 7 * week * DAY, count, 700) for week, count in unread.items()),
        indicator_id="data_unscored_share",
    )
    return index_observations(assess_drift(both, {"harbor": make.calendar(MONDAY, 63)}), counts)


def test_the_index_is_the_distance_of_the_signal_mix(make):
    rows = find_index(make, dict.fromkeys(range(9), 0))
    assert len(rows) == 9
    assert {row["indicator_id"] for row in rows} == {"drift_index"}
    assert rows[-1]["value"] < 0.05
    assert rows[-1]["denominator"] == 700


@pytest.mark.parametrize(
    ("unread", "expected"),
    [
        ({8: 210}, (210, 700)),
        ({0: 700, 1: 700}, (1400, 5600)),
        ({0: 700, 8: 210}, (210, 700)),
    ],
)
def test_the_index_hands_on_how_much_of_the_week_or_of_its_reference_was_read(make, unread, expected):
    row = find_index(make, dict.fromkeys(range(9), 0) | unread)[-1]
    assert (row["unscored_count"], row["unit_count"]) == expected


@pytest.mark.parametrize("missing", [0, 8])
def test_where_nobody_knows_how_much_was_read_the_index_says_so(make, missing):
    known = dict.fromkeys(range(9), 0)
    del known[missing]
    assert find_index(make, known)[-1]["unit_count"] == 0


def scaled(weeks: list[tuple[int, int]]) -> pd.DataFrame:
    """Lengths in two bins that lie next to each other."""
    return features(weeks).replace({"category": {"short": "10.0", "long": "11.0"}})


def test_what_lies_on_a_scale_says_how_far_it_moved_in_standard_deviations(make):
    rows = assess_drift(scaled([*STEADY, (90, 10)]), {"harbor": make.calendar(MONDAY, 63)}).to_pylist()
    assert 0.7 < rows[-1]["spread"] < 0.9
    assert rows[-1]["spread_null_high"] < 0.15
    assert rows[-1]["status"] == "moved"


def test_what_has_no_scale_has_no_spread(make):
    rows = assess_drift(features([*STEADY, (80, 20)]), {"harbor": make.calendar(MONDAY, 63)}).to_pylist()
    assert {row["spread"] for row in rows} == {None}


def test_a_week_that_moved_names_what_moved_it(make):
    calendars = {"harbor": make.calendar(MONDAY, 63)}
    counts = features([*STEADY, (80, 20)])
    found = tabulate_shifts(counts, assess_drift(counts, calendars), calendars).to_pylist()
    assert {row["category"] for row in found} == {"short", "long"}
    short = next(row for row in found if row["category"] == "short")
    assert (round(short["reference_share"], 2), short["week_share"], short["is_practical"]) == (
        0.5,
        0.8,
        True,
    )


def test_areas_are_judged_by_the_reference_weeks_and_a_practical_limit():
    areas = pa.Table.from_pylist(
        [
            {"deployment_id": "harbor", "feature": "user_text", "week": MONDAY + 7 * week * DAY, "area": area,
             "text_count": 200, "reference_count": 400, "source": ""}
            for week, area in enumerate([0.5, 0.52, 0.49, 0.55, 0.51, 0.5, 0.53, 0.5, 0.59, 0.62, None])
        ]
    )  # fmt: skip
    rows = tabulate_areas(areas)
    assert [row["status"] for row in rows[8:]] == ["stable", "moved", "insufficient_data"]
    assert rows[-1]["null_high"] == pytest.approx(0.56)
