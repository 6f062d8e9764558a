"""How the tests of log sources read a file: by the format's name, as an operator does."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.source import Records
from pipelines.ingest.sources import make_source

SAMPLES = Path(__file__).parent / "samples"
RECEIVED_ON = dt.date(2026, 9, 15)


@dataclass(frozen=True)
class Reading:
    """What reading a file gave, in the form that a test compares."""

    records: Records

    def rows(self, *names: str) -> list[tuple[object, ...]]:
        """Some columns of the accepted messages, in the order of time and turn."""
        columns = self.records.messages
        order = sorted(
            range(self.records.message_count), key=lambda i: (columns["sent_at"][i], columns["turn"][i])
        )
        return [tuple(columns[name][i] for name in names) for i in order]

    def column(self, name: str) -> list[object]:
        """One column in that order."""
        return [row[0] for row in self.rows(name)]

    @property
    def clock(self) -> list[str]:
        """Times of the messages in UTC."""
        moments = [dt.datetime.fromtimestamp(int(str(at)) / 1e6, dt.UTC) for at in self.column("sent_at")]
        return [f"{moment:%d %H:%M:%S}" for moment in moments]

    @property
    def rejected(self) -> list[tuple[int, str, str | None]]:
        """Position, reason and field of what was rejected."""
        return [(one.position, one.reason.value, one.field) for one in self.records.rejected]


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Reads a sample of ours by name, or a file by path."""

    def read_file(
        format_name: str, file: str | Path, *, only: Iterable[int] | None = None, **mapping: object
    ) -> Reading:
        content = {
            "deployment": {"id": "night_line", "zone": "Europe/Berlin"},
            "format": format_name,
            **mapping,
        }
        source = make_source(parse_mapping(content, name="a test"))
        return Reading(source.read(SAMPLES / file, received_on=RECEIVED_ON, only=only))

    return read_file


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Path]:
    """Writes records as JSON lines."""

    def write_file(*records: object, name: str = "delivery.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"\n".join(orjson.dumps(record) for record in records))
        return path

    return write_file


@pytest.fixture
def evening() -> list[tuple[str, str]]:
    """The conversation that most samples hold: roles and texts."""
    return [
        ("user", "I keep lying awake and my head will not stop."),
        ("assistant", "That sounds tiring. How long has it been like this?"),
        ("user", "Since the new job started, about three weeks."),
        ("assistant", "Three weeks is long. Would it help to look at what keeps you awake?"),
    ]
