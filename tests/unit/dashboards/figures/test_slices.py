"""The picture by slice: most cases first, a group without a value keeps its line."""

from dataclasses import replace

import pytest

from dashboards.figures.slices import SliceFrame, draw_slices
from dashboards.published import Published
from dashboards.theme import Scheme


@pytest.fixture
def rows(shared_home, published_factory):
    with Published(shared_home / "published").read() as reader:
        latest = reader.latest_weeks(published_factory.HARBOR)
    return [row for row in latest if (row.indicator_id, row.slice) == ("si_prevalence", "language")]


def test_groups_are_ordered_by_how_much_was_seen(rows):
    figure = draw_slices(SliceFrame(rows, None, "proportion", "share"), Scheme.LIGHT)
    assert list(figure.layout.yaxis.categoryarray)[-1].startswith("en ")


def test_a_group_without_a_value_says_so_and_has_no_dot(rows):
    missing = [replace(rows[0], value=None), *rows[1:]]
    figure = draw_slices(SliceFrame(missing, None, "proportion", "share"), Scheme.LIGHT)
    assert "no value" in [note.text for note in figure.layout.annotations]
    assert len(figure.data[-1].x) == len(rows) - 1


def test_small_cells_are_open(rows):
    small = [replace(row, is_suppressed=True) for row in rows]
    figure = draw_slices(SliceFrame(small, rows[0], "proportion", "share"), Scheme.LIGHT)
    assert set(figure.data[-1].marker.symbol) == {"diamond-open"}


def test_a_mark_at_zero_leaves_the_name_of_its_group_free(rows):
    zero = [replace(row, value=0.0, ci_low=0.0) for row in rows]
    figure = draw_slices(SliceFrame(zero, None, "proportion", "share"), Scheme.LIGHT)
    assert figure.layout.yaxis.ticklabelstandoff > figure.data[-1].marker.size / 2


def test_no_values_are_said_and_not_drawn():
    figure = draw_slices(SliceFrame([], None, "proportion", "share"), Scheme.DARK)
    assert figure.layout.annotations[0].text == "No group has a value in this week"
