"""A register or checklist as YAML, CSV or XLSX, and back without loss.

No cell is ever a formula: a spreadsheet shows what people wrote, whatever it begins with. The same document
always gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from enum import StrEnum

import openpyxl
import xlsxwriter
import yaml

from risk_register.errors import ContentError
from risk_register.exchange.cell import guard, read_guarded
from risk_register.exchange.document import (
    TABLES,
    Document,
    ExchangeKind,
    Row,
    check_document,
    list_rules,
)

# A workbook has no place for these; a backslash is escaped with them so that every text comes back.
NOT_IN_A_WORKBOOK = re.compile(r"[\x00-\x08\x0b-\x1f\\\ufffe\uffff]")
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
CELL_LIMIT = 32_767
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
SAME_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # a workbook would carry the hour it was written at
ABOUT = "about"  # the table, or sheet, that says what the document is
ABOUT_FIELDS = ("kind", "deployment_id", "title")


class Format(StrEnum):
    """How a document is written."""

    YAML = "yaml"
    CSV = "csv"
    XLSX = "xlsx"


def write_document(document: Document, file_format: Format) -> bytes:
    """The document's bytes.

    Raises:
        ContentError: a text is longer than a cell of a workbook can hold.
    """
    writers = {Format.YAML: _write_yaml, Format.CSV: _write_csv, Format.XLSX: _write_xlsx}
    return writers[file_format](document)


def parse_document(content: bytes, file_format: Format) -> Document:
    """The document in these bytes, checked.

    Raises:
        ContentError: the bytes are not of that format, or with every problem of the document.
    """
    readers = {Format.YAML: _read_yaml, Format.CSV: _read_csv, Format.XLSX: _read_xlsx}
    try:
        document = readers[file_format](content)
    except (
        yaml.YAMLError, csv.Error, UnicodeDecodeError, zipfile.BadZipFile, KeyError, ValueError, TypeError,
        AttributeError,
    ) as error:  # fmt: skip
        raise ContentError(
            f"The file is not a {file_format} export of a register or checklist: {error}"
        ) from error
    check_document(document)
    return document


def _write_yaml(document: Document) -> bytes:
    content = {
        ABOUT: _about(document),
        **{name: [dict(row) for row in rows] for name, rows in document.tables.items()},
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110).encode()


def _read_yaml(content: bytes) -> Document:
    loaded = yaml.safe_load(content.decode())
    return _make(loaded.pop(ABOUT), loaded)


def _write_csv(document: Document) -> bytes:
    names = ["table", *ABOUT_FIELDS]
    for table in document.tables:
        names += [rule.name for rule in list_rules(table) if rule.name not in names]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerow({"table": ABOUT, **{key: guard(value or "") for key, value in _about(document).items()}})
    for table, rows in document.tables.items():
        for row in rows:
            writer.writerow({"table": table, **{key: guard(value or "") for key, value in row.items()}})
    return stream.getvalue().encode()


def _read_csv(content: bytes) -> Document:
    about: dict[str, str] = {}
    tables: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True):
        table = row.pop("table")
        cells = {key: read_guarded(value) for key, value in row.items()}
        if table == ABOUT:
            about = {key: cells[key] for key in ABOUT_FIELDS}
        else:
            tables.setdefault(table, []).append(cells)
    return _make(about, _known_columns(about, tables))


def _write_xlsx(document: Document) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as book:
        book.set_properties({"title": f"{document.kind} of {document.title}", "created": SAME_DAY})
        bold = book.add_format({"bold": True})
        about = book.add_worksheet(ABOUT)
        for number, (name, value) in enumerate(_about(document).items()):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, _escape(value))
        for table, rows in document.tables.items():
            sheet = book.add_worksheet(table)
            for column, rule in enumerate(list_rules(table)):
                sheet.write_string(0, column, rule.name, bold)
                for number, row in enumerate(rows, start=1):
                    sheet.write_string(number, column, _escape(row.get(rule.name)))
            sheet.freeze_panes(1, 0)
    return target.getvalue()


def _read_xlsx(content: bytes) -> Document:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    about = {str(name): _unescape(value) for name, value in book[ABOUT].iter_rows(values_only=True)}
    tables: dict[str, list[dict[str, str]]] = {}
    for name in book.sheetnames:
        if name != ABOUT:
            header, *rows = book[name].iter_rows(values_only=True)
            tables[name] = [
                {str(key): _unescape(value) for key, value in zip(header, row, strict=True)} for row in rows
            ]
    book.close()
    return _make(about, _known_columns(about, tables))


def _about(document: Document) -> dict[str, str]:
    return {"kind": document.kind.value, "deployment_id": document.deployment_id, "title": document.title}


def _make(about: Mapping[str, str], tables: Mapping[str, Iterable[Row]]) -> Document:
    return Document(
        kind=ExchangeKind(about["kind"]),
        deployment_id=about["deployment_id"],
        title=about["title"],
        tables={name: tuple(dict(row) for row in rows or ()) for name, rows in tables.items()},
    )


def _known_columns(
    about: Mapping[str, str], tables: Mapping[str, list[dict[str, str]]]
) -> dict[str, list[Row]]:
    """An empty cell of a sheet is no value where there may be none, else an empty text."""
    found: dict[str, list[Row]] = {}
    for table in dict.fromkeys((*TABLES[ExchangeKind(about["kind"])], *tables)):
        rules = list_rules(table)
        found[table] = [
            {
                rule.name: (None if rule.is_optional and not row[rule.name] else row[rule.name])
                for rule in rules
            }
            for row in tables.get(table, [])
        ]
    return found


def _escape(value: str | None) -> str:
    text = NOT_IN_A_WORKBOOK.sub(lambda found: f"\\u{ord(found.group()):04x}", value or "")
    if len(text) > CELL_LIMIT:
        raise ContentError(
            f"A text of {len(text):,} characters does not fit into a cell of a workbook ({CELL_LIMIT:,}). "
            "Export as YAML or CSV."
        )
    return text


def _unescape(value: object) -> str:
    return ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), "" if value is None else str(value))
