"""Numbers for a table: what is not finite is unknown and written as null; how much was read is handed on."""

from __future__ import annotations

import math


def known(value: float) -> float | None:
    """The number, or None where there is none."""
    return float(value) if math.isfinite(value) else None


def take_less_read(one: tuple[float, float], other: tuple[float, float]) -> dict[str, float]:
    """`unscored_count` and `unit_count` of the arm of which a smaller share was read; of none if unknown.

    Args:
        one: units that were not read, and all units.
        other: the same of the other arm.
    """
    arms = [arm if arm[1] > 0 else (0.0, 0.0) for arm in (one, other)]
    unread, units = max(arms, key=lambda arm: arm[0] / arm[1] if arm[1] else float("inf"))
    return {"unscored_count": float(unread), "unit_count": float(units)}
