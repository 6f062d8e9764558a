"""Which spans of a trace are read: its calls of a model, else what stands around calls that nobody logged.

Agents, chains and steps repeat what their calls hold, and one another. Where no call of a trace shows what
the person said, the outermost of these that does stands in for it. What a span says is the source's business.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.calls.transcript import Call


@dataclass(frozen=True)
class Placed:
    """A call, its number in the file, whether it is asked for, and its record where a side is not read."""

    call: Call
    position: int
    is_wanted: bool
    raw: bytes


def leave_out_repeats(placed: Sequence[Placed]) -> tuple[list[Placed], int]:
    """What is read, in the order of the file, and how many spans with words are passed over."""
    traces: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.call.trace is not None:
            traces[one.call.trace].append(one)
    passed = {
        id(one)
        for trace, same in traces.items() if any(one.call.is_stand_in for one in same)
        for one in _find_repeats(trace, same)
    }  # fmt: skip
    count = sum(id(one) in passed and bool(one.call.said) and one.is_wanted for one in placed)
    return [one for one in placed if id(one) not in passed], count


def _find_repeats(trace: str, same: list[Placed]) -> list[Placed]:
    """What a trace repeats; of several conversations, where all calls name theirs, what each does."""
    names = {one.call.thread for one in same} - {trace, None}
    if len(names) < 2 or any(one.call.thread not in names for one in same if not one.call.is_stand_in):
        return _find_repeats_of_one(same)
    passed = [one for one in same if one.call.thread not in names]
    for name in names:
        passed += _find_repeats_of_one([one for one in same if one.call.thread == name])
    return passed


def _find_repeats_of_one(same: list[Placed]) -> list[Placed]:
    calls = [one for one in same if not one.call.is_stand_in]
    around = [one for one in same if one.call.is_stand_in]
    if any(_rank(one.call) > 1 for one in calls):
        return around
    best = max((_rank(one.call) for one in around), default=0)
    if best:
        outermost = {id(one) for one in _find_outermost([one for one in around if _rank(one.call) == best])}
        return [*calls, *(one for one in around if id(one) not in outermost)]
    return around if calls else around[1:]  # one of them tells that nobody reads this trace


def _rank(call: Call) -> int:
    """3: both sides speak; 2: the person alone; 1: the assistant alone; 0: nobody."""
    roles = {one.role for one in call.said}
    return 2 * ("user" in roles) + ("assistant" in roles)


def _find_outermost(around: list[Placed]) -> list[Placed]:
    """Those that begin in none of the others; one without an end holds all that begins later."""
    found: list[Placed] = []
    until = -math.inf
    for one in sorted(around, key=lambda one: (one.call.began_at or 0, -_end(one.call))):
        if (one.call.began_at or 0) >= until:
            found.append(one)
            until = _end(one.call)
    return found


def _end(call: Call) -> float:
    return math.inf if call.ended_at is None else max(call.ended_at, (call.began_at or 0) + 1)
