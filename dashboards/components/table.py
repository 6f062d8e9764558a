"""Tables: a plain one for people to read, and the link that takes away what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.wording import MISSING

Cell = Any  # text, a number in words, a component or a list of these
LONGEST_NUMBER = 32  # characters; what is longer in a column of numbers is a sentence, and wraps
LONGEST_PHRASE = 60  # characters; what is longer elsewhere is a sentence, and needs room on paper


@dataclass(frozen=True)
class Heading:
    """A column: its title and whether its cells are numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Line:
    """A row: cells, the first of which names it, and whether it is the one that is open."""

    cells: Sequence[Cell]
    is_open: bool = False


@dataclass(frozen=True)
class Group:
    """Rows under a heading of their own."""

    title: Cell
    lines: Sequence[Line]


def draw_table(caption: str, headings: Sequence[Heading], lines: Sequence[Line], *, empty: str) -> Component:
    """A table; `empty` is said when there are no rows."""
    if not lines:
        return html.P(empty, className="empty")
    return _draw_bodies(
        caption, headings, [html.Tbody(_draw_lines(headings, lines), role="rowgroup")], "table"
    )


def draw_groups(
    caption: str, headings: Sequence[Heading], groups: Sequence[Group], *, empty: str, is_dense: bool = True
) -> Component:
    """A table whose rows stand in groups; `empty` is said when there are none.

    `is_dense` lets short numbers stand side by side on a narrow screen.
    """
    if not groups:
        return html.P(empty, className="empty")
    bodies = [
        html.Tbody(
            [
                html.Tr(
                    html.Th(group.title, colSpan=len(headings), scope="rowgroup", role="rowheader"),
                    role="row",
                    className="family",
                ),
                *_draw_lines(headings, group.lines),
            ],
            role="rowgroup",
        )
        for group in groups
    ]
    return _draw_bodies(caption, headings, bodies, "table dots" if is_dense else "table")


def draw_download(href: str | None, what: str) -> Component | None:
    """The link to the CSV of what is shown; nothing for an account that may not export."""
    if href is None:
        return None
    return html.A(
        [html.Span(className="shape shape-download", **{"aria-hidden": "true"}), f"Download {what} (CSV)"],
        href=href,
        className="button button-quiet",
        download="",
    )


def _draw_bodies(
    caption: str, headings: Sequence[Heading], bodies: Sequence[Component], class_name: str
) -> Component:
    head = html.Tr(
        [
            html.Th(
                heading.title,
                scope="col",
                role="columnheader",
                className="number" if heading.is_number else None,
            )
            for heading in headings
        ],
        role="row",
    )
    table = html.Table(
        [html.Caption(caption, className="visually-hidden"), html.Thead(head, role="rowgroup"), *bodies],
        role="table",
        className=class_name,
    )
    return html.Div(table, className="scroll", tabIndex=0, role="region", **{"aria-label": caption})


def _draw_lines(headings: Sequence[Heading], lines: Sequence[Line]) -> list[Component]:
    return [
        html.Tr(
            [
                _draw_cell(cell, heading, is_first=index == 0)
                for index, (cell, heading) in enumerate(zip(line.cells, headings, strict=True))
            ],
            role="row",
            className="is-open" if line.is_open else None,
        )
        for line in lines
    ]


def _draw_cell(cell: Cell, heading: Heading, *, is_first: bool) -> Component:
    """A cell; its role and heading are written out because a narrow screen lays the table out as blocks."""
    if is_first:
        return html.Th(cell, scope="row", role="rowheader")
    longest = LONGEST_NUMBER if heading.is_number else LONGEST_PHRASE
    is_sentence = isinstance(cell, str) and len(cell) > longest
    class_name = " ".join(["number"] * heading.is_number + ["sentence"] * is_sentence) or None
    if cell == MISSING:
        cell = html.Span(MISSING, className="absent")  # a narrow screen leaves the line out
    return html.Td(cell, role="cell", className=class_name, **{"data-label": heading.title})
