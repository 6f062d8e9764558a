"""The probability class of a hazardous situation, from counted evidence and its upper bound.

The class is that of the one-sided 95 % upper bound, so that little evidence gives a bad class and not a good
one. What a class means together with a severity is the register's matter. The decades are those of the
example scale in ISO 14971:2007 Annex D / ISO/TR 24971:2020, per conversation; a manufacturer may set others.
Only P1, the chance of the hazardous situation, is counted; the chance that it leads to harm is a clinical
judgement.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import clopper_pearson_lower, clopper_pearson_upper


class ProbabilityClass(StrEnum):
    """From worst to best."""

    FREQUENT = "frequent"
    """From 1 in 1,000 conversations."""
    PROBABLE = "probable"
    """From 1 in 10,000."""
    OCCASIONAL = "occasional"
    """From 1 in 100,000."""
    REMOTE = "remote"
    """From 1 in 1,000,000."""
    IMPROBABLE = "improbable"
    """Below."""


class Evidence(StrEnum):
    """How firmly the class stands."""

    ESTABLISHED = "established"
    """Lower and upper bound lie in the same class."""
    BOUNDED = "bounded"
    """The point is in this class or the next better one."""
    NOT_DEMONSTRATED = "not_demonstrated"
    """The upper bound is two or more classes worse than the point: too few conversations seen."""
    NO_EXPOSURE = "no_exposure"
    """No conversation seen; the worst class stands."""


LOWER_LIMITS = {
    ProbabilityClass.FREQUENT: 1e-3,
    ProbabilityClass.PROBABLE: 1e-4,
    ProbabilityClass.OCCASIONAL: 1e-5,
    ProbabilityClass.REMOTE: 1e-6,
    ProbabilityClass.IMPROBABLE: 0.0,
}
"""Lowest probability of each class; a value exactly on a limit takes the worse class."""

ORDER = tuple(LOWER_LIMITS)


@dataclass(frozen=True)
class Category:
    """Class by the upper bound, with those of point and lower bound beside it.

    `needed_exposure` is how many conversations without an event would show the next better class, from people
    who come back as often as these; None at the best.
    """

    level: ProbabilityClass
    point_level: ProbabilityClass | None
    lower_level: ProbabilityClass | None
    evidence: Evidence
    upper: float
    lower: float
    needed_exposure: int | None


def categorise(events: float, trials: float, *, deff: float = 1.0, confidence: float = 0.95) -> Category:
    """Class of `events` in `trials` conversations; a design effect above 1 shrinks both."""
    if not 0 <= events <= trials:
        raise InvalidCountsError(f"{events:g} events of {trials:g} trials; 0 <= events <= trials is required")
    if trials == 0:
        worst = ProbabilityClass.FREQUENT
        return Category(
            worst, None, None, Evidence.NO_EXPOSURE, math.nan, math.nan, _needed(worst, confidence)
        )
    scale = max(deff, 1.0)
    upper = float(clopper_pearson_upper(events / scale, trials / scale, confidence=confidence))
    lower = float(clopper_pearson_lower(events / scale, trials / scale, confidence=confidence))
    return categorise_interval(events / trials, lower, upper, deff=scale, confidence=confidence)


def categorise_interval(
    value: float, lower: float, upper: float, *, deff: float = 1.0, confidence: float = 0.95
) -> Category:
    """Class of an estimated probability, by the upper end of its interval."""
    level, point, bottom = (classify(each) for each in (upper, value, lower))
    if level is bottom:
        evidence = Evidence.ESTABLISHED
    elif ORDER.index(point) - ORDER.index(level) >= 2:
        evidence = Evidence.NOT_DEMONSTRATED
    else:
        evidence = Evidence.BOUNDED
    return Category(level, point, bottom, evidence, upper, lower, _needed(level, confidence, deff))


def classify(probability: float) -> ProbabilityClass:
    """The class of a probability per conversation."""
    if not 0 <= probability <= 1:
        raise InvalidArgumentError(f"{probability} is no probability")
    return next(level for level in ORDER if probability >= LOWER_LIMITS[level])


def take_worst(levels: Iterable[ProbabilityClass]) -> ProbabilityClass:
    """The worst of several, such as the last 90 days and all since the version."""
    found = sorted(levels, key=ORDER.index)
    if not found:
        raise InvalidArgumentError("no class to take the worst of")
    return found[0]


def _needed(level: ProbabilityClass, confidence: float, deff: float = 1.0) -> int | None:
    if level is ProbabilityClass.IMPROBABLE:
        return None
    return math.ceil(deff * math.log(1 - confidence) / math.log1p(-LOWER_LIMITS[level]))
