"""Where an error arose: what may be told of one whose message may quote people."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

REPOSITORY = Path(__file__).resolve().parents[1]


def find_place(trace: TracebackType | None) -> str:
    """The last line of ours in a traceback."""
    ours = [
        frame
        for frame in traceback.extract_tb(trace)
        if frame.filename.startswith(f"{REPOSITORY}/") and ".venv" not in frame.filename
    ]
    if not ours:
        return "an unknown line"
    return f"{ours[-1].filename.removeprefix(f'{REPOSITORY}/')}:{ours[-1].lineno}"
