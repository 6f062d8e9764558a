"""The words with which something that somebody asked is refused."""

from __future__ import annotations

from risk_register.errors import RegisterError, StoreError


def say_refusal(error: RegisterError) -> str:
    """Why it may not be, as the error says it.

    Raises:
        StoreError: the error is one. What the store itself refuses is no fault of what was asked, and says
            where the store lies: `routes` writes that into the log and answers without it.
    """
    if isinstance(error, StoreError):
        raise error
    return str(error)
