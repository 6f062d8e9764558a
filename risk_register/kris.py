"""The key risk indicators of a risk, beside the risk: what each says now, and the worst of them.

Pure: published observations are passed in, nothing is looked up. A KRI names an indicator and a slice, never
a number; what is unknown is never taken for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from risk_register.content import Kri

# From calm to alarming; unknown stands above what is within its appetite.
ATTENTION = ("not_applicable", "within", "no_appetite_set", "insufficient_data", "watch", "breach")
UNKNOWN = "insufficient_data"


@dataclass(frozen=True)
class KriObservation:
    """An indicator's latest standing in a slice, as published."""

    indicator: str
    slice: str
    slice_value: str
    status: str
    value: float | None = None
    ci_high: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class KriReading:
    """A KRI and what was observed of it; None when nothing was published."""

    kri: Kri
    observation: KriObservation | None

    @property
    def status(self) -> str:
        """The published status; what was not published is unknown."""
        return UNKNOWN if self.observation is None else self.observation.status


def read_kris(kris: Iterable[Kri], observations: Iterable[KriObservation]) -> tuple[KriReading, ...]:
    """Each KRI with its observation, in the order of the risk."""
    known = {(each.indicator, each.slice, each.slice_value): each for each in observations}
    return tuple(KriReading(kri, known.get((kri.indicator, kri.slice, kri.slice_value))) for kri in kris)


def find_worst(readings: Iterable[KriReading]) -> str:
    """The status that asks for most attention; unknown for a risk without KRIs."""
    return max((reading.status for reading in readings), key=ATTENTION.index, default=UNKNOWN)
