"""What a random sample says the detectors miss, by signal, as a document of plain values.

As in everything that leaves, numbers of small cells are taken out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from methods.unsampled import say_unsampled
from pipelines.errors import StateError
from pipelines.publish.extract import read_extract

FIGURE = "miss_rate"
SHAPE = f"{FIGURE}[/SIGNAL], such as {FIGURE}/u_suicidal_ideation"


def is_about_misses(figure: str) -> bool:
    """Whether a figure's name asks for this account."""
    return figure.partition("/")[0] == FIGURE


def account_for_misses(published: Path, figure: str, *, deployment_id: str) -> dict[str, Any]:
    """The rates of every signal, or of the one that is named: the newest 90 days first, then months.

    Raises:
        StateError: nothing is known of the signal; what there is, is said.
    """
    _, _, signal_id = figure.partition("/")
    every = read_extract(published, FIGURE, deployment_id=deployment_id).to_pylist()
    rows = [row for row in every if signal_id in ("", row["signal_id"])]
    if every and not rows:
        known = ", ".join(sorted({row["signal_id"] for row in every}))
        raise StateError(f"Nobody looks for {signal_id} in a sample. A figure is {SHAPE}; signals: {known}.")
    rows.sort(key=lambda row: row["period_start"], reverse=True)
    rows.sort(key=lambda row: (row["detector_id"], row["signal_id"], row["period"] == "month"))
    return {
        "figure": figure,
        "deployment_id": deployment_id,
        "misses": rows,
        "note": "" if rows else say_unsampled(),
    }
