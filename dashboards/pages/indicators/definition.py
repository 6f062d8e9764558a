"""The definition of an indicator and the history of its appetite, as parts of its page."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_table
from dashboards.records import Appetite, Indicator
from dashboards.view import View
from dashboards.wording import (
    say_count,
    say_day,
    say_unit,
    say_value,
    say_words,
)


def draw_definition(indicator: Indicator) -> Component:
    """What is counted, over what, by which query."""
    pairs = (
        ("Counted", indicator.numerator),
        ("Out of", indicator.denominator),
        ("Value", say_unit(indicator)),
        ("Good when", say_words(indicator.direction)),
        ("Fewest cases to judge", say_count(indicator.minimum_denominator)),
        ("Owner", indicator.owner),
        ("State", indicator.lifecycle),
        ("Computed by", indicator.computed_by),
        ("Version", indicator.definition_version),
    )
    sql: Component = html.P("Computed from other tables, not by a query of its own.", className="why")
    if indicator.sql:
        code = html.Pre(html.Code(indicator.sql), tabIndex=0, **{"aria-label": "SQL of the indicator"})
        sql = html.Details([html.Summary("The SQL that counts"), code])
    return html.Section(
        [
            html.H2("Definition"),
            html.Dl(
                [part for name, value in pairs for part in (html.Dt(name), html.Dd(value))], className="facts"
            ),
            sql,
        ],
        id="definition",
        className="card",
        tabIndex=-1,
    )


def draw_appetites(view: View, indicator: Indicator, appetites: Sequence[Appetite]) -> Component:
    """Every appetite the indicator has had, newest first, and who set it."""
    lines = [
        Line(
            (
                "always (placeholder)" if row.is_placeholder else say_day(row.effective_from),
                f"{row.side}\u00a0{say_value(row.watch, indicator.kind)}" if row.watch is not None else "–",
                f"{row.side}\u00a0{say_value(row.breach, indicator.kind)}" if row.breach is not None else "–",
                "placeholder, no appetite set" if row.is_placeholder else f"version {row.version}",
                row.proposed_by or "–",
                row.approved_by or "nobody",
                row.reason,
            )
        )
        for row in reversed(appetites)
    ]
    headings = [
        Heading(t) for t in ("From", "Watch", "Breach", "Standing", "Proposed by", "Approved by", "Reason")
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Appetite"),
                    dcc.Link(
                        "Proposals and decisions",
                        href=view.href("/appetites", indicator=indicator.indicator_id),
                        className="button button-quiet",
                    ),
                ],
                className="section-heading",
            ),
            draw_table(
                "Appetites of this indicator",
                headings,
                lines,
                empty="No limit is defined for this indicator.",
            ),
        ],
        className="card",
    )
