"""The declarative mapping that says how an operator's records become ours, and its validation.

A mapping is YAML: the deployment, and for each kind of record when it applies and where its fields lie.
Reading records with it is the business of the sources.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    field_validator,
    model_validator,
)  # fmt: skip

from pipelines.definition_file import open_definition
from pipelines.errors import DefinitionError
from pipelines.ingest.precise import name_reason
from pipelines.ingest.reason import Reason

MESSAGE_FIELDS = {
    "thread": True, "user": False, "message_id": False, "turn": False, "role": True, "text": True,
    "sent_at": True, "language": False, "region": False, "age_band": False, "gender": False, "model": False,
    "prompt_version": False, "use": False, "surface": False, "model_requested": False, "model_served": False,
    "provider_fingerprint": False, "policy_version": False, "is_test_traffic": False,
}  # fmt: skip
EVENT_FIELDS = {
    "thread": True, "user": False, "detail": True, "occurred_at": True, "is_test_traffic": False
}  # fmt: skip

SAID_OF_A_PERSON = frozenset({"user", "language", "region", "age_band", "gender", "use", "surface", "text"})
IDS = ("thread", "user", "message_id")
TEST_TRAFFIC = "is_test_traffic"
MAPPED = "mapped"
SQL = "sql"
BY_RULES = (MAPPED, SQL)
"""Formats whose records are read by the mapping's own rules."""
ROLES = ("user", "assistant", "agent")
HANDOFF_STAGES = ("offered", "accepted", "connected", "completed", "failed")
NOTICE_KINDS = ("ai_disclosure", "crisis_banner", "break_reminder", "consent")

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{1,62}")


