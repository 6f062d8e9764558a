"""How far a week of so many messages may lie from the reference when nothing has changed.

A quiet week lies far by chance alone, so the distances of reference weeks with another number of messages are
no measure of it as they are. The distances and what makes a movement are in `drift`. Simulated in
docs/statistics.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.drift import Statistic, distances_between

CHANCE_DRAWS, CHANCE_QUANTILE = 400, 0.995
"""Draws from the mix of all reference weeks, and how much of what chance alone gives is usual."""

MARGIN = 1.2
"""Times what reference weeks lie apart beyond chance: the largest of eight is not the largest there is."""


@dataclass(frozen=True)
class WeekNull:
    """What reference weeks lie apart, divided into chance and the rest; squares of distances add up.

    What they lie beyond chance counts as real difference in a larger week, and as messages that resemble each
    other in a smaller one, where that weighs more.
    """

    shares: NDArray[np.float64]
    references: NDArray[np.float64]
    statistic: Statistic
    beyond: NDArray[np.float64]
    by_chance: NDArray[np.float64]

    @classmethod
    def of(cls, blocks: Sequence[ArrayLike], *, statistic: Statistic) -> "WeekNull":
        """The null of reference weeks (a row a week); `statistic` takes count vectors along the last axis."""
        nothing = np.zeros(0)
        values = distances_between(blocks, statistic=statistic)
        if not values.size:
            return cls(nothing, nothing, statistic, nothing, nothing)
        table = np.asarray(blocks, dtype=float)
        total = table.sum(axis=0)
        shares = total / total.sum()
        drawn = np.random.default_rng(0).multinomial(round(total.sum()), shares, size=CHANCE_DRAWS)
        empty = cls(shares, drawn.astype(float), statistic, nothing, nothing)
        known = np.isfinite(values)
        by_chance = np.array([np.mean(empty.draw(size) ** 2) for size in table.sum(axis=1)[known]])
        return replace(empty, beyond=values[known] ** 2 - by_chance, by_chance=by_chance)

    def draw(self, size: float) -> NDArray[np.float64]:
        """Distances that chance alone gives weeks of `size` messages from a mix that stays; seeded."""
        weeks = np.random.default_rng(1).multinomial(round(size), self.shares, size=CHANCE_DRAWS)
        found = np.asarray(self.statistic(self.references, weeks), dtype=float)
        return found[np.isfinite(found)]

    def high(self, size: float) -> float:
        """The high end for a week of `size` messages; NaN where there are too few reference weeks."""
        if not self.beyond.size or size <= 0:
            return float("nan")
        drawn = self.draw(size)
        chance = np.mean(drawn**2)
        weight = np.divide(chance, self.by_chance, out=np.ones_like(self.by_chance), where=self.by_chance > 0)
        beyond = max(0.0, float((self.beyond * np.maximum(weight, 1.0)).max()))
        return float(np.sqrt(np.quantile(drawn, CHANCE_QUANTILE) ** 2 + MARGIN**2 * beyond))
