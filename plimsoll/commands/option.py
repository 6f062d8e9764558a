"""Options that commands share; results go to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from pipelines.errors import HomeError
from pipelines.governance_place import VARIABLE, mark_place
from pipelines.settings import Home, find_home
from pipelines.shown_text import show_text

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Directory that holds everything (PLIMSOLL_HOME, else ./data).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
MOMENT = ["%Y-%m-%dT%H:%M"]


def open_home(path: Path | None) -> Home:
    """An existing home.

    Raises:
        HomeError: there is none at that place, or its decisions lie in another database than the one named.
    """
    home = find_home(path)
    if home.kind is None:
        raise HomeError(
            f"{home.path} is not a Plimsoll home yet. `plimsoll ingest` makes one, `plimsoll demo` a sample."
        )
    mark_place(home.path, os.environ.get(VARIABLE))
    return home


def tell(text: str) -> None:
    """Progress for the person at the terminal; what others named cannot act on it."""
    print(show_text(text), file=sys.stderr, flush=True)


def write_json(document: Any) -> None:
    """One JSON document, keys in order."""
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n")
