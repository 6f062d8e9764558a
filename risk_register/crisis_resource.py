"""The shape of a crisis line: a real, public way to help."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, model_validator

from risk_register.definition import Entry, Id, Text, check_unique

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 \-()]*$")]
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-/]*\.[a-z]{2,}(/[a-z0-9\-/]*)?$")]


class ResourceKind(StrEnum):
    """What a person reaches."""

    CRISIS_LINE = "crisis_line"
    """People trained to listen in a crisis."""
    EMERGENCY = "emergency"
    """The emergency number of a country or region."""
    DIRECTORY = "directory"
    """A list of help-lines by country."""


class CrisisResource(Entry):
    """A real, public line for people in a crisis; its numbers are never treated as contact details."""

    id: Id
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|INT)$")]
    languages: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")], ...]
    name: Text
    kind: ResourceKind
    phones: Annotated[tuple[Phone, ...], AfterValidator(check_unique)] = ()
    texts: Annotated[tuple[Phone, ...], AfterValidator(check_unique)] = ()
    urls: Annotated[tuple[Domain, ...], AfterValidator(check_unique)] = ()
    source: Text
    verified_on: dt.date | None = None
    """The day somebody compared the entry with what its operator makes public; null: nobody has."""
    expires_on: dt.date | None = None

    def is_verified(self, as_of: dt.date) -> bool:
        """Whether somebody compared the entry with its operator, and not too long ago for that day."""
        return self.verified_on is not None and self.expires_on is not None and as_of <= self.expires_on

    @model_validator(mode="after")
    def _check_reachable(self) -> CrisisResource:
        if not (self.phones or self.texts or self.urls):
            raise ValueError("a resource without phones, texts and urls cannot be reached")
        if self.verified_on is None or self.expires_on is None:
            if self.verified_on != self.expires_on:
                raise ValueError("verified_on and expires_on are both days, or both null")
        elif self.expires_on <= self.verified_on:
            raise ValueError(f"expires_on {self.expires_on} is not after verified_on {self.verified_on}")
        return self
