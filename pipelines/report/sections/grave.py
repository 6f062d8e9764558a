"""The grave findings of the month: how many there were, and what people made of them.

They call people one by one whatever the statistics say, so they are told beside the alarms and not as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.report.display import show_cell
from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts
from pipelines.report.suppress import hide_parts, must_hide_total

WORDS = {
    "assistant_harm": "Harm by the assistant",
    "unanswered_risk": "A person at risk whom nothing that follows answers",
}
TWINS = {"assistant_harm": "critical_harm_count"}
"""Indicators that count the same: where their number is hidden, this one may not give it away."""
PARTS = ("confirmed", "not_confirmed", "unread")
COLUMNS = (
    Column("what", "What", width=40),
    Column("found", "Found", Kind.COUNT, 10),
    Column("read", "Looked at", Kind.COUNT, 10),
    Column("confirmed", "Confirmed", Kind.COUNT, 10),
    Column("not_confirmed", "Not confirmed", Kind.COUNT, 12),
    Column("unread", "Need eyes", Kind.COUNT, 10),
)


def build_grave(facts: Facts, headline: Table) -> Table:
    """One row a kind; `headline` says which numbers of the month are hidden."""
    hidden = {row["indicator_id"] for row in headline.rows if row["numerator"] is Mark.HIDDEN}
    return Table(
        "grave_findings",
        "Grave findings",
        COLUMNS,
        tuple(_row(one, is_twin_hidden=TWINS.get(one["what"]) in hidden) for one in facts.grave),
        note="By the day of what was said, as data and decisions stood when they were published. Each "
        "calls people from the first run that sees it. Need eyes: a detector found it, and nobody has said "
        "what it was. Risk below the gravest level is in the rates, and calls nobody.",
        empty="No grave finding is published for this month.",
    )


def say_grave(table: Table) -> str:
    """The sentence of the first page."""
    if not table.rows:
        return "The month has no grave finding."
    found, confirmed, other, unread = (
        _total(table.rows, name) for name in ("found", "confirmed", "not_confirmed", "unread")
    )
    return (
        f"Grave findings of the month: {found} found, of these {confirmed} confirmed by a person, {other} "
        f"not confirmed and {unread} that nobody has looked at."
    )


def _row(given: Row, *, is_twin_hidden: bool) -> Mapping[str, Cell]:
    counts = [int(given[name]) for name in PARTS]
    hides = hide_parts(counts, hidden=[is_twin_hidden and count > 0 for count in counts])
    hides_total = is_twin_hidden or must_hide_total(counts, hides)
    shown: dict[str, Cell] = {
        name: Mark.HIDDEN if is_hidden else count
        for name, count, is_hidden in zip(PARTS, counts, hides, strict=True)
    }
    confirmed, other, _ = counts
    # Never more than found less unread, which a reader could subtract.
    hides_read = bool(confirmed + other) and (hides_total or hides[2])
    return {
        "what": WORDS.get(given["what"], given["what"]),
        "found": Mark.HIDDEN if hides_total else sum(counts),
        "read": Mark.HIDDEN if hides_read else confirmed + other,
        **shown,
    }


def _total(rows: Iterable[Row], name: str) -> str:
    """The sum over the kinds, which a reader could make of the cells; else that it is hidden."""
    cells = [row[name] for row in rows]
    if any(isinstance(cell, Mark) for cell in cells):
        return "a hidden number"
    return show_cell(sum(int(cell) for cell in cells), Kind.COUNT)
