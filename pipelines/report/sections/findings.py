"""What the detectors found, by what it means and how severe it can be; drift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from methods.drift import LEAVING_STEP, leave_distance
from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts
from pipelines.report.sections.indicators import show
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
    Column("signals", "Signals", width=44),
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
        "A zero stands only where the detector found something else in the month, and so was at work. "
        "A matter of meaning has no number where only phrases look for it: it needs review or a judge.",
        empty="No finding is published for this month.",
    )


def build_detectors(facts: Facts) -> Table:
    """One row for the signals of a detector that share languages, badge and note."""
    known = {signal.id: signal for signal in load_taxonomy().signals}
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in facts.detectors:
        key = tuple(row[name] for name in ("detector_id", "detector_version", "languages", "badge", "note"))
        groups[key].append(str(_signal_cells(row["signal_id"], known)["title"]))
    rows = tuple(
        {
            "detector_id": key[0],
            "detector_version": key[1],
            "signals": ", ".join(sorted(titles)),
            "languages": key[2],
            "badge": key[3],
            "note": key[4] or Mark.NONE,
        }
        for key, titles in sorted(groups.items(), key=lambda group: (group[0][:2], min(group[1])))
    )
    return Table("detectors", "Detectors", DETECTOR_COLUMNS, rows, empty="No detector is published.")


def build_drift(facts: Facts) -> Table:
    """Distance of each week that touches the month from the reference window."""
    rows: list[Row] = []
    for row in facts.drift:
        told = {name: leave_distance(row[name]) for name in ("distance", "null_high")}
        told |= {name: row[name] for name in ("threshold", "message_count", "reference_count")}
        is_hidden = bool(row["is_suppressed"])
        cells = {name: show(value, is_hidden=is_hidden, absent=Mark.UNKNOWN) for name, value in told.items()}
        rows.append({**row, **cells})
    return Table(
        "drift",
        "Drift from the reference window",
        DRIFT_COLUMNS,
        tuple(rows),
        note="Jensen-Shannon distance, base 2, from 0 (the same) to 1, told to the nearest "
        f"{LEAVING_STEP:g}, and not at all where a category counts few. A week has moved when it is, by the "
        "exact one, beyond the practical threshold and beyond the usual range of reference weeks; lengths "
        "and scores also when they lie further along their scale than is usual, whatever this distance says. "
        "Drift is never by itself harm: it opens a check of the detectors.",
        empty="Drift was not assessed for any week of this month.",
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
        signal = known.get(row["signal_id"])
        is_lead = signal is not None and not signal.is_measured_by(row["detector_id"], row["badge"])
        count: Cell = 0 if detector in at_work and not is_lead else Mark.NOT_MEASURED
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
