"""What an erasure is asked to do, and what it needs of other stages: files that ingest reads, publishing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipelines.settings import Home
from pipelines.tombstones import SubjectKind

Covers = Callable[[str, str, str], bool]
"""Whether (deployment, user, thread), both as pseudonyms, is to go."""


@dataclass(frozen=True)
class Request:
    """Who or what is to be erased. `raw_ids`: the operator's own ids, to find records that cannot be read."""

    deployment_id: str
    kind: SubjectKind
    pseudonym: str
    raw_ids: frozenset[str] = frozenset()


class WithdrawnFile(Protocol):
    """A delivered file that lost records."""

    @property
    def deployment_id(self) -> str:
        """The deployment that it was given to."""

    @property
    def name(self) -> str:
        """Path below the home."""

    @property
    def record_count(self) -> int:
        """Records that went."""


class Withdrawal(Protocol):
    """What became of the delivered files; `unchecked` says which could not be, and why."""

    @property
    def files(self) -> Sequence[WithdrawnFile]:
        """Files that lost records."""

    @property
    def unchecked(self) -> Sequence[str]:
        """Files that could not be checked, each with the reason."""

    @property
    def unread(self) -> Sequence[Path]:
        """Of these, the files that are damaged."""

    @property
    def raw_ids(self) -> Collection[str]:
        """Ids of the operator that are known to be theirs, also those that the records taught."""


Announce = Callable[[Sequence[WithdrawnFile]], None]
"""Is told of the files that will lose records, once, before any does."""


class Withdraw(Protocol):
    """Takes records out of delivered files, or only counts them."""

    def __call__(
        self,
        home: Home,
        covers: Covers,
        *,
        raw_ids: Collection[str] = (),
        is_rehearsal: bool = False,
        announce: Announce = ...,
    ) -> Withdrawal:
        """What became of the files."""


class Lapse(Protocol):
    """Takes what was sent before a day out of delivered files, or only counts it."""

    def __call__(
        self,
        home: Home,
        paths: Collection[Path],
        *,
        before: dt.date,
        early: dt.timedelta = dt.timedelta(),
        is_rehearsal: bool = False,
        announce: Announce = ...,
    ) -> Withdrawal:
        """What became of the files; of large ones, what was sent in the days `early` after goes, too."""


@dataclass(frozen=True)
class Surroundings:
    """What the front door hands over from the other stages."""

    withdraw: Withdraw
    publish: Callable[[], None]
    count_outside: Callable[[Home], int]
