"""Files that wait to be taken in: on this machine, or wherever fsspec reaches (`s3://`, `gs://`, `az://`).

A remote file is fetched when its turn comes, into a folder that goes right after. Credentials are those that
the library of the service finds by itself; none pass through here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType

import fsspec
from fsspec.core import url_to_fs

from pipelines.errors import SourceError
from pipelines.ingest.delivery import READABLE, Delivered, KnownDelivery, find_files
from pipelines.ingest.fetching.location import SCHEME, TOLD_BY_LINK, show_address
from pipelines.ingest.fetching.mark import make_mark
from pipelines.ingest.files.lines import why_unreadable
from pipelines.ingest.mapping import Mapping
from pipelines.settings import MAPPING_NAMES
from pipelines.shown_text import show_line, tell_name

PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs",
            "abfss": "adlfs", "http": "aiohttp", "https": "aiohttp", "sftp": "paramiko"}  # fmt: skip
"""What a person installs for a service; we ship none of them."""
LET_READ = "Let this account read what waits, then ingest again."
LIBRARIES = {"botocore", "aiobotocore", "s3fs", "google", "gcsfs", "azure", "adlfs", "aiohttp", "paramiko"}
"""Whose errors are no OSError: no credentials, a server that does not answer."""


@dataclass(frozen=True)
class Reaching(AbstractContextManager[None]):
    """What a store or its library says of a failure, as an error of the source; `told` names its {kind}."""

    told: str

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and (issubclass(kind, OSError) or kind.__module__.split(".")[0] in LIBRARIES):
            raise SourceError(self.told.replace("{kind}", kind.__name__)) from None


@dataclass(frozen=True)
class Waiting:
    """One file. `fetch` takes an empty folder and returns where the file can be read."""

    name: str
    byte_count: int
    fetch: Callable[[Path], Path]
    mark: str | None = None  # of an object whose store tells when it changed
    path: Path | None = None  # of a file of this machine


def is_address(source: str | Path) -> bool:
    """Whether a source is an address such as s3://bucket/logs and no path of this machine."""
    return isinstance(source, str) and "://" in source


def find_waiting(
    source: str | Path, *, inbox: Path | None = None
) -> tuple[list[Waiting], list[str], list[str]]:
    """Readable files below a folder or an address, in order, and the names of what is ignored and of folders
    that are closed, with why.

    See `find_files` for the links of the inbox.

    Raises:
        SourceError: nothing is there, or the address cannot be reached.
    """
    if is_address(source):
        return *_find_remote(str(source), shown=show_address(str(source))), []
    folder = Path(source)
    found = find_files(folder, inbox=inbox)
    names = [tell_name(path.name if path == folder else path.relative_to(folder)) for path in found.readable]
    waiting = [
        Waiting(name, path.stat().st_size, lambda _, path=path: path, path=path)  # type: ignore[misc]
        for name, path in zip(names, found.readable, strict=True)
    ]
    closed = [
        f"{tell_name(path.relative_to(folder))}/ (a folder, {reason})"
        for path, reason in sorted(found.closed.items())
    ]
    return waiting, found.ignored, closed


def leave_unreadable(waiting: list[Waiting]) -> tuple[list[Waiting], list[str]]:
    """Files that can be opened, and of this machine the names of those that cannot, with why."""
    left, unread = [], []
    for one in waiting:
        reason = None if one.path is None else why_unreadable(one.path)
        if reason is None:
            left.append(one)
        else:
            unread.append(f"{one.name} ({reason})")
    return left, unread


def say_nothing(shown: str, ignored: list[str], unread: tuple[str, ...]) -> str:
    """Why nothing can be taken in from a place."""
    if unread:
        return f"{shown}: no file can be read: {', '.join(map(show_line, unread[:5]))}. {LET_READ}"
    looked = f"{shown}: no readable file. Looked for {', '.join(READABLE)}"
    found = ", ".join(map(show_line, ignored[:5]))
    return looked + (f"; found only {found}." if ignored else "; it is empty.")


def leave_known(
    waiting: list[Waiting], deliveries: dict[str, KnownDelivery], mapping: Mapping
) -> tuple[list[Waiting], list[Delivered]]:
    """Files that have to be read, and objects known by their mark to hold nothing new: none is fetched."""
    by_mark = {mark: (name, known) for name, known in deliveries.items() for mark in known.marks}
    left, recognised = [], []
    for one in waiting:
        delivery_id, known = by_mark.get(one.mark or "", ("", None))
        if known is None or not known.is_done(one.name, mapping):
            left.append(one)
            continue
        identity: Future[str] = Future()
        identity.set_result(delivery_id)
        found = Delivered(Path(one.name), one.name, identity, known.received_on, known.byte_count)
        found.is_known = True
        found.is_of_another_mapping = known.is_of_another(mapping)
        recognised.append(found)
    return left, recognised


def _find_remote(address: str, *, shown: str) -> tuple[list[Waiting], list[str]]:
    scheme = address.partition("://")[0]
    try:
        with Reaching(f"{shown}: cannot be read ({{kind}})."):
            system, root = url_to_fs(address)
            details = {root: system.info(root)} if system.isfile(root) else system.find(root, detail=True)
    except ImportError:
        package = PACKAGES.get(scheme, f"the fsspec package for {scheme}")
        raise SourceError(f"{shown}: reading {scheme}:// needs a package that is not installed. "
                          f"Install {package} beside Plimsoll.") from None  # fmt: skip
    except ValueError:
        known = ", ".join(sorted({"s3", "gs", "az", *fsspec.available_protocols()} & {*PACKAGES, "memory"}))
        kind = f"{scheme}://" if SCHEME.fullmatch(scheme) else "it"
        raise SourceError(
            f"{shown}: {kind} is not known. Known are {known}; a database is read with format: sql."
        ) from None
    prefix = PurePosixPath(root)
    found, ignored = [], []
    for path, info in sorted(details.items()):
        name = PurePosixPath(path).name if path == root else str(PurePosixPath(path).relative_to(prefix))
        name = name.partition("?")[0] if scheme.lower() in TOLD_BY_LINK else name  # what follows may be a key
        if PurePosixPath(name).name in MAPPING_NAMES:
            continue
        if not name.lower().endswith(READABLE):
            ignored.append(name)
            continue
        mark = make_mark(system.unstrip_protocol(path), info)
        found.append(Waiting(name, int(info.get("size") or 0), _fetcher(system, path, name, shown), mark))
    return found, ignored


def _fetcher(system: fsspec.AbstractFileSystem, path: str, name: str, shown: str) -> Callable[[Path], Path]:
    def fetch(folder: Path) -> Path:
        target = folder / PurePosixPath(name).name
        told = f"{shown}: {target.name} cannot be fetched ({{kind}})."
        reaching = Reaching(f"{told} What was taken in before stays; the next ingest goes on.")
        with reaching, system.open(path, "rb") as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
        return target

    return fetch
