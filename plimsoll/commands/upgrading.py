"""`plimsoll upgrade`: the governance store to the version of the code, after a backup."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import StateError
from pipelines.governance_place import FILE, VARIABLE, mark_place, read_mark, tell_lost
from pipelines.privacy.backup import take_backup
from pipelines.privacy.backups import enter_backups
from pipelines.publish.shape import OTHER_CODE, is_of_this_code
from pipelines.settings import Home, find_home
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json
from plimsoll.commands.running import forget_in_decisions
from risk_register.account.administration import COMMAND_LINE
from risk_register.database.audit import record_on_home
from risk_register.database.move import SUBJECT, move
from risk_register.database.store import Store
from risk_register.database.version import find_head

TAKEN = (
    "{backup} exists already; a backup never replaces another. If it was taken by an upgrade that was "
    "stopped, go on with --have-backup; else name another file."
)
MOVED = "moved.sqlite"
"""What the file is called afterwards; an erasure looks into it, and names it."""


def upgrade(
    *,
    backup: Annotated[
        Path | None, typer.Option(help="File for a backup that is taken first, outside the home.")
    ] = None,
    has_backup: Annotated[
        bool, typer.Option("--have-backup", help="Somebody took one already; needed for another database.")
    ] = False,
    is_move: Annotated[
        bool,
        typer.Option(
            "--move",
            help="Take the decisions of the home's own file to the database of PLIMSOLL_GOVERNANCE_URL.",
        ),
    ] = False,
    is_anew: Annotated[
        bool,
        typer.Option("--anew", help="Begin without decisions in a home whose governance.sqlite is lost."),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the governance store to the version of this code; says from which to which."""
    if is_anew:
        _begin_anew(open_home(home))
    if is_move:
        _move(find_home(home), as_json=as_json)
        return
    place = open_home(home)
    store = Store(place.governance_url)
    before, after = (None if is_anew else store.version()), find_head()
    if before not in {None, after}:
        _require_backup(backup, has_backup, is_file=place.governance_url.startswith("sqlite:"))
        if backup is not None:
            if backup.exists():
                raise StateError(TAKEN.format(backup=backup))
            made = take_backup(place, backup, at=dt.datetime.now(dt.UTC), tell=tell)
            tell(f"{made.backup_id} is in {backup}; it expires on {made.expires_on}.")
    store.upgrade()
    if before not in {None, after}:
        record_on_home(
            store,
            "store_upgraded",
            subject=SUBJECT,
            actor=COMMAND_LINE,
            at=dt.datetime.now(dt.UTC),
            from_version=before,
            to_version=after,
        )
    forget_in_decisions(place)
    enter_backups(place, store)
    if as_json:
        write_json({"from": before, "to": after})
    elif before == after:
        print(f"The governance store is at version {after} already; nothing was changed.")
    else:
        print(f"The governance store went from version {before or 'none'} to {after}.")
    if not as_json and not is_of_this_code(place):
        print(OTHER_CODE)


def _begin_anew(place: Home) -> None:
    """An empty store in the place of the lost one, whose audit begins with that."""
    if tell_lost(place.path, os.environ.get(VARIABLE)) is None:
        raise StateError(f"The decisions of {place.path} are not lost, so nothing was begun anew.")
    store = Store(f"sqlite:///{place.path / FILE}")
    store.upgrade()
    with store.write(actor=COMMAND_LINE, at=dt.datetime.now(dt.UTC)) as write:
        write.record("decisions_begun_anew", subject=FILE)
    store.close()


def _move(place: Home, *, as_json: bool) -> None:
    """The file stays beside, under another name: it is the backup."""
    address, file = os.environ.get(VARIABLE, ""), place.path / FILE
    if not file.exists():
        raise StateError(f"There is no {file}, so there is nothing to move.")
    if not address or address.startswith("sqlite:"):
        raise StateError(f"Set {VARIABLE} to the address of an empty PostgreSQL database first.")
    source, target = Store(f"sqlite:///{file}"), Store(address)
    target.upgrade()
    count = move(source, target, actor=COMMAND_LINE, at=dt.datetime.now(dt.UTC))
    source.close()
    target.close()
    kept = file.with_name(MOVED)
    for suffix in ("-wal", "-shm", ""):  # what somebody who has it open has not yet written into it, too
        if (beside := file.with_name(FILE + suffix)).exists():
            beside.replace(kept.with_name(kept.name + suffix))
    mark_place(place.path, address)
    if as_json:
        write_json({"rows": count, "kept": str(kept)})
    else:
        print(
            f"{count} rows are in {read_mark(place.path)} now. {kept} is the file that they came from: "
            "keep it elsewhere or delete it."
        )


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
