"""The frame of a week and the draw from it: pure, and the same for the same seed, whoever repeats it.

Each conversation has a key, a hash of seed and id; a stratum's sample is the conversations with the smallest
keys. The order of the draw takes the strata in turn, so that whatever part gets reviewed is a random part of
every stratum. How many to draw where is decided before, and where conversations come from is not known here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from risk_register.errors import NotAllowedError
from risk_register.review.states import DOUBLE_SHARE


@dataclass(frozen=True)
class FrameUnit:
    """A conversation of the week: families of signals the detectors saw, and their verdict by name.

    `day` is the reporting day under which its text is held; `user_id` is a pseudonym, None if the log has
    none.
    """

    conversation_id: str
    topics: tuple[str, ...] = ()
    verdict: Mapping[str, int] = field(default_factory=dict)
    day: dt.date | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class FrameStratum:
    """Conversations of one language and detector level; `sample_count` of them are drawn.

    All units of a stratum have one level: the triage lane may then go first without making the reviewed part
    of a stratum anything but random.
    """

    stratum_id: str
    language: str
    level: int
    is_flagged: bool
    units: tuple[FrameUnit, ...]
    sample_count: int


@dataclass(frozen=True)
class Frame:
    """Everything that could have been drawn."""

    strata: tuple[FrameStratum, ...]
    detector_version: str

    @property
    def unit_count(self) -> int:
        """Conversations in all strata."""
        return sum(len(stratum.units) for stratum in self.strata)

    @property
    def sample_count(self) -> int:
        """Conversations to draw."""
        return sum(stratum.sample_count for stratum in self.strata)

    @property
    def hash(self) -> str:
        """Identifies strata, sizes and ids, in whatever order they were passed."""
        lines = [
            [each.stratum_id, each.sample_count, sorted(unit.conversation_id for unit in each.units)]
            for each in sorted(self.strata, key=lambda each: each.stratum_id)
        ]
        return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Drawn:
    """A drawn conversation; `position` counts from 1 in the random order."""

    unit: FrameUnit
    stratum: FrameStratum
    position: int
    inclusion_probability: float
    needs_second: bool


def check_frame(frame: Frame) -> None:
    """Raise if nothing could be estimated from a draw of this frame.

    Raises:
        NotAllowedError: names every stratum at fault.
    """
    problems = []
    ids = [unit.conversation_id for stratum in frame.strata for unit in stratum.units]
    if not ids:
        problems.append("it holds no conversation")
    if len(set(ids)) != len(ids):
        problems.append(f"{len(ids) - len(set(ids))} conversations are in it more than once")
    if len({stratum.stratum_id for stratum in frame.strata}) != len(frame.strata):
        problems.append("two strata have the same id")
    for stratum in frame.strata:
        size = len(stratum.units)
        if stratum.sample_count > size:
            problems.append(f"{stratum.stratum_id} holds {size}, {stratum.sample_count} cannot be drawn")
        if size and stratum.sample_count < 1:
            problems.append(f"{stratum.stratum_id} holds {size} and none of it is drawn")
    if problems:
        raise NotAllowedError(f"The frame cannot be drawn from: {'; '.join(problems)}.")


def draw(frame: Frame, *, seed: int) -> tuple[Drawn, ...]:
    """The sample in its random order."""
    check_frame(frame)
    places = []
    for stratum in frame.strata:
        ordered = sorted(stratum.units, key=lambda unit: _key(seed, "draw", unit.conversation_id))
        for rank, unit in enumerate(ordered[: stratum.sample_count], start=1):
            # Strata in turn: rank 1 of 10 stands beside rank 10 of 100.
            place = (rank - _key(seed, "order", unit.conversation_id)) / stratum.sample_count
            places.append((place, unit.conversation_id, unit, stratum))
    places.sort(key=lambda place: place[:2])
    seconds = _choose_seconds([name for _, name, _, _ in places], seed=seed)
    return tuple(
        Drawn(
            unit=unit,
            stratum=stratum,
            position=position,
            inclusion_probability=stratum.sample_count / len(stratum.units),
            needs_second=name in seconds,
        )
        for position, (_, name, unit, stratum) in enumerate(places, start=1)
    )


def _choose_seconds(names: list[str], *, seed: int) -> set[str]:
    """One of every ten in the order of the draw, so that any part of it holds its share."""
    size = round(1 / DOUBLE_SHARE)
    blocks = (names[start : start + size] for start in range(0, len(names), size))
    return {min(block, key=lambda name: _key(seed, "second", name)) for block in blocks}


def _key(seed: int, purpose: str, name: str) -> float:
    """A number in [0, 1) that anybody can compute again: the first 64 bits of a SHA-256."""
    digest = hashlib.sha256(f"{seed}:{purpose}:{name}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
