"""Drift: a week has moved when it is far from the eight reference weeks and these are close to each other."""

import datetime as dt

import pandas as pd

from pipelines.assess.drift import assess_drift, index_observations

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


def test_a_week_with_a_missing_day_is_left_out(make):
    assert len(judge(make, [*STEADY, (80, 20)], days=62)) == 8


def test_the_index_is_the_distance_of_the_signal_mix(make):
    calendar = make.calendar(MONDAY, 63)
    both = pd.concat([features([*STEADY, (80, 20)]), features([*STEADY, (50, 50)], feature="signal_mix")])
    rows = index_observations(assess_drift(both, {"harbor": calendar}))
    assert len(rows) == 9
    assert {row["indicator_id"] for row in rows} == {"drift_index"}
    assert rows[-1]["value"] < 0.05
    assert rows[-1]["denominator"] == 700
