"""Where in its held thread a window of the history goes on.

A message of a transcript is named by its place in the thread, and a file that begins with the last few
messages does not know their places. What is held does: a place and what was said give the name that the
message would have there, and names outlast texts. So a window is laid over the end of what is held, as within
one file, and what it repeats is known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.once import replace_columns
from pipelines.ingest.stage import Stager

PLACED = re.compile(r"(\d+)((?:\.\d+)?):([0-9a-f]{32})")
"""The name of a message that `pipelines.ingest.calls.transcript` named by its place: number, since, words."""
HISTORY = 2
"""Messages of a thread's first call from which on it repeats something; a question alone repeats nothing."""
SURE = 2
"""Messages by which the end of an older window is known: a greeting alone may stand anywhere."""


@dataclass(frozen=True)
class Piece:
    """Rows of one delivery as they were staged; of a transcript also the log's own names.

    Attributes:
        messages: rows of `DELIVERED_MESSAGE`.
        scores: rows of `DELIVERED_SCORE`.
        threads, names: of each message of a transcript, else empty.
        windows: of each thread, how many messages its first call was asked with.
    """

    messages: pa.Table
    scores: pa.Table
    threads: Sequence[str] = ()
    names: Sequence[str] = ()
    windows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejoined:
    """The pieces with the names that their messages have in the whole thread.

    `apart_count`: windows that meet nothing of what is held of their thread.
    """

    pieces: list[Piece]
    is_changed: bool = False
    apart_count: int = 0


@dataclass(frozen=True)
class _Meeting:
    """By how much numbers and turns of a stretch move, and how many messages are then known."""

    number: int
    turn: int
    count: int


@dataclass
class _Path:
    """What is held of a thread: the turn of each message, and when the last was sent (microseconds)."""

    turns: dict[str, int] = field(default_factory=dict)
    begin: int = 0
    end: int = 0
    last_at: int = 0

    def add(self, ids: Sequence[str], turns: Sequence[int], moments: Sequence[int]) -> None:
        self.turns.update(zip(ids, turns, strict=True))
        self.begin, self.end = min(self.begin, *turns), max(self.end, *(turn + 1 for turn in turns))
        self.last_at = max(self.last_at, *moments)


@dataclass
class _Stretch:
    """The messages of a thread in one piece; `words` are those said at each number, without silent ones."""

    piece: int
    thread: str
    window: int
    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    moments: list[int] = field(default_factory=list)
    words: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, int] = field(default_factory=dict)  # the turn of each number

    @property
    def has_history(self) -> bool:
        return self.window >= HISTORY and bool(self.words)

    @property
    def begun_at(self) -> int:
        return min(self.moments)

    def count_known(self, known: Container[str]) -> int:
        """Messages from the first on that are known under the names as they were staged."""
        return next((count for count, name in enumerate(self.ids) if name not in known), len(self.ids))

    def is_begun(self, known: Container[str]) -> bool:
        """Whether all that the first call repeats is known so: then the thread begins where the file says."""
        return self.count_known(known) >= max(1, self.window - 1)

    def add(self, row: int, placed: re.Match[str], message_id: str, turn: int, moment: int) -> None:
        self.rows.append(row)
        self.names.append(placed.group())
        self.ids.append(message_id)
        self.turns.append(turn)
        self.moments.append(moment)
        number, since, words = placed.groups()
        if not since:
            self.words[int(number)].append(words)
            self.places[int(number)] = turn

    def match(self, numbers: Sequence[int], shift: int, path: _Path, stager: Stager) -> list[int]:
        """The turns of what is held at these numbers, moved by `shift`, up to the first that is not."""
        turns = []
        for number in numbers:
            names = [f"{number + shift}:{words}" for words in self.words[number]]
            held = [path.turns[one] for one in stager.name_in(self.thread, names) if one in path.turns]
            if not held:
                break
            turns.append(held[0])
        return turns


