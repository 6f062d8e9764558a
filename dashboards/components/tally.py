"""Tallies: how many of each state there are, each a link that shows only these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.theme import Mark
from dashboards.view import View
from dashboards.wording import say_count


def draw_tallies(
    view: View,
    name: str,
    marks: Mapping[str, Mark],
    counts: Mapping[str, int],
    *,
    label: str,
    before: Sequence[Component] = (),
) -> Component:
    """One tile a state; choosing it again drops the filter `name`. `before` are tiles of something else."""
    chosen = view.filter(name)
    return html.Ul(
        [
            *[html.Li(tile) for tile in before],
            *[
                html.Li(
                    dcc.Link(
                        _draw_count(mark, counts.get(state, 0)),
                        href=view.href(None, **{name: None if chosen == state else state}),
                        className="tally is-chosen" if chosen == state else "tally",
                    )
                )
                for state, mark in marks.items()
            ],
        ],
        className="tallies",
        **{"aria-label": f"{label}; choose one to show only these"},
    )


def draw_way_tally(mark: Mark, count: int, place: str) -> Component:
    """A tile that leads to a part of the same page."""
    return html.A(_draw_count(mark, count), href=f"#{place}", className="tally")


def _draw_count(mark: Mark, count: int) -> list[Component]:
    return [html.Span(say_count(count), className="tally-count"), draw_mark(mark)]
