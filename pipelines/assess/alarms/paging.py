"""Which concerns may call a person: alarms of streams that are on, not muted, not held by bad data.

Pure. The critical floor is apart: nothing here can silence it. Calling is done in `calling`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.assess.alarms.concern import Concern
from risk_register.alarm.streams import MuteRecord, Question, StreamRecord

FLOOR = "critical_finding"
STREAMS = frozenset(one.value for one in Question)


@dataclass(frozen=True)
class Switchboard:
    """What people decided about the streams of a deployment."""

    streams: Sequence[StreamRecord] = ()
    mutes: Sequence[MuteRecord] = ()

    def is_on(self, stream_id: str) -> bool:
        """Whether a person switched it on."""
        return any(one.is_on and one.stream_id == stream_id for one in self.streams)

    def is_muted(self, stream_id: str, at: dt.datetime) -> bool:
        """Whether somebody silenced it for now."""
        return any(one.stream_id == stream_id and one.holds(at) for one in self.mutes)


def decide_paging(
    concerns: Sequence[Concern], boards: Mapping[str, Switchboard], *, at: dt.datetime
) -> list[Concern]:
    """Each concern with whether it calls somebody, and if it is an alarm that does not, why."""
    return [_decide(one, boards.get(one.deployment_id, Switchboard()), at) for one in concerns]


def _decide(one: Concern, board: Switchboard, at: dt.datetime) -> Concern:
    if one.state != "alarm" or one.closed_on is not None:
        return replace(one, held_by="") if one.state != "alarm" else one
    if one.kind == FLOOR:
        return replace(one, is_paging=True, held_by="")
    if one.stream_id.partition(":")[0] not in STREAMS or not board.is_on(one.stream_id):
        # A list would call nobody with good data either, so bad data keep no call of it from anybody.
        return replace(one, held_by="taken" if one.held_by == "taken" else "list")
    if board.is_muted(one.stream_id, at):
        return replace(one, held_by="muted")
    return replace(one, is_paging=not one.held_by)
