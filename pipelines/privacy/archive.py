"""A backup as one file: a tar of one generation, the governance store, definitions, models, receipts and
tombstones.

Taken while writers go on: the generation's files cannot change and are not deleted meanwhile, and SQLite
copies itself. Keys go in only when asked for, and delivered files only with the keys: both identify people.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.errors import HomeError, StateError
from pipelines.full_disk import is_full
from pipelines.governance_place import FILE as GOVERNANCE
from pipelines.governance_place import MARK as PLACE
from pipelines.keys import check_key, name_key
from pipelines.lake.damage import LOG, check_contents, check_sizes
from pipelines.lake.generation import FOLDER as GENERATIONS
from pipelines.lake.generation import POINTER, spell
from pipelines.lake.lake import Lake, copying, locate
from pipelines.privacy.unfinished import Tell, clear_left, unfinished
from pipelines.reviewed_text import models_folder
from pipelines.settings import MARKER, Home
from pipelines.tombstones import FILE as TOMBSTONES
from risk_register.database.damage import ADVICE, find_address, find_damage, find_damage_at, is_damage

MANIFEST = "manifest.json"
FORMAT = 1
UNFINISHED = ".aside"
FIRST = b"lake/"
"""How every backup begins: a tar opens with the name of its first file."""
APART = ("session.key",)
"""Signs the sessions of a running dashboard; a restored home makes its own."""


@contextmanager
def write_archive(
    home: Home,
    target: Path,
    *,
    at: dt.datetime,
    has_keys: bool,
    has_inbox: bool,
    tell: Tell,
) -> Iterator[dict[str, Any]]:
    """Write a backup; gives its manifest when it is whole, and puts it in its place when the block ends.

    Raises:
        HomeError: there is a file already, the key that is asked for is lost, or a file of the lake is
            or the governance store damaged: a good backup is not to give way to one that is of no use.
        StateError: delivered files are asked for without the keys.
    """
    if target.exists():
        raise HomeError(f"{target} exists already; a backup never replaces another.")
    if has_inbox and not has_keys:
        raise StateError("Delivered files hold the operator's own ids: --with-inbox needs --with-keys.")
    if has_keys:
        check_key(home.keys)
    aside = target.with_name(f"{target.name}{UNFINISHED}")
    clear_left(_find_left(target.parent), by="backup", tell=tell)
    files: dict[str, str] = {}
    with unfinished(aside):
        with copying(home.lake) as lake, tarfile.open(aside, "w") as archive:
            for name in lake.names():
                check_sizes(lake.sizes(name))
                check_contents(lake.files(name))
            for name, path in _lake_files(lake):
                _add(archive, name, path, files)
            for name in (f"{lake.generation.number:08d}.json", POINTER):
                _add_bytes(archive, f"lake/{GENERATIONS}/{name}", spell(lake.generation).encode(), files)
            for name, path in _other_files(home, has_keys=has_keys, has_inbox=has_inbox):
                _add(archive, name, path, files)
            is_whole = _add_governance(archive, home, files)
            manifest = {
                "format": FORMAT,
                "created_at": at.isoformat(),
                "generation": lake.generation.number,
                "home_kind": str(home.kind),
                "has_keys": has_keys,
                "has_inbox": has_inbox,
                "has_governance": is_whole,
                "key_fingerprint": name_key(home.keys),
                "files": files,
            }
            _add_bytes(archive, MANIFEST, json.dumps(manifest, sort_keys=True, indent=1).encode(), {})
        yield manifest
        aside.replace(target)


def read_archive(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder and check every hash; returns the manifest.

    Raises:
        HomeError: it is not a whole backup of ours, a file is not what the manifest says, or the governance
            store in it is damaged.
    """
    found: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                # Of a sparse file ten kilobytes may become as many gigabytes; ours are written whole.
                is_plain = member.isreg() and not member.issparse()
                stream = archive.extractfile(member) if is_plain else None
                if stream is None or not _is_below(member.name):
                    raise HomeError(f"{source} holds {member.name!r}, which no backup of ours does.")
                if member.name == MANIFEST:
                    manifest = json.load(stream)
                    continue
                found[member.name] = _unpack(stream, folder / member.name)
    except (tarfile.TarError, ValueError, OSError) as error:
        if is_full(error):  # where it is unpacked; the backup may be whole
            raise
        raise HomeError(f"{source} is not a whole backup: {type(error).__name__}.") from None
    if manifest is None or manifest.get("format") != FORMAT:
        raise HomeError(
            f"{source} has no manifest of format {FORMAT}: not a backup, cut short, or of newer code."
        )
    wrong = sorted(
        name
        for name in found.keys() | manifest["files"].keys()
        if found.get(name) != manifest["files"].get(name)
    )
    if wrong:
        raise HomeError(
            f"{source} is damaged: {len(wrong)} files are not as its manifest says, {wrong[0]} first."
        )
    _check_governance(source, folder / GOVERNANCE)
    return manifest


