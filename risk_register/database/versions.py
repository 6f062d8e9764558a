"""Deciding on what one saw: a record that was changed meanwhile is not overwritten."""

from __future__ import annotations

from risk_register.database.store import Write
from risk_register.errors import ChangedMeanwhileError


def check_version(
    write: Write, *, current: int, expected: int | None, subject: str, deployment_id: str | None
) -> None:
    """Raise if a record is no longer at the version that the decision is about; None: whatever it is now.

    Raises:
        ChangedMeanwhileError: names who changed it and when.
    """
    if expected is not None and current != expected:
        told = write.say_last_change(subject, deployment_id=deployment_id)
        raise ChangedMeanwhileError(f"{subject} was {told}; review and try again.")
