"""A rate as a note says it: shares in percent, others per 1,000."""

from __future__ import annotations


def say_rate(value: float, kind: str) -> str:
    """A rate in the unit of its kind of indicator, to three digits; a share is given between 0 and 1."""
    return f"{100 * value:.3g} %" if kind == "proportion" else f"{value:.3g} per 1,000"
