"""Rows of a delivered CSV file, each with the lines it stands in; no line and no row grows beyond a bound.

What a row means is the source's business. What is no row is told with its reason; the next line begins anew.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pipelines.ingest.files.lines import LONGEST_LINE, read_pieces
from pipelines.ingest.reason import Reason

DELIMITERS = ",;\t|"
"""Of CSV; spreadsheets write semicolons where the comma is for decimals."""

TOLD_DELIMITER = re.compile(r"\"?sep=([,;\t|])\"?[,;\t|]*\s*", re.I)
"""A line before the names of the columns that tells Excel what sets them apart."""


class Row(NamedTuple):
    """A row, or the reason why some lines are none.

    Attributes:
        lines: the numbers of its lines, from 1.
        values: its cells; none of an empty line, and none where there is a reason.
        raw: its lines as they are; of a line that is too long nothing.
    """

    lines: range
    values: list[str]
    reason: Reason | None
    raw: list[bytes]


class _BrokenOffError(Exception):
    """The lines of what would be one row are too much; says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _Feed:
    """Hands lines to a reader of CSV and remembers those that it took for the row at hand."""

    def __init__(self, path: Path) -> None:
        self._pieces = read_pieces(path, ends_at_return=True)
        self.number = 0
        self.raw: list[bytes] = []
        self.is_text = True
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        piece = next(self._pieces)
        self.number = piece.number
        if not piece.is_whole:
            self.raw.append(b"")
            while not piece.is_last:
                piece = next(self._pieces)
            raise _BrokenOffError(Reason.LINE_TOO_LONG)
        self.raw.append(piece.content)
        self._size += len(piece.content)
        if len(self.raw) > 1 and self._size > LONGEST_LINE:
            raise _BrokenOffError(Reason.MALFORMED_LINE)
        try:
            return piece.content.decode()
        except UnicodeDecodeError:
            self.is_text = False
            return piece.content.decode(errors="replace")  # where the row ends is told by other letters

    def begin(self) -> int:
        """Forget the lines of the row before; returns the number of the next line."""
        self.raw, self._size, self.is_text = [], 0, True
        return self.number + 1


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file, the first of which names the columns; the line that tells Excel how is none.

    Raises:
        UNREADABLE: a packed file that ends early or is damaged; what came before was yielded.
    """
    csv.field_size_limit(LONGEST_LINE)
    feed = _Feed(path)
    try:
        head = next(feed, "")
        told = TOLD_DELIMITER.fullmatch(head)
        head = next(feed, "") if told else head
    except _BrokenOffError as error:
        yield Row(range(1, 2), [], error.reason, feed.raw)
        return
    delimiter = told[1] if told else find_delimiter(head)
    rows = csv.reader(chain([head], feed), delimiter=delimiter, strict=True)
    first = 1
    while True:
        values: list[str] | None = []
        reason = None
        try:
            values = next(rows, None)
        except csv.Error:
            reason = Reason.MALFORMED_LINE
        except _BrokenOffError as error:
            reason = error.reason
        if values is None:
            return
        if not feed.is_text and reason is None:
            values, reason = [], Reason.NOT_UTF8
        yield Row(range(first, feed.number + 1), values, reason, feed.raw)
        first = feed.begin()


def find_delimiter(head: str) -> str:
    """What stands most often between the names of the columns; a comma if nothing does."""
    outside = re.sub(r'"[^"]*"', "", head)
    return max(DELIMITERS, key=outside.count)
