"""Mutated records of every format, taken in for real: no crash, and every record in exactly one place.

Run with `.venv/bin/python tests/full/fuzz.py [--records 100000] [--seed 1]`. Prints JSON and ends with 1 if a
count does not add up. Records are spoilt as structures and as bytes, and packed in every way that is read.
"""

from __future__ import annotations

import argparse
import copy
import csv
import datetime as dt
import gzip
import io
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import Mapping, parse_mapping
from pipelines.lake.lake import Lake
from pipelines.settings import Home, HomeKind, make_home

SAMPLES = Path(__file__).resolve().parents[1] / "unit" / "pipelines" / "ingest" / "sources" / "samples"
LOGS = {
    "langfuse": "langfuse_trace.json", "otel_genai": "otel_spans.jsonl", "openai": "openai_calls.jsonl",
    "anthropic": "anthropic_calls.jsonl", "sharegpt": "sharegpt.json", "wildchat": "wildchat.jsonl",
    "lmsys": "lmsys.jsonl",
}  # fmt: skip
TODAY = dt.date(2026, 9, 20)
RECORDS_A_FILE = 2_000
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 7, -1, 0, -1.5, 1e308, 2**53, 2**63, 2**64, -(2**63), 1789416000),
    *("", " ", "words", "\u0000", "\u3000", "\U0001f600", "x" * 300, "a\nb", '{"role": "user"}', "data: {"),
    *("2026-13-45", "1987-05-12", "2026-09-14T20:00:00Z", "52.5200,13.4050", "mail@example.org"),
    *([], {}, [[]], [None], {"role": 7}, {"a": {"b": []}}),
)
FIELDS = {
    "thread": "session.id",
    "user": "session.user",
    "message_id": "id",
    "turn": "seq",
    "text": "body",
    "sent_at": "at",
    "role": {"field": "from", "values": {"human": "user", "bot": "assistant"}},
    "language": "meta.lang",
    "region": "meta.region",
    "age_band": "meta.age",
    "model": "meta.model",
    "is_test_traffic": "meta.test",
}
FLAT = {name: rule if isinstance(rule, dict) else rule.rpartition(".")[2] for name, rule in FIELDS.items()}
BODIES = ("I slept badly.", "Write to sam@example.org", "It is 10:30.", "Call +1 202 555 0143")
Write = Callable[[Path, list[Any], random.Random], int]


def mapped(fields: dict[str, Any]) -> Mapping:
    """The mapping of our own records."""
    event = {"thread": fields["thread"], "detail": "stage", "occurred_at": "at"}
    return parse_mapping(
        {
            "deployment": {"id": "fuzz", "zone": "Europe/Berlin"},
            "records": [
                {"kind": "handoff", "when": {"field": "event", "equals": "handoff"}, "fields": event},
                {"kind": "message", "when": {"field": "event", "equals": "message"}, "fields": fields},
            ],
        },
        name="the fuzzer",
    )


def make_record(chance: random.Random) -> dict[str, Any]:
    """A sound record."""
    at = 1_789_000_000_000 + chance.randrange(400_000) * 1_000
    session = {"id": f"s-{chance.randrange(60)}", "user": f"u-{chance.randrange(30)}"}
    if chance.random() < 0.05:
        return {"event": "handoff", "session": session, "stage": "offered", "at": at}
    return {
        "event": "message",
        "session": session,
        "id": str(chance.randrange(2_000)),
        "seq": chance.randrange(40),
        "body": chance.choice(BODIES),
        "from": chance.choice(("human", "bot")),
        "at": at,
        "meta": {"lang": "en", "region": "GB", "age": "25-34", "model": "m-1", "test": False},
    }


def spoil(value: Any, chance: random.Random) -> Any:
    """One value, anywhere inside, replaced, taken away or doubled."""
    if isinstance(value, dict | list) and value and chance.random() < 0.85:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if chance.random() < 0.15:
            del value[key]
        else:
            value[key] = spoil(value[key], chance)
        return value
    if isinstance(value, str) and value and chance.random() < 0.3:
        place = chance.randrange(len(value))
        return value[:place] + chance.choice(("\u0000", '"', "\\", "\ufeff", "٣", ".", "@")) + value[place:]
    return copy.deepcopy(chance.choice(STRANGE))  # what is put in is spoilt further


