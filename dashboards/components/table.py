"""Tables: a plain one for people to read, and the link that takes away what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

Cell = Any  # text, a number in words, a component or a list of these


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


def draw_table(caption: str, headings: Sequence[Heading], lines: Sequence[Line], *, empty: str) -> Component:
    """A table that scrolls inside itself when the page is narrow; `empty` is said when there are no rows."""
    if not lines:
        return html.P(empty, className="empty")
    head = html.Tr(
        [html.Th(h.title, scope="col", className="number" if h.is_number else None) for h in headings]
    )
    body = [
        html.Tr(
            [
                html.Th(cell, scope="row")
                if index == 0
                else html.Td(cell, className="number" if headings[index].is_number else None)
                for index, cell in enumerate(line.cells)
            ],
            className="is-open" if line.is_open else None,
        )
        for line in lines
    ]
    table = html.Table(
        [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
        className="table",
    )
    return html.Div(table, className="scroll", tabIndex=0, role="region", **{"aria-label": caption})


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
