"""The words with which something that somebody asked is refused."""

from __future__ import annotations

from risk_register.errors import ChangedMeanwhileError, RegisterError, StoreError

OPEN_ANEW = "This page still shows what was before: copy what you typed, then open it again."


def say_refusal(error: RegisterError) -> str:
    """Why it may not be, as the error says it.

    Raises:
        StoreError: the error is one. What the store itself refuses is no fault of what was asked, and says
            where the store lies: `routes` writes that into the log and answers without it.
    """
    if isinstance(error, StoreError):
        raise error
    return str(error)


def say_refused_form(error: RegisterError) -> str:
    """The same under a form that stays open: one that is about an older version is refused however often.

    Raises:
        StoreError: as `say_refusal`.
    """
    words = say_refusal(error)
    return f"{words} {OPEN_ANEW}" if isinstance(error, ChangedMeanwhileError) else words
