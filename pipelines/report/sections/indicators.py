"""Indicators of the month: the headline table, escalation with its review-corrected estimates, definitions.

Small cells are hidden here, before a number reaches a table; weeks are `weeks.py`.
"""

from __future__ import annotations

from collections import Counter
from math import isnan

from methods.coverage import round_coverage
from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import RANK, Facts, Observation, Status
from pipelines.report.suppress import EVERYTHING, MINIMUM_RATE_DENOMINATOR, Cover, cover_fraction, is_small

RATES = frozenset({"proportion", "rate_per_1000"})
COUNTED = RATES | {"count"}
NOT_ABOUT_PEOPLE = "governance"  # family of indicators that count items and risks, not conversations
FAMILIES = ("escalation", "harm", "disclosure", "use", "drift", "quality", "governance")

HEADLINE_COLUMNS = (
    Column("family", "Family", width=12),
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("kind", "Kind", width=14),
    Column("value_unit", "Values in", width=12),
    Column("numerator", "Numerator", Kind.COUNT, 12),
    Column("denominator", "Denominator", Kind.COUNT, 12),
    Column("value", "Value", Kind.MEASURE, 12),
    Column("ci_low", "95% interval, low", Kind.MEASURE, 12),
    Column("ci_high", "95% interval, high", Kind.MEASURE, 12),
    Column("p90", "90th percentile", Kind.MEASURE, 12),
    Column("at_least", "At least, if no more is known", Kind.MEASURE, 12),
    Column("coverage", "Coverage", Kind.SHARE, 10),
    Column("watch", "Watch limit", Kind.MEASURE, 12),
    Column("breach", "Breach limit", Kind.MEASURE, 12),
    Column("side", "Limit is crossed", width=12),
    Column("is_placeholder", "Limit is a placeholder", Kind.FLAG, 12),
    Column("approved_by", "Limit approved by", width=20),
    Column("status", "Status", Kind.STATUS, 18),
    Column("variation", "Variation", Kind.VARIATION, 20),
    Column("is_partial", "Month incomplete", Kind.FLAG, 12),
    Column("data_state", "Worst day of data", width=14),
    Column("previous_value", "Previous month", Kind.MEASURE, 12),
    Column("previous_status", "Previous status", Kind.STATUS, 18),
    Column("method", "Method of the interval", width=24),
)
CORRECTED_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("question", "Question", width=50),
    Column("kind", "Kind", width=14),
    Column("value_unit", "Values in", width=12),
    Column("numerator", "Numerator", Kind.COUNT, 12),
    Column("denominator", "Denominator", Kind.COUNT, 12),
    Column("value", "As detected", Kind.MEASURE, 12),
    Column("ci_low", "95% interval, low", Kind.MEASURE, 12),
    Column("ci_high", "95% interval, high", Kind.MEASURE, 12),
    Column("p90", "90th percentile", Kind.MEASURE, 12),
    Column("at_least", "At least, if no more is known", Kind.MEASURE, 12),
    Column("corrected_value", "Corrected by review", Kind.MEASURE, 12),
    Column("corrected_low", "Corrected, low", Kind.MEASURE, 12),
    Column("corrected_high", "Corrected, high", Kind.MEASURE, 12),
    Column("status", "Status", Kind.STATUS, 18),
)
DEFINITION_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("question", "Question", width=50),
    Column("numerator", "Numerator", width=50),
    Column("denominator", "Denominator", width=40),
    Column("kind", "Kind", width=14),
    Column("unit", "Unit", width=14),
    Column("value_unit", "Values in", width=12),
    Column("direction", "Direction", width=18),
    Column("minimum_denominator", "Minimum denominator", Kind.COUNT, 12),
    Column("owner", "Owner", width=20),
    Column("lifecycle", "Lifecycle", width=12),
    Column("computed_by", "Computed by", width=12),
    Column("definition_version", "Version", width=18),
)


def build_headline(facts: Facts) -> Table:
    """One row an indicator that has a definition, measured or not, by family and then by title."""
    rows = [_headline_row(facts, indicator) for indicator in facts.indicators]
    rows.sort(
        key=lambda row: (*_family_rank(str(row["family"])), str(row["title"]), str(row["indicator_id"]))
    )
    return Table(
        "headline",
        "Headline indicators",
        HEADLINE_COLUMNS,
        tuple(rows),
        note="Level against appetite and change against history are two judgements and have two words. "
        "Coverage is what detectors read whole, rounded down to 5%; one that would count few is hidden.",
        empty="No indicator has a definition in the published file.",
    )


def build_corrected(facts: Facts, family: str, *, title: str) -> Table:
    """A family's indicators as detected and, where reviewers have labelled a sample, as corrected."""
    rows = [
        _corrected_row(facts, indicator) for indicator in facts.indicators if indicator["family"] == family
    ]
    return Table(
        family,
        title,
        CORRECTED_COLUMNS,
        tuple(rows),
        empty=f"No indicator of the family {family} has a definition in the published file.",
    )


def build_definitions(facts: Facts) -> Table:
    """What each indicator counts, in the words of its definition."""
    return Table("definitions", "Definitions of the indicators", DEFINITION_COLUMNS, facts.indicators)


def count_statuses(headline: Table) -> dict[str, int]:
    """How many indicators have each status, worst first, zeros included."""
    counts = Counter(str(row["status"]) for row in headline.rows)
    return {status.value: counts[status.value] for status in sorted(Status, key=lambda s: -RANK[s])}


