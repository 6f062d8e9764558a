"""Groups by review: no difference is called by chance, and a row says of which weeks its reviews are."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.pipelines.assess.equity.drawn_groups import (
    FIRST,
    INDICATOR,
    WEEK,
    Design,
    Drawn,
    draw_groups,
    list_raw_rows,
)

ALIKE = Design(sizes=(75, 180), reviewed=(75, 180), real=(0.7, 0.05), share=0.15, correlation=0.0)
"""Everything is reviewed and nobody's chance differs from anybody's."""

DRAWS = 40


def count(design: Design) -> tuple[float, float]:
    """In which part of the draws the interval holds 1, and the women are called different."""
    rows = [draw_groups(design, seed).correct()["woman"] for seed in range(DRAWS)]
    rows = [row for row in rows if row["method"] == "reviewed"]
    assert len(rows) >= 0.9 * DRAWS
    held = sum(row["ci_low"] <= 1 <= row["ci_high"] for row in rows)
    return held / len(rows), sum(row["status"] == "different" for row in rows) / len(rows)


@pytest.mark.parametrize("unflagged", [180, 110])
def test_groups_of_equal_chances_are_not_called_different_because_all_was_reviewed(unflagged: int):
    held, different = count(replace(ALIKE, reviewed=(75, unflagged)))
    assert held >= 0.9
    assert different <= 0.05


@pytest.mark.parametrize("design", [Design(one_woman=0.5), Design(one_woman=0.9)])
def test_a_group_of_which_one_person_has_most_is_not_called_different_by_what_she_is_like(design: Design):
    held, different = count(design)
    assert held >= 0.9
    assert different <= 0.05


def test_a_group_of_few_people_is_told_nothing_by_its_reviews():
    drawn = draw_groups(replace(ALIKE, women=5), 1)
    assert drawn.correct()["woman"]["method"] == "detected_units"
    assert draw_groups(replace(ALIKE, women=40), 1).correct()["woman"]["method"] == "reviewed"


def add_reviewed(drawn: Drawn, group: str, weeks: list[dt.date]) -> tuple[float, float]:
    """What was seen of a group in the reviews of some weeks."""
    rows = drawn.tallies[
        (drawn.tallies["indicator_id"] == INDICATOR)
        & (drawn.tallies["slice_value"] == group)
        & drawn.tallies["week"].isin(weeks)
    ]
    seen = np.sum(rows["sums"].tolist(), axis=0)
    return seen[0], seen[1]


LARGE = Design(sizes=(120, 600), reviewed=(90, 300))
LAST = FIRST + 5 * WEEK
SIX = [FIRST + number * WEEK for number in range(6)]


def test_reviews_count_of_the_weeks_of_the_row_alone_and_it_tells_their_days_and_counts():
    drawn = draw_groups(replace(LARGE, weeks=6), 1)
    row = drawn.correct()["woman"]
    assert row["method"] == "reviewed"
    assert (row["first_day"], row["last_day"]) == (SIX[2], LAST + dt.timedelta(days=6))
    assert (row["numerator"], row["denominator"]) == add_reviewed(drawn, "woman", SIX[2:])
    inside = drawn.strata["week"] >= SIX[2]
    assert replace(drawn, strata=drawn.strata[inside]).correct()["woman"]["ratio"] == row["ratio"]


@pytest.mark.parametrize("weeks_ago", [4, 6, 40])
def test_reviews_of_another_time_say_nothing_of_the_weeks_of_the_row(weeks_ago: int):
    drawn = draw_groups(replace(LARGE, weeks=4), 1)
    later = replace(drawn, rows=list_raw_rows(FIRST + (3 + weeks_ago) * WEEK))
    assert later.correct() == {row["slice_value"]: row for row in later.rows}


def test_the_week_that_is_still_being_reviewed_is_not_among_those_that_the_row_tells_of():
    drawn = draw_groups(replace(LARGE, weeks=6), 1)
    strata = drawn.strata.assign(coming_count=np.where(drawn.strata["week"] == LAST, 20, 0))
    row = replace(drawn, strata=strata).correct()["woman"]
    assert (row["first_day"], row["last_day"]) == (SIX[2], LAST - dt.timedelta(days=1))
    assert (row["numerator"], row["denominator"]) == add_reviewed(drawn, "woman", SIX[2:5])


def test_weeks_of_other_detectors_are_left_out():
    drawn = draw_groups(replace(LARGE, weeks=6), 1)
    older = drawn.strata["week"] < SIX[4]
    strata = drawn.strata.assign(detector_version=np.where(older, "d0", "d1"))
    assert replace(drawn, strata=strata).correct()["woman"]["first_day"] == SIX[4]


def test_a_reviewed_row_keeps_nothing_of_the_raw_one():
    drawn = draw_groups(LARGE, 1)
    reviewed = drawn.correct()["woman"]
    assert {reviewed[name] for name in ("funnel_low", "funnel_high", "shrunk_share", "bound_low")} == {None}
    assert reviewed["numerator"] != drawn.rows[0]["numerator"]


def test_few_who_were_seen_are_hidden_and_so_is_the_group_that_would_give_them_away():
    rows = draw_groups(replace(LARGE, share=0.07, correlation=0.0, women_share=0.2), 3).correct()
    assert 0 < rows["woman"]["numerator"] <= 10 < rows["man"]["numerator"]
    assert rows["woman"]["is_suppressed"]
    assert rows["man"]["is_suppressed"]
    many = draw_groups(LARGE, 1).correct()
    assert not any(row["is_suppressed"] for row in many.values())
