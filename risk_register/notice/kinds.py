"""What people are told: a closed list of kinds with their words, how urgent each can be, and who acts.

The words are written here once and hold nothing of a conversation; what is particular is in numbers and ids.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class NoticeSeverity(StrEnum):
    """How much it may disturb."""

    PAGE = "page"
    """Wake somebody; it is escalated until a person acknowledges it."""
    ATTENTION = "attention"
    """Read it today; nobody is woken."""
    INFORMATION = "information"
    """Good to know."""


class Audience(StrEnum):
    """Whose work it is; the rota says who that is now."""

    CLINICAL = "clinical"
    """Safety officers: people and what the assistant said to them."""
    ENGINEERING = "engineering"
    """Whoever runs the pipelines and the sources."""
    COMPLIANCE = "compliance"
    """Whoever answers for deadlines and for what leaves the house."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    DANGER = "danger"
    """A reviewer believes that a person is in danger now."""
    NEEDS_EYES = "needs_eyes"
    """A grave finding that nobody has confirmed."""
    ALARM = "alarm"
    """A rate past its approved appetite, or changed for the worse."""
    UNANNOUNCED_CHANGE = "unannounced_change"
    """The deployment changed and nobody said so."""
    DATA_FAULT = "data_fault"
    """Data are missing, held, implausible or not counted; what would have called a person is held back."""
    INCIDENT = "incident"
    """An incident was opened or needs its next step."""
    DEADLINE = "deadline"
    """A clock of an incident, a search for a person, a hold, an acceptance or an attestation runs out."""
    REVIEW = "review"
    """Reviews are overdue, or a label was disputed."""
    READERS = "readers"
    """The month's list of who read words of people is ready for an administrator."""
    TEST = "test"
    """The weekly test: whoever gets it acknowledges it, and then the way works."""


K = NoticeKind
WORDS: MappingProxyType[NoticeKind, str] = MappingProxyType(
    {
        K.DANGER: "A person may be in danger now. Follow the crisis protocol.",
        K.NEEDS_EYES: "Grave findings need eyes. A detector found them; nobody has confirmed them.",
        K.ALARM: "An alarm is open. Its evidence and what changed beside it are on the page.",
        K.UNANNOUNCED_CHANGE: "The deployment seems to have changed, and no change was declared.",
        K.DATA_FAULT: "Data are missing, held, implausible or not counted. "
        "Calls that depend on them are held back.",
        K.INCIDENT: "An incident waits for its next step.",
        K.DEADLINE: "A deadline is near or has passed.",
        K.REVIEW: "Reviews wait for people.",
        K.READERS: "Who read words of people last month is listed. An administrator looks at it.",
        K.TEST: "This is a test of the way to you. Acknowledge it.",
    }
)


class NoticeState(StrEnum):
    """Where a notice stands."""

    QUEUED = "queued"
    """Not yet accepted by any server."""
    FAILED = "failed"
    """Every way that was tried so far refused; it is tried again."""
    SENT = "sent"
    """At least one server accepted it; a page goes on to the next person until it is acknowledged."""
    ACKNOWLEDGED = "acknowledged"
    """A person has it."""


_N = NoticeState
TRANSITIONS: MappingProxyType[NoticeState, tuple[NoticeState, ...]] = MappingProxyType(
    {
        _N.QUEUED: (_N.SENT, _N.FAILED, _N.ACKNOWLEDGED),
        _N.FAILED: (_N.SENT, _N.ACKNOWLEDGED),
        _N.SENT: (_N.ACKNOWLEDGED,),
        _N.ACKNOWLEDGED: (),
    }
)
