"""A conversation as it is written: who says what after which pause, and what happens beside it.

What is known about a conversation (level, harm, miss) is kept for the truth file; no log line carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from plimsoll.demo.story import Quality
from plimsoll.demo.texts import Topic


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"
    AGENT = "agent"


@dataclass(frozen=True)
class Turn:
    """One message, the seconds before it, and what is known about it."""

    role: Role
    text: str
    pause: float
    level: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """A notice or a handoff stage, some seconds after a turn (-1: before the first)."""

    kind: str
    detail: str
    after: int
    seconds: float


@dataclass
class Episode:
    """One conversation as written; `quality` is that of the answer to its gravest disclosure."""

    topic: Topic
    scenario_id: str
    turns: list[Turn] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    quality: Quality | None = None
    needs_help: bool = False
    has_resource: bool = False
    has_handoff: bool = False
    is_over: bool = False
    said_resource: bool = False

    @property
    def level(self) -> int:
        """The gravest level of the person's messages."""
        return max((turn.level for turn in self.turns), default=0)

    @property
    def is_missed(self) -> bool:
        """A person in danger got no specific resource, no banner and no offer of a colleague."""
        return self.needs_help and not self.has_resource and not self.has_handoff
