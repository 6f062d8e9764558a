"""A number for a table: what is not finite is not known, and is written as null, never as 0."""

from __future__ import annotations

import math


def known(value: float) -> float | None:
    """The number, or None where there is none."""
    return float(value) if math.isfinite(value) else None
