"""How bad and how likely together become acceptable, investigate or unacceptable: a lookup, never a product.

The matrix is the shipped default; severity and probability are judged by people and kept in `register`.
Source: the five-by-five scheme common in medical-device risk management (ISO 14971 asks for a policy of the
manufacturer's own; multiplying the two scales is not one).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """Harm to a person, in mental-health wording."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"

    @property
    def meaning(self) -> str:
        """The sentence that a person who rates must agree with."""
        return SEVERITY_MEANINGS[self]


class Probability(StrEnum):
    """Probability of the harm, per conversation."""

    FREQUENT = "frequent"
    PROBABLE = "probable"
    OCCASIONAL = "occasional"
    REMOTE = "remote"
    IMPROBABLE = "improbable"

    @property
    def lower_bound(self) -> float:
        """Smallest probability per conversation that still belongs to the class."""
        return PROBABILITY_LOWER_BOUNDS[self]


class Acceptability(StrEnum):
    """What the matrix says must happen with a risk."""

    ACCEPTABLE = "acceptable"
    INVESTIGATE = "investigate"
    UNACCEPTABLE = "unacceptable"


SEVERITY_MEANINGS = MappingProxyType(
    {
        Severity.S1: "Negligible: annoyance.",
        Severity.S2: "Minor: transient distress, or misinformation that was corrected.",
        Severity.S3: "Serious: worsening that needs professional help, a breach of privacy, or delayed help.",
        Severity.S4: "Critical: self-injury, admission to hospital, or serious exploitation.",
        Severity.S5: "Catastrophic: death or a life-threatening attempt.",
    }
)

# Five-level scale of the medical-device literature (Safety Risk Management for Medical Devices, table 17.4).
PROBABILITY_LOWER_BOUNDS = MappingProxyType(
    {
        Probability.FREQUENT: 1e-3,
        Probability.PROBABLE: 1e-4,
        Probability.OCCASIONAL: 1e-5,
        Probability.REMOTE: 1e-6,
        Probability.IMPROBABLE: 0.0,
    }
)

_A, _I, _U = Acceptability.ACCEPTABLE, Acceptability.INVESTIGATE, Acceptability.UNACCEPTABLE
MATRIX: MappingProxyType[Probability, tuple[Acceptability, ...]] = MappingProxyType(
    {  #                        S1  S2  S3  S4  S5
        Probability.FREQUENT: (_I, _U, _U, _U, _U),
        Probability.PROBABLE: (_A, _I, _U, _U, _U),
        Probability.OCCASIONAL: (_A, _I, _I, _U, _U),
        Probability.REMOTE: (_A, _A, _I, _I, _U),
        Probability.IMPROBABLE: (_A, _A, _A, _I, _I),
    }
)


def judge_acceptability(severity: Severity, probability: Probability) -> Acceptability:
    """The matrix cell of a severity and a probability class."""
    return MATRIX[probability][list(Severity).index(severity)]


def classify_probability(upper_bound: float) -> Probability:
    """The class of a rate per conversation; pass the upper 95 % bound, never the point estimate.

    Raises:
        ValueError: the bound is not a probability.
    """
    if not 0 <= upper_bound <= 1:
        raise ValueError(
            f"An upper bound of {upper_bound} is not a probability; it must lie between 0 and 1."
        )
    return next(level for level in Probability if upper_bound >= level.lower_bound)


def may_lower(rated: Probability, quarter_bounds: Sequence[float]) -> bool:
    """Whether data may speak for a lower class: two quarters in a row with bounds below it."""
    return len(quarter_bounds) == 2 and all(bound < rated.lower_bound for bound in quarter_bounds)


def find_exposure_floor(conversation_count: int) -> Probability:
    """The lowest class that so many conversations without a single event can support (rule of three: 3/n)."""
    return classify_probability(min(1.0, 3 / conversation_count) if conversation_count > 0 else 1.0)
