"""Whether the database of decisions answers and takes writing, for whoever watches the dashboard.

A database that is frozen keeps whoever asks it for as long as it likes, so a thread aside asks, one at a
time, and what it heard holds for a while: a stranger who asks often makes nobody open connections.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from logging import Logger

from risk_register.errors import StoreError, StoreReadOnlyError, StoreVersionError

WAIT_SECONDS = 2.0  # less than a watcher's own limit, which is seldom under 5
KEEP_SECONDS = 5.0  # watchers ask every 10 to 60 seconds


class Answer(StrEnum):
    """What a watcher is told; where the database lies and what it said is for the log."""

    READY = "ready"
    SILENT = "not ready: the database of decisions does not answer"
    READ_ONLY = "not ready: the database of decisions is read-only"
    OTHER_VERSION = "not ready: the database of decisions is of another version than this dashboard"


@dataclass
class _Question:
    """One look at the database, under way or over."""

    asked_at: float
    is_over: threading.Event = field(default_factory=threading.Event)
    answer: Answer = Answer.SILENT


class StoreAnswer:
    """What the database of decisions last answered; one a process, safe for its threads."""

    def __init__(self, check: Callable[[], None], logger: Logger) -> None:
        self._check = check
        self._logger = logger
        self._lock = threading.Lock()
        self._question: _Question | None = None
        self._told = Answer.READY

    def get(self) -> Answer:
        """The answer, within `WAIT_SECONDS`; a question that is out for longer is an answer, too."""
        with self._lock:
            question = self._question
            if question is None or (question.is_over.is_set() and _age(question) >= KEEP_SECONDS):
                question = self._question = _Question(time.monotonic())
                threading.Thread(target=self._ask, args=(question,), daemon=True).start()
        question.is_over.wait(max(0.0, WAIT_SECONDS - _age(question)))
        self._tell(question.answer, "it hangs" if not question.is_over.is_set() else "")
        return question.answer

    def _ask(self, question: _Question) -> None:
        try:
            self._check()
            question.answer = Answer.READY
        except StoreVersionError as error:
            question.answer = Answer.OTHER_VERSION
            self._tell(question.answer, f"{error}")
        except StoreReadOnlyError as error:
            question.answer = Answer.READ_ONLY
            self._tell(question.answer, f"{error}")
        except StoreError as error:
            self._tell(question.answer, f"{error}")
        finally:
            question.is_over.set()

    def _tell(self, answer: Answer, why: str) -> None:
        """Write a change into the log, once."""
        with self._lock:
            if answer is self._told:
                return
            self._told = answer
        self._logger.warning("%s%s", answer, f" ({why})" if why else "")


def _age(question: _Question) -> float:
    return time.monotonic() - question.asked_at
