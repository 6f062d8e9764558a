"""Errors that nobody foresaw, told without their words: a library may quote a row, and a row is text.

A step that reads what people said runs with `Discretion`. What comes out names the kind of the error and the
line of ours at which it arose; the message, and what led to it, stay inside. Our own errors pass as they are.
"""

from __future__ import annotations

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
        # Without a cause and without a context: whoever prints the chain of errors would print the text.
        hidden = UnforeseenError(
            f"{self._step} failed: {type(error).__name__} at {find_place(trace)}. Its message is not shown, "
            "for it may quote what people said; look at it where the data lie."
        )
        raise hidden from None
