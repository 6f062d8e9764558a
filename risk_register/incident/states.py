"""The words of incidents: where one came from, what kind it is, and whether the product had a part in it."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CLOSED = "closed"
    """A person other than its opener confirmed the conclusion."""


TRANSITIONS: MappingProxyType[IncidentStatus, tuple[IncidentStatus, ...]] = MappingProxyType(
    {
        IncidentStatus.OPEN: (IncidentStatus.CLOSED,),
        IncidentStatus.CLOSED: (IncidentStatus.OPEN,),
    }
)


class Origin(StrEnum):
    """What brought an incident up."""

    ALARM = "alarm"
    """A sequential detector; the reference is the alarm."""
    GRAVE_FINDING = "grave_finding"
    """A detector found something grave and a person confirmed it; the reference is the finding."""
    REVIEW = "review"
    """Somebody read it; the reference is the page that was raised, or the item."""
    COMPLAINT = "complaint"
    """A person outside told the operator; the reference is the operator's own of the complaint."""
    BY_HAND = "by_hand"
    """Anything else that somebody saw."""


class Nature(StrEnum):
    """What kind of event it is, as far as is known; statutory clocks depend on it."""

    NOT_SERIOUS = "not_serious"
    """No harm that a regime asks to be reported, as far as is known."""
    SERIOUS_HARM = "serious_harm"
    """Serious harm to a person's health, or a breach of what protects fundamental rights."""
    DEATH = "death"
    """A person died, or may have died of it."""
    WIDESPREAD = "widespread"
    """Many people, or several member states: what regimes call widespread."""


TOLD: MappingProxyType[Nature, frozenset[Nature]] = MappingProxyType(
    {
        Nature.NOT_SERIOUS: frozenset({Nature.NOT_SERIOUS}),
        Nature.SERIOUS_HARM: frozenset({Nature.NOT_SERIOUS, Nature.SERIOUS_HARM}),
        Nature.DEATH: frozenset({Nature.NOT_SERIOUS, Nature.SERIOUS_HARM, Nature.DEATH}),
        Nature.WIDESPREAD: frozenset({Nature.NOT_SERIOUS, Nature.SERIOUS_HARM, Nature.WIDESPREAD}),
    }
)
"""What a report about an event has told; a death and a widespread event are two things."""


class Causality(StrEnum):
    """How sure it is that the product had a part in it."""

    NOT_ASSESSED = "not_assessed"
    """Nobody has judged it yet; an incident does not close like this."""
    UNRELATED = "unrelated"
    """The product had no part in it."""
    POSSIBLE = "possible"
    """It cannot be ruled out."""
    PROBABLE = "probable"
    """It is more likely than not."""
    ESTABLISHED = "established"
    """It had a part in it."""
