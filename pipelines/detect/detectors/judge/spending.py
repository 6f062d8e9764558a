"""What a judge has cost in one run, and when nothing more is asked in it.

Every request that is sent counts at once, with a guess and with as long an answer as it may get, whatever
comes of it: of an answer that is cut off, late or of no use nobody says what it cost, and it is paid all the
same. What an answer says stands instead.
Sums are decimal and tokens are whole: a rest of binary arithmetic below the cap would send one request more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import PlimsollError

BYTES_A_TOKEN = 3
"""English has about four and Chinese three, so that a guess errs upwards."""
MOST_BYTES_A_TOKEN = 20
"""Fewer tokens than that are not believed: an endpoint that counts none would be asked without an end."""
MOST_TOKENS = 10_000_000
"""More than any model takes; a count above it is a fault of whoever counted."""


class CapError(PlimsollError):
    """The run has spent what it may: nothing more is sent."""


class Prices(BaseModel):
    """What a million tokens cost, and how much one run may spend; the same currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input_per_million: Annotated[Decimal, Field(ge=0)]
    output_per_million: Annotated[Decimal, Field(ge=0)]
    cap_per_run: Annotated[Decimal, Field(gt=0)]


class Spending:
    """The sum of one run; it passes the cap by one request at the most.

    `answer_tokens` is what each request says its answer may have.
    """

    def __init__(self, prices: Prices, *, answer_tokens: int) -> None:
        self._prices = prices
        self._answer_tokens = answer_tokens
        self.spent = Decimal()
        """So far, in the currency of the prices."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be sent."""
        return self.spent >= self._prices.cap_per_run

    def charge(self, request: Mapping[str, Any]) -> None:
        """Count a request that is about to be sent.

        Raises:
            CapError: it may not be.
        """
        if self.is_over:
            raise CapError("The run has spent what it may.")
        self.spent += self._guess(request)

    def correct(self, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Put what the answer says in the place of the guess, as far as that can be."""
        usage = answer.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        asked = _believe(usage.get("prompt_tokens"), _count_bytes(request))
        answered = _believe(usage.get("completion_tokens"), _count_bytes(answer.get("choices")))
        if "completion_tokens" not in usage and _is_cut_off(answer):
            answered = max(answered, self._answer_tokens)
        self.spent += self._cost(asked, answered) - self._guess(request)

    def add_length(self, byte_count: int) -> None:
        """Count what an answer has beyond the tokens that it may have: not every endpoint keeps to that."""
        self.spent += self._cost(0, max(0, _guess_tokens(byte_count) - self._answer_tokens))

    def _guess(self, request: Mapping[str, Any]) -> Decimal:
        return self._cost(_guess_tokens(_count_bytes(request)), self._answer_tokens)

    def _cost(self, asked: int, answered: int) -> Decimal:
        prices = self._prices
        return (asked * prices.input_per_million + answered * prices.output_per_million) / 1_000_000


def _count_bytes(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _is_cut_off(answer: Mapping[str, Any]) -> bool:
    """Whether it ended because it had all the tokens that it may have."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and first.get("finish_reason") == "length"


def _guess_tokens(size: int) -> int:
    return math.ceil(size / BYTES_A_TOKEN)


def _believe(given: object, size: int) -> int:
    """The tokens of so many bytes, as an endpoint gives them if that can be, else a guess."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return _guess_tokens(size)
    return math.ceil(given) if size / MOST_BYTES_A_TOKEN <= given <= MOST_TOKENS else _guess_tokens(size)
