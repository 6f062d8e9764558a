"""What the detectors that read everything missed in the month, by a random sample that a judge read."""

from __future__ import annotations

from methods.miss_rate import MissState
from methods.miss_words import MISS_WORDS
from methods.unsampled import say_unsampled
from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts
from risk_register.content import load_taxonomy

COLUMNS = (
    Column("detector_id", "Read by", width=16),
    Column("signal_id", "Id", width=32),
    Column("title", "Signal", width=36),
    Column("reading", "What is known", width=30),
    Column("value", "Missed", Kind.SHARE, 12),
    Column("ci_low", "Lower 95%", Kind.SHARE, 12),
    Column("ci_high", "Upper 95%", Kind.SHARE, 12),
    Column("numerator", "Messages missed", Kind.COUNT, 14),
    Column("confirmed_count", "Confirmed", Kind.COUNT, 12),
    Column("seen_count", "Misses seen", Kind.COUNT, 12),
    Column("sampled_count", "Read of the rest", Kind.COUNT, 14),
    Column("rest_count", "The rest", Kind.COUNT, 14),
)
NUMBERS = (
    "value",
    "ci_low",
    "ci_high",
    "numerator",
    "confirmed_count",
    "seen_count",
    "sampled_count",
    "rest_count",
)


def build_misses(facts: Facts) -> Table:
    """One row a detector and signal of the month, most missed first."""
    titles = {signal.id: signal.title for signal in load_taxonomy().signals}
    ordered = sorted(facts.misses, key=_rank)
    return Table(
        "misses",
        "What the detectors missed",
        COLUMNS,
        tuple(
            {
                "detector_id": row["detector_id"],
                "signal_id": row["signal_id"],
                "title": titles.get(row["signal_id"], row["signal_id"]),
                "reading": MISS_WORDS[MissState(row["state"])].word,
            }
            | {name: _show(row, name) for name in NUMBERS}
            for row in ordered
        ),
        note="Of the messages that the detectors do not pass on, a random part is read as well; a signal "
        "found in it stands for as many as could have been drawn in its place. Missed is their share of all "
        "messages with the signal, as whoever read them sees it, which is no ground truth.",
        empty=say_unsampled("in this month"),
    )


def _rank(row: Row) -> tuple[bool, float, float, str]:
    """Most missed first; what is hidden comes last, for its place would tell of it."""
    if row["is_suppressed"]:
        return (True, 0.0, 0.0, row["signal_id"])
    return (False, -(row["value"] or 0.0), -(row["ci_high"] or 0.0), row["signal_id"])


def _show(row: Row, name: str) -> Cell:
    if row["is_suppressed"]:
        return Mark.HIDDEN
    value: float | None = row[name]
    if value is None:
        return Mark.UNKNOWN
    return round(value) if name == "numerator" else value
