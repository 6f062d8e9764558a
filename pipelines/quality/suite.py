"""What a data-quality rule is: what must hold, how much of it a day may miss, what then, why, and what to do.

Rules on rows are counted by the engine in one pass a table; rules on a day as a whole are expectations of
Great Expectations on the day's shares. Suites are lists of rules; running them is the gate's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipelines.errors import DefinitionError


class Severity(StrEnum):
    """What happens to a day that misses a rule."""

    STOP = "stop"  # it is not scored until the data is right
    TELL = "tell"  # it is scored, and marked wherever its numbers show


class Checker(StrEnum):
    """What decides whether a rule holds."""

    ENGINE = "engine"  # counts failing rows, one pass a table
    GREAT_EXPECTATIONS = "great_expectations"  # an expectation on the shares of a day


@dataclass(frozen=True)
class RowRule:
    """A rule on rows; the suite's SQL has a column of its name with the rows that fail.

    `tolerance` is the share of a day's rows that may fail. `why` and `next_step` are for the person who
    reads that a day was held.
    """

    id: str
    severity: Severity
    what: str
    why: str
    next_step: str
    tolerance: float = 0.0

    @property
    def allowed(self) -> str:
        """How much of a day may fail, in words."""
        return f"at most {self.tolerance:.3g} of the rows" if self.tolerance else "no row"


@dataclass(frozen=True)
class RowSuite:
    """The rules on the rows of one staging table, counted by `sql/quality/<name>.sql`."""

    name: str
    rules: tuple[RowRule, ...]
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchRule:
    """A rule on a share of the whole day: a column of `sql/quality/batch.sql` and the bounds it must keep."""

    id: str
    severity: Severity
    what: str
    why: str
    next_step: str
    column: str
    at_least: float | None = None
    at_most: float | None = None
    is_strict: bool = False
    """Whether the bounds themselves are not allowed."""

    @property
    def allowed(self) -> str:
        """The bounds in words."""
        words = ("more than", "less than") if self.is_strict else ("at least", "at most")
        bounds = zip(words, (self.at_least, self.at_most), strict=True)
        return " and ".join(f"{word} {bound:.3g}" for word, bound in bounds if bound is not None)


@dataclass(frozen=True)
class BatchSuite:
    """The rules on a day as a whole."""

    name: str
    rules: tuple[BatchRule, ...]


def check_columns(suite: str, wanted: Iterable[str], counted: Iterable[str]) -> None:
    """Refuse a suite whose SQL does not count for every rule.

    Raises:
        DefinitionError: names the suite and each column that is missing.
    """
    if missing := sorted(set(wanted) - set(counted)):
        raise DefinitionError(
            f"Suite {suite}: sql/quality/{suite}.sql has no column {', '.join(missing)}, which a rule of "
            f"pipelines/quality/suites/{suite}.py asks for. Add the column, or take the rule out."
        )
