"""Changes that the data point at and nobody declared, on the page of releases."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.alarm_case import list_suspected, read_alarms
from dashboards.view import View
from dashboards.wording import say_days_in


def draw_suspected(view: View) -> Component | None:
    """The open suspicions; they are confirmed where alarms are decided."""
    open_ = list_suspected(read_alarms(view.reader, view.store, view.deployment_id))
    if not open_:
        return None
    return html.Section(
        [
            html.H2("Suspected, and declared by nobody"),
            *(html.P(say_days_in(one.words)) for one in open_),
            html.P(
                [
                    "Say what it was under ",
                    dcc.Link("Alarms", href=view.href("/alarms")),
                    ", or declare it below.",
                ]
            ),
        ],
        className="card",
    )
