"""`plimsoll retention`, `backup` and `restore`: what is kept, for how long, and where."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.errors import StateError
from pipelines.full_disk import told_full
from pipelines.governance_place import read_mark
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.lake.partition import Partition
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.privacy.backups import enter_backups, tombstones_beside
from pipelines.privacy.erasure import sweep_erased
from pipelines.privacy.retention import Retained, retain
from pipelines.settings import find_home
from pipelines.shown_text import show_line
from pipelines.silence import tell_silence
from plimsoll.commands.acting import MaybeAsOption, act
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json
from risk_register.account.accounts import Action
from risk_register.account.administration import COMMAND_LINE
from risk_register.database.store import open_store
from risk_register.errors import StoreError


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count ages from this day, not today.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop what is older than its limit, and what a released hold had kept of erased people."""
    place = open_home(home)
    now = dt.datetime.now(dt.UTC)
    day = as_of.date() if as_of else now.date()
    if day > now.date():
        raise typer.BadParameter(f"{day} lies in the future", param_hint="--as-of")
    rows, unchecked = (0, []) if dry_run else sweep_erased(place, withdraw, on=day, at=now)
    done = retain(place, lapse, as_of=day, at=now, by=COMMAND_LINE, is_rehearsal=dry_run)
    document = describe(done) | {"erased_rows_swept": rows, "is_dry_run": dry_run}
    if as_json:
        write_json(document)
    else:
        print(say(document))
    if unchecked:
        raise StateError(
            "Cannot be checked for erased people:\n" + "\n".join(f"  {show_line(one)}" for one in unchecked)
        )


def backup(
    *,
    file: Annotated[Path, typer.Argument(help="File to write; one with .tombstones is put beside it.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The keys as well: with them pseudonyms can be computed.")
    ] = False,
    with_inbox: Annotated[
        bool, typer.Option("--with-inbox", help="Delivered files as well; needs --with-keys.")
    ] = False,
    account: MaybeAsOption = None,
    deployment: Annotated[
        str | None, typer.Option(help="With --as: where the account may run the pipelines.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write one generation and the governance store into a file, while everything goes on."""
    place = open_home(home)
    by = COMMAND_LINE if account is None else act(home, account, deployment, Action.RUN_PIPELINE).account
    made = take_backup(
        place, file, at=dt.datetime.now(dt.UTC), by=by, has_keys=with_keys, has_inbox=with_inbox, tell=tell
    )
    try:
        enter_backups(place, open_store(place.governance_url))
    except StoreError as error:
        tell(f"The audit has no entry of it before the next backup or upgrade makes up for it: {error}")
    print(f"{made.backup_id}: generation {made.generation} in {file}, expires {made.expires_on}")
    print(f"Keep {tombstones_beside(file).name} beside it: restoring needs it.")
    if not place.governance_url.startswith("sqlite:"):
        print("The governance store is another database and is not in it; back it up with its own tools.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `plimsoll backup` wrote.")],
    tombstones: Annotated[
        Path | None, typer.Option(help="keys/tombstones of the home it was taken from, else those beside it.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Restore into an empty place; who was erased since is erased again."""
    place = find_home(home)
    now = dt.datetime.now(dt.UTC)
    with told_full(place.path.parent):
        done = restore_backup(file, place, tombstones=tombstones, withdraw=withdraw, at=now, tell=tell)
    print(f"{place.path}: generation {done.generation}, {done.swept_rows} rows of erased people taken out.")
    print(say_reach(done.reaches))
    for name in map(show_line, done.left_out):
        print(
            f"Left out: {name} is damaged, so nobody can say whose words are in it; deliver it again whole."
        )
    if not done.has_keys:
        print(f"Without keys: put pseudonym.key into {place.keys} before the next ingest.")
    if not done.has_governance:
        where = read_mark(place.path) or "another database"
        print(f"Without governance store: decisions of this home are in {where}, as they stand there.")
    print(tell_silence(place))
    print("Next: plimsoll run")


def say_reach(reaches: dt.datetime | None) -> str:
    """Up to when a restored home knows who was erased: a copy of a backup is not told of later erasures."""
    again = "has to be erased again."
    if reaches is None:
        return (
            f"Nobody noted up to when its tombstones reach: whoever was erased after they were copied {again}"
        )
    return f"Its tombstones reach to {reaches:%Y-%m-%d %H:%M:%S} UTC: whoever was erased after that {again}"


def describe(done: Retained) -> dict[str, Any]:
    """What retention did, as a document."""
    content = {item.name: getattr(done, item.name) for item in dataclasses.fields(done)}
    days = {
        name: [_name(part) for part in value]
        for name, value in content.items()
        if name in ("text_days", "unscored_days", "finding_days", "count_days")
    }
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in content.items()
    } | days


def say(document: dict[str, Any]) -> str:
    """The same for a reader."""
    verb = "would lose" if document["is_dry_run"] else "lost"
    lines = [
        f"{document['text_count']} messages of {len(document['text_days'])} days {verb} their text, "
        f"{document['held_count']} keep it under a hold.",
        f"{len(document['finding_days'])} days {verb} findings, {len(document['count_days'])} counts.",
        f"{len(document['inbox_files'])} delivered files {'would go' if document['is_dry_run'] else 'went'}, "
        f"{len(document['held_files'])} stay because of a hold.",
    ]
    lines += [f"  {name}" for name in document["inbox_files"]]
    lines += [f"  too old, of a file that stays: {name}" for name in document["cut_files"]]
    lines += [f"  CANNOT BE LOOKED INTO: {name}" for name in document["uncut_files"]]
    lines += [f"  stays: {name}" for name in document["held_files"]]
    lines += [f"  never scored: {name}" for name in document["unscored_days"]]
    return "\n".join(map(show_line, lines))


def _name(part: Partition) -> str:
    return f"{part[0]} {part[1]}"
