"""A text in a cell of CSV: a spreadsheet shows it and computes nothing; reading gives it back as it was."""

from __future__ import annotations

import re

# Where a comma is the decimal sign, a spreadsheet splits cells at semicolons, and lines within quotes that do
# not begin the cell: a formula may begin there, too. Quotes that stand there already are counted on.
_FORMULA = r"""(?:^|(?<=[;\r\n])){quote}(?='*[ \t"]*[=+\-@])|^{quote}(?='*[\t\r\n])"""
BEGIN = re.compile(_FORMULA.format(quote=""))
GUARDED = re.compile(_FORMULA.format(quote="'"))


def guard(text: str) -> str:
    """The text with a quote before whatever a spreadsheet would run."""
    return BEGIN.sub("'", text)


def read_guarded(text: str) -> str:
    """The text as it was before `guard`."""
    return GUARDED.sub("", text)
