"""Small deliveries: a home, a mapping of plain fields, and files with a line a record."""

import datetime as dt
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.ingest.deliver import Summary, ingest_folder
from pipelines.ingest.mapping import Mapping, parse_mapping
from pipelines.ingest.pseudonymise import KEY_FILE, Pseudonymiser, load_key
from pipelines.lake.lake import Lake
from pipelines.settings import Home, HomeKind, make_home

MONDAY = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
FIELDS = ("thread", "user", "turn", "role", "text", "sent_at", "region", "model", "surface")


def make_mapping(**deployment: Any) -> Mapping:
    """Every field under its own name; keywords say how the deployment's time is cut."""
    content = {
        "deployment": {"id": "one", **deployment},
        "records": [
            {
                "kind": "message",
                "when": {"field": "is", "equals": "message"},
                "fields": {name: name for name in FIELDS},
            },
            {
                "kind": "notice",
                "when": {"field": "is", "equals": "notice"},
                "fields": {"thread": "thread", "detail": "detail", "occurred_at": "at"},
            },
        ],
    }
    return parse_mapping(content, name="a test")


class Place:
    """One home and one inbox: says what is delivered, and what staging holds then."""

    def __init__(self, folder: Path) -> None:
        self.home = make_home(Home(folder / "home"), HomeKind.REAL)
        (self.home.keys / KEY_FILE).write_bytes(b"the same in every test, to compare")
        self.inbox = folder / "inbox"
        self.count = 0

    def say(self, hours: float, text: str = "hello", **changes: Any) -> dict[str, Any]:
        """A message some hours after Monday noon, UTC."""
        at = MONDAY + dt.timedelta(hours=hours)
        record = {"is": "message", "thread": "t", "user": "u", "turn": None, "role": "user", "text": text}
        return record | {"sent_at": at.isoformat()} | changes

    def notice(self, hours: float, thread: str = "t") -> dict[str, Any]:
        """A notice some hours after Monday noon."""
        at = (MONDAY + dt.timedelta(hours=hours)).isoformat()
        return {"is": "notice", "thread": thread, "detail": "ai_disclosure", "at": at}

    def deliver(self, *records: Any, mapping: Mapping | None = None, name: str | None = None) -> Summary:
        """Ingest one file of these records."""
        self.count += 1
        folder = self.inbox / str(self.count)
        folder.mkdir(parents=True)
        lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
        (folder / (name or f"{self.count}.jsonl")).write_bytes(b"".join(line + b"\n" for line in lines))
        return self.again(folder, mapping=mapping)

    def again(self, folder: Path, *, mapping: Mapping | None = None) -> Summary:
        """Ingest a folder."""
        return ingest_folder(self.home, folder, mapping or make_mapping(), received_on=dt.date(2026, 9, 1))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table, in order of all that can be ordered."""
        table = Lake(self.home.lake).read(name)
        rows = table if table is not None else pa.table({})
        order = [(c, "ascending") for c in rows.column_names]
        return rows.sort_by(order).to_pylist() if order else []

    def days(self) -> dict[str, int]:
        """Messages of each episode, by the day on which the episode counts."""
        found: dict[str, int] = {}
        for row in self.rows("staging.conversation"):
            day = row["day"].isoformat()
            assert day not in found, "two episodes on one day: look at the rows instead"
            found[day] = row["message_count"]
        return found

    def days_of(self, thread: str) -> dict[str, int]:
        """Messages of each episode of one thread, by the day on which the episode counts."""
        key = Pseudonymiser(load_key(self.home.keys))
        name = key.identify_all("thread", "one", [thread])[0]
        rows = [row for row in self.rows("staging.conversation") if row["thread_id"] == name]
        return {row["day"].isoformat(): row["message_count"] for row in rows}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def places(tmp_path: Path) -> Callable[[str], Place]:
    """Makes homes whose rows can be compared: they have the same key."""
    return lambda name: Place(tmp_path / name)


@pytest.fixture
def mapping() -> Callable[..., Mapping]:
    return make_mapping


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets nobody read files or folders of a name, not even who may read everything."""

    def close(name: str) -> None:
        opened, accessed, scanned, asked = Path.open, os.access, os.scandir, os.stat

        def refuse(path: Path, *how: Any, **more: Any) -> Any:
            if path.name == name:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(path, *how, **more)

        def refuse_folder(place: Any = ".") -> Any:
            if isinstance(place, str | Path) and Path(place).name == name:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
            return scanned(place)

        def refuse_below(place: Any, **how: Any) -> Any:
            if isinstance(place, str | Path) and name in Path(place).parts[:-1]:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
            return asked(place, **how)

        monkeypatch.setattr(Path, "open", refuse)
        monkeypatch.setattr("os.scandir", refuse_folder)
        monkeypatch.setattr("os.stat", refuse_below)
        monkeypatch.setattr("os.access", lambda path, mode: Path(path).name != name and accessed(path, mode))

    return close