def _check_governance(source: Path, file: Path) -> None:
    """Refuse a governance store that was damaged when it went into the backup."""
    if not file.exists():
        return
    if (wrong := find_damage_at(f"file:{file}?immutable=1")) is not None:
        raise HomeError(
            f"The {GOVERNANCE} in {source} was damaged when it was backed up: {wrong}. Nothing was restored; "
            "restore an earlier backup."
        )


def _find_left(folder: Path) -> Iterator[Path]:
    """What a backup had written of an archive; other programs and people, too, may put files aside here."""
    for path in folder.glob(f"*{UNFINISHED}"):
        if path.is_file() and os.access(path, os.R_OK):
            with path.open("rb") as stream:
                if stream.read(len(FIRST)) in (FIRST, b""):  # the first blocks are written together
                    yield path


def _lake_files(lake: Lake) -> Iterator[tuple[str, Path]]:
    for name, version in sorted(lake.generation.versions.items()):
        root = Path(locate(lake.path, name))
        for file in lake.files(name):
            yield _below(lake, Path(file)), Path(file)
        last = f"{version:020d}"
        for entry in sorted((root / LOG).glob("[0-9]*")):
            if entry.name[:20] <= last:
                yield _below(lake, entry), entry


def _below(lake: Lake, path: Path) -> str:
    return f"lake/{path.relative_to(lake.path)}"


def _other_files(home: Home, *, has_keys: bool, has_inbox: bool) -> Iterator[tuple[str, Path]]:
    folders = [
        home.definitions,
        models_folder(home),
        home.reports,
        home.receipts,
        home.evidence,
        *([home.inbox] if has_inbox else []),
    ]
    single = [home.path / MARKER, home.path / PLACE, home.openid, home.keys / TOMBSTONES]
    if has_keys:
        single += sorted(path for path in home.keys.iterdir() if path.name not in (TOMBSTONES, *APART))
    if not has_inbox:
        single += sorted(home.inbox.glob("*/mapping.y*ml"))
    below = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*"))]
    for path in [*single, *below]:
        if path.is_file() and not path.name.endswith(".aside"):
            yield str(path.relative_to(home.path)), path


def _add(archive: tarfile.TarFile, name: str, path: Path, files: dict[str, str]) -> None:
    member = tarfile.TarInfo(name)
    member.mode = 0o600
    with path.open("rb") as stream:
        member.size = path.stat().st_size  # a file that grows meanwhile is cut where it ended
        counted = _Hashing(stream)
        archive.addfile(member, counted)
    files[name] = counted.digest.hexdigest()


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes, files: dict[str, str]) -> None:
    member = tarfile.TarInfo(name)
    member.mode, member.size = 0o600, len(content)
    archive.addfile(member, io.BytesIO(content))
    files[name] = hashlib.sha256(content).hexdigest()


def _add_governance(archive: tarfile.TarFile, home: Home, files: dict[str, str]) -> bool:
    path = home.path / GOVERNANCE
    if home.governance_url != f"sqlite:///{path}":
        return False
    if not path.exists():
        return True
    # In memory, for a home on a disk that became read-only has no room for a copy.
    source, copy = sqlite3.connect(find_address(path), uri=True), sqlite3.connect(":memory:")
    try:
        source.backup(copy)
        if (wrong := find_damage(copy)) is not None:
            raise HomeError(f"{path} is not whole: {wrong}. No backup was made. {ADVICE}")
        _add_bytes(archive, GOVERNANCE, copy.serialize(), files)
    except sqlite3.DatabaseError as error:
        what_to_do = f" {ADVICE}" if is_damage(error) else ""
        raise HomeError(f"{path} cannot be read: {error}. No backup was made.{what_to_do}") from None
    finally:
        copy.close()
        source.close()
    return True


class _Hashing:
    def __init__(self, stream: Any) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part: bytes = self.stream.read(size)
        self.digest.update(part)
        return part


def _unpack(stream: Any, target: Path) -> str:
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as out:
        while part := stream.read(1024 * 1024):
            digest.update(part)
            out.write(part)
    return digest.hexdigest()


def _is_below(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts
