"""Reads a file whose records hold calls of a model or whole conversations; a format says how.

A format is a function from one record to its calls. Positions, reasons, times and folding are the same for
all of them and stand here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.belonging import Belonging, depends_on_others
from pipelines.ingest.calls.link import Links
from pipelines.ingest.calls.stand_in import Placed, leave_out_repeats
from pipelines.ingest.calls.transcript import Call, Transcripts
from pipelines.ingest.field import RecordError, find, latest_time, microseconds, to_slice
from pipelines.ingest.files.document import Item, read_items
from pipelines.ingest.mapping import TestTraffic
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Person, Records, Rejection
from pipelines.schemas.staging import NOT_TEXT

Extract = Callable[[dict[str, Any], ZoneInfo], Iterable[Call | RecordError]]
"""The calls of a record; an error in their place for one that is rejected. Nothing: it is no call at all.
Raises `RecordError` when the record as a whole is rejected, `unknown_record` when it is of another format."""

NOON = dt.time(12)
"""Of the day of delivery, for messages without a time: not at night, when use would count as night use."""


@dataclass(frozen=True)
class CallLog:
    """A source for one format.

    Attributes:
        extract: the format.
        supported: what the format can read, in words, for the person whose file is something else.
        zone: of times that name none.
        test_traffic: which records are a test and left out.
    """

    extract: Extract
    supported: str
    zone: ZoneInfo
    test_traffic: TestTraffic | None = None
    _known: dict[tuple[Path, int, int], Belonging] = field(default_factory=dict, repr=False, compare=False)

    def read(self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None) -> Records:
        """The messages of one file; see `Source.read`. A position is the number of the call in the file."""
        records, transcripts, links, tool_count = Records(), Transcripts(), Links(), 0
        placed = self._place(path, records, links, only=only, latest=latest_time(received_on))
        kept, passed_count = leave_out_repeats(placed)
        for one in kept:
            records.record_count += one.is_wanted
            if one.call.unread and one.is_wanted:  # the other side is taken all the same
                error = one.call.unread
                records.rejected.append(Rejection(one.position, error.reason, error.field, one.raw))
                records.record_count += bool(one.call.said)
            if one.call.said:
                tool_count += one.is_wanted * sum(
                    said.is_tool for said in (*one.call.messages, *one.call.answer)
                )
                transcripts.add(links.resolve(one.call), is_wanted=one.is_wanted)
        records.rejected.sort(key=lambda one: one.position)
        noon = dt.datetime.combine(received_on, NOON, self.zone)
        undated = transcripts.write(records, undated_at=microseconds(noon.astimezone(dt.UTC)))
        if passed_count:
            records.notes.append(
                f"{passed_count} spans of agents, chains and steps repeat what is read of their traces "
                "and are passed over"
            )
        if tool_count:
            records.notes.append(
                f"{tool_count} calls and results of tools stood as messages and are left out"
            )
        if transcripts.unnamed_count:
            records.notes.append(
                f"{transcripts.unnamed_count} conversations have no id and are told apart by user and opening"
            )
        if links.unknown:
            records.notes.append(
                f"{len(links.unknown)} conversations go on from a call that is not in this file and may "
                "stand apart from what came before"
            )
        if attached_count := _count_attached(records):
            records.notes.append(
                f"{attached_count} messages hold images, sound, video or files: nobody reads those, "
                "and a message of these alone is not scored"
            )
        if undated:
            records.notes.append(f"{undated} messages had no time and are dated noon of the day of delivery")
        self._judge_whole(records)
        return records

    def _place(
        self, path: Path, records: Records, links: Links, *, only: Iterable[int] | None, latest: int
    ) -> list[Placed]:
        """The calls of a file that hold to the rules; the others are rejected, and `links` learns from all.

        `attribute` does not know which are rejected, and an erasure looks for a thread by the name it gives.
        """
        wanted = None if only is None else frozenset(only)
        placed: list[Placed] = []
        for position, found, raw in self._number(path, records.notes):
            is_wanted = wanted is None or position in wanted
            if isinstance(found, Call):
                links.learn(found)
            try:
                call = _check(found, latest)
                placed.append(Placed(call, position, is_wanted, raw if call.unread else b""))
            except RecordError as error:
                records.record_count += is_wanted
                if is_wanted:
                    records.rejected.append(Rejection(position, error.reason, error.field, raw))
        return placed

    def _number(self, path: Path, notes: list[str]) -> Iterator[tuple[int, Call | RecordError, bytes]]:
        position = silent_count = 0
        for item in read_items(path):
            notes += [item.note] if item.note else []
            before = position
            for found in self.read_calls(item):
                position += 1
                yield position if item.position else 0, found, item.raw
            silent_count += position == before
        if silent_count:
            notes.append(f"{silent_count} records hold no call of a model")

    def read_calls(self, item: Item) -> Iterator[Call | RecordError]:
        """The calls of one record, and the reasons in the place of those that are rejected; never raises."""
        if item.reason is not None:
            yield RecordError(item.reason)
            return
        if self.test_traffic is not None and self._is_test(item.record, self.test_traffic):
            yield RecordError(Reason.TEST_TRAFFIC, self.test_traffic.field)
            return
        try:
            yield from self.extract(item.record, self.zone)
        except RecordError as error:
            yield error
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            # A structure that breaks its format in a way no rule foresaw must not stop the other records.
            yield RecordError(Reason.WRONG_TYPE)

    def date(self, path: Path, item: Item) -> Iterator[int]:
        """When the calls of a record say that they were; see `Source.date`."""
        for call in self.read_calls(item):
            if not isinstance(call, RecordError):
                told = (call.began_at, call.ended_at, *(said.sent_at for said in call.said))
                yield from (moment for moment in told if moment is not None)

    def attribute(self, path: Path, item: Item) -> Iterator[Person | RecordError]:
        """Whom the calls of a record are about; see `Source.attribute`."""
        for call in self.read_calls(item):
            if isinstance(call, RecordError):
                yield call
            elif call.unread and not call.said:
                yield call.unread
            else:
                names = self._know(path).list_names(call) if depends_on_others(call) else {call.thread_id}
                names |= {call.trace} if call.trace else set()  # as earlier versions named some
                for thread in sorted(names):
                    yield Person(call.user, thread, call.trace)

    def find_stranded(self, path: Path, gone: Set[int]) -> set[int]:
        """Positions of calls whose thread the file would not tell any more; see `Source.find_stranded`."""
        if not any(depends_on_others(call) for _, call in self._find_calls(path, without=gone)):
            return set()
        calls = list(self._find_calls(path))
        left = [(position, call) for position, call in calls if position not in gone]
        whole, rest = Belonging(call for _, call in calls), Belonging(call for _, call in left)
        return {
            position
            for position, call in left
            if depends_on_others(call) and whole.name(call) not in rest.list_names(call)
        }

    def _know(self, path: Path) -> Belonging:
        """Which threads the calls of a file belong to; the last file's is at hand."""
        state = path.stat()
        key = (path, state.st_size, state.st_mtime_ns)
        if key not in self._known:
            self._known.clear()
            self._known[key] = Belonging(call for _, call in self._find_calls(path))
        return self._known[key]

    def _find_calls(self, path: Path, *, without: Set[int] = frozenset()) -> Iterator[tuple[int, Call]]:
        """The calls of a file that can be read, each with the position of its item."""
        for item in read_items(path):
            if item.position not in without:
                for call in self.read_calls(item):
                    if isinstance(call, Call):
                        yield item.position, call

    @staticmethod
    def _is_test(record: dict[str, Any], rule: TestTraffic) -> bool:
        value = find(record, tuple(rule.field.split(".")))
        return value is not None and str(value).lower() in {one.lower() for one in rule.values}

    def _judge_whole(self, records: Records) -> None:
        """A file of which nothing is known is one rejection that says what would be, not one a record."""
        reasons = {one.reason for one in records.rejected}
        if reasons == {Reason.UNKNOWN_RECORD} and len(records.rejected) == records.record_count:
            raw = records.rejected[0].raw
            records.rejected[:] = [Rejection(0, Reason.UNKNOWN_FORMAT, None, raw)]
            records.record_count = 1
            records.notes.append(f"supported are {self.supported}")


def _count_attached(records: Records) -> int:
    return sum(any(token in str(text) for token in NOT_TEXT) for text in records.messages["text"])


def _check(found: Call | RecordError, latest: int) -> Call:
    if isinstance(found, RecordError):
        raise found
    if not found.said and not found.unread:
        raise RecordError(Reason.EMPTY_BODY)
    for name, value in found.slices.items():
        to_slice(value, name)
    times = [found.began_at, found.ended_at, *(one.sent_at for one in found.said)]
    if any(moment is not None and moment > latest for moment in times):
        raise RecordError(Reason.FUTURE_DATE)
    return found
