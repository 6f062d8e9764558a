"""The two log shapes of the sample, each with the mapping that reads it.

Harbor logs nested English records with ISO times; Atelier logs German field names with epoch times
(milliseconds for messages, seconds for events).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plimsoll.demo.episode import Event, Role, Turn
from plimsoll.demo.people import Person
from plimsoll.demo.story import ATELIER, HARBOR, Behaviour, Operator
from plimsoll.demo.texts import Topic

USES = {Topic.EDUCATION: "education", Topic.MEDICATION: "education", Topic.CHECK_IN: "assessment"}
SILENCE_HOURS = 12
MAXIMUM_HOURS = 48

HARBOR_FIELDS = {
    "thread": "session.id",
    "user": "session.user",
    "turn": "seq",
    "role": {"field": "from", "values": {"human": "user", "bot": "assistant", "agent": "agent"}},
    "text": "body",
    "sent_at": "at",
    "language": "meta.lang",
    "region": "meta.region",
    "age_band": "meta.age_band",
    "gender": "meta.gender",
    "model": "meta.model",
    "prompt_version": "meta.prompt_version",
    "use": "meta.use",
    "surface": "session.app",
}
ATELIER_FIELDS = {
    "thread": "verlauf",
    "user": "person",
    "turn": "nr",
    "role": {
        "field": "rolle",
        "values": {"nutzer": "user", "begleiter": "assistant", "fachkraft": "agent"},
    },
    "text": "inhalt",
    "sent_at": "zeit",
    "language": "kontext.sprache",
    "region": "kontext.land",
    "age_band": "kontext.altersgruppe",
    "gender": "kontext.geschlecht",
    "model": "kontext.modell",
    "prompt_version": "kontext.anweisung",
    "use": "kontext.zweck",
    "surface": "kontext.kanal",
}


@dataclass(frozen=True)
class Setting:
    """What every record of a conversation says about its setting."""

    thread: str
    person: Person
    behaviour: Behaviour
    topic: Topic

    @property
    def use(self) -> str:
        """education, assessment or intervention."""
        return USES.get(self.topic, "intervention")

    @property
    def prompt_version(self) -> str | None:
        """An old web client does not send it for some people."""
        is_old_client = self.person.surface.endswith("-web") and self.person.user_id.endswith(("3", "7"))
        return None if is_old_client else self.behaviour.prompt_version


@dataclass(frozen=True)
class Shape:
    """How an operator writes its log: records, required fields, and the mapping."""

    message: Callable[[Setting, Turn, int, datetime], dict[str, Any]]
    event: Callable[[Setting, Event, datetime], dict[str, Any]]
    required: tuple[str, ...]
    role_field: str
    text_field: str
    time_field: str
    records: list[dict[str, Any]]


def write_mapping(operator: Operator) -> dict[str, Any]:
    """The mapping document of an operator."""
    return {
        "deployment": {
            "id": operator.deployment_id,
            "title": operator.title,
            "zone": operator.zone,
            "silence_hours": SILENCE_HOURS,
            "maximum_hours": MAXIMUM_HOURS,
        },
        "received_on": {"file_name": r"(\d{4}-\d{2}-\d{2})"},
        "records": SHAPES[operator.deployment_id].records,
    }


def _harbor_session(setting: Setting) -> dict[str, Any]:
    return {"id": setting.thread, "user": setting.person.user_id, "app": setting.person.surface}


def _harbor_message(setting: Setting, turn: Turn, number: int, at: datetime) -> dict[str, Any]:
    person = setting.person
    meta = {
        "lang": person.language if person.states_language else None,
        "region": person.region,
        "age_band": person.age_band,
        "gender": person.gender,
        "model": setting.behaviour.model,
        "prompt_version": setting.prompt_version,
        "use": setting.use,
    }
    names = {Role.USER: "human", Role.ASSISTANT: "bot", Role.AGENT: "agent"}
    return {
        "event": "message",
        "session": _harbor_session(setting),
        "seq": number,
        "from": names[turn.role],
        "body": turn.text,
        "at": _iso(at),
        "meta": {name: value for name, value in meta.items() if value is not None},
    }


def _harbor_event(setting: Setting, event: Event, at: datetime) -> dict[str, Any]:
    detail = {"handoff": "stage", "notice": "kind"}[event.kind]
    return {"event": event.kind, "session": _harbor_session(setting), detail: event.detail, "at": _iso(at)}


def _atelier_message(setting: Setting, turn: Turn, number: int, at: datetime) -> dict[str, Any]:
    person = setting.person
    context = {
        "sprache": person.language if person.states_language else None,
        "land": person.region,
        "altersgruppe": person.age_band,
        "geschlecht": person.gender,
        "modell": setting.behaviour.model,
        "anweisung": setting.prompt_version,
        "zweck": setting.use,
        "kanal": person.surface,
    }
    names = {Role.USER: "nutzer", Role.ASSISTANT: "begleiter", Role.AGENT: "fachkraft"}
    return {
        "typ": "nachricht",
        "verlauf": setting.thread,
        "person": person.user_id,
        "nr": number,
        "rolle": names[turn.role],
        "inhalt": turn.text,
        "zeit": int(at.timestamp() * 1000),
        "kontext": {name: value for name, value in context.items() if value is not None},
    }


def _atelier_event(setting: Setting, event: Event, at: datetime) -> dict[str, Any]:
    return {
        "typ": {"handoff": "uebergabe", "notice": "hinweis"}[event.kind],
        "verlauf": setting.thread,
        "person": setting.person.user_id,
        "stand": event.detail,
        "zeit": int(at.timestamp()),
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


SHAPES = {
    HARBOR: Shape(
        message=_harbor_message,
        event=_harbor_event,
        required=("session", "at", "from", "body"),
        role_field="from",
        text_field="body",
        time_field="at",
        records=[
            {"kind": "message", "when": {"field": "event", "equals": "message"}, "fields": HARBOR_FIELDS},
            {
                "kind": "handoff",
                "when": {"field": "event", "equals": "handoff"},
                "fields": {
                    "thread": "session.id",
                    "user": "session.user",
                    "detail": "stage",
                    "occurred_at": "at",
                },
            },
            {
                "kind": "notice",
                "when": {"field": "event", "equals": "notice"},
                "fields": {
                    "thread": "session.id",
                    "user": "session.user",
                    "detail": "kind",
                    "occurred_at": "at",
                },
            },
        ],
    ),
    ATELIER: Shape(
        message=_atelier_message,
        event=_atelier_event,
        required=("verlauf", "zeit", "rolle", "inhalt"),
        role_field="rolle",
        text_field="inhalt",
        time_field="zeit",
        records=[
            {"kind": "message", "when": {"field": "typ", "equals": "nachricht"}, "fields": ATELIER_FIELDS},
            *(
                {
                    "kind": kind,
                    "when": {"field": "typ", "equals": name},
                    "fields": {
                        "thread": "verlauf",
                        "user": "person",
                        "detail": "stand",
                        "occurred_at": "zeit",
                    },
                }
                for kind, name in (("handoff", "uebergabe"), ("notice", "hinweis"))
            ),
        ],
    ),
}
