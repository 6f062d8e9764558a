"""Draws the workbook from the JSON document: one sheet a table, typed cells, and a sheet that explains it.

Every text is written as text: a title that begins with = + - or @ stays a title.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.report.display import MARK_TEXTS, STATUS_WORDS, VARIATION_WORDS
from pipelines.report.document import Kind, Mark

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SHARE, COUNT, DECIMAL, INDEX, ONE_DECIMAL = "0.00%", "#,##0", "#,##0.00", "0.000", "#,##0.0"
MEASURE_FORMATS = {"proportion": SHARE, "count": COUNT, "distribution": ONE_DECIMAL, "index": INDEX}
SHEET_NAME_LIMIT = 31
CELL_LIMIT = 32_767


def draw_workbook(document: dict[str, Any]) -> bytes:
    """The XLSX of a parsed JSON document; the same document gives the same bytes."""
    target = io.BytesIO()
    report = document["report"]
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties(
            {
                "title": f"{report['title']}, {report['deployment_title']}, {report['period_label']}",
                "comments": report["notice"],
                "created": dt.datetime.fromisoformat(report["built_at"]).replace(tzinfo=None),
            }
        )
        formats = _Formats(book)
        _write_read_me(book.add_worksheet("Read me"), document, formats)
        for table in document["tables"]:
            _write_table(book.add_worksheet(table["title"][:SHEET_NAME_LIMIT]), table, formats)
    return target.getvalue()


class _Formats:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E6EBF1", "bottom": 1}
        )
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.mark = book.add_format({"align": "center", "valign": "top", "font_color": "#6B6B6B"})

    def number(self, code: str) -> Format:
        if code not in self._made:
            self._made[code] = self._book.add_format({"num_format": code, "valign": "top"})
        return self._made[code]


def _write_read_me(sheet: Worksheet, document: dict[str, Any], formats: _Formats) -> None:
    report = document["report"]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, report["title"], formats.title)
    lines = [(key.replace("_", " ").capitalize(), _plain(report[key])) for key in sorted(report)]
    lines += [("Summary", sentence) for sentence in document["summary"]]
    lines += [("Suppression", sentence) for sentence in document["suppression"]["rule"]]
    hidden = document["suppression"]["hidden_cells"]["all"]
    lines += [("Hidden cells", f"{hidden} in this workbook")]
    lines += [(f"Mark {mark['text']}", mark["meaning"]) for mark in document["suppression"]["marks"]]
    lines += [("Methods", paragraph) for paragraph in document["notes"]["methods"]]
    lines += [(table["title"], table["note"]) for table in document["tables"] if table["note"]]
    for i, (name, text) in enumerate(lines, start=2):
        sheet.write_string(i, 0, name, formats.bold)
        sheet.write_string(i, 1, _fit(text), formats.text)


def _write_table(sheet: Worksheet, table: dict[str, Any], formats: _Formats) -> None:
    columns, rows = table["columns"], table["rows"]
    for j, column in enumerate(columns):
        sheet.set_column(j, j, column["width"])
        sheet.write_string(0, j, column["title"], formats.header)
    sheet.freeze_panes(1, 0)
    if not rows:
        sheet.write_string(1, 0, table["empty"], formats.text)
        return
    for i, row in enumerate(rows, start=1):
        for j, column in enumerate(columns):
            at = _Place(sheet, i, j)
            _write_cell(at, row[column["key"]], formats, kind=column["kind"], unit=row.get("kind", ""))
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)


@dataclass(frozen=True)
class _Place:
    """A cell of a sheet."""

    sheet: Worksheet
    row: int
    column: int


def _write_cell(at: _Place, cell: Any, formats: _Formats, *, kind: str, unit: str) -> None:
    sheet, i, j = at.sheet, at.row, at.column
    if isinstance(cell, dict):
        sheet.write_string(i, j, MARK_TEXTS[Mark(cell["mark"])], formats.mark)
    elif kind == Kind.DATE:
        sheet.write_datetime(i, j, dt.datetime.fromisoformat(cell), formats.number("yyyy-mm-dd"))
    elif isinstance(cell, bool):
        sheet.write_boolean(i, j, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(i, j, cell, formats.number(_number_format(kind, unit)))
    else:
        words = STATUS_WORDS if kind == Kind.STATUS else VARIATION_WORDS if kind == Kind.VARIATION else {}
        sheet.write_string(i, j, _fit(words.get(cell, cell)), formats.text)


def _fit(text: str) -> str:
    """A text that a cell can hold: xlsxwriter would leave a longer one out without a word."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"


def _number_format(kind: str, unit: str) -> str:
    if kind == Kind.MEASURE:
        return MEASURE_FORMATS.get(unit, DECIMAL)
    return {Kind.SHARE: SHARE, Kind.COUNT: COUNT, Kind.NUMBER: INDEX}.get(Kind(kind), DECIMAL)


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
