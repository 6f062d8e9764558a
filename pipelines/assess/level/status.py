"""Level against appetite: the judgement of a value by the limits that a person has approved.

Unknown is never green: no appetite, too little data or too little coverage are words of their own.
Change against history is another judgement, see `methods.charts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

MINIMUM_COVERAGE = 0.9
"""Share of units that detectors must have read before a value may be called within appetite. Owner: clinical
safety; a placeholder of 2026-11-23: one message in ten unread can hide as much as a watch limit allows."""


class Status(StrEnum):
    """Level against appetite, in the order of attention."""

    NOT_APPLICABLE = "not_applicable"
    WITHIN = "within"
    NO_APPETITE_SET = "no_appetite_set"
    INSUFFICIENT_DATA = "insufficient_data"
    WATCH = "watch"
    BREACH = "breach"


ATTENTION = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True)
class Limits:
    """Limits in force and who set them; version 0 is the shipped placeholder."""

    side: str
    watch: float | None
    breach: float | None
    version: int


class Decision(Protocol):
    """An approved appetite, as the register keeps it."""

    @property
    def indicator_id(self) -> str: ...
    @property
    def effective_from(self) -> dt.date: ...
    @property
    def side(self) -> str: ...
    @property
    def watch(self) -> float: ...
    @property
    def breach(self) -> float: ...
    @property
    def approved_by(self) -> str | None: ...
    @property
    def version(self) -> int | None: ...


def limits_on(decisions: Iterable[Decision], indicator_id: str, day: dt.date) -> Limits | None:
    """The approved limits of an indicator on a day, or None."""
    approved = [
        one
        for one in decisions
        if one.indicator_id == indicator_id and one.approved_by is not None and one.effective_from <= day
    ]
    if not approved:
        return None
    latest = max(approved, key=lambda one: (one.effective_from, one.version or 0))
    return Limits(str(latest.side), latest.watch, latest.breach, latest.version or 0)


def limits_between(
    decisions: Sequence[Decision], indicator_id: str, first: dt.date, last: dt.date
) -> tuple[Limits, ...]:
    """Every approved limit of an indicator that held on a day from `first` to `last`, the latest first."""
    mine = [one for one in decisions if one.indicator_id == indicator_id]
    begun = {one.effective_from for one in mine if first < one.effective_from <= last}
    found = (limits_on(mine, indicator_id, day) for day in sorted({first, *begun}, reverse=True))
    return tuple(dict.fromkeys(one for one in found if one is not None))


@dataclass(frozen=True)
class Judgement:
    """The status of a period, and the version of the limits that gave it; 0 where nobody approved any."""

    status: Status
    version: int


def judge_strictly(
    value: float | None,
    limits: Sequence[Limits],
    *,
    is_context: bool,
    is_count: bool = False,
    denominator: float | None,
    minimum_denominator: int,
    coverage: float | None,
    at_least: float | None = None,
) -> Judgement:
    """The worst status of a value by the limits that held on its days, the latest first; see `judge`.

    New limits hold from their day on: approved on a period's last day, looser ones must not turn what its
    other days were judged by. Where several limits give the worst status, the latest of them stands for it.
    """
    found = [
        Judgement(
            judge(
                value,
                one,
                is_context=is_context,
                is_count=is_count,
                denominator=denominator,
                minimum_denominator=minimum_denominator,
                coverage=coverage,
                at_least=at_least,
            ),
            one.version if one else 0,
        )
        for one in limits or (None,)
    ]
    return max(found, key=lambda one: ATTENTION[one.status])


def judge(
    value: float | None,
    limits: Limits | None,
    *,
    is_context: bool,
    is_count: bool = False,
    denominator: float | None,
    minimum_denominator: int,
    coverage: float | None,
    at_least: float | None = None,
) -> Status:
    """The status of one value.

    Without a value `at_least` may be known of it: past a limit above it is past it, however much more it is,
    while a bound that lies within says nothing. `is_context` marks an indicator that is neither good nor bad;
    `coverage` is None without a detector. More of a count than allowed is that, however few units were read:
    reading more of them takes none away.
    """
    if is_context:
        return Status.NOT_APPLICABLE
    if limits is None:
        return Status.NO_APPETITE_SET
    is_enough = denominator is not None and denominator >= minimum_denominator
    bound = at_least if value is None and limits.side == "above" else value
    if bound is None or not (is_enough or (is_count and limits.side == "above")):
        return Status.INSUFFICIENT_DATA
    if _is_beyond(bound, limits.breach, limits.side):
        return Status.BREACH
    if _is_beyond(bound, limits.watch, limits.side):
        return Status.WATCH
    is_read = value is not None and (coverage is None or coverage >= MINIMUM_COVERAGE)
    return Status.WITHIN if is_read and is_enough else Status.INSUFFICIENT_DATA


def _is_beyond(value: float, limit: float | None, side: str) -> bool:
    if limit is None:
        return False
    return value > limit if side == "above" else value < limit
