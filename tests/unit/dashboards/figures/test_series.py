"""The chart over time: gaps are gaps, placeholders look like placeholders, nothing looks like nothing."""

from dataclasses import replace
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from dashboards.figures.layout import label_weeks
from dashboards.figures.series import PLACEHOLDER, SeriesFrame, draw_series
from dashboards.published import Published
from dashboards.records import Change
from dashboards.theme import PALETTES, Scheme


@pytest.fixture
def read(shared_home, published_factory):
    def read_frame(indicator_id, period="week", **more):
        with Published(shared_home / "published").read() as reader:
            rows = reader.series(
                published_factory.HARBOR, indicator_id, period=period, of=("all", "all"), since=date.min
            )
            limits = [a for a in reader.appetites(published_factory.HARBOR) if a.indicator_id == indicator_id]
        frame = {
            "rows": rows,
            "kind": "proportion",
            "period": period,
            "unit": "share",
            "limits": limits,
            **more,
        }
        return SeriesFrame(**frame)

    return read_frame


def trace(figure, name):
    return [one for one in figure.data if one.name is not None and one.name.startswith(name)]


def words(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def test_a_week_without_a_value_is_a_gap_and_a_shaded_strip_but_never_zero(read):
    figure = draw_series(read("missed_escalation_rate"), Scheme.LIGHT)
    (values,) = trace(figure, "value")
    assert list(values.y).count(None) == 1
    assert not values.connectgaps
    assert len(trace(figure, "95 % interval")) == 2
    strips = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert len(strips) == 1
    assert date.fromisoformat(strips[0].x0) < list(values.x)[list(values.y).index(None)]


def test_a_partial_week_is_drawn_open(read):
    (values,) = trace(draw_series(read("over_escalation_rate"), Scheme.LIGHT), "value")
    assert values.marker.symbol[-1].endswith("-open")
    assert not values.marker.symbol[-2].endswith("-open")


def test_a_placeholder_is_dotted_and_says_so_and_an_approved_limit_is_not(read):
    figure = draw_series(read("turns_to_escalation", kind="distribution"), Scheme.LIGHT)
    assert {line.line.dash for line in (*trace(figure, "watch"), *trace(figure, "breach"))} == {"dot"}
    assert [one.name for one in figure.data if one.showlegend and PLACEHOLDER in one.name] != []
    approved = draw_series(read("over_escalation_rate"), Scheme.LIGHT)
    assert trace(approved, "breach")[-1].line.dash == "solid"
    assert trace(approved, "watch")[-1].line.dash == "dash"


def test_limits_are_named_once_in_the_legend_where_they_cover_no_value(read):
    frame = read("over_escalation_rate")
    figure = draw_series(replace(frame, limits=[*frame.limits, *frame.limits]), Scheme.LIGHT)
    named = [one.name for one in figure.data if one.showlegend and one.name.startswith(("watch", "breach"))]
    assert len(named) == len(set(named)) == 4  # the placeholder and the approved one
    assert words(figure) == []


def test_changes_are_numbered_in_the_order_of_the_list(read):
    def change(day):
        return Change("c", day, "model", "a to b", "observed", None, None)

    changes = [change(date(2026, 9, 21)), change(date(2026, 10, 12)), change(date(2030, 1, 1))]
    figure = draw_series(read("over_escalation_rate", changes=changes), Scheme.LIGHT)
    assert [text for text in words(figure) if text.startswith("<b>")] == ["<b>1</b>", "<b>2</b>"]


def test_changes_of_one_day_share_a_mark_so_that_none_hides_the_other(read):
    days = (date(2026, 9, 21), date(2026, 9, 21), date(2026, 10, 12))
    changes = [Change("c", day, "model", "a to b", "observed", None, None) for day in days]
    figure = draw_series(read("over_escalation_rate", changes=changes), Scheme.LIGHT)
    assert [text for text in words(figure) if text.startswith("<b>")] == ["<b>1, 2</b>", "<b>3</b>"]


@pytest.mark.parametrize(("count", "step"), [(1, 1), (2, 1), (4, 1), (5, 2), (13, 4), (53, 18)])
def test_weeks_are_labelled_by_their_mondays_and_the_newest_has_a_label(count, step):
    newest = date(2026, 11, 23)
    figure = go.Figure()
    label_weeks(figure, oldest=newest - timedelta(weeks=count - 1), newest=newest)
    axis = figure.layout.xaxis
    assert (axis.tick0, axis.dtick) == ("2026-11-23", step * 7 * 24 * 3600 * 1000)
    assert date.fromisoformat(axis.tick0).weekday() == 0
    assert 1 + (count - 1) // step <= 4  # labels fit side by side on 320 px
    assert (axis.minor.tick0, axis.minor.dtick) == ("2026-11-23", 7 * 24 * 3600 * 1000)


def test_a_chart_of_weeks_is_labelled_by_weeks_and_one_of_days_is_not(read):
    figure = draw_series(read("missed_escalation_rate"), Scheme.LIGHT)
    (values,) = trace(figure, "value")
    assert figure.layout.xaxis.tick0 == values.x[-1].isoformat()
    assert draw_series(read("si_prevalence", period="day"), Scheme.LIGHT).layout.xaxis.tick0 is None


def test_corrected_values_stand_beside_the_raw_ones(read):
    figure = draw_series(read("missed_escalation_rate"), Scheme.LIGHT)
    assert len(trace(figure, "corrected by review")) == 1
    assert trace(draw_series(read("over_escalation_rate"), Scheme.LIGHT), "corrected by review") == []


@pytest.mark.parametrize("scheme", Scheme)
def test_no_values_are_a_picture_that_says_so_without_axes(read, scheme):
    figure = draw_series(read("nothing"), scheme)
    assert words(figure) == ["No values in this range"]
    assert figure.layout.xaxis.visible is False
    assert figure.layout.paper_bgcolor == PALETTES[scheme].surface


def test_days_are_drawn_like_weeks(read):
    (values,) = trace(draw_series(read("si_prevalence", period="day"), Scheme.DARK), "value")
    assert values.x[1] - values.x[0] == timedelta(days=1)
