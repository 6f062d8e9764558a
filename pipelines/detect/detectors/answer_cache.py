"""What an endpoint has answered already, by a hash of what it was asked: levels and scores, no text.

One folder a conversation, so that an erasure removes it whole. A second run asks only what is missing: that
is how a run that was stopped, by a kill or by the cost cap, goes on. How often a question was asked in vain
is kept too, for what fails again and again must not stand before what was never asked.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

Answer = TypeVar("Answer")


class AnswerCache(Generic[Answer]):
    """Answers of one kind below one folder."""

    def __init__(self, folder: Path, kind: TypeAdapter[Answer], *, version: str) -> None:
        self._folder = folder
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
        try:
            return int(self._failures(conversation_id, key).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def add_failure(self, conversation_id: str, key: str) -> None:
        """Keep that it was asked without an answer."""
        count = self.count_failures(conversation_id, key) + 1
        _write(self._failures(conversation_id, key), str(count).encode("ascii"))

    def _path(self, conversation_id: str, key: str) -> Path:
        return self._folder / conversation_id / f"{key[:32]}.json"

    def _failures(self, conversation_id: str, key: str) -> Path:
        return self._path(conversation_id, key).with_suffix(".failed")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.aside")
    aside.write_bytes(content)
    aside.replace(path)
