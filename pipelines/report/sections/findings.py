"""What the detectors found, by what it means and how severe it can be; drift; equity between groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts, Observation
from pipelines.report.sections.indicators import cover, show
from pipelines.report.suppress import hide_parts
from risk_register.content import Polarity, Signal, load_taxonomy

POLARITY_TITLES = {
    Polarity.ASSISTANT_HARM: "Harm by the assistant",
    Polarity.USER_RISK: "Risk shown by people",
    Polarity.PROTECTIVE: "Protective acts",
    Polarity.SYSTEM: "Events of the product",
}
OTHER = "Other signals"  # an operator's own signals, whose direction the shipped taxonomy does not know

FINDING_COLUMNS = (
    Column("group", "Group", width=24),
    Column("levels", "Severity levels", width=12),
    Column("signal_id", "Id", width=32),
    Column("title", "Signal", width=36),
    Column("message_count", "Messages", Kind.COUNT, 12),
    Column("conversation_count", "Conversations", Kind.COUNT, 14),
    Column("detector_id", "Detector", width=20),
    Column("detector_version", "Version", width=14),
    Column("badge", "Validation", width=14),
)
DETECTOR_COLUMNS = (
    Column("detector_id", "Detector", width=20),
    Column("detector_version", "Version", width=14),
    Column("signals", "Signals", Kind.COUNT, 10),
    Column("languages", "Languages", width=20),
    Column("badge", "Validation", width=14),
    Column("note", "What is known about its error", width=60),
)
DRIFT_COLUMNS = (
    Column("feature", "Feature", width=20),
    Column("week", "Week of", Kind.DATE, 12),
    Column("distance", "Distance", Kind.NUMBER, 10),
    Column("threshold", "Practical threshold", Kind.NUMBER, 12),
    Column("null_high", "Usual range, high", Kind.NUMBER, 12),
    Column("message_count", "Messages", Kind.COUNT, 12),
    Column("reference_count", "Messages in the reference", Kind.COUNT, 14),
    Column("status", "Reading", width=18),
)
EQUITY_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("slice", "Slice", width=14),
    Column("slice_value", "Group", width=18),
    Column("ratio", "Ratio to the rest", Kind.RATIO, 12),
    Column("ci_low", "95% interval, low", Kind.RATIO, 12),
    Column("ci_high", "95% interval, high", Kind.RATIO, 12),
    Column("status", "Reading", width=30),
)


def build_findings(facts: Facts) -> Table:
    """Messages and conversations of the month by signal and detector, most severe first."""
    known = {signal.id: signal for signal in load_taxonomy().signals}
    badges = {(row["detector_id"], row["signal_id"]): row["badge"] for row in facts.detectors}
    hidden = _hidden_findings(facts.findings, known)
    rows = [
        {
            **_signal_cells(row["signal_id"], known),
            "signal_id": row["signal_id"],
            "message_count": Mark.HIDDEN if messages else row["message_count"],
            "conversation_count": Mark.HIDDEN if conversations else row["conversation_count"],
            "detector_id": row["detector_id"],
            "detector_version": row["detector_version"],
            "badge": badges.get((row["detector_id"], row["signal_id"])) or Mark.NOT_MEASURED,
        }
        for row, (messages, conversations) in zip(facts.findings, hidden, strict=True)
    ]
    rows.extend(_silent_rows(facts, known))
    rows.sort(key=lambda row: _severity_order(row, known))
    return Table(
        "findings",
        "Findings by severity and signal",
        FINDING_COLUMNS,
        tuple(rows),
        note="What detectors marked, before review. A message can carry several signals, so rows do not "
        "add up. "
        "A zero stands only where the detector found something else in the month, and so was at work.",
        empty="No finding is published for this month.",
    )


def build_detectors(facts: Facts) -> Table:
    """One row a detector version with the same languages, badge and note."""
    groups: dict[tuple[str, ...], int] = defaultdict(int)
    for row in facts.detectors:
        key = tuple(row[name] for name in ("detector_id", "detector_version", "languages", "badge", "note"))
        groups[key] += 1
    rows = tuple(
        {
            "detector_id": key[0],
            "detector_version": key[1],
            "signals": count,
            "languages": key[2],
            "badge": key[3],
            "note": key[4] or Mark.NONE,
        }
        for key, count in sorted(groups.items())
    )
    return Table("detectors", "Detectors", DETECTOR_COLUMNS, rows, empty="No detector is published.")


def build_drift(facts: Facts) -> Table:
    """Distance of each week that touches the month from the reference window."""
    features: dict[str, list[Row]] = defaultdict(list)
    for row in facts.drift:
        features[row["feature"]].append(row)
    rows: list[Row] = []
    for weeks in features.values():
        hidden = hide_parts([row["message_count"] for row in weeks])
        reference = hide_parts([row["reference_count"] for row in weeks])
        rows.extend(
            {
                **row,
                **{
                    key: show(row[key], is_hidden=is_hidden, absent=Mark.UNKNOWN)
                    for key in ("distance", "threshold", "null_high")
                },
                "message_count": Mark.HIDDEN if is_hidden else row["message_count"],
                "reference_count": Mark.HIDDEN if hides_reference else row["reference_count"],
            }
            for row, is_hidden, hides_reference in zip(weeks, hidden, reference, strict=True)
        )
    return Table(
        "drift",
        "Drift from the reference window",
        DRIFT_COLUMNS,
        tuple(rows),
        note="Jensen-Shannon distance, base 2, from 0 (the same) to 1. A week has moved when it is beyond "
        "the practical threshold and beyond the usual range of reference weeks. Drift is never by itself "
        "harm: it opens a check of the detectors.",
        empty="Drift was not assessed for any week of this month.",
    )


def build_equity(facts: Facts) -> Table:
    """Rate ratios of groups against the rest; a group whose own cell is hidden or unknown shows no ratio."""
    titles = {row["indicator_id"]: row["title"] for row in facts.indicators}
    rows = tuple(
        {
            **row,
            "title": titles.get(row["indicator_id"], row["indicator_id"]),
            **{
                key: show(row[key], is_hidden=is_hidden, absent=Mark.UNKNOWN)
                for key in ("ratio", "ci_low", "ci_high")
            },
        }
        for row, is_hidden in zip(facts.equity, _hidden_groups(facts), strict=True)
    )
    return Table(
        "equity",
        "Equity between groups",
        EQUITY_COLUMNS,
        rows,
        note="Each group against everyone else. A ratio between 0.80 and 1.25 with its whole interval is "
        "called equivalent. Groups are as supplied by the product, never inferred.",
        empty="Not assessed yet. No comparison between groups is published, so nothing can be said about "
        "equity: this is a gap, not a finding of equal treatment.",
    )


def _hidden_findings(rows: Sequence[Row], known: dict[str, Signal]) -> list[tuple[bool, bool]]:
    """Messages and conversations to hide; signals of one direction and detector are parts of a sum."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[(_group(row["signal_id"], known), row["detector_id"], row["detector_version"])].append(i)
    hidden = [(False, False)] * len(rows)
    for indices in groups.values():
        messages = hide_parts([rows[i]["message_count"] for i in indices])
        conversations = hide_parts([rows[i]["conversation_count"] for i in indices], hidden=messages)
        for i, hides_messages, hides_conversations in zip(indices, messages, conversations, strict=True):
            hidden[i] = (hides_messages, hides_conversations)
    return hidden


