"""Whole posts by level that nothing was trained on: what the rules alone make of them.

The model is left out, so that a new one does not move these bounds; what it makes of them is in
docs/decisions/0020.
"""

from tests.unit.pipelines.detect.probe_texts import find_seen, read_probe


def test_there_are_posts_of_every_level() -> None:
    posts = read_probe("fourth_posts")
    assert [len(posts[f"level_{level}"]) for level in range(7)] == [45, 18, 22, 12, 13, 8, 12]


def test_unhappy_people_without_a_wish_to_die_seldom_alert() -> None:
    assert len(find_seen("fourth_posts", ("level_0",))[0]) <= 4


def test_most_intentions_plans_and_acts_are_a_high_risk_and_lesser_thoughts_are_not() -> None:
    grave, _ = find_seen("fourth_posts", ("level_4", "level_5", "level_6"), level=3)
    lesser, _ = find_seen("fourth_posts", ("level_0", "level_1", "level_2", "level_3"), level=3)
    assert len(grave) >= 18
    assert len(lesser) <= 5
