"""Which regimes apply, who signed that, and which texts nobody has read again in time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from pipelines.report.document import Cell, Column, Kind, Row, Table
from pipelines.report.published import Facts

COLUMNS = (
    Column("title", "Regime", width=60),
    Column("jurisdiction", "Where", width=10),
    Column("applies", "Applies here", width=40),
    Column("verified_on", "Text read on", Kind.DATE, 12),
    Column("verify_again_by", "Again by", Kind.DATE, 12),
    Column("standing", "Standing on the day of this report", width=50),
)
NOTE = (
    "A working aid, not legal advice. Whether a regime applies is a person's signed decision. A text that "
    "was not read again in time is no ground for a report; one that applies keeps this one from being issued."
)
ORDER = (True, None, False)  # what applies, then what nobody has signed


def build_regimes(facts: Facts, *, built_at: dt.datetime) -> Table:
    """Every regime beside the deployment; those that apply first, then what nobody has signed."""
    on = built_at.astimezone(ZoneInfo(facts.deployment["zone"])).date()
    rows = sorted(facts.regimes, key=lambda row: ORDER.index(row["is_applicable"]))
    return Table(
        "regimes",
        "Regimes",
        COLUMNS,
        tuple(_row(row, on) for row in rows),
        note=NOTE,
        empty="No regime is known to this deployment.",
    )


def _row(row: Row, on: dt.date) -> dict[str, Cell]:
    return {**row, "applies": _say_decision(row), "standing": _say_standing(row, on)}


def _say_decision(row: Row) -> str:
    if row["is_applicable"] is None:
        return "nobody has signed"
    verdict = "yes" if row["is_applicable"] else "no"
    return f"{verdict}, signed by {row['decided_by']} on {row['decided_on']}"


def _say_standing(row: Row, on: dt.date) -> str:
    if on > row["verify_again_by"]:
        return f"PAST its limit since {row['verify_again_by']}: its text has to be read again"
    if row["confidence"] != "verified":
        return f"primary text not confirmed ({row['confidence'].replace('_', ' ')})"
    return "read in time"
