"""The states of a review item and the steps between them, as one literal table; lanes, clocks and limits.

Serving, labelling and drawing are the business of their own modules. That an item is overdue is no state:
it is non-response, read from the clock, and never means that nothing was found.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from types import MappingProxyType

from risk_register.steps import check_allowed


class ItemStatus(StrEnum):
    """Where a drawn conversation stands."""

    WAITING = "waiting"
    """Nobody has labelled it."""
    NEEDS_SECOND = "needs_second"
    """Labelled once; it belongs to the share that two people label."""
    DISPUTED = "disputed"
    """Two people saw different things; a third settles it."""
    SETTLED = "settled"
    """It has its one authoritative label."""
    WITHDRAWN = "withdrawn"
    """The conversation was erased before it was settled; a label that stands keeps standing."""


_S = ItemStatus
TRANSITIONS: MappingProxyType[ItemStatus, tuple[ItemStatus, ...]] = MappingProxyType(
    {
        _S.WAITING: (_S.NEEDS_SECOND, _S.SETTLED, _S.WITHDRAWN),
        _S.NEEDS_SECOND: (_S.SETTLED, _S.DISPUTED, _S.WITHDRAWN),
        _S.DISPUTED: (_S.SETTLED, _S.WITHDRAWN),
        _S.SETTLED: (),
        _S.WITHDRAWN: (),
    }
)


class Purpose(StrEnum):
    """What a label is for."""

    FIRST = "first"
    SECOND = "second"
    ADJUDICATION = "adjudication"
    """The one that counts when two differ."""


# What an item in each state waits for.
PURPOSES: MappingProxyType[ItemStatus, Purpose] = MappingProxyType(
    {_S.WAITING: Purpose.FIRST, _S.NEEDS_SECOND: Purpose.SECOND, _S.DISPUTED: Purpose.ADJUDICATION}
)


class Lane(StrEnum):
    """In which order items are served."""

    TRIAGE = "triage"
    """Flagged ones, most severe first; within a level in the random order of the draw."""
    MEASUREMENT = "measurement"
    """Everything drawn, in the random order of the draw."""


class Outcome(StrEnum):
    """How an assignment ended."""

    OPEN = "open"
    LABELLED = "labelled"
    PASSED = "passed"
    """Passed on; nobody asks why."""
    RECUSED = "recused"
    """The reviewer knows the person, and gets nothing of that person any more."""
    EXPIRED = "expired"
    """The lock ran out; the item went to somebody else."""


DECIDED = frozenset({Outcome.LABELLED.value, Outcome.PASSED.value, Outcome.RECUSED.value})
"""Ends after which an item does not come back to the person; a lock that ran out is no decision of theirs."""

SEVERE_LEVEL = 3  # from here on an item is hard to read, and counts toward the daily limit
TRIAGE_LEVEL = 2  # from here on an item has a clock
# Hours until somebody has looked, by level: page, a day, three days (severity scale of the taxonomy).
CLOCKS: MappingProxyType[int, dt.timedelta] = MappingProxyType(
    {4: dt.timedelta(hours=1), 3: dt.timedelta(hours=24), 2: dt.timedelta(hours=72)}
)
REVIEW_TIME = dt.timedelta(days=7)  # for items without a clock: until the next week's sample is drawn
MEASUREMENT_SHARE = 0.30  # of labels, reserved for the random order however long the triage lane is
DOUBLE_SHARE = 0.10  # of items, labelled by two people
SEVERE_A_DAY = 20  # items a person is shown in a day of their own zone, all deployments together
SEVERE_IN_A_ROW = 2  # then an ordinary one, where there is one
BREAK_AFTER = dt.timedelta(minutes=50)  # of reading without a rest; then the page suggests one
REST = dt.timedelta(minutes=10)  # without an item: the reviewer has rested
LOCK_TIME = dt.timedelta(minutes=30)  # how long an item is kept for the person who opened it


def check_step(state: ItemStatus, *, to_state: ItemStatus) -> None:
    """Raise if the table has no such step.

    Raises:
        NotAllowedError: says which states are allowed.
    """
    check_allowed("A review item", state, to_state=to_state, allowed=TRANSITIONS[state])


def can_step(state: ItemStatus, *, to_state: ItemStatus) -> bool:
    """Whether `check_step` would pass."""
    return to_state in TRANSITIONS[state]


def find_due(level: int, *, drawn_at: dt.datetime) -> dt.datetime:
    """When an item of this level has to be looked at."""
    return drawn_at + CLOCKS.get(level, REVIEW_TIME)
