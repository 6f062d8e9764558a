"""The changes that a chart marks, numbered as in the chart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.measurements import Bridge
from dashboards.pages.releases.bridges import say_bridges
from dashboards.records import Change
from dashboards.wording import say_day, say_origin, say_words


def draw_change_list(
    changes: Sequence[Change], *, bridges: Sequence[Bridge] = (), signal_ids: Collection[str] = ()
) -> Component | None:
    """The list, or nothing where no change is marked; a new detector says what it means for these signals."""
    if not changes:
        return None
    return html.Section(
        [
            html.H2("Changes marked in the chart"),
            html.Ol(
                [
                    html.Li(
                        f"{say_day(change.effective_on)}: {say_words(change.what)}, {change.note} "
                        f"({say_origin(change)}){say_bridges(change, signal_ids, bridges)}"
                    )
                    for change in changes
                ],
                className="numbered",
            ),
        ],
        className="card",
    )
