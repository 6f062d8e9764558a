"""A funnel shows each group at its size, and says which lie outside what groups of that size differ by."""

import datetime as dt

import pytest

from dashboards.figures.funnel import draw_funnel, is_inside, share_compared
from dashboards.records import EquityRatio
from dashboards.theme import Scheme

DAY = dt.date(2026, 3, 2)


def make_row(
    value: str = "es", numerator: float = 30, denominator: float = 100, **more: object
) -> EquityRatio:
    given = dict.fromkeys(
        ("ratio", "ci_low", "ci_high", "difference_per_1000", "bound_low", "bound_high"), None
    ) | {"funnel_low": 0.1, "funnel_high": 0.3, "slice": "language", "status": "not_assessable"}
    return EquityRatio(
        indicator_id="missed", slice_value=value, first_day=DAY, last_day=DAY, numerator=numerator,
        denominator=denominator, method="raw_counts", **(given | more),
    )  # fmt: skip


@pytest.mark.parametrize(("numerator", "inside"), [(10, True), (30, True), (9, False), (31, False)])
def test_the_limits_belong_to_the_funnel(numerator, inside):
    assert is_inside(make_row(numerator=numerator), is_good=False) is inside


def test_where_the_event_is_good_the_cases_without_it_are_compared():
    assert share_compared(make_row(numerator=90), is_good=True) == pytest.approx(0.1)


def test_each_group_is_a_mark_and_its_limits_a_line_open_where_it_lies_outside():
    figure = draw_funnel([make_row(), make_row("en", 60, 200), make_row("fr", 50, 100)], Scheme.LIGHT)
    marks = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert [list(trace.marker.symbol) for trace in marks] == [["circle", "circle", "circle-open"]]
    assert list(marks[0].text) == ["", "", " fr"]
    assert "fr: 50.0" in marks[0].hovertext[2]
    assert len([trace for trace in figure.data if trace.mode == "lines"]) == 3


def test_without_limits_there_is_a_reason_in_the_place_of_the_picture():
    figure = draw_funnel([make_row(funnel_low=None, funnel_high=None)], Scheme.DARK)
    assert figure.layout.annotations[0].text == "No group has a funnel"
