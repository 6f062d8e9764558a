"""What a form sent, read back: days and numbers. What they mean is each page's own business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from risk_register.errors import NotAllowedError, RegisterError


def read_day(text: str) -> date:
    """A day as the browser writes it.

    Raises:
        NotAllowedError: it is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotAllowedError(f"{text!r} is not a day; write it as 2027-05-20.") from error


def read_optional_day(text: str) -> date | None:
    """The same, or None where the field was left empty.

    Raises:
        NotAllowedError: it is no day.
    """
    return read_day(text) if text else None


def read_number(fields: Mapping[str, str], name: str, *, refusal: str) -> int:
    """A number that the form carries.

    Raises:
        RegisterError: it carries none; the words are `refusal`.
    """
    text = fields.get(name, "")
    if not text.isdecimal():
        raise RegisterError(refusal)
    return int(text)
