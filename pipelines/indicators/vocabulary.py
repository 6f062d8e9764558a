"""The closed vocabularies of an indicator's definition. What people write prose about is in its YAML."""

from enum import StrEnum


class Kind(StrEnum):
    """How numerator and denominator become a value."""

    PROPORTION = "proportion"
    RATE_PER_1000 = "rate_per_1000"
    COUNT = "count"
    DISTRIBUTION = "distribution"
    INDEX = "index"


class Unit(StrEnum):
    """What one row of the SQL stands for; day is for what assess computes."""

    CONVERSATION = "conversation"
    MESSAGE = "message"
    EVENT = "event"
    USER_WEEK = "user_week"
    DAY = "day"


class Direction(StrEnum):
    """Which way is better; neither for context."""

    LOWER_IS_BETTER = "lower_is_better"
    HIGHER_IS_BETTER = "higher_is_better"
    NEITHER = "neither"


class Family(StrEnum):
    """The group on the pages."""

    ESCALATION = "escalation"
    HARM = "harm"
    DISCLOSURE = "disclosure"
    USE = "use"
    DRIFT = "drift"
    GOVERNANCE = "governance"
    QUALITY = "quality"
    OWN = "own"


class Status(StrEnum):
    """Whether a second person has checked the definition."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Computer(StrEnum):
    """Who counts: the SQL beside the YAML, or a module of assess."""

    SQL = "sql"
    ASSESS = "assess"
