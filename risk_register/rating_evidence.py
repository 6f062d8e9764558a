"""What was observed of a risk's KRI, which of several pieces counts, and how it is said beside a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from risk_register.acceptability import Probability


@dataclass(frozen=True)
class Evidence:
    """What was observed of a risk's KRI: a rate per conversation with its upper 95 % bound, from n units.

    `source` says where it stands: generation, period, detector version. `quarter_bounds` are the upper bounds
    of the last two whole quarters, the older first; fewer where they were not observed.
    """

    risk_id: str
    indicator_id: str
    observed_rate: float
    upper_bound: float
    unit_count: int
    source: str
    slice: str = "all"
    slice_value: str = "all"
    quarter_bounds: tuple[float, ...] = ()


def take_worst(evidence: Sequence[Evidence]) -> Evidence:
    """The piece with the highest bound, with the highest bounds of any piece in both quarters."""
    worst = max(evidence, key=lambda each: each.upper_bound)
    quarters = [each.quarter_bounds for each in evidence]
    is_known = all(len(bounds) == 2 for bounds in quarters)
    highest = tuple(max(bounds) for bounds in zip(*quarters, strict=True)) if is_known else ()
    return replace(worst, quarter_bounds=highest)


def say_evidence(
    evidence: Evidence, probability: Probability, rated: Probability, floor: Probability | None
) -> str:
    """The words beside a proposal; `floor` is the lowest class that so few units could show, if it binds."""
    where = "" if evidence.slice == "all" else f" for {evidence.slice} {evidence.slice_value}"
    words = (
        f"{evidence.indicator_id}{where}: {evidence.observed_rate:.3g} of {evidence.unit_count:,}, at most "
        f"{evidence.upper_bound:.3g} (95 %), so {probability.value}; {evidence.source}"
    )
    if probability.lower_bound < rated.lower_bound:
        words += "; at most {:.3g} and {:.3g} in the two quarters before".format(*evidence.quarter_bounds)
    if floor is not None:
        words += f"; exposure-limited: {evidence.unit_count:,} units cannot show less than {floor.value}"
    return words
