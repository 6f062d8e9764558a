"""How the notes of alarms write a level: as the pages do, a share in percent and a rate with its unit."""

from __future__ import annotations


def say_level(value: float, kind: str) -> str:
    """A level in the unit of its indicator's kind: 0.0312 of a proportion is `3.12 %`."""
    if kind == "proportion":
        return f"{100 * value:.3g} %"
    return f"{value:.3g} per 1,000" if kind == "rate_per_1000" else f"{value:.3g}"
