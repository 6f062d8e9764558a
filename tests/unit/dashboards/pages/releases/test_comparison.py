"""A release side by side: what it brought in and what it ended are in it, with one end of the ratio."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from dashboards.measurements import DailyCount
from dashboards.pages.releases.comparison import compare_change, draw_line
from risk_register.deployment.changes import list_changes

PAGE, HARBOR = "/releases-and-drift", "?deployment=harbor_companion"
DAY = date(2026, 3, 2)
HARM = SimpleNamespace(indicator_id="harm", kind="rate_per_1000", computed_by="sql", title="Harm")


def compare(before: int, after: int, *, days: int = 28):
    """The comparison of counts that are spread over the days around a release."""
    rows = [
        DailyCount("harm", DAY + timedelta(days=side * days + number), float(count // days), 500.0)
        if number
        else DailyCount(
            "harm", DAY + timedelta(days=side * days), float(count - count // days * (days - 1)), 500.0
        )
        for side, count in ((-1, before), (0, after))
        for number in range(days)
    ]
    return compare_change(DAY, rows, [HARM])


@pytest.mark.parametrize(
    ("before", "after", "words", "ratio"),
    [(0, 112, "higher after", "at least "), (140, 0, "lower after", "at most ")],
)
def test_what_a_release_brought_in_or_ended_is_shown_first_of_all(before, after, words, ratio):
    (found,) = compare(before, after)
    cells = draw_line(found).cells
    assert cells[-1] == words
    assert str(cells[-2]).startswith(ratio)
    assert "nan" not in str(cells[-2])
    assert "inf" not in str(cells[-2])


def test_five_events_on_one_side_are_compared_and_four_are_not():
    assert len(compare(0, 5)) == len(compare(5, 0)) == 1
    assert compare(0, 4) == compare(4, 4) == []


def test_five_events_that_were_not_there_before_are_no_clear_change_when_one_day_had_them():
    (found,) = compare(0, 5)
    assert draw_line(found).cells[-1] == "no clear change"


def test_two_releases_give_two_comparisons_and_without_a_choice_it_is_the_newest(officer):
    declared = {"action": "declare", "what": "prompt", "effective_on": "2026-09-21", "is_planned": "yes"}
    assert officer.send(PAGE, HARBOR, **declared, note="14 to 15").status_code == 303
    (prompt,) = list_changes(officer.store, "harbor_companion")
    first = officer.read(PAGE, f"{HARBOR}&change={prompt.change_id}")
    second, newest = officer.read(PAGE, f"{HARBOR}&change=c2"), officer.read(PAGE, HARBOR)
    assert "Prompt, 21 Sep 2026: four weeks before" in first
    assert "Model, 12 Oct 2026: four weeks before" in second
    tables = [said.split("A release side by side")[1].split("Ratio (95 %)")[1].split("Another release")[0]
              for said in (first, second, newest)]  # fmt: skip
    assert tables[0] != tables[1] == tables[2]
    assert not any("No release in this range" in said for said in (first, second, newest))


def test_a_release_that_the_range_does_not_hold_is_said_and_the_newest_is_shown(officer):
    said = officer.read(PAGE, f"{HARBOR}&change=c9")
    assert "No release in this range is called c9; this is the newest." in said
    assert "Model, 12 Oct 2026: four weeks before" in said
