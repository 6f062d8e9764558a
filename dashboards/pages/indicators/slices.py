"""The slice panel of an indicator's page: its newest complete week by language, model and the like."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.marks import draw_absences, draw_mark, draw_status
from dashboards.components.shell import draw_facts, draw_segments
from dashboards.components.table import Heading, Line, draw_table
from dashboards.figures.slices import SliceFrame, draw_slices
from dashboards.records import EquityRatio, Observation
from dashboards.standing import ALL, Standing, explain_row
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.vocabulary import EQUITY_MARKS
from dashboards.wording import (
    say_count,
    say_day,
    say_group,
    say_interval,
    say_level,
    say_observation,
    say_ratio,
    say_unit,
    say_value,
    say_words,
    say_zero,
)

HEADINGS = (
    Heading("Group"),
    Heading("Value", is_number=True),
    Heading("95 % interval"),
    Heading("Counted", is_number=True),
    Heading("Out of", is_number=True),
    Heading("Level"),
    Heading("Against the rest"),
    Heading("Over time"),
)


def draw_slice_panel(view: View, standing: Standing) -> Component:
    """The groups of the chosen slice with a picture, a table and a way to each group's own series."""
    if standing.latest is None:
        return _draw_empty("No complete week yet, so there is nothing to compare.")
    indicator = standing.indicator
    rows = view.reader.slices(
        view.deployment_id, indicator.indicator_id, period_start=standing.latest.period_start
    )
    names = sorted({row.slice for row in rows})
    if not names:
        return _draw_empty("This indicator is not counted by slice.")
    asked = view.filter("slice")
    name = asked if asked in names else names[0]
    shown = sorted((row for row in rows if row.slice == name), key=lambda row: -(row.denominator or 0))
    frame = SliceFrame(shown, standing.latest, indicator.kind, say_unit(indicator))
    week = say_day(standing.latest.period_start)
    return html.Div(
        [
            _draw_choices(view, names, name),
            draw_chart(
                "slices",
                {scheme: draw_slices(frame, scheme) for scheme in Scheme},
                scheme=view.scheme,
                title=f"By {say_words(name)}, week of {week}",
                summary=_say_groups(shown, standing, name),
                facts=draw_facts(
                    view,
                    ("Period", f"week of {week}"),
                    ("Out of", indicator.denominator),
                    ("Groups", str(len(shown))),
                ),
                definition=html.A("How it is counted", href="#definition"),
                twin=draw_table(
                    f"{indicator.title} by {say_words(name)}",
                    HEADINGS,
                    _draw_lines(view, standing, shown, view.reader.equity(view.deployment_id)),
                    empty="No groups.",
                ),
            ),
        ],
        className="slices",
    )


def _draw_empty(words: str) -> Component:
    return html.Section([html.H2("By slice"), html.P(words, className="empty")], className="card")


def _draw_choices(view: View, names: Sequence[str], chosen: str) -> Component:
    choices = [(say_words(name), view.href(None, slice=name, value=None), name == chosen) for name in names]
    return html.Div(draw_segments("Slice", choices), className="slice-choices")


def _say_groups(rows: Sequence[Observation], standing: Standing, name: str) -> str:
    known = {say_group(row.slice, row.slice_value): row.value for row in rows if row.value is not None}
    if not known or standing.latest is None:
        return f"No group by {say_words(name)} has a value."
    low, high = min(known, key=lambda group: known[group]), max(known, key=lambda group: known[group])
    kind = standing.indicator.kind
    small = ""
    if any(row.is_suppressed for row in rows):
        small = "Open diamonds are small cells, hidden wherever numbers leave. "
    return (
        f"From {say_value(known[low], kind)} ({low}) to {say_value(known[high], kind)} ({high}) "
        f"in {len(rows)} groups; "
        f"whole deployment {say_observation(standing.latest, standing.indicator)}. "
        f"{small}Differences between groups may come from detectors that see some groups less well."
    )


def _draw_lines(
    view: View, standing: Standing, rows: Sequence[Observation], ratios: Sequence[EquityRatio]
) -> list[Line]:
    kind = standing.indicator.kind
    by_group = {
        (ratio.slice, ratio.slice_value): ratio
        for ratio in ratios
        if ratio.indicator_id == standing.indicator.indicator_id
    }
    asked = (view.filter("slice"), view.filter("value"))
    return [
        Line(
            (
                group,
                say_zero(row, kind) or say_level(row, kind),
                say_interval(row, kind),
                say_count(row.numerator),
                say_count(row.denominator),
                [draw_status(row.level), html.Div(draw_absences(explain_row(row)), className="absences")],
                _say_ratio(by_group.get((row.slice, row.slice_value))),
                dcc.Link(
                    ["weeks", html.Span(f" of {group}", className="visually-hidden")],
                    href=view.href(None, slice=row.slice, value=row.slice_value),
                ),
            ),
            is_open=asked == (row.slice, row.slice_value) != ALL,
        )
        for row in rows
        for group in (say_group(row.slice, row.slice_value),)
    ]


def _say_ratio(ratio: EquityRatio | None) -> Component | str:
    """A group against the others, with its own counts: a week has too few for it."""
    if ratio is None:
        return "not compared"
    weeks = ((ratio.last_day - ratio.first_day).days + 1) // 7
    counted = (
        f"{say_count(ratio.numerator)} of {say_count(ratio.denominator)} in the {weeks} weeks to "
        f"{say_day(ratio.last_day)}"
    )
    return html.Div(
        [
            draw_mark(EQUITY_MARKS[ratio.status]),
            html.P(say_ratio(ratio), className="why"),
            html.P(counted, className="why"),
        ]
    )
