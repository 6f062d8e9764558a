"""Values of a log's fields become ours: times, slices, ids, texts, numbers; or an error rejects the record.

Where a field lies is the source's business.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from zoneinfo import ZoneInfo

from pipelines.ingest.precise import find_precise, find_precise_of_software, is_rung
from pipelines.ingest.reason import Reason
from pipelines.language_tag import shorten_tag

FUTURE_TOLERANCE = dt.timedelta(hours=48)
"""A record may be dated up to this long after its day of delivery began: zones and clocks differ."""

PEOPLE = frozenset({"language", "region", "age_band", "gender", "use", "surface"})
"""Slices that say something of a person or where they were; the others name software."""
SLICE_VALUE = re.compile(r"[\w .+:/()-]{1,64}")
SLICES = frozenset(
    {
        *("language", "region", "age_band", "gender", "model", "prompt_version", "use", "surface"),
        *("model_requested", "model_served", "provider_fingerprint", "policy_version"),
    }
)
MILLISECONDS_FROM, MICROSECONDS_FROM, NANOSECONDS_FROM = 10**11, 10**14, 10**17
"""Epoch numbers below 10^11 are seconds (until the year 5138), below 10^14 milliseconds, and so on."""
FIRST_TIME, LAST_TIME = 946_684_800_000_000, 4_102_444_800_000_000
"""Microseconds until the years 2000 and 2100; outside lies no time, but an export's 0 for null, or the
digits of a date (202611200900) that read as milliseconds of 1976."""
LONGEST_DAY = 10
"""Characters of an ISO 8601 day (2026-11-20); every text with a time of day has more."""
FIRST_DAY = (dt.datetime.fromtimestamp(FIRST_TIME / 1e6, dt.UTC) - dt.timedelta(days=1)).date()
"""The first time's day in zones west of Greenwich: no record lies on an earlier one."""
UNRECOGNISED = "unrecognised"
"""A slice value that is no short label."""
LARGEST_EXACT = 2**53
"""The whole numbers up to this a float holds each for itself."""
DIGITS = re.compile(r"-?\d{1,18}")
LARGEST_TURN = 2**63 - 1
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
NO_VALUE = frozenset(
    {
        *(r"\N", "NaN", "<NA>", "#N/A", "(null)", "<null>"),
        *(spelt for word in ("null", "none", "nan", "n/a", "undefined")
          for spelt in (word, word.upper(), word.capitalize())),
    }
)  # fmt: skip
"""What programs write into a table of texts where they have no value. Not NA, which is Namibia."""
NEVER_SAID = r"\N"
"""Of these, what nobody says: any other may be the whole of a message."""
SCIENTIFIC = r"[0-9][.,][0-9]+[eE][+]?[0-9]+|[0-9]+[eE][+][0-9]+"
"""How a spreadsheet writes a long number: its last digits are lost, and different ids become the same."""
SHORTENED = re.compile(SCIENTIFIC)
NUMBER = re.compile(r"\d{9,19}(\.\d+)?")


class RecordError(Exception):
    """One record is rejected: why, and the path of the field at fault. Never a value."""

    def __init__(self, reason: Reason, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def find(record: object, path: tuple[str, ...]) -> object:
    """The value at a path of keys, or None; flattened logs write several parts as one key, with dots."""
    if not path:
        return record
    if not isinstance(record, dict):
        return None
    for count in range(1, len(path) + 1):
        inner = record.get(".".join(path[:count]))
        if inner is not None and (found := find(inner, path[count:])) is not None:
            return found
    return None


def to_microseconds(value: object, path: str, zone: ZoneInfo) -> int:
    """Microseconds since 1970 of an ISO 8601 text, an epoch number, or a time of a typed file.

    Raises:
        RecordError: `bad_time`; also for a day alone, whose midnight nobody said.
    """
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, decimal.Decimal):
        value = int(value) if value.is_finite() and value == int(value) else float(value)
    if isinstance(value, str):
        if len(value) <= LONGEST_DAY:
            raise RecordError(Reason.BAD_TIME, path)
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            raise RecordError(Reason.BAD_TIME, path) from None
    if isinstance(value, dt.datetime):
        since = microseconds(value if value.tzinfo else value.replace(tzinfo=zone))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        since = _scale(value, path)
    else:
        raise RecordError(Reason.BAD_TIME, path)
    if not FIRST_TIME <= since < LAST_TIME:
        raise RecordError(Reason.BAD_TIME, path)
    return since