def _identify(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise ValueError(
            "must be 2 to 63 small letters a-z, digits and _, beginning with a letter, such as night_line"
        )
    return value


Identifier = Annotated[str, AfterValidator(_identify)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeploymentRule(_Strict):
    """Which deployment the records belong to and how its time is cut."""

    id: Identifier
    title: str = ""
    zone: str = "UTC"
    silence_hours: int = Field(default=12, ge=1, le=72)
    maximum_hours: int = Field(default=48, ge=1, le=168)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone


class FieldRule(_Strict):
    """Where a field lies (a dotted path), and what its values mean."""

    field: str
    values: dict[str, str] | None = None

    @field_validator("values", mode="before")
    @classmethod
    def _yes_and_no_are_words(cls, values: Any) -> Any:
        # YAML reads an unquoted yes or true as a truth value.
        if not isinstance(values, AnyMapping):
            return values
        return {
            key: str(value).lower() if isinstance(value, bool) else value for key, value in values.items()
        }


class Condition(_Strict):
    """A record applies when the field at a dotted path equals a value."""

    field: str
    equals: str | int | bool


class TestTraffic(_Strict):
    """Records of a known format are a test when the field at a dotted path has one of these values."""

    field: str
    values: tuple[str, ...]


class RecordRule(_Strict):
    """One kind of record."""

    kind: Literal["message", "handoff", "notice"]
    when: Condition | None = None
    fields: dict[str, FieldRule]

    @field_validator("fields", mode="before")
    @classmethod
    def _short_form(cls, fields: Any) -> Any:
        if not isinstance(fields, AnyMapping):
            return fields
        return {name: {"field": rule} if isinstance(rule, str) else rule for name, rule in fields.items()}

    @model_validator(mode="after")
    def _fields_are_known(self) -> RecordRule:
        allowed = MESSAGE_FIELDS if self.kind == "message" else EVENT_FIELDS
        unknown = sorted(set(self.fields) - set(allowed))
        missing = sorted(
            name for name, is_required in allowed.items() if is_required and name not in self.fields
        )
        problems = []
        if unknown:
            problems.append(
                f"{', '.join(unknown)}: not a field of a {self.kind}; allowed are {', '.join(allowed)}"
            )
        if missing:
            problems.append(f"{', '.join(missing)}: required for a {self.kind} and not mapped")
        problems += [*self._strange_values(), *self._precise_fields()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _precise_fields(self) -> list[str]:
        """Fields whose name says that they hold a date of birth or a precise place."""
        advice = {
            Reason.BIRTH_DATE: "a date of birth, which is not taken in; map an age band",
            Reason.PRECISE_LOCATION: "a precise place or address, which is not taken in; map a region",
        }
        found = {
            name: reason
            for name in sorted(set(self.fields) & SAID_OF_A_PERSON)
            if (reason := name_reason(self.fields[name].field))
        }
        return [f"{name} reads {self.fields[name].field}: {advice[reason]}" for name, reason in found.items()]

    def _strange_values(self) -> list[str]:
        """Values that every record would be rejected for."""
        is_test = self.fields.get(TEST_TRAFFIC)
        if is_test and set((is_test.values or {}).values()) - {"true", "false"}:
            return [f"{TEST_TRAFFIC} means something else than true or false"]
        meanings = {"message": ROLES, "handoff": HANDOFF_STAGES, "notice": NOTICE_KINDS}[self.kind]
        name = "role" if self.kind == "message" else "detail"
        values = self.fields[name].values if name in self.fields else None
        strange = sorted(set((values or {}).values()) - set(meanings))
        return [f"{name} means {', '.join(strange)}; allowed are {', '.join(meanings)}"] if strange else []


class ReceivedOn(_Strict):
    """Takes the day of delivery from the file's name."""

    file_name: str

    @field_validator("file_name")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError("must hold one group that matches a date such as 2026-08-03")
        return pattern


class QueryRule(_Strict):
    """The rows of a database: a query that takes `:watermark` and ends in the order of its column.

    Attributes:
        query: asks for rows at or above `:watermark`.
        watermark: the column, a number, a time or a text that only ever grows.
        start: the first value that is asked for, of the column's kind.
        address_variable: name of the environment variable that holds the SQLAlchemy address, for a schedule.
    """

    query: str
    watermark: str
    start: int | FiniteFloat | dt.datetime | dt.date | str
    address_variable: str | None = None

    @field_validator("query")
    @classmethod
    def _takes_the_watermark(cls, query: str) -> str:
        if not re.search(r"(?<![:\w]):watermark\b", query):
            raise ValueError("must use :watermark, as in 'where id >= :watermark order by id'")
        if re.search(r">\s*:watermark", query):
            raise ValueError(
                "must ask for rows at the watermark too (>=): others may come with the same value"
            )
        return query


class Mapping(_Strict):
    """How one operator's files are read: as `format` says; rules for records belong to `mapped` and `sql`."""

    deployment: DeploymentRule
    received_on: ReceivedOn | None = None
    format: str = MAPPED
    query: QueryRule | None = None
    test_traffic: TestTraffic | None = None
    records: tuple[RecordRule, ...] = ()

    @model_validator(mode="after")
    def _records_are_for_mapped(self) -> Mapping:
        if (self.format in BY_RULES) != bool(self.records):
            need = "needs at least one rule" if self.format in BY_RULES else "are for format mapped alone"
            raise ValueError(f"records {need}; the format is {self.format}")
        if (self.format == SQL) != (self.query is not None):
            need = "is needed" if self.format == SQL else "is for format sql alone"
            raise ValueError(f"query {need}; the format is {self.format}")
        if self.test_traffic is not None and self.format in BY_RULES:
            raise ValueError("test_traffic is for other formats; map the field is_test_traffic instead")
        return self

    @property
    def hash(self) -> str:
        """Identifies what the mapping says, whatever the layout of its file."""
        told = self.model_dump(mode="json")
        told = {name: value for name, value in told.items() if value is not None or name == "received_on"}
        content = json.dumps(told, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def load_mapping(path: Path, *, format_name: str | None = None) -> Mapping:
    """Read and validate a mapping file; a format given here is stronger than the file's.

    Raises:
        DefinitionError: every problem of the file, each with its line, field and what is allowed.
    """
    if not path.is_file():
        raise DefinitionError(f"{path}: no such mapping file. `plimsoll ingest DIR --infer` proposes one.")
    written = open_definition(path)
    if format_name is not None:
        written.content["format"] = format_name
        if format_name not in BY_RULES:
            written.content.pop("records", None)  # they say how other files of the deployment are read
    return written.read(Mapping)


def parse_mapping(content: object, *, name: str) -> Mapping:
    """Validate a mapping that no file holds; see `load_mapping`."""
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        lines = [f"{name}: the mapping is not valid."]
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"]) or "(file)"
            lines.append(f"  {place}: {problem['msg'].removeprefix('Value error, ')}")
        raise DefinitionError("\n".join(lines)) from None
