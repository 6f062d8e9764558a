"""Errors that nobody foresaw, told without their words: a library may quote a row, and a row is text.

A step that reads what people said runs with `Discretion`. What comes out names the kind of the error and the
line of ours at which it arose, and what the operating system calls it; the message, and what led to it, stay
inside. Our own errors pass as they are.
"""

from __future__ import annotations

import os
from contextlib import ContextDecorator
from types import TracebackType

from methods.errors import MethodsError
from pipelines.errors import PlimsollError
from risk_register.error_place import find_place
from risk_register.errors import RegisterError

OURS = (PlimsollError, RegisterError, MethodsError)
"""Their messages hold ids and never text."""


class UnforeseenError(PlimsollError):
    """A step failed in a way that no message of ours describes."""


class Discretion(ContextDecorator):
    """Runs a step whose errors may quote text; `step` is how it is called in the message.

    Raises:
        UnforeseenError: in the place of any error that is not ours.
    """

    def __init__(self, step: str) -> None:
        self._step = step

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or not isinstance(error, Exception) or isinstance(error, OURS):
            return
        where = f"{self._step} failed: {type(error).__name__} at {find_place(trace)}"
        hint = "Its message is not shown, for it may quote what people said; look at it where the data lie."
        reason = find_reason(error)
        # Without a cause and without a context: whoever prints the chain of errors would print the text.
        raise UnforeseenError(f"{where}: {reason}." if reason else f"{where}. {hint}") from None


def find_reason(error: BaseException) -> str | None:
    """What the operating system calls an error of its own, such as a full disk; None of any other."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return None if error.__cause__ is None else find_reason(error.__cause__)