def rejoin(
    pieces: list[Piece], copies: pa.Table, *, read_held: Callable[[pa.Array], pa.Table], stager: Stager
) -> Rejoined:
    """Name the messages of windows by their place in the whole thread.

    Args:
        pieces: deliveries; the windows of a thread are taken in the order of their time.
        copies: held rows that messages are copies of under the names as they were staged.
        read_held: gives thread, message, turn and time of the held messages of some threads.
        stager: how a message is named.
    """
    threads = _find_stretches(pieces)
    begins = {name for stretches in threads.values() for one in stretches for name in one.ids[: one.window]}
    known = set(
        copies.filter(pc.is_in(copies["message_id"], pa.array(begins, pa.string())))["message_id"].to_pylist()
    )
    threads = {
        thread: stretches
        for thread, stretches in threads.items()
        if not all(one.is_begun(known) for one in stretches)
    }
    if not threads:
        return Rejoined(pieces)
    ids = stager.pseudonymiser.identify_all("thread", stager.deployment_id, list(threads))
    paths = _read_paths(read_held(pa.array(ids, pa.string())))
    renamed: dict[int, dict[int, tuple[str, int]]] = defaultdict(dict)
    apart_count = 0
    for (thread, stretches), thread_id in zip(threads.items(), ids, strict=True):
        path = paths[thread_id]
        for one in sorted(stretches, key=lambda stretch: stretch.begun_at):
            is_new = not path.turns or (one.begun_at > path.last_at and not one.has_history)
            meeting = None if is_new or one.is_begun(path.turns) else _find_meeting(one, path, stager)
            repeated = one.count_known(path.turns)
            is_apart = bool(path.turns) and one.has_history and not repeated and meeting is None
            apart_count += is_apart
            if is_apart:
                meeting = _Meeting(path.end, path.end, 0)
            if meeting is None or meeting.count < repeated:
                path.add(one.ids, one.turns, one.moments)
                continue
            names = [_move(name, meeting.number) for name in one.names]
            turns = [place + meeting.turn for place in one.turns]
            renamed[one.piece] |= dict(zip(one.rows, zip(names, turns, strict=True), strict=True))
            path.add(stager.name_in(thread, names), turns, one.moments)
    done = [_rename(piece, renamed.get(number, {}), stager) for number, piece in enumerate(pieces)]
    return Rejoined(done, is_changed=bool(renamed), apart_count=apart_count)


def _find_stretches(pieces: list[Piece]) -> dict[str, list[_Stretch]]:
    """The messages that are named by their place, by thread, a stretch for each piece."""
    found: dict[str, list[_Stretch]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        mine: dict[str, _Stretch] = {}
        if not piece.names:
            continue
        columns = [piece.messages[name] for name in ("message_id", "source_turn")]
        moments = piece.messages["sent_at"].cast(pa.int64()).to_pylist()
        rows = zip(piece.threads, piece.names, *(one.to_pylist() for one in columns), moments, strict=True)
        for row, (thread, name, message_id, turn, moment) in enumerate(rows):
            placed = PLACED.fullmatch(name)
            if placed is None:
                continue
            if thread not in mine:
                mine[thread] = _Stretch(number, thread, piece.windows.get(thread, 0))
                found[thread].append(mine[thread])
            mine[thread].add(row, placed, message_id, turn, moment)
    return found


def _find_meeting(one: _Stretch, path: _Path, stager: Stager) -> _Meeting | None:
    """Where a stretch meets what is held; None where it does not.

    A window that is later than all that is held meets its end. An older one was delivered before, or goes on
    to where what is held begins. Of several places that it may have the one where it repeats most.
    """
    numbers, begin, end = sorted(one.words), path.begin, path.end
    is_later = one.begun_at > path.last_at

    def meet(shift: int, start: int = 0) -> tuple[_Meeting, int]:
        turns = one.match(numbers[start:], shift, path, stager)
        turn = turns[0] - one.places[numbers[start]] if turns else 0
        return _Meeting(shift, turn, len(turns)), turns[-1] if turns else -1

    met: list[_Meeting] = []
    for place in range(max(begin, end - len(numbers)), end):
        found, last = meet(place - numbers[0])
        if found.count and last == end - 1 and not (is_later and found.count > one.window):
            met.append(found)
    if not is_later:
        within = [meet(place - numbers[0])[0] for place in range(begin, end)]
        met += [found for found in within if found.count == len(numbers)]
        for start in range(1, len(numbers) - SURE + 1):
            found, _ = meet(begin - numbers[start], start)
            met += [found] if found.count == len(numbers) - start else []
    return max(met, key=lambda found: found.count, default=None)


def _read_paths(held: pa.Table) -> dict[str, _Path]:
    paths: dict[str, _Path] = defaultdict(_Path)
    moments = held["sent_at"].cast(pa.int64()).to_pylist()
    columns = (held[name].to_pylist() for name in ("thread_id", "message_id", "source_turn"))
    for thread, name, turn, moment in zip(*columns, moments, strict=True):
        paths[thread].add([name], [turn], [moment])
    return paths


def _move(name: str, shift: int) -> str:
    number, words = name.split(":")
    whole, point, since = number.partition(".")
    return f"{int(whole) + shift}{point}{since}:{words}"


def _rename(piece: Piece, renamed: Mapping[int, tuple[str, int]], stager: Stager) -> Piece:
    if not renamed:
        return piece
    names, turns = list(piece.names), piece.messages["source_turn"].to_pylist()
    for row, (name, turn) in renamed.items():
        names[row], turns[row] = name, turn
    ids, contents = stager.name_transcript(piece.threads, names)
    told = {"message_id": ids, "content_hash": contents, "source_turn": pa.array(turns, pa.int64())}
    before = piece.messages["message_id"].combine_chunks()
    messages = replace_columns(piece.messages, told)
    scores = piece.scores
    if scores.num_rows:
        place = pc.index_in(scores["message_id"], value_set=before)
        scores = replace_columns(scores, {"message_id": ids.take(place.combine_chunks())})
    return replace(piece, messages=messages, scores=scores, names=names)
