"""What a form sent, read back: days, moments and numbers. What they mean is each page's own business.

A moment without an offset is one of the deployment's zone: that is where its people look at a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboards.wording import say_local
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


def read_past_moment(text: str, *, zone: str, at: datetime) -> datetime | None:
    """A moment of a zone as the browser writes it, in UTC; nothing for an empty field.

    An hour that a change of clocks brings twice is the first of the two: what runs from it starts no later.

    Raises:
        NotAllowedError: it is no moment, that zone's clocks left it out, or it is later than `at`.
    """
    if not text:
        return None
    place = ZoneInfo(zone)
    try:
        given = datetime.fromisoformat(text)
        moment = (given if given.tzinfo else given.replace(tzinfo=place)).astimezone(UTC)
        is_left_out = given.tzinfo is None and moment.astimezone(place).replace(tzinfo=None) != given
    except (ValueError, OverflowError) as error:
        raise NotAllowedError(
            f"{text!r} is not a moment; write it as 2027-05-20T14:30, in {zone}."
        ) from error
    if is_left_out:
        raise NotAllowedError(f"{text!r} was no time in {zone}: the clocks went forward past it.")
    if moment > at:
        raise NotAllowedError(
            f"{say_local(moment, zone)} is still to come. It is {say_local(at, zone)} now; "
            "look at the day and the time."
        )
    return moment
