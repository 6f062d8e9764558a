"""Which deployment of a published file is meant."""

from __future__ import annotations

from pathlib import Path

import typer

from pipelines.errors import StateError


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