def spoil_line(line: bytes, chance: random.Random) -> bytes:
    """A line spoilt as bytes; it stays one line."""
    place = chance.randrange(len(line)) if line else 0
    way = chance.randrange(5)
    if way == 0:
        line = line[:place] + bytes([chance.randrange(256)]) + line[place + 1 :]
    elif way == 1:
        line = line[:place]
    elif way == 2:
        line = line + line[place:]
    elif way == 3:
        line = line.replace(b"}", chance.choice((b",}", b" }", b"}}")), 1)
    else:
        line = chance.choice((b"", b" ", b"null", b"[]", b"NaN", b"\xff", b"{", b'"x"'))
    return line.replace(b"\n", b" ")


def mutate(records: list[Any], count: int, chance: random.Random) -> list[Any]:
    """That many records: sound, spoilt and repeated ones."""
    found: list[Any] = []
    while len(found) < count:
        if found and chance.random() < 0.1:
            found.append(chance.choice(found))
            continue
        record = orjson.loads(orjson.dumps(chance.choice(records)))
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            record = spoil(record, chance)
        found.append(record)
    return found


def write_lines(path: Path, records: list[Any], chance: random.Random) -> int:
    """JSON lines, plain or packed; returns how many lines hold something."""
    lines = [json.dumps(record, ensure_ascii=chance.random() < 0.5).encode() for record in records]
    lines = [spoil_line(line, chance) if chance.random() < 0.2 else line for line in lines]
    content = b"\n".join(lines) + b"\n"
    packing = chance.randrange(3)
    if packing == 0:
        path.with_suffix(".jsonl").write_bytes(content)
    elif packing == 1:
        path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(content, mtime=0))
    else:
        with pa.CompressedOutputStream(str(path.with_suffix(".jsonl.zst")), "zstd") as out:
            out.write(content)
    return sum(bool(line.strip()) for line in lines)


def write_document(path: Path, records: list[Any], _chance: random.Random) -> int:
    """One JSON array."""
    path.with_suffix(".json").write_text(json.dumps(records), encoding="utf-8")
    return len(records)


def write_csv(path: Path, records: list[Any], chance: random.Random) -> int:
    """Columns of text."""
    rows = [_flatten(record) for record in records]
    names = sorted({name for row in rows for name in row})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        cells = [row.get(name, "").replace("\x00", "") for name in names]  # else the whole file is binary
        writer.writerow(cells[: chance.randrange(len(cells))] if chance.random() < 0.05 else cells)
    path.with_suffix(".csv").write_text(out.getvalue(), encoding="utf-8")
    return -1  # a quoted line end makes two lines of one row: what was read is what counts


def write_parquet(path: Path, records: list[Any], _chance: random.Random) -> int:
    """Columns of text, absent where a record has none."""
    rows = [_flatten(record) for record in records]
    names = sorted({name for row in rows for name in row})
    table = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    pq.write_table(pa.table(table), path.with_suffix(".parquet"))
    return len(rows)


