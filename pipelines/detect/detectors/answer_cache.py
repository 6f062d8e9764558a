"""What an endpoint has answered already, by a hash of what it was asked: levels and scores, no text.

One folder a conversation, so that an erasure removes it whole. A second run asks only what is missing: that
is how a run that was stopped, by a kill or by the cost cap, goes on. How often a question was asked in vain,
and when last, is kept too: what fails again and again must not stand before what was never asked, nor be paid
in every run.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

Answer = TypeVar("Answer")

TRIES_AT_ONCE = 3
"""In as many runs a question is asked in vain before it has to wait: a fault may be gone in an hour."""
FIRST_WAIT_SECONDS = 86_400
"""After these tries, and doubled after each further one: some ten in a year, and not one in every run."""


class AnswerCache(Generic[Answer]):
    """Answers of one kind below one folder."""

    def __init__(
        self,
        folder: Path,
        kind: TypeAdapter[Answer],
        *,
        version: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._now = now
        self._kind = kind
        self._version = version

    def key(self, *asked: Any) -> str:
        """Moves with the detector's version and with all that is asked, which is written as JSON."""
        content = json.dumps([self._version, *asked], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    def get(self, conversation_id: str, key: str) -> Answer | None:
        """The answer; None if there is none, or it cannot be read."""
        try:
            return self._kind.validate_json(self._path(conversation_id, key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def put(self, conversation_id: str, key: str, answer: Answer) -> None:
        """Keep an answer, whole or not at all."""
        _write(self._path(conversation_id, key), self._kind.dump_json(answer))
        self._failures(conversation_id, key).unlink(missing_ok=True)

    def count_failures(self, conversation_id: str, key: str) -> int:
        """How often it was asked without an answer; 0 if never, or nobody can read how often."""
        return self._read_failures(conversation_id, key)[0]

    def must_wait(self, conversation_id: str, key: str) -> bool:
        """Whether it was asked in vain so often that it is not yet asked again."""
        count, last_at = self._read_failures(conversation_id, key)
        if count < TRIES_AT_ONCE:
            return False
        return self._now() < last_at + FIRST_WAIT_SECONDS * 2.0 ** (count - TRIES_AT_ONCE)

    def add_failure(self, conversation_id: str, key: str) -> None:
        """Keep that it was asked without an answer."""
        count = self.count_failures(conversation_id, key) + 1
        _write(self._failures(conversation_id, key), f"{count} {self._now():.0f}".encode("ascii"))

    def _read_failures(self, conversation_id: str, key: str) -> tuple[int, int]:
        """How many, and when the last was, in seconds since 1970."""
        try:
            count, last_at = self._failures(conversation_id, key).read_text(encoding="ascii").split()
            return int(count), int(last_at)
        except (FileNotFoundError, ValueError):
            return 0, 0

    def _path(self, conversation_id: str, key: str) -> Path:
        return self._folder / conversation_id / f"{key[:32]}.json"

    def _failures(self, conversation_id: str, key: str) -> Path:
        return self._path(conversation_id, key).with_suffix(".failed")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.aside")
    aside.write_bytes(content)
    aside.replace(path)
