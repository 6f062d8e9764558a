"""The web server's frame: Flask, but for what it writes about an error that nobody foresaw.

Its message may quote a row or what somebody wrote into a form, and a log is read by others: only the kind of
the error and the line of ours at which it arose are written.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

import flask

REPOSITORY = Path(__file__).parents[1]


class DiscreetFlask(flask.Flask):
    """Flask with a log that holds no words of people."""

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """Write the kind and the place of an error."""
        kind, _, trace = exc_info
        self.logger.error(
            "%s %s failed: %s at %s",
            flask.request.method,
            flask.request.endpoint,
            getattr(kind, "__name__", "an error"),
            find_place(trace),
        )


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