def cover(observation: Observation, indicator: Row) -> Cover:
    """What of an observation a report hides; what the file already calls suppressed is hidden whole."""
    if observation.is_suppressed:
        return EVERYTHING
    if indicator["family"] == NOT_ABOUT_PEOPLE:
        return Cover()
    kind, numerator, denominator = indicator["kind"], observation.numerator, observation.denominator
    if kind in RATES:
        return cover_fraction(numerator, denominator, is_rate=True)
    if kind == "count":
        count = observation.value if numerator is None else numerator
        return cover_fraction(count, denominator, is_rate=False)
    is_thin = denominator is not None and denominator < MINIMUM_RATE_DENOMINATOR
    return Cover(denominator=is_small(denominator), value=is_thin)


def show(value: Cell, *, is_hidden: bool, absent: Mark) -> Cell:
    """The value, or the mark that says why there is none."""
    if value is None:
        return absent
    return Mark.HIDDEN if is_hidden else value


def show_bound(observation: Observation, *, is_hidden: bool) -> Cell:
    """What an unknown value is at least. Beside a value, and of at least 0, there is nothing to say."""
    bound = observation.at_least or None if observation.value is None else None
    return show(bound, is_hidden=is_hidden, absent=Mark.NONE)


def whole(number: float | None) -> float | int | None:
    """A count kept as a float in the file, as the whole number it is."""
    return int(number) if number is not None and number == int(number) else number


def counted(observation: Observation, indicator: Row) -> float | int | None:
    """The numerator where it counts something: a median or an index is not made of one."""
    return whole(observation.numerator) if indicator["kind"] in COUNTED else None


def measured_cells(observation: Observation | None, indicator: Row) -> dict[str, Cell]:
    """Counts, value, interval and 90th percentile of an observation, hidden where they must be."""
    keys = ("numerator", "denominator", "value", "ci_low", "ci_high", "p90", "at_least")
    if observation is None:
        return dict.fromkeys(keys, Mark.NOT_MEASURED)
    covered = cover(observation, indicator)
    absent_tail = Mark.UNKNOWN if indicator["kind"] == "distribution" else Mark.NONE
    return {
        "numerator": show(counted(observation, indicator), is_hidden=covered.numerator, absent=Mark.NONE),
        "denominator": show(whole(observation.denominator), is_hidden=covered.denominator, absent=Mark.NONE),
        "value": show(observation.value, is_hidden=covered.value, absent=Mark.UNKNOWN),
        "ci_low": show(observation.ci_low, is_hidden=covered.value, absent=Mark.NONE),
        "ci_high": show(observation.ci_high, is_hidden=covered.value, absent=Mark.NONE),
        "p90": show(observation.p90, is_hidden=covered.value, absent=absent_tail),
        "at_least": show_bound(observation, is_hidden=covered.value),
    }


def _headline_row(facts: Facts, indicator: Row) -> dict[str, Cell]:
    indicator_id = indicator["indicator_id"]
    observation = facts.find(indicator_id, facts.month)
    previous = facts.find(indicator_id, facts.month.previous)
    before = measured_cells(previous, indicator)
    return {
        "family": indicator["family"],
        "indicator_id": indicator_id,
        "title": indicator["title"],
        "kind": indicator["kind"],
        "value_unit": indicator["value_unit"],
        **measured_cells(observation, indicator),
        **_appetite_cells(facts.appetite(indicator_id, observation)),
        "coverage": _coverage_cell(observation, indicator),
        "status": Status.NOT_MEASURED if observation is None else Status(observation.status),
        "variation": "not_assessed" if observation is None else observation.variation,
        "is_partial": Mark.NOT_MEASURED if observation is None else observation.is_partial,
        "data_state": Mark.NOT_MEASURED if observation is None else observation.data_state,
        "previous_value": before["value"],
        "previous_status": Status.NOT_MEASURED if previous is None else Status(previous.status),
        "method": "" if observation is None else observation.method,
    }


def _coverage_cell(observation: Observation | None, indicator: Row) -> Cell:
    if observation is None or observation.coverage is None:
        return Mark.NOT_MEASURED
    steps = float(round_coverage(observation.coverage, observation.denominator))
    return Mark.HIDDEN if cover(observation, indicator).value or isnan(steps) else steps


def _appetite_cells(appetite: Row | None) -> dict[str, Cell]:
    if appetite is None:
        return dict.fromkeys(("watch", "breach", "side", "is_placeholder", "approved_by"), Mark.NOT_SET)
    return {
        "watch": show(appetite["watch"], is_hidden=False, absent=Mark.NOT_SET),
        "breach": show(appetite["breach"], is_hidden=False, absent=Mark.NOT_SET),
        "side": appetite["side"],
        "is_placeholder": appetite["is_placeholder"],
        "approved_by": appetite["approved_by"] or Mark.NOT_SET,
    }


def _corrected_row(facts: Facts, indicator: Row) -> dict[str, Cell]:
    indicator_id = indicator["indicator_id"]
    raw = facts.find(indicator_id, facts.month)
    corrected = facts.find(indicator_id, facts.month, estimate="corrected")
    cells = measured_cells(corrected, indicator)
    if raw is not None and corrected is not None and cover(raw, indicator).value:
        cells = dict.fromkeys(
            cells, Mark.HIDDEN
        )  # a corrected share of a hidden count would give the count away
    return {
        "indicator_id": indicator_id,
        "title": indicator["title"],
        "question": indicator["question"],
        "kind": indicator["kind"],
        "value_unit": indicator["value_unit"],
        **measured_cells(raw, indicator),
        "corrected_value": cells["value"],
        "corrected_low": cells["ci_low"],
        "corrected_high": cells["ci_high"],
        "status": Status.NOT_MEASURED if raw is None else Status(raw.status),
    }


def _family_rank(family: str) -> tuple[int, str]:
    return (FAMILIES.index(family) if family in FAMILIES else len(FAMILIES), family)
