"""The published file that is current, and which of its deployments is meant."""

from __future__ import annotations

from pathlib import Path

import typer

from pipelines.errors import StateError
from pipelines.settings import Home


def find_published(home: Home) -> Path:
    """The file that is current.

    Raises:
        StateError: there is none yet.
    """
    pointer = home.published / "current"
    if not pointer.is_file():
        raise StateError("Nothing is published yet. Next: plimsoll run")
    return home.published / pointer.read_text(encoding="utf-8").strip()


def choose_deployment(published: Path, wanted: str | None) -> str:
    """The deployment that is meant; among several it is never guessed.

    Raises:
        StateError: nothing of it is published.
    """
    from pipelines.publish.extract import list_deployments

    known = list_deployments(published)
    if wanted is None and len(known) > 1:
        raise typer.BadParameter(f"one of {', '.join(known)}", param_hint="--deployment")
    if not known or wanted not in (None, *known):
        what = wanted or "any deployment"
        raise StateError(f"Nothing is published of {what}. There is: {', '.join(known) or 'nothing yet'}.")
    return wanted or known[0]
