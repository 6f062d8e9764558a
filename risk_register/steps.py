"""The one sentence in which every table of states refuses a step that it does not have."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from risk_register.errors import NotAllowedError


def check_allowed(what: str, state: StrEnum, *, to_state: StrEnum, allowed: Collection[StrEnum]) -> None:
    """Raise if `to_state` is none of the allowed ones; `what` is a noun with its article.

    Raises:
        NotAllowedError: says which states are allowed.
    """
    if to_state not in allowed:
        names = ", ".join(step.value for step in allowed) or "none"
        raise NotAllowedError(f"{what} that is {state} cannot become {to_state}. Allowed: {names}.")
