"""Draws the PDF from the JSON document with typst. Texts go in as data and are never read as markup.

Only the fonts that ship with typst are used, the timestamp is the report's own, and no package is fetched:
the same document gives the same bytes on every machine with the same versions.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import typst

from pipelines.report.chart import draw_charts
from pipelines.report.display import show_cell, show_duration, show_moment
from pipelines.report.document import Kind, Mark

FOLDER = Path(__file__).resolve().parent
STANDARDS = ("a-2a", "ua-1")  # archivable, and readable with a screen reader
GLYPH_PROBE = b'#set document(title: [probe])\n#set text(lang: "en")\n#sys.inputs.text'
UNBROKEN = re.compile(r"[^\s\u200b]{26,}")
ZERO_WIDTH_SPACE = "\u200b"


def draw_pdf(document: dict[str, Any], *, template: str) -> bytes:
    """The PDF of a parsed JSON document by the template `reports/<template>.typ`."""
    view = _replace_unprintable(json.dumps(build_view(document), ensure_ascii=False))
    built_at = dt.datetime.fromisoformat(document["report"]["built_at"])
    pdf: bytes = typst.compile(
        FOLDER / "reports" / f"{template}.typ",
        root=FOLDER,
        ignore_system_fonts=True,
        sys_inputs={"view": view},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(built_at.timestamp()),
    )
    return pdf


def build_view(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every cell as the text it is drawn with; statuses keep their id beside their word."""
    report = document["report"]
    return {
        **document,
        "report": {
            **report,
            "built_at": show_moment(report["built_at"]),
            "published_at": show_moment(report["published_at"]),
            "worst_delay": show_duration(report["worst_delay_minutes"]),
            **({"edition": _show_edition(report["edition"])} if "edition" in report else {}),
        },
        "tables": {table["id"]: _table_view(table) for table in document["tables"]},
        "charts": draw_charts(document),
    }


def _show_edition(edition: dict[str, Any]) -> dict[str, Any]:
    shown = {name: show_moment(value) for name, value in edition.items() if name.endswith("_at")}
    return {**edition, **shown}


def _table_view(table: dict[str, Any]) -> dict[str, Any]:
    return {**table, "rows": [_row_view(row, table["columns"]) for row in table["rows"]]}


def _row_view(row: dict[str, Any], columns: list[dict[str, Any]]) -> dict[str, Any]:
    view: dict[str, Any] = {}
    for column in columns:
        key, kind = column["key"], column["kind"]
        view[key] = _breakable(show_cell(row[key], kind, unit=row.get("kind", "")))
        if isinstance(row[key], dict):
            view[f"{key}_mark"] = row[key]["mark"]
        elif kind == Kind.STATUS:
            view[f"{key}_id"] = row[key]
    if view.get("value_mark") == Mark.UNKNOWN and "at_least" in view and "at_least_mark" not in view:
        view["value"] = f"at least {view['at_least']}"
        del view["value_mark"]
    return view


def _breakable(text: str) -> str:
    """Lets a long unbroken word break, so that it cannot run out of its cell."""
    return UNBROKEN.sub(lambda run: re.sub(r"(.{8}|[_/@.:-])", rf"\1{ZERO_WIDTH_SPACE}", run.group()), text)


def _replace_unprintable(view: str) -> str:
    """Writes characters that no shipped font has as `[U+4E2D]`; JSON and workbook keep them."""
    unusual = sorted({character for character in view if ord(character) > 0x7E})
    for character in _unprintable(unusual):
        view = view.replace(character, f"[U+{ord(character):04X}]")
    return view


def _unprintable(characters: list[str]) -> list[str]:
    """Those that typst refuses to draw, found by halving: it names one at a time and only in words."""
    if not characters or _can_draw("".join(characters)):
        return []
    if len(characters) == 1:
        return characters
    middle = len(characters) // 2
    return _unprintable(characters[:middle]) + _unprintable(characters[middle:])


def _can_draw(text: str) -> bool:
    try:
        typst.compile(
            GLYPH_PROBE, ignore_system_fonts=True, sys_inputs={"text": text}, pdf_standards=["ua-1"]
        )
    except typst.TypstError:
        return False
    return True
