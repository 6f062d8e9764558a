"""What calls of one file say of each other by an id: an answer in sound, which later calls do not repeat.

An id means something within its file alone; a call in another file is not looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipelines.ingest.content import Said
from pipelines.ingest.transcript import Call


class Links:
    """What the calls of a file say, by the ids that others of them use."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._spoken: dict[str, Said] = {}
        for call in calls:
            self._learn(call)

    def _learn(self, call: Call) -> None:
        for one in (*call.messages, *call.answer):
            if one.sound_id is not None and one.known_by:
                self._spoken[one.sound_id] = one

    def resolve(self, call: Call) -> Call:
        """The call with what others say in the place of their ids."""
        messages = tuple(self._hear(one) for one in call.messages)
        return call if messages == call.messages else replace(call, messages=messages)

    def _hear(self, one: Said) -> Said:
        return one if one.sound_id is None or one.known_by else self._spoken.get(one.sound_id, one)


def refers(call: Call) -> bool:
    """Whether the thread of a call may be named by what others of its file say."""
    return call.thread is None and any(one.sound_id is not None for one in call.messages)
