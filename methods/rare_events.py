"""Where rare events lie between the units that were seen: the points of a g chart.

Counting units and not days makes the chart immune to changes of volume. Several events of one day are spread
evenly over the day's units, because nobody knows more. Sources: Benneyan 2001 (g charts); Provost & Murray
2011. Limits are in `charts`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray


@dataclass(frozen=True)
class Gaps:
    """Units up to each event since the one before, each event's day (a position), and the units since."""

    units: FloatArray
    day: NDArray[np.int_]
    units_since: float


def find_gaps(events: ArrayLike, exposure: ArrayLike) -> Gaps:
    """Gaps between events from daily counts; a day that is missing (NaN) is left out, not taken for 0."""
    x, n = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    if x.ndim != 1 or x.shape != n.shape:
        raise InvalidArgumentError("events and exposure must be two series of one length")
    known = np.isfinite(x) & np.isfinite(n)
    if np.any(x[known] < 0) or np.any(n[known] < 0) or np.any((x[known] > 0) & (n[known] == 0)):
        raise InvalidCountsError("events need units: 0 <= events, and units where there are events")
    x, n = np.where(known, x, 0.0).round().astype(int), np.where(known, n, 0.0)
    before = np.concatenate([[0.0], n.cumsum()[:-1]])
    day = np.repeat(np.arange(len(x)), x)
    order = np.concatenate([np.arange(count) for count in x]) if x.sum() else np.zeros(0)
    places = before[day] + n[day] * (order + 0.5) / np.maximum(x[day], 1)
    units = np.diff(np.concatenate([[0.0], places]))
    return Gaps(units, day, float(n.sum() - (places[-1] if len(places) else 0.0)))
