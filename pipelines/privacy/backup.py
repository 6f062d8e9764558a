"""Takes a backup of a home, and restores one into an empty place without bringing back who was erased.

A home appears only when everything in it was checked: the backup is unpacked beside its place and moved there
last.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import HomeError, StateError
from pipelines.full_disk import told_full
from pipelines.keys import FINGERPRINT_FILE, fingerprint_key
from pipelines.lock import NOT_WRITABLE
from pipelines.privacy.archive import read_archive, write_archive
from pipelines.privacy.backups import Backup, add_backup, tombstones_beside
from pipelines.privacy.erasure import sweep_erased
from pipelines.privacy.limits import load_limits
from pipelines.privacy.request import Withdraw
from pipelines.privacy.unfinished import Tell, clear_left, unfinished
from pipelines.settings import FOLDERS, Home, settle_governance
from pipelines.shown_text import show_line
from pipelines.silence import silence
from pipelines.tombstones import FILE, add_tombstones, load_own, load_tombstones
from risk_register.account.administration import COMMAND_LINE

UNKNOWN = (
    "The home is read-only, so it does not know of this backup, nor does the audit: no erasure will "
    "reach it. Restore it with the tombstones that the home has then, and delete it once another is made."
)


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    generation: int
    swept_rows: int
    has_keys: bool
    has_governance: bool
    left_out: tuple[str, ...] = ()
    """Delivered files that are damaged, where somebody was erased."""
    reaches: dt.datetime | None = None
    """Whoever was erased up to this moment was taken out; None where nobody can say."""


def take_backup(
    home: Home,
    target: Path,
    *,
    at: dt.datetime,
    by: str = COMMAND_LINE,
    has_keys: bool = False,
    has_inbox: bool = False,
    tell: Tell = lambda _: None,
) -> Backup:
    """Write a backup and remember it, so that receipts can name it; what killed ones left there goes.

    The audit has it from `enter_backups`, which needs decisions of this code; a backup does not.
    A home on a disk that became read-only does not remember it, and `tell` says so.

    Raises:
        HomeError: there is a file already, it would lie in the home, or a disk is full.
        StateError: delivered files are asked for without the keys, or the tombstones are damaged or lost.
    """
    if home.path.resolve() in target.resolve().parents:
        raise HomeError(f"{target} lies in the home that it is to outlive. Write the backup somewhere else.")
    load_own(home)  # damaged or lost ones would make a backup that brings people back
    backup_id = f"backup_{at:%Y%m%d}_{secrets.token_hex(4)}"
    with told_full(target.parent):
        whole = write_archive(home, target, at=at, has_keys=has_keys, has_inbox=has_inbox, tell=tell)
        with whole as manifest:
            # First: killed here, the home knows of a backup that is not there, never the other way round.
            add_tombstones(tombstones_beside(target), load_tombstones(home.keys / FILE).marks, at=at)
            expires_on = at.date() + dt.timedelta(days=load_limits(home.definitions).backup_days)
            backup = Backup(
                backup_id,
                str(target.resolve()),
                at.isoformat(),
                expires_on.isoformat(),
                manifest["generation"],
                has_keys,
                has_inbox,
                by,
            )
            try:
                with told_full(home.path):
                    add_backup(home, backup)
            except OSError as error:
                if error.errno not in NOT_WRITABLE:
                    raise
                tell(UNKNOWN)
        # Again, for whoever was erased meanwhile: that erasure did not find the backup in its place.
        add_tombstones(tombstones_beside(target), load_tombstones(home.keys / FILE).marks, at=at)
    return backup


def restore_backup(
    source: Path,
    home: Home,
    *,
    tombstones: Path | None,
    withdraw: Withdraw,
    at: dt.datetime,
    tell: Tell = lambda _: None,
) -> Restored:
    """Restore into an empty place; `tombstones` are those of the home it was taken from, else those by it.

    The restored home calls nobody until a person says that it is the live one (`pipelines.silence`).
    What a killed restore into the same place left beside it goes first, and `tell` says so.

    Raises:
        HomeError: the place is not empty, or the backup is damaged.
        StateError: there are no tombstones to check, or something cannot be checked against them.
    """
    left = home.path.parent.glob(f"{glob.escape(_asides(home))}*")
    clear_left(left, by="restore", tell=tell)
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        raise HomeError(f"{home.path} is not empty. A backup is restored into an empty place only.")
    given = tombstones or tombstones_beside(source)
    if not given.is_file():
        raise StateError(
            f"{given} does not exist, so nobody can say who was erased since this backup was made. Give the "
            f"current keys/{FILE} of the home it was taken from with --tombstones."
        )
    known = load_tombstones(given)
    home.path.parent.mkdir(parents=True, exist_ok=True)
    aside = home.path.with_name(f"{_asides(home)}{os.getpid()}")
    with unfinished(aside, is_folder=True):
        manifest = read_archive(source, aside)
        place = Home(aside)
        settle_governance(place)
        for name in FOLDERS:
            (place.path / name).mkdir(parents=True, exist_ok=True)
        place.keys.chmod(0o700)
        add_tombstones(place.keys / FILE, known.marks, at=known.reaches)
        if manifest["key_fingerprint"]:
            (place.keys / FINGERPRINT_FILE).write_text(manifest["key_fingerprint"] + "\n")
        if manifest["has_keys"] and fingerprint_key(place.keys) != manifest["key_fingerprint"]:
            raise HomeError(f"{source}: its key is not the one that its manifest names.")
        silence(place, on=at.date())
        left_out = _leave_damaged_out(place, withdraw) if known.marks and manifest["has_inbox"] else []
        files = withdraw if manifest["has_inbox"] else None
        rows, unchecked = sweep_erased(place, files, on=at.date(), at=at)
        if unchecked:
            raise StateError(
                "Not restored, for something cannot be checked against the tombstones:\n"
                + "\n".join(f"  {show_line(one)}" for one in unchecked)
            )
        aside.replace(home.path)
    return Restored(
        manifest["generation"],
        rows,
        manifest["has_keys"],
        manifest["has_governance"],
        tuple(left_out),
        known.reaches,
    )


def _asides(home: Home) -> str:
    """How the names of folders begin that become this home once everything in them is checked."""
    return f".{home.path.name}.restoring-"


def _leave_damaged_out(place: Home, withdraw: Withdraw) -> list[str]:
    """Delivered files that nobody can read to their end, and so cannot be checked, stay behind."""
    damaged = sorted(withdraw(place, lambda *_: False, is_rehearsal=True).unread)
    for path in damaged:
        path.unlink()
    return [str(path.relative_to(place.path)) for path in damaged]