def _flatten(record: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in record.items() if isinstance(record, dict) else ():
        if isinstance(value, dict):
            found |= _flatten(value)
        elif value is not None:
            found[str(name)] = str(value)
    return found


def count_places(home: Home) -> Counter[str]:
    """Where the ledger and staging say that records went."""
    lake = Lake(home.lake)
    found: Counter[str] = Counter()
    for name in ("message", "event"):
        table = lake.read(f"staging.{name}", columns=["copy_count"])
        if table is not None and table.num_rows:
            found["accepted"] += table.num_rows
            found["duplicates"] += pc.sum(table["copy_count"]).as_py() - table.num_rows
    rejected = lake.read("ledger.rejected", columns=["delivery_id", "position"])
    if rejected is not None and rejected.num_rows:
        found["rejected"] = rejected.num_rows
        pairs = set(zip(rejected["delivery_id"].to_pylist(), rejected["position"].to_pylist(), strict=True))
        found["rejected twice"] = rejected.num_rows - len(pairs)
    delivered = lake.read("ledger.delivery", columns=["record_count"])
    found["delivered"] = 0 if delivered is None else pc.sum(delivered["record_count"]).as_py() or 0
    return found


def fuzz_mapped(
    folder: Path, count: int, chance: random.Random, *, write: Write, fields: dict[str, Any]
) -> Counter[str]:
    """Our own records in one kind of file: what was delivered is accepted, a duplicate, or rejected."""
    files, written = folder / "files", 0
    files.mkdir(parents=True)
    for number in range(0, count, RECORDS_A_FILE):
        base = [make_record(chance) for _ in range(50)]
        records = mutate(base, min(RECORDS_A_FILE, count - number), chance)
        written += write(files / str(number), records, chance)
    home = make_home(Home(folder / "home"), HomeKind.REAL)
    ingest_folder(home, files, mapped(fields), received_on=TODAY)
    found = count_places(home)
    found["unaccounted"] = abs(
        found["delivered"] - found["accepted"] - found["duplicates"] - found["rejected"]
    )
    if written > 0:
        found["unaccounted"] += abs(written - found["delivered"])
    return found


def fuzz_log(folder: Path, name: str, count: int, chance: random.Random) -> Counter[str]:
    """Calls of a known format: each is accepted or rejected once, and a second delivery adds nothing."""
    content = (SAMPLES / LOGS[name]).read_bytes()
    whole = LOGS[name].endswith(".json")
    loaded = orjson.loads(content) if whole else [orjson.loads(line) for line in content.splitlines()]
    files = folder / "files"
    files.mkdir(parents=True)
    mapping = parse_mapping({"deployment": {"id": "fuzz"}, "format": name}, name="the fuzzer")
    sound = loaded if isinstance(loaded, list) else [loaded]
    for number in range(0, count, RECORDS_A_FILE):
        records = mutate(sound, min(RECORDS_A_FILE, count - number), chance)
        write_lines(files / str(number), records, chance)
    home = make_home(Home(folder / "home"), HomeKind.REAL)
    summary = ingest_folder(home, files, mapping, received_on=TODAY)
    found = count_places(home)
    calls = sum(one.records.record_count for one in summary.files)
    rejected = sum(item.position > 0 for one in summary.files for item in one.records.rejected)
    found["accepted"], found["duplicates"] = calls - rejected, 0
    found["unaccounted"] = abs(found["delivered"] - calls) + max(0, rejected - calls)
    before = Lake(home.lake).read("staging.message")
    again = ingest_folder(home, files, mapping, received_on=TODAY)
    if any(not one.is_known for one in again.files):
        found["unaccounted"] += 1
    after = Lake(home.lake).read("staging.message")
    found["unaccounted"] += not (before is after is None or (before is not None and before.equals(after)))
    return found


def fuzz(count: int, seed: int, folder: Path) -> dict[str, Counter[str]]:
    """About that many mutated records over all formats; what became of them, by format."""
    ways: dict[str, tuple[Write, dict[str, Any]]] = {
        "mapped lines": (write_lines, FIELDS),
        "mapped document": (write_document, FIELDS),
        "mapped csv": (write_csv, FLAT),
        "mapped parquet": (write_parquet, FLAT),
    }
    share = count // (len(ways) + len(LOGS))
    results: dict[str, Counter[str]] = {}
    for name, (write, fields) in ways.items():
        chance = random.Random(f"{seed} {name}")  # noqa: S311 - the same faults in every run
        results[name] = fuzz_mapped(folder / name, share, chance, write=write, fields=fields)
    for name in LOGS:
        chance = random.Random(f"{seed} {name}")  # noqa: S311 - the same faults in every run
        results[name] = fuzz_log(folder / name, name, share, chance)
    return results


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plimsoll-fuzz-") as folder:
        results = fuzz(options.records, options.seed, Path(folder))
    print(json.dumps(results, indent=1))
    return int(any(one["unaccounted"] or one["rejected twice"] for one in results.values()))


if __name__ == "__main__":
    sys.exit(main())
