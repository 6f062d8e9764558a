"""Groups by review: no difference is called by chance."""

from dataclasses import replace

import pytest

from tests.unit.pipelines.assess.equity.drawn_groups import Design, draw_groups

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
