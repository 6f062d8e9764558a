"""What was observed of a risk's KRI, which of several pieces counts, and how it is said beside a proposal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from risk_register.acceptability import Probability, find_exposure_floor

# Evidence as accepting a proposal once wrote it behind the reason of a rating; it may hold a small cell.
WRITTEN = re.compile(
    r" \(\w+(?: for [^()]+?)?: \S+ of [\d,]+, at most \S+ \(95 %\), so \w+; .*\)$", re.DOTALL
)


@dataclass(frozen=True)
class Evidence:
    """What was observed of a risk's KRI: a rate per conversation with its 95 % bounds, from n units.

    `source` says where it stands: generation, period, detector version. `quarter_bounds` are the upper bounds
    of the last two whole quarters, the older first; fewer where they were not observed.
    """

    risk_id: str
    indicator_id: str
    observed_rate: float
    lower_bound: float
    upper_bound: float
    unit_count: int
    source: str
    slice: str = "all"
    slice_value: str = "all"
    quarter_bounds: tuple[float, ...] = ()

    @property
    def has_events(self) -> bool:
        """Whether anything was seen, or the rate is only not known to be lower."""
        return self.observed_rate > 0


def take_worst(evidence: Sequence[Evidence]) -> Evidence:
    """The piece with the highest bound, with the highest bounds of any piece in both quarters."""
    worst = max(evidence, key=lambda each: each.upper_bound)
    quarters = [each.quarter_bounds for each in evidence]
    is_known = all(len(bounds) == 2 for bounds in quarters)
    highest = tuple(max(bounds) for bounds in zip(*quarters, strict=True)) if is_known else ()
    return replace(worst, quarter_bounds=highest)


def find_limit(evidence: Evidence, probability: Probability, rated: Probability) -> Probability | None:
    """The lowest class that so few units can show, where it speaks for the proposed one; else None.

    It does where no blank record of these units could show the rated class, unless what was seen reaches the
    proposed class by its lower bound: then it is the events that speak, however few the units.
    """
    floor = find_exposure_floor(evidence.unit_count)
    order = list(Probability)
    is_shown = evidence.has_events and evidence.lower_bound >= probability.lower_bound
    return floor if order.index(floor) < order.index(rated) and not is_shown else None


def say_evidence(
    evidence: Evidence, probability: Probability, rated: Probability, limit: Probability | None
) -> str:
    """The words beside a proposal; `limit` is the lowest class that so few units could show, if it binds."""
    where = "" if evidence.slice == "all" else f" for {evidence.slice} {evidence.slice_value}"
    words = (
        f"{evidence.indicator_id}{where}: {evidence.observed_rate:.3g} of {evidence.unit_count:,}, at most "
        f"{evidence.upper_bound:.3g} (95 %), so {probability.value}; {evidence.source}"
    )
    if probability.lower_bound < rated.lower_bound:
        words += "; at most {:.3g} and {:.3g} in the two quarters before".format(*evidence.quarter_bounds)
    if limit is not None:
        seen = (
            f"events were seen, at least {evidence.lower_bound:.3g}" if evidence.has_events else "none seen"
        )
        words += (
            f"; exposure-limited: {seen}, and {evidence.unit_count:,} units cannot show less than {limit}"
        )
    return words


def withhold_figures(words: str) -> str:
    """The reason of a rating as it may leave: without the evidence that was once written behind it.

    Figures of a proposal stay inside, for a rate and its number of units give a small cell away.
    """
    return WRITTEN.sub(" (as data proposed; the figures stay with the proposal)", words)
