"""The plot-the-dots table: one row an indicator, by family, with its newest complete week."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_absences, draw_mark, draw_status
from dashboards.components.sparkline import draw_sparkline
from dashboards.components.table import Group, Heading, Line, draw_groups
from dashboards.sheet import SUPPRESSED, Sheet, leave_coverage, leave_value
from dashboards.standing import Standing, find_standings
from dashboards.view import View
from dashboards.wording import (
    MISSING,
    say_counts,
    say_day,
    say_interval,
    say_level,
    say_share,
    say_unit,
    say_words,
    say_zero,
)

HEADINGS = (
    Heading("Indicator"),
    Heading("Complete weeks"),
    Heading("Change"),
    Heading("Level"),
    Heading("Latest full week"),
    Heading("Counted", is_number=True),
    Heading("Scored", is_number=True),
    Heading("Week of", is_number=True),
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
    groups = [
        Group(
            dcc.Link(say_words(family).capitalize(), href=view.href(None, family=family)),
            [_draw_line(view, standing) for standing in members],
        )
        for family, members in groupby(standings, key=lambda standing: standing.indicator.family)
    ]
    return draw_groups("Indicators by family", HEADINGS, groups, empty="No indicator matches the filters.")


def _draw_line(view: View, standing: Standing) -> Line:
    row, indicator = standing.latest, standing.indicator
    return Line(
        (
            [
                dcc.Link(indicator.title, href=view.href(f"/indicators/{indicator.indicator_id}")),
                html.Span(say_unit(indicator), className="unit"),
            ],
            draw_sparkline(standing),
            draw_mark(standing.variation) if standing.variation else MISSING,
            html.Div([draw_status(standing.status), *draw_absences(standing.absences)], className="absences"),
            html.Div(_draw_value(standing)),
            say_counts(row.numerator, row.denominator) if row else MISSING,
            say_share(row.coverage) if row else MISSING,
            say_day(row.period_start) if row else "none yet",
        )
    )


def _draw_value(standing: Standing) -> list[Component]:
    row, kind = standing.latest, standing.indicator.kind
    if row is None or (row.value is None and row.bound is None):
        return [html.Span("no value", className="no-value")]
    zero = say_zero(row, kind)
    if zero:
        return [html.Span(zero, className="zero")]
    return [
        html.Strong(say_level(row, kind), className="value"),
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
        found: tuple[float | str | None, ...] = (*(None,) * 5, standing.status.value, None)
        if row is not None:
            numbers = (row.numerator, row.denominator, leave_value(row), row.ci_low, row.ci_high)
            found = (*numbers, standing.status.value, row.variation)
            found = (SUPPRESSED,) * len(found) if row.is_suppressed else found
        rows.append(
            (
                indicator.indicator_id,
                indicator.title,
                indicator.family,
                row.period_start if row else None,
                *found,
                leave_coverage(row) if row else None,
                " ".join(standing.absences),
                view.build.generation,
            )
        )
    return Sheet("indicators", columns, rows)
