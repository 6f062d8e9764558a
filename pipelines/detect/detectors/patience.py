"""How long an endpoint that does not answer is asked on in one run.

An outage says that others would get no answer either, a refusal may be for what was asked. What failed in an
earlier run is counted apart, and alone stops only its own kind: it may be the message.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

REFUSALS_IN_A_ROW = 100
"""After so many with no answer between nothing more is asked: the endpoint does not do what is needed. The
next run goes on after them, for what failed is asked last.
"""


@runtime_checkable
class Asking(Protocol):
    """A detector that asks somebody else."""

    @property
    def trouble(self) -> str:
        """Why it got no answer in this run, the last time; empty if it always did. No text, no key."""


class Patience:
    """What came of what was asked in this run, one after the other."""

    def __init__(self, *, outages_in_a_row: int) -> None:
        self._most = outages_in_a_row
        self.trouble = ""
        """What the last outage or refusal of the run was."""
        self._outages = self._outages_again = self._refusals = 0

    def begin_scan(self) -> None:
        """What failed before gets another chance with other messages."""
        self._outages_again = 0

    def may_ask(self, *, is_again: bool) -> bool:
        """Whether to ask once more; `is_again` of what failed in an earlier run."""
        is_over = self._outages >= self._most or self._refusals >= REFUSALS_IN_A_ROW
        return not is_over and not (is_again and self._outages_again >= self._most)

    def note_outage(self, why: object, *, is_again: bool) -> None:
        """Nobody would get an answer."""
        self.trouble = str(why)
        self._outages += not is_again
        self._outages_again += is_again

    def note_refusal(self, why: object) -> None:
        """It answers, and not this."""
        self.trouble = str(why)
        self._outages = self._outages_again = 0
        self._refusals += 1

    def note_answer(self) -> None:
        """It answers."""
        self._outages = self._outages_again = self._refusals = 0
