"""What calls of one file say of each other by an id: the call that they follow, an answer in sound.

An id means something within its file alone; a call in another file is not looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipelines.ingest.calls.content import Said
from pipelines.ingest.calls.transcript import Call


class Links:
    """What the calls of a file say, by the ids that others of them use."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._spoken: dict[str, Said] = {}
        self._followed: dict[str, str | None] = {}  # by the id of a call, that of the one before it
        self._roots: dict[str, tuple[str, int]] = {}  # by the id of a call, its thread and place in the chain
        self._openings: set[str] = set()  # of threads whose calls hold the history
        self.unknown: set[str] = set()
        self._before: set[str] = set()
        for call in calls:
            self.learn(call)

    def learn(self, call: Call) -> None:
        """Take in what a call says; all of a file, rejected ones too, before one is resolved."""
        for one in (*call.messages, *call.answer):
            if one.sound_id is not None and one.known_by:
                self._spoken[one.sound_id] = one
        if not call.can_follow:
            return
        if call.call_id is not None:
            self._followed[call.call_id] = call.follows
            if call.follows is not None:
                self._before.add(call.follows)
            if call.thread is not None:
                self._roots[call.call_id] = (call.thread, 0)
        if call.thread is None and call.follows is None and _holds_history(call):
            self._openings.add(call.thread_id)

    def resolve(self, call: Call) -> Call:
        """The call with what others say in the place of their ids, in the thread of the call it follows.

        A log of which one call follows another holds what is new alone: its threads are named by the id of
        their first call, for people begin alike. `unknown` are first calls that the file does not hold.
        """
        messages = tuple(self._hear(one) for one in call.messages)
        call = call if messages == call.messages else replace(call, messages=messages)
        if call.thread is not None or not call.can_follow:
            return call
        if call.follows is not None:
            thread, place = self._find_root(call.follows)
            return replace(call, thread=thread, place=place + 1)
        is_first = call.call_id in self._before or (
            bool(self._before) and not _holds_history(call) and call.thread_id not in self._openings
        )
        return replace(call, thread=call.call_id, place=0) if is_first else call

    def _find_root(self, name: str) -> tuple[str, int]:
        way: list[str] = []
        while name not in self._roots:
            before = self._followed.get(name)
            if before is None or name in way:
                self._roots[name] = (name, 0)
                self.unknown |= {name} - self._followed.keys()
            else:
                way.append(name)
                name = before
        thread, place = self._roots[name]
        for one in reversed(way):
            place += 1
            self._roots.setdefault(one, (thread, place))
        return self._roots[way[0]] if way else (thread, place)

    def _hear(self, one: Said) -> Said:
        return one if one.sound_id is None or one.known_by else self._spoken.get(one.sound_id, one)


def _holds_history(call: Call) -> bool:
    return any(one.role == "assistant" for one in call.messages)
