"""Calls of a model, each with the conversation so far, folded into a conversation that is stored once.

A log of calls repeats a conversation's beginning in every call. A message is therefore named by its place
in the thread and by what was said: the repeated beginning names the same messages again and adds no rows,
in this file or in a later one, and is never a duplicate. An answer that was given anew, or a question that
was edited, stands at the same place with other content, and is kept beside the first.

Three kinds of log are told apart by how a call's messages meet the thread so far: they begin as the thread
began (the whole history), they begin with its end (a window of the history), or they do not meet (only
what is new). Calls of one thread are taken in the order of their time.

Where a log holds only what is new, a file does not know how many messages came before it, so a message's
place would change with the file that delivers it: an export that overlaps the last one would add it again.
There it is named by the log's own id of the call instead, if it has one. Where calls name the one that they
follow, the place is known, and whatever follows one call twice stands at the same place.

A file that begins with a window names it as if the thread began there; `pipelines.ingest.rejoin` moves it to
where the thread went on.

What stands for an image or a file is no part of a name, and moves no other message from its place: a message
keeps the name it had before these were read.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.ingest.calls.content import Said
from pipelines.ingest.field import RecordError, to_slice
from pipelines.ingest.mapping import MESSAGE_FIELDS
from pipelines.ingest.source import Records

RETRY = 10 * 60 * 1_000_000
"""Microseconds. A thread's first words alone, said again within this time, are a retried call; later they
are said again. Ten minutes is longer than the time-outs of the clients of both large providers (10 min)."""
SECOND = 1_000_000


@dataclass(frozen=True)
class Call:
    """One call of a model, or one whole conversation (then without an answer of its own).

    `call_id` is the log's own name of the call, the same whenever the call is exported.
    `unread` tells of a side that says something in a shape that nobody reads.
    `is_stand_in`: an agent, a chain or a step of `trace`, read only if no call shows what was said in it.
    `can_follow`: of an interface where a call may name the one that it `follows` and hold what is new alone;
    `place` is then how many calls of its thread came before it.
    """

    thread: str | None
    messages: tuple[Said, ...]
    answer: tuple[Said, ...] = ()
    user: str | None = None
    began_at: int | None = None
    ended_at: int | None = None
    slices: dict[str, object] = field(default_factory=dict)
    call_id: str | None = None
    unread: RecordError | None = None
    trace: str | None = None
    is_stand_in: bool = False
    can_follow: bool = False
    follows: str | None = None
    place: int | None = None

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything a person or the assistant said, in order."""
        return tuple(one for one in (*self.messages, *self.answer) if one.is_message)

    @property
    def thread_id(self) -> str:
        """The thread's own id, else a name made of the user and the opening: the first exchange."""
        return self._name_opening(has_answer=True) if self.thread is None else self.thread

    @property
    def unanswered_id(self) -> str:
        """What the thread would be called, had the call that opened it failed."""
        return self._name_opening(has_answer=False)

    def _name_opening(self, *, has_answer: bool) -> str:
        said = [one for one in self.said if one.known_by] or self.said
        first_answer = next((place for place, one in enumerate(said) if one.role == "assistant"), len(said))
        opening = said[: first_answer + has_answer]
        return "opening:" + _digest(self.user or "", *(one.known_by or one.text for one in opening))


class _Key(NamedTuple):
    """What a message is told by in its thread."""

    digest: str
    has_words: bool


class Transcripts:
    """Collects the calls of one file and writes every message of theirs once."""

    def __init__(self) -> None:
        self._calls: dict[str, list[tuple[Call, bool]]] = defaultdict(list)

    @property
    def unnamed_count(self) -> int:
        """Threads that the log gives no id."""
        return sum(calls[0][0].thread is None for calls in self._calls.values())

    def add(self, call: Call, *, is_wanted: bool = True) -> None:
        """Take a call in; one that is not wanted only says what was known before."""
        self._calls[call.thread_id].append((call, is_wanted))

    def write(self, records: Records, *, undated_at: int) -> int:
        """Append the messages to `records`; returns how many had no time and got the day of delivery."""
        records.is_transcript = True
        for name in (*MESSAGE_FIELDS, "scores"):
            records.messages.setdefault(name, [])
        undated = 0
        self._join_failed()
        holds_new_alone = self._holds_new_alone()
        for thread, calls in self._calls.items():
            calls.sort(key=lambda pair: (pair[0].place or 0, pair[0].began_at or 0))
            records.windows[thread] = sum(one.is_message for one in calls[0][0].messages)
            undated += _write_thread(records, thread, calls, undated_at, holds_new_alone=holds_new_alone)
        return undated

    def find_joined(self) -> dict[tuple[str, int | None], str]:
        """The threads of first calls that failed and went to their retry, by their own name and time."""
        return self._join_failed()

    def _join_failed(self) -> dict[tuple[str, int | None], str]:
        """Put a first call that failed into the thread that its retry opened: its name lacks the answer.

        Somebody else may have begun with the same words, so no more than a retry's time may lie between.
        """
        answered: dict[str, list[str]] = defaultdict(list)
        for name, calls in self._calls.items():
            first = min(calls, key=lambda pair: pair[0].place or 0)[0]
            if (first.thread is None or first.place is not None) and first.unanswered_id != name:
                answered[first.unanswered_id].append(name)
        joined: dict[tuple[str, int | None], str] = {}
        for failed in sorted(answered.keys() & self._calls.keys()):
            left: list[tuple[Call, bool]] = []
            for pair in sorted(self._calls.pop(failed), key=lambda one: -(one[0].began_at or 0)):
                gaps = {name: self._find_gap(pair[0], name) for name in answered[failed]}
                nearest = min(gaps, key=lambda name: (gaps[name], name))
                if gaps[nearest] <= RETRY:
                    self._calls[nearest].append(pair)
                    joined[failed, pair[0].began_at] = nearest
                else:
                    left.append(pair)
            if left:
                self._calls[failed] = left
        return joined

    def _find_gap(self, call: Call, thread: str) -> int:
        return min(abs((one.began_at or 0) - (call.began_at or 0)) for one, _ in self._calls[thread])

    def _holds_new_alone(self) -> bool:
        """Whether no call repeats what a person said before, though some person said more than one thing."""
        goes_on = False
        for calls in self._calls.values():
            asked = [[one.known_by for one in call.messages
                      if one.is_message and one.role == "user" and one.known_by]
                     for call, _ in calls if call.place is None]  # fmt: skip
            if any(len(texts) > 1 for texts in asked):
                return False
            goes_on |= len({text for texts in asked for text in texts}) > 1
        return goes_on


