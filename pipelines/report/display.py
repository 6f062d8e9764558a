"""How a cell of a report looks as text, the same in the PDF, in the summary and in tests.

Works on the cells of the JSON document: numbers, text, ISO dates and `{"mark": ...}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.report.document import Kind, Mark

MARK_TEXTS = {
    Mark.HIDDEN: "·",
    Mark.UNKNOWN: "?",
    Mark.NOT_MEASURED: "n/m",
    Mark.NOT_SET: "not set",
    Mark.NONE: "–",
}
MARK_MEANINGS = {
    Mark.HIDDEN: "Hidden: a small cell, or one from which a small cell could be worked out.",
    Mark.UNKNOWN: "Unknown: looked for, but there is too little to say.",
    Mark.NOT_MEASURED: "Not measured: nothing is published for this month. It is not zero.",
    Mark.NOT_SET: "Not set: nobody has decided it yet.",
    Mark.NONE: "Nothing to say here.",
}
STATUS_WORDS = {
    "breach": "Breach",
    "watch": "Watch",
    "not_measured": "Not measured",
    "insufficient_data": "Insufficient data",
    "no_appetite_set": "No appetite set",
    "within": "Within appetite",
    "not_applicable": "Not applicable",
}
STATUS_MEANINGS = {
    "breach": "The level is beyond the approved limit.",
    "watch": "The level is beyond the approved early limit.",
    "not_measured": "The indicator has a definition, and nothing is published for this month.",
    "insufficient_data": "Too few units, or too few of them scored, to judge.",
    "no_appetite_set": "Nobody has approved a limit, or only one that no value can pass; measured or not.",
    "within": "The level is on the good side of the approved limits.",
    "not_applicable": "The indicator is not judged against a limit here.",
}
VARIATION_WORDS = {
    "not_assessed": "Not assessed",
    "common_cause": "No special cause",
    "special_cause_high": "Special cause, high",
    "special_cause_low": "Special cause, low",
}


def show_cell(cell: Any, kind: str, *, unit: str = "") -> str:
    """A cell as text; `unit` is the indicator's kind, for cells of Kind.MEASURE."""
    if isinstance(cell, dict):
        return MARK_TEXTS[Mark(cell["mark"])]
    if kind == Kind.MEASURE:
        return show_measure(float(cell), unit)
    return _SHOW[Kind(kind)](cell)


def show_measure(value: float, unit: str) -> str:
    """A value in the unit of its indicator's kind."""
    if unit == "proportion":
        return show_share(value)
    if unit == "count":
        return show_count(value)
    if unit == "distribution":
        return f"{value:,.1f}"
    return f"{value:,.3f}" if unit == "index" else f"{value:,.2f}"


def show_share(share: float) -> str:
    """A share as per cent: two decimals below 10 %, where a tenth of a point can be the whole of it."""
    percent = share * 100
    return f"{percent:.2f}%" if abs(percent) < 9.995 else f"{percent:.1f}%"


def show_count(count: float) -> str:
    """A count with thousands separated; a weighted one keeps a decimal."""
    return f"{int(count):,}" if count == int(count) else f"{count:,.1f}"


def show_moment(moment: str) -> str:
    """`2026-09-01 04:00 UTC` for an ISO time of the document."""
    return f"{moment[:10]} {moment[11:16]} UTC"


def show_duration(minutes: int) -> str:
    """A delay in hours, in minutes below two of them."""
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f}".removesuffix(".0") + " hours"


def _show_number(number: float) -> str:
    if isinstance(number, int):
        return show_count(number)
    return f"{number:,.3f}"


_SHOW: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: str,
    Kind.DATE: str,
    Kind.COUNT: show_count,
    Kind.NUMBER: _show_number,
    Kind.RATIO: lambda ratio: f"{ratio:,.2f}",
    Kind.SHARE: show_share,
    Kind.STATUS: STATUS_WORDS.__getitem__,
    Kind.VARIATION: lambda word: VARIATION_WORDS.get(word, word.replace("_", " ")),
    Kind.FLAG: lambda flag: "yes" if flag else "no",
}
