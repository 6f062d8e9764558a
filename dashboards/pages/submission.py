"""What a form sent, read back: days, moments and numbers. What they mean is each page's own business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from risk_register.errors import NotAllowedError, RegisterError

DIGITS = 9  # what counts here stays far below; a database refuses more than 19


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
    if not text.isdecimal() or len(text) > DIGITS:
        raise RegisterError(refusal)
    return int(text)


def read_optional_number(fields: Mapping[str, str], name: str, *, refusal: str) -> int | None:
    """The same, or None where the field was left empty.

    Raises:
        RegisterError: it carries something else; the words are `refusal`.
    """
    given = {name: fields.get(name, "").strip()}
    return read_number(given, name, refusal=refusal) if given[name] else None


def read_moment(text: str) -> datetime | None:
    """A moment in UTC as the browser writes it; nothing for an empty field.

    Raises:
        NotAllowedError: it is no moment.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotAllowedError(f"{text!r} is not a moment; write it as 2027-05-20T14:30, in UTC.") from error