def _write_thread(
    records: Records,
    thread: str,
    calls: list[tuple[Call, bool]],
    undated_at: int,
    *,
    holds_new_alone: bool,
) -> int:
    path: list[_Key] = []
    names: list[str] = []  # of the messages on the path
    starts: dict[str, int] = {}
    paths: dict[str, tuple[list[_Key], list[str]]] = {}  # to the end of calls that a later one follows
    last_use = {call.follows: number for number, (call, _) in enumerate(calls)}
    known: set[str] = set()
    last, undated = 0, 0
    for number, (call, is_wanted) in enumerate(calls):
        said = call.said
        keys = [_Key(_digest(one.role or "", one.known_by or one.text), bool(one.known_by)) for one in said]
        question = sum(one.is_message for one in call.messages)
        if call.follows in paths:
            path, names = paths[call.follows]
            start = len(path)
            if last_use[call.follows] == number:
                del paths[call.follows]
        else:
            start = _meet(path, keys[:question], is_late=(call.began_at or 0) > last + RETRY)
        if call.call_id is not None:  # a call that was exported twice stands where it stood
            start = starts.setdefault(call.call_id, start)
        last = max(last, call.began_at or 0)
        within, overall = _number([], keys, 0), _number(path[:start], keys, start)
        told = []
        for offset, (one, key) in enumerate(zip(said, keys, strict=True)):
            place = start + offset
            if path[place : place + 1] == [key]:
                name = names[place]
            elif holds_new_alone and call.call_id is not None and call.place is None:
                name = f"{call.call_id}:{within[offset]}:{key.digest}"
            else:
                name = f"{overall[offset]}:{key.digest}"
            told.append(name)
            if name in known:
                continue
            known.add(name)
            moment = one.sent_at or (call.began_at if offset < question else call.ended_at or call.began_at)
            if is_wanted:
                undated += moment is None
                moment = undated_at + place * SECOND if moment is None else moment
                _append(records, call, one, thread=thread, name=name, place=place, sent_at=moment)
        path, names = path[:start] + keys, names[:start] + told
        if call.can_follow and call.call_id is not None and last_use.get(call.call_id, -1) > number:
            paths[call.call_id] = (path, names)
    return undated


def _number(before: list[_Key], keys: list[_Key], start: int) -> list[str]:
    """The place of each among messages with words; of one without also which it is since the last such."""
    silent = sum(not key.has_words for key in before)
    since = next((back for back, key in enumerate(reversed(before)) if key.has_words), len(before))
    numbers = []
    for place, key in enumerate(keys, start=start):
        numbers.append(f"{place - silent}" if key.has_words else f"{place - silent}.{since}")
        silent += not key.has_words
        since = 0 if key.has_words else since + 1
    return numbers


def _meet(path: list[_Key], question: list[_Key], *, is_late: bool) -> int:
    """The place in the thread at which a call's messages begin."""
    if not path or not question:
        return len(path)
    if question[0] == path[0] and len(question) == 1:
        return len(path) if len(path) > 1 and is_late else 0
    both = zip(path, question, strict=False)
    repeated = next((place for place, (one, other) in enumerate(both) if one != other), len(question))
    # People say the same again: a window may begin as the thread began, and yet repeat as much of its end.
    for length in range(min(len(path), len(question)), max(repeated, 1) - 1, -1):
        if path[-length:] == question[:length]:
            return len(path) - length
    return 0 if repeated else len(path)


def _append(
    records: Records, call: Call, one: Said, *, thread: str, name: str, place: int, sent_at: int
) -> None:
    row: dict[str, object] = {
        "thread": thread, "user": call.user, "message_id": name, "turn": place, "role": one.role,
        "text": one.text, "sent_at": sent_at, "scores": one.scores or None,
        **{key: to_slice(value, key) for key, value in call.slices.items() if value not in (None, "")},
    }  # fmt: skip
    for column in (*MESSAGE_FIELDS, "scores"):
        records.messages[column].append(row.get(column))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