def read_day(value: object) -> object:
    """Midnight of a text that is a day alone, which earlier versions took in as a time; else the value."""
    if not isinstance(value, str) or len(value) > LONGEST_DAY or NUMBER.fullmatch(value):
        return value
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return value


def _scale(value: int | float, path: str) -> int:
    try:
        if value >= NANOSECONDS_FROM:
            return int(value) // 1_000
        scale = 1 if value >= MICROSECONDS_FROM else 1_000 if value >= MILLISECONDS_FROM else 1_000_000
        return round(value * scale)
    except (ValueError, OverflowError):  # JSON knows neither, but a typed file holds NaN and infinity
        raise RecordError(Reason.BAD_TIME, path) from None


def microseconds(moment: dt.datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def latest_time(received_on: dt.date) -> int:
    """The last moment, in microseconds, that a record delivered on a day may be dated."""
    return microseconds(dt.datetime.combine(received_on, dt.time(), dt.UTC) + FUTURE_TOLERANCE)


def to_slice(
    value: object, name: str, values: dict[str, str] | None = None, *, path: str | None = None
) -> str:
    """The short label of a slice; anything else could carry a name or a contact detail past redaction.

    Raises:
        RecordError: `birth_date` or `precise_location`: either would single a person out.
    """
    text = str(value).strip()
    text = (values or {}).get(text, text)
    is_of_person = name in PEOPLE
    if reason := find_precise(text) if is_of_person else find_precise_of_software(text):
        raise RecordError(reason, path or name)
    if SLICE_VALUE.fullmatch(text) is None or (not is_of_person and is_rung(text)):
        return UNRECOGNISED
    if name != "language":
        return text
    return shorten_tag(text)


def to_whole(value: object) -> object:
    """A whole number as such where tables write it as decimal, or as float beside values that are missing."""
    is_exact = isinstance(value, decimal.Decimal) and value.is_finite()
    is_exact |= isinstance(value, float) and abs(value) <= LARGEST_EXACT
    return int(value) if is_exact and value == int(value) else value  # type: ignore[call-overload]


def to_identifier(value: object, path: str) -> str:
    """An id as text; a whole number that a typed file holds as another kind is the same id.

    A number as `SCIENTIFIC` is none.

    Raises:
        RecordError: `wrong_type`.
    """
    value = str(value) if isinstance(value, uuid.UUID) else to_whole(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise RecordError(Reason.WRONG_TYPE, path)
    if isinstance(value, str) and SHORTENED.fullmatch(value):
        raise RecordError(Reason.WRONG_TYPE, path)
    return str(value)


def to_text(value: object, path: str) -> str:
    """What was said.

    Raises:
        RecordError: `wrong_type`, or `empty_body`.
    """
    if not isinstance(value, str):
        raise RecordError(Reason.WRONG_TYPE, path)
    if not value.strip():
        raise RecordError(Reason.EMPTY_BODY, path)
    return value


def to_truth(value: object, values: dict[str, str] | None, path: str) -> bool:
    """With `values`, what they do not name is no test; without, the field must say true or false.

    Raises:
        RecordError: `wrong_type`.
    """
    text = str(value).strip().lower()
    if values is not None:
        return values.get(str(value), values.get(text)) == "true"
    if text not in TRUTHS:
        raise RecordError(Reason.WRONG_TYPE, path)
    return TRUTHS[text]


def to_integer(value: object, path: str) -> int:
    """The place of a message in its thread.

    Raises:
        RecordError: `wrong_type`.
    """
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    value = to_whole(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST_TURN <= value <= LARGEST_TURN:
        raise RecordError(Reason.WRONG_TYPE, path)
    return value
