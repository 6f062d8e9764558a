"""Where a home directory keeps what, and the settings of the pipelines.

Read once at the edge (command line, Dagster definitions) and passed on as a value. No table lies
here: tables are the lake's business.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.errors import HomeError
from pipelines.governance_place import FILE, VARIABLE, find_store, mark_place, renew_mark

MARKER = "home.json"
UNREADABLE = "%*?[]"
"""DuckDB takes them for patterns of file names, deltalake decodes the first."""
REPOSITORY = Path(__file__).resolve().parent.parent
POOL = "plimsoll_home"
"""The Dagster pool that every writing step passes; the lock of the home holds without it, too."""


class HomeKind(StrEnum):
    """Demo data never mixes with real data: a home is one or the other for good."""

    REAL = "real"
    DEMO = "demo"


FOLDERS = ("lake", "published", "keys", "inbox", "reports", "definitions")
PRIVATE = ("lake", "published", "keys", "reports")
"""Folders that only we make, for the owner alone; the others an operator may have prepared for a group."""
OURS = frozenset({*FOLDERS, "aside", "cache", "dagster", "governance", "openid.yaml"})
"""What a directory may hold that becomes a home: what an operator prepares, and what runs left in it."""
GOVERNANCE = "governance."
"""How the names begin of the decisions' files and of the mark of where they lie."""

MAPPING_NAMES = ("mapping.yaml", "mapping.yml")
"""What the mapping beside delivered files may be called."""


@dataclass(frozen=True)
class Home:
    """The directory that holds everything Plimsoll keeps."""

    path: Path

    @property
    def lake(self) -> Path:
        """Delta tables and the generations that pin their versions."""
        return self.path / "lake"

    @property
    def published(self) -> Path:
        """Read-only DuckDB files, one a generation, and the pointer to the current one."""
        return self.path / "published"

    @property
    def keys(self) -> Path:
        """Secret keys, readable by the owner alone."""
        return self.path / "keys"

    @property
    def inbox(self) -> Path:
        """Where a sensor looks for deliveries: one folder a deployment, mapping.yaml beside the files."""
        return self.path / "inbox"

    @property
    def reports(self) -> Path:
        """Built reports."""
        return self.path / "reports"

    @property
    def definitions(self) -> Path:
        """The operator's own definitions."""
        return self.path / "definitions"

    @property
    def evidence(self) -> Path:
        """Files that show what was attested, each under its SHA-256."""
        return self.path / "governance" / "evidence"

    @property
    def receipts(self) -> Path:
        """Signed receipts of erasures, and the journals of those that are not complete."""
        return self.path / "receipts"

    @property
    def openid(self) -> Path:
        """Settings of the identity provider; without the file people sign in with accounts of ours."""
        return self.path / "openid.yaml"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time and costs only time or money to have again; no text."""
        return self.path / "cache"

    @property
    def aside(self) -> Path:
        """What holds raw data only while one command runs; see `pipelines.aside`."""
        return self.path / "aside"

    @property
    def governance_url(self) -> str:
        """Address of the governance store; PLIMSOLL_GOVERNANCE_URL names a PostgreSQL one.

        Raises:
            HomeError: the decisions of this home lie in another one, or are lost.
        """
        return find_store(self.path, os.environ.get(VARIABLE))

    @property
    def kind(self) -> HomeKind | None:
        """Real or demo; None while the directory is not a home yet.

        Raises:
            HomeError: the mark is damaged.
        """
        marker = self.path / MARKER
        if not marker.exists():
            return None
        try:
            return HomeKind(json.loads(marker.read_text(encoding="utf-8"))["kind"])
        except (ValueError, KeyError, TypeError):
            raise HomeError(
                f'{marker} is damaged. It holds {{"kind": "real"}}, or {{"kind": "demo"}} where all data are '
                "made up: write back what this home is."
            ) from None


def find_home(path: Path | None = None, *, default: Path = Path("data")) -> Home:
    """The home from `--home`, else PLIMSOLL_HOME, else ./data or what else is the default."""
    return Home((path or Path(os.environ.get("PLIMSOLL_HOME", default))).expanduser().resolve())


def settle_governance(home: Home) -> None:
    """Let a home that was just restored decide in the database that the environment names."""
    if not (home.path / FILE).exists():
        renew_mark(home.path, os.environ.get(VARIABLE))


def make_home(home: Home, kind: HomeKind) -> Home:
    """Create the home's folders; refuse to turn one kind of home into the other.

    Raises:
        HomeError: the directory is a home of the other kind, or holds other things.
    """
    if home.kind is not None and home.kind is not kind:
        raise HomeError(
            f"{home.path} is a home for {home.kind} data, not for {kind} data. "
            "Demo and real data never mix: choose another directory with --home."
        )
    if strange := sorted(set(str(home.path)) & set(UNREADABLE)):
        raise HomeError(
            f"{home.path}: the storage engines cannot read below a path with {' '.join(strange)}. "
            f"Choose a directory without any of {' '.join(UNREADABLE)} with --home."
        )
    if home.kind is None and home.path.exists() and not _may_become(home.path, kind):
        raise HomeError(
            f"{home.path} exists and is not a Plimsoll home. Choose an empty directory with --home, or one "
            "that holds nothing but inbox and definitions."
        )
    # Texts lie below it: for the owner's eyes alone, until the operator opens it to a group.
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.kind is None:
        for name in PRIVATE:  # a run without a home made them with the rights of any folder
            if (home.path / name).exists():
                (home.path / name).chmod(0o700)
        # The mark before the folders, in one step: killed anywhere, the directory is empty or a home.
        aside = home.path / f".{MARKER}.{os.getpid()}"  # servers of Dagster load at the same time
        aside.write_text(json.dumps({"kind": kind}) + "\n")
        aside.replace(home.path / MARKER)
    for name in FOLDERS:
        (home.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(home.keys.stat().st_mode) != 0o700:  # a read-only home stays as it is
        home.keys.chmod(0o700)
    mark_place(home.path, os.environ.get(VARIABLE))
    return home


def _may_become(path: Path, kind: HomeKind) -> bool:
    """Whether a directory without a mark holds nothing that is not a home's; of a demo, nothing at all."""
    names = {item.name for item in path.iterdir() if not item.name.startswith(f".{MARKER}")}
    if kind is HomeKind.DEMO:
        return not names
    return all(name in OURS or name.startswith(GOVERNANCE) for name in names)
