"""`plimsoll upgrade`: the governance store to the version of the code, after a backup."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import StateError
from pipelines.privacy.backup import take_backup
from pipelines.publish.shape import OTHER_CODE, is_of_this_code
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json
from risk_register.store import Store
from risk_register.tables_version import find_head


def upgrade(
    backup: Annotated[
        Path | None, typer.Option(help="File for a backup that is taken first, outside the home.")
    ] = None,
    has_backup: Annotated[
        bool, typer.Option("--have-backup", help="Somebody took one already; needed for another database.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the governance store to the version of this code; says from which to which."""
    place = open_home(home)
    store = Store(place.governance_url)
    before, after = store.version(), find_head()
    if before not in {None, after}:
        _require_backup(backup, has_backup, is_file=place.governance_url.startswith("sqlite:"))
        if backup is not None:
            made = take_backup(place, backup, at=dt.datetime.now(dt.UTC))
            tell(f"{made.backup_id} is in {backup}; it expires on {made.expires_on}.")
    store.upgrade()
    if as_json:
        write_json({"from": before, "to": after})
    elif before == after:
        print(f"The governance store is at version {after} already; nothing was changed.")
    else:
        print(f"The governance store went from version {before or 'none'} to {after}.")
    if not as_json and not is_of_this_code(place):
        print(OTHER_CODE)


def _require_backup(backup: Path | None, has_backup: bool, *, is_file: bool) -> None:
    if backup is None and not has_backup:
        raise StateError(
            "An upgrade is not undone. Give --backup FILE, or --have-backup once you have one of your own."
        )
    if backup is not None and not is_file and not has_backup:
        raise StateError(
            "The governance store is another database and would not be in that backup. Back it up with its "
            "own tools, then give --have-backup."
        )
