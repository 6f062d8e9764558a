"""Who is told, by which way and when: the file `definitions/notify.yaml` of the home, checked as a whole.

The file names routes and where their secret address lies (an environment variable or a file), people with
their routes, rotas, and rules. It never holds an address itself. Sending is the business of `send`.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipelines.errors import DefinitionError
from risk_register.notice.kinds import Audience, NoticeSeverity
from risk_register.notice.notices import NoticeRecord

FILE = "notify.yaml"
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(_Strict):
    """Where an address lies: an environment variable or a file, one of them."""

    env: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    file: Path | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("name one of env (an environment variable) or file (a path)")
        return self

    def read(self, environment: Mapping[str, str] | None = None) -> str | None:
        """The address; None where it is not there or cannot be read."""
        if self.env is not None:
            return (os.environ if environment is None else environment).get(self.env, "").strip() or None
        try:
            return self.file.read_text(encoding="utf-8").strip() or None if self.file else None
        except (OSError, UnicodeDecodeError):  # one route that is set up wrongly keeps no other call waiting
            return None


class Rota(_Strict):
    """People who take turns; the one after the one whose turn it is, is the second."""

    order: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    starts_on: dt.date
    days: int = Field(default=7, ge=1, le=366)
    hour: int = Field(default=9, ge=0, le=23, description="When a turn begins, in the rota's zone.")
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone

    def order_at(self, at: dt.datetime) -> tuple[str, ...]:
        """Everyone, from the person whose turn it is."""
        local = at.astimezone(ZoneInfo(self.zone)) - dt.timedelta(hours=self.hour)
        turn = (local.date() - self.starts_on).days // self.days % len(self.order)
        return self.order[turn:] + self.order[:turn]


class Rule(_Strict):
    """Who is told of what; the first rule that applies is used. What it does not name, it takes all of."""

    severity: tuple[NoticeSeverity, ...] = tuple(NoticeSeverity)
    audience: tuple[Audience, ...] = tuple(Audience)
    deployments: tuple[Identifier, ...] | None = None
    rota: Identifier | None = None
    people: tuple[Identifier, ...] = ()
    copy_to: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.rota is None) == (not self.people):
            raise ValueError("name one of rota (who takes turns) or people (always the same order)")
        return self

    def applies(self, notice: NoticeRecord) -> bool:
        """Whether this rule is about such a notice."""
        is_named = self.deployments is None or notice.deployment_id in self.deployments
        return notice.severity in self.severity and notice.audience in self.audience and is_named


class WeeklyTest(_Strict):
    """When the way to people is tested."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday"] = "tuesday"
    hour: int = Field(default=10, ge=0, le=23)


class Heartbeat(_Strict):
    """Where a sign of life goes, and after how long without a run none is sent."""

    address: Secret
    stale_hours: int = Field(default=26, ge=1, le=24 * 7)


class Routing(_Strict):
    """The file as a whole."""

    dashboard: str = Field(pattern=r"^https?://[^\s?#]+$", description="Address of the dashboard.")
    routes: dict[Identifier, Secret]
    people: dict[Identifier, Annotated[tuple[Identifier, ...], Field(min_length=1)]]
    rotas: dict[Identifier, Rota] = {}
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    escalation_minutes: Annotated[tuple[int, ...], Field(max_length=10)] = (15, 30)
    repeat_minutes: int = Field(default=30, ge=5, description="After the last step, until acknowledged.")
    repeat_hours: int = Field(default=24, ge=0, le=72, description="How long it is repeated.")
    test: WeeklyTest = WeeklyTest()
    heartbeat: Heartbeat | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        faults = [
            f"people.{person}: there is no route {route}"
            for person, routes in self.people.items()
            for route in routes
            if route not in self.routes
        ]
        named = [(f"rotas.{name}", one) for name, rota in self.rotas.items() for one in rota.order]
        for number, rule in enumerate(self.rules, start=1):
            named += [(f"rules.{number}", one) for one in (*rule.people, *rule.copy_to)]
            if rule.rota is not None and rule.rota not in self.rotas:
                faults.append(f"rules.{number}: there is no rota {rule.rota}")
        faults += [
            f"{where}: there is no person {person}" for where, person in named if person not in self.people
        ]
        faults += [
            f"rules: nobody is told of {severity.value} for {audience.value} of every deployment; add a rule"
            for severity in NoticeSeverity
            for audience in Audience
            if not any(
                rule.deployments is None and severity in rule.severity and audience in rule.audience
                for rule in self.rules
            )
        ]
        if list(self.escalation_minutes) != sorted(set(self.escalation_minutes)) or any(
            minutes < 1 for minutes in self.escalation_minutes
        ):
            faults.append("escalation_minutes: minutes since the first call, rising, such as [15, 30]")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def find_rule(self, notice: NoticeRecord) -> Rule:
        """The first rule that applies; that there is one was checked on loading."""
        return next(rule for rule in self.rules if rule.applies(notice))


def load_routing(definitions: Path) -> Routing | None:
    """The routing of a home; None where nobody has written one, so that nobody is called.

    Raises:
        DefinitionError: every problem of the file at once.
    """
    path = definitions / FILE
    if not path.is_file():
        return None
    try:
        return Routing.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise DefinitionError(f"{path} is not YAML: {getattr(error, 'problem', '')}") from error
    except ValidationError as error:
        # Without the values: somebody may have put an address where its name belongs.
        faults = [
            f"{path}: {'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise DefinitionError("\n".join(faults)) from error