def _silent_rows(facts: Facts, known: dict[str, Signal]) -> list[dict[str, Cell]]:
    """Signals that a detector looks for and did not find; not measured if it found nothing at all."""
    found = {(row["detector_id"], row["detector_version"], row["signal_id"]) for row in facts.findings}
    at_work = {(row["detector_id"], row["detector_version"]) for row in facts.findings}
    rows: list[dict[str, Cell]] = []
    for row in facts.detectors:
        detector = (row["detector_id"], row["detector_version"])
        if (*detector, row["signal_id"]) in found:
            continue
        count: Cell = 0 if detector in at_work else Mark.NOT_MEASURED
        rows.append(
            {
                **_signal_cells(row["signal_id"], known),
                "signal_id": row["signal_id"],
                "message_count": count,
                "conversation_count": count,
                "detector_id": row["detector_id"],
                "detector_version": row["detector_version"],
                "badge": row["badge"],
            }
        )
    return rows


def _hidden_groups(facts: Facts) -> list[bool]:
    indicators = {row["indicator_id"]: row for row in facts.indicators}
    cells = {
        (row.indicator_id, row.slice, row.slice_value): row
        for row in facts.observations
        if row.period == "month" and row.period_start == facts.month.first and row.estimate == "raw"
    }
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    hidden: list[bool] = []
    for i, row in enumerate(facts.equity):
        indicator = indicators.get(row["indicator_id"])
        cell = cells.get((row["indicator_id"], row["slice"], row["slice_value"]))
        hidden.append(cell is None or indicator is None or cover(cell, indicator).value)
        groups[(row["indicator_id"], row["slice"])].append(i)
    for indices in groups.values():
        shown = [i for i in indices if not hidden[i]]
        if len(indices) - len(shown) == 1 and shown:
            hidden[min(shown, key=lambda i: _denominator(cells, facts.equity[i]))] = True
    return hidden


def _denominator(cells: Mapping[tuple[str, str, str], Observation], row: Row) -> float:
    return cells[(row["indicator_id"], row["slice"], row["slice_value"])].denominator or 0.0


def _signal_cells(signal_id: str, known: dict[str, Signal]) -> dict[str, Cell]:
    signal = known.get(signal_id)
    if signal is None:
        return {"group": OTHER, "levels": Mark.UNKNOWN, "title": signal_id}
    same = signal.minimum_level == signal.maximum_level
    levels = f"{signal.maximum_level}" if same else f"{signal.minimum_level} to {signal.maximum_level}"
    return {"group": POLARITY_TITLES[signal.polarity], "levels": levels, "title": signal.title}


def _group(signal_id: str, known: dict[str, Signal]) -> str:
    return str(_signal_cells(signal_id, known)["group"])


def _severity_order(row: Row, known: dict[str, Signal]) -> tuple[int, int, str, str]:
    order = [*POLARITY_TITLES.values(), OTHER]
    signal = known.get(row["signal_id"])
    return (
        order.index(row["group"]),
        -(signal.maximum_level if signal else 0),
        row["title"],
        row["detector_id"],
    )
