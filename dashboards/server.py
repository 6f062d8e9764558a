"""The web server's frame: Flask, but for what it writes about an error that nobody foresaw.

Its message may quote a row or what somebody wrote into a form, and a log is read by others: only the kind of
the error and the line of ours at which it arose are written.
"""

from __future__ import annotations

from types import TracebackType

import flask

from risk_register.error_place import find_place


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
