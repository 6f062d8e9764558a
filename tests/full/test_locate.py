"""A hundred messages of every format are found again in the files they came in, or it is said why not."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import shutil
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.sources import make_source
from pipelines.lake.lake import Lake
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.tracing import make_locate
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.incident import locations
from risk_register.incident.locations import Found
from risk_register.register.deployments import ensure_deployment

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]
RECEIVED_ON = dt.date(2026, 9, 15)
NOW = dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)
ROWS = [
    {"session": f"their-{thread}", "from": role, "at": f"2026-09-{10 + thread % 4}T1{turn}:00:00Z",
     "body": f"Turn {turn} of thread {thread}."}
    for thread in range(40) for turn, role in enumerate(("human", "bot", "human", "bot"))
]  # fmt: skip
MAPPED = [{"kind": "message", "fields": {
    "thread": "session", "role": {"field": "from", "values": {"human": "user", "bot": "assistant"}},
    "text": "body", "sent_at": "at"}}]  # fmt: skip
SAMPLES = {
    "langfuse": ("langfuse", "*.trace.json"),
    "openai": ("provider_calls", "openai_recorded_calls.jsonl"),
    "anthropic": ("provider_calls", "anthropic_recorded_calls.jsonl"),
    "sharegpt": ("sharegpt", "*.json"),
}


def turns(number: int) -> list[dict[str, str]]:
    return [{"role": role, "content": f"{role} of conversation {number}."} for role in ("user", "assistant")]


def write_files(folder: Path, name: str, samples: Path) -> None:
    """Delivered files of a format: of the shared samples, or a few of ours."""
    if name in SAMPLES:
        below, pattern = SAMPLES[name]
        for path in sorted((samples / below).glob(pattern)):
            shutil.copy(path, folder)
    elif name == "mapped_json":
        for part in range(4):
            lines = [json.dumps(row) for row in ROWS[part::4]]
            (folder / f"{part}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif name == "mapped_csv":
        with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(ROWS[0]))
            writer.writeheader()
            writer.writerows(ROWS)
    elif name == "mapped_parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), folder / "rows.parquet")
    elif name == "lmsys":
        lines = [json.dumps({"conversation_id": f"their-{n}", "model": "m", "turn": 1,
                             "conversation": turns(n), "language": "English"})
                 for n in range(30)]  # fmt: skip
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif name == "wildchat":
        lines = [json.dumps({"conversation_hash": f"their-{n}", "model": "m",
                             "timestamp": f"2026-09-1{n % 5}T10:00:00+00:00", "turn": 1,
                             "conversation": turns(n), "language": "English"})
                 for n in range(30)]  # fmt: skip
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, shared: Path) -> Home:
    """A home that has taken in every format, each as a deployment of its own."""
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    store = Store(place.governance_url)
    store.upgrade()
    for name in ("mapped_json", "mapped_csv", "mapped_parquet", "lmsys", "wildchat", *SAMPLES):
        folder = place.inbox / name
        folder.mkdir(parents=True)
        rules: dict[str, object] = {"deployment": {"id": name, "zone": "UTC"}}
        rules |= {"records": MAPPED} if name.startswith("mapped") else {"format": name}
        (folder / "mapping.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        write_files(folder, name, shared / "data" / "format_samples")
        ingest_folder(place, folder, load_mapping(folder / "mapping.yaml"), received_on=RECEIVED_ON)
        ensure_deployment(store, deployment_id=name, title=name, actor="command_line", at=NOW)
    return place


def choose(home: Home, *, count: int) -> list[dict[str, str]]:
    """Random messages, as many of each format as of any other where it has them."""
    rows = Lake(home.lake).read("staging.message", columns=["deployment_id", "message_id", "role"])
    by_format: dict[str, list[dict[str, str]]] = {}
    for row in rows.to_pylist():
        by_format.setdefault(row["deployment_id"], []).append(row)
    chance, chosen = random.Random(7), []  # noqa: S311  a sample of a test
    for found in by_format.values():
        chance.shuffle(found)
    while len(chosen) < count:
        chosen += [found.pop() for found in by_format.values() if found]
    return chosen[:count]


def locate(home: Home, row: dict[str, str]) -> Found:
    """Search as the page does: the search is written down with its outcome."""
    subject = f"{row['message_id']}/u_acute_distress"
    found = make_locate(home)(row["deployment_id"], subject)
    locations.record_location(
        Store(home.governance_url),
        deployment_id=row["deployment_id"],
        subject=subject,
        reason="To reach them.",
        source_file=found.source_file,
        position=found.position,
        why_not=found.why_not,
        actor="safety_officer",
        at=NOW,
    )
    return found


def test_a_hundred_findings_are_found_or_it_is_said_why(home: Home) -> None:
    chosen, seen, why = choose(home, count=100), Counter(), Counter()
    for row in chosen:
        found = locate(home, row)
        assert found.why_not == "", (row["deployment_id"], found.why_not)
        mapping = load_mapping(home.inbox / row["deployment_id"] / "mapping.yaml")
        path = home.inbox / str(found.source_file)
        upto = make_source(mapping).read(
            path, received_on=RECEIVED_ON, only=range(1, int(found.position or 0) + 1)
        )
        assert found.source_conversation in upto.messages["thread"]
        seen[row["deployment_id"]] += 1
    gone = [home.inbox / row["deployment_id"] for row in chosen[:9]]
    for folder in gone:
        for path in folder.iterdir():
            if path.name != "mapping.yaml":
                path.unlink(missing_ok=True)
    for row in chosen[:9]:
        found = locate(home, row)
        assert found.source_file is None
        assert "are gone or changed" in found.why_not
        why[row["deployment_id"]] += 1
    store = Store(home.governance_url)
    actions = Counter(entry.action for entry in audit.list_entries(store, limit=10_000))
    print(f"found: {dict(seen)}; file gone and said so: {dict(why)}")
    assert (actions["person_located"], actions["person_not_located"]) == (100, 9)
    assert len(seen) == 9
