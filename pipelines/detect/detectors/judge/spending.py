"""What a judge has cost in one run, and when nothing more is asked in it.

Every request that is sent counts at once with a guess, whatever comes of it: of an answer that is cut off,
late or of no use nobody says what it cost, and it is paid all the same. What an answer says stands instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import PlimsollError

BYTES_A_TOKEN = 3
"""English has about four and Chinese three, so that a guess errs upwards."""
MOST_BYTES_A_TOKEN = 20
"""Fewer tokens than that are not believed: an endpoint that counts none would be asked without an end."""
MOST_TOKENS = 10_000_000
"""More than any model takes; a count above it is a fault of whoever counted."""
ANSWER_TOKENS = 300
"""Of an answer that did not come: some findings, each of about 40, and the frame around them."""


class CapError(PlimsollError):
    """The run has spent what it may: nothing more is sent."""


class Prices(BaseModel):
    """What a million tokens cost, and how much one run may spend; the same currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input_per_million: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    output_per_million: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    cap_per_run: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Spending:
    """The sum of one run; it passes the cap by one request at the most."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self.spent = 0.0
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
        self.spent += self._cost(asked, answered) - self._guess(request)

    def _guess(self, request: Mapping[str, Any]) -> float:
        return self._cost(_count_bytes(request) / BYTES_A_TOKEN, ANSWER_TOKENS)

    def _cost(self, asked: float, answered: float) -> float:
        prices = self._prices
        return (asked * prices.input_per_million + answered * prices.output_per_million) / 1e6


def _count_bytes(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _believe(given: object, size: int) -> float:
    """The tokens of so many bytes, as an endpoint gives them if that can be, else a guess."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if is_number and size / MOST_BYTES_A_TOKEN <= given <= MOST_TOKENS:  # type: ignore[operator]
        return float(given)  # type: ignore[arg-type]
    return size / BYTES_A_TOKEN
