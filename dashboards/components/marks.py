"""Marks: a shape and a word for a state; never a colour alone."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboards.theme import (
    ABSENCE_MARKS,
    STATUS_MARKS,
    Absence,
    Direction,
    Mark,
    Status,
    Variation,
    mark_variation,
)


def draw_mark(mark: Mark, detail: str | None = None) -> Component:
    """A mark with its word; `detail` is added after it."""
    word = mark.word if detail is None else f"{mark.word}: {detail}"
    return html.Span(
        [html.Span(className=f"shape shape-{mark.shape}", **{"aria-hidden": "true"}), html.Span(word)],
        className=f"mark tone-{mark.tone}",
        title=mark.sentence,
    )


def draw_status(status: Status) -> Component:
    """The mark of a status."""
    return draw_mark(STATUS_MARKS[status])


def draw_absences(absences: Iterable[Absence]) -> list[Component]:
    """The marks of everything a number must be read with."""
    return [draw_mark(ABSENCE_MARKS[absence]) for absence in absences]


def draw_vocabulary(marks: Iterable[Mark]) -> Component:
    """What every mark of one vocabulary says."""
    return html.Section(
        [
            html.H2("How to read the results"),
            html.Dl(
                [part for mark in marks for part in (html.Dt(draw_mark(mark)), html.Dd(mark.sentence))],
                className="facts",
            ),
        ],
        className="card",
    )


def draw_legend() -> Component:
    """Every mark of status, variation and absence with its sentence."""
    variations = [mark_variation(variation, Direction.NEITHER) for variation in Variation]
    groups = (
        ("Level against appetite", tuple(STATUS_MARKS.values())),
        ("Change against history", tuple(variations)),
        ("Read with care", tuple(ABSENCE_MARKS.values())),
    )
    return html.Details(
        [
            html.Summary("How to read the marks"),
            html.Div(
                [
                    html.Section(
                        [
                            html.H3(title),
                            html.Dl(
                                [
                                    part
                                    for mark in marks
                                    for part in (html.Dt(draw_mark(mark)), html.Dd(mark.sentence))
                                ]
                            ),
                        ]
                    )
                    for title, marks in groups
                ],
                className="legend-groups",
            ),
        ],
        className="legend",
    )
