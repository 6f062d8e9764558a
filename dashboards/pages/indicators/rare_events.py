"""Rare events of an indicator: what went by before each, in units or in days, as a picture and a table."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.shell import draw_facts
from dashboards.components.table import Heading, Line, draw_table
from dashboards.figures.gaps import draw_gaps
from dashboards.measurements import Limit
from dashboards.records import Indicator
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.wording import MISSING, say_count, say_day

IN_UNITS, IN_DAYS = "event", "event_time"
UNUSUAL = {"special_cause_high": "yes", "not_assessed": "not judged"}


def draw_rare_events(view: View, indicator: Indicator, limits: Sequence[Limit]) -> Component | None:
    """The gaps in units, with those in days beside them in the table; None where events are not rare."""
    gaps = [row for row in limits if row.period == IN_UNITS and row.value is not None]
    if not gaps:
        return None
    calm = {row.number: row for row in limits if row.period == IN_DAYS}
    lines = [
        Line(
            (
                str(row.number),
                say_day(row.period_start),
                say_count(row.value),
                _say_days(calm.get(row.number)),
                UNUSUAL.get(row.variation, "no"),
            )
        )
        for row in reversed(gaps)
    ]
    titles = ("Event", "On", "Units before it", "Days before it", "Unusually long")
    newest = gaps[-1]
    return draw_chart(
        "gaps",
        {scheme: draw_gaps(gaps, scheme, period=IN_UNITS) for scheme in Scheme},
        scheme=view.scheme,
        title="Between rare events",
        summary=(
            f"{len(gaps)} events in the range, the newest on {say_day(newest.period_start)} after "
            f"{say_count(newest.value)} units. High is good; only improvement shows, alarms see the rest."
        ),
        facts=draw_facts(
            view,
            ("Period", "event"),
            ("Counted", indicator.numerator),
            ("Units", indicator.denominator),
            ("Open mark", "after the baseline"),
        ),
        definition=dcc.Link("How it is counted", href=view.href(f"/indicators/{indicator.indicator_id}")),
        twin=draw_table(
            "Events, newest first", [Heading(title) for title in titles], lines, empty="No event."
        ),
    )


def _say_days(row: Limit | None) -> str:
    return MISSING if row is None or row.value is None else f"{row.value:.1f}"
