"""The plot-the-dots table: one row an indicator, by family, with its newest complete week."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_absences, draw_mark, draw_status
from dashboards.components.sparkline import draw_sparkline
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.standing import Standing, find_standings
from dashboards.view import View
from dashboards.wording import (
    say_count,
    say_day,
    say_interval,
    say_share,
    say_unit,
    say_value,
    say_words,
    say_zero,
)

HEADINGS = (
    "Indicator",
    "Complete weeks",
    "Change",
    "Level",
    "Latest full week",
    "Counted",
    "Scored",
    "Week of",
)


def load_standings(view: View) -> tuple[Standing, ...]:
    """Every indicator's standing in the view's range."""
    return find_standings(
        view.reader.indicators(),
        weeks=view.reader.weeks(view.deployment_id, view.since),
        latest=view.reader.latest_weeks(view.deployment_id),
        appetites=view.reader.appetites(view.deployment_id),
        readiness=view.reader.readiness(view.deployment_id),
        full_week=view.latest_full_week,
    )


def filter_standings(view: View, standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """Those that the address asks for."""
    status, family = view.filter("status"), view.filter("family")
    return tuple(
        standing
        for standing in standings
        if (status is None or standing.status == status)
        and (family is None or standing.indicator.family == family)
    )


def draw_standings(view: View, standings: Sequence[Standing]) -> Component:
    """The table; on a narrow screen each row becomes a block."""
    if not standings:
        return html.P("No indicator matches the filters.", className="empty")
    bodies = [
        html.Tbody(
            [
                html.Tr(
                    html.Th(
                        dcc.Link(say_words(family).capitalize(), href=view.href(None, family=family)),
                        colSpan=len(HEADINGS),
                        scope="rowgroup",
                        className="family",
                    )
                ),
                *[_draw_row(view, standing) for standing in members],
            ]
        )
        for family, members in groupby(standings, key=lambda standing: standing.indicator.family)
    ]
    head = html.Thead(html.Tr([html.Th(title, scope="col") for title in HEADINGS]))
    return html.Div(
        html.Table(
            [html.Caption("Indicators by family", className="visually-hidden"), head, *bodies],
            className="table dots",
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": "Indicators by family"},
    )


def _draw_row(view: View, standing: Standing) -> Component:
    row, indicator = standing.latest, standing.indicator
    name = html.Th(
        [
            dcc.Link(indicator.title, href=view.href(f"/indicators/{indicator.indicator_id}")),
            html.Span(say_unit(indicator), className="unit"),
        ],
        scope="row",
    )
    cells = (
        html.Td(draw_sparkline(standing)),
        html.Td(draw_mark(standing.variation) if standing.variation else None),
        html.Td(
            [draw_status(standing.status), html.Div(draw_absences(standing.absences), className="absences")]
        ),
        html.Td(_draw_value(standing)),
        html.Td(
            f"{say_count(row.numerator)} of {say_count(row.denominator)}" if row else "–", className="number"
        ),
        html.Td(say_share(row.coverage) if row else "–", className="number"),
        html.Td(say_day(row.period_start) if row else "none yet", className="number"),
    )
    labelled = [_label(cell, title) for cell, title in zip(cells, HEADINGS[1:], strict=True)]
    return html.Tr([name, *labelled])


def _label(cell: Component, title: str) -> Component:
    setattr(cell, "data-label", title)
    return cell


def _draw_value(standing: Standing) -> list[Component]:
    row, kind = standing.latest, standing.indicator.kind
    if row is None or row.value is None:
        return [html.Span("no value", className="no-value")]
    zero = say_zero(row, kind)
    if zero:
        return [html.Span(zero, className="zero")]
    return [
        html.Strong(say_value(row.value, kind), className="value"),
        html.Span(say_interval(row, kind), className="interval"),
    ]


def make_sheet(view: View) -> Sheet:
    """The rows that the address filters, numbers of small cells hidden."""
    columns = (
        "indicator_id",
        "title",
        "family",
        "week",
        "numerator",
        "denominator",
        "value",
        "ci_low",
        "ci_high",
        "status",
        "variation",
        "coverage",
        "read_with",
        "generation",
    )
    rows = []
    for standing in filter_standings(view, load_standings(view)):
        row, indicator = standing.latest, standing.indicator
        numbers: tuple[float | str | None, ...] = (None,) * 5
        if row is not None:
            numbers = (row.numerator, row.denominator, row.value, row.ci_low, row.ci_high)
            numbers = (SUPPRESSED,) * 5 if row.is_suppressed else numbers
        rows.append(
            (
                indicator.indicator_id,
                indicator.title,
                indicator.family,
                row.period_start if row else None,
                *numbers,
                standing.status.value,
                row.variation if row else None,
                row.coverage if row else None,
                " ".join(standing.absences),
                view.build.generation,
            )
        )
    return Sheet("indicators", columns, rows)
