"""The placeholder appetite that ships with an indicator: how much is too much, why, and who says so.

A person approves the one that counts for a deployment, in the register; nothing of that is here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Strict(BaseModel):
    """A model that refuses unknown fields and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(Strict):
    """One placeholder limit: the bad side, the number, why, and where it comes from."""

    above: float | None = None
    below: float | None = None
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _has_one_side(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("give either above or below")
        return self

    @property
    def side(self) -> str:
        """The bad side: above or below."""
        return "below" if self.above is None else "above"

    @property
    def value(self) -> float:
        """The number."""
        return self.below if self.above is None else self.above  # type: ignore[return-value]


class Appetite(Strict):
    """The placeholder that ships until a person approves one for a deployment."""

    watch: Limit | None = None
    breach: Limit | None = None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that are given, watch before breach."""
        return tuple(limit for limit in (self.watch, self.breach) if limit is not None)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.limits:
            raise ValueError(
                "an appetite has a watch or a breach limit; leave the whole appetite out otherwise"
            )
        if len({limit.side for limit in self.limits}) > 1:
            raise ValueError("watch and breach are on the same side")
        for watch, breach in pairwise(self.limits):
            if (watch.value >= breach.value) if watch.side == "above" else (watch.value <= breach.value):
                raise ValueError("watch is reached before breach")
        return self
