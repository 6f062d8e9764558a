"""What is over, another's or denied is no alert; a disclosure in the same words is one."""

from tests.unit.pipelines.detect.probe_texts import find_seen, read_probe


def test_what_is_over_or_another_s_or_denied_is_no_alert() -> None:
    found, count = find_seen("not_now", ("not_at_risk",))
    assert count >= 80
    assert len(found) <= 1


def test_a_disclosure_in_the_words_of_a_guard_is_seen() -> None:
    missed = set(read_probe("not_now")["meant"]) - set(find_seen("not_now", ("meant",))[0])
    assert missed == set()


def test_a_way_that_comes_to_mind_with_a_denial_is_seen_and_no_high_risk() -> None:
    seen, count = find_seen("not_now", ("thought_alone",))
    assert len(seen) == count
    assert find_seen("not_now", ("thought_alone",), level=3)[0] == []


def test_a_denial_of_something_else_takes_nothing_from_an_intention() -> None:
    seen, count = find_seen("not_now", ("meant_gravely",), level=3)
    assert len(seen) == count


def test_wishes_and_thoughts_told_sideways_are_seen_and_no_high_risk() -> None:
    seen, count = find_seen("not_now", ("mild",))
    assert len(seen) >= 0.9 * count
    assert len(find_seen("not_now", ("mild",), level=3)[0]) <= 1
