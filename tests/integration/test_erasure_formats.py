"""Erasure on every format that a log may have, in copies that nothing reads, in caches and in reviews."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.attribution import names_any
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy.erasure import ErasureIncompleteError, erase
from pipelines.privacy.request import Request, Surroundings
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import SubjectKind
from risk_register.database.store import Store
from risk_register.register.deployments import ensure_deployment
from risk_register.review import reviews
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit

SAMPLES = Path(__file__).parents[1] / "unit" / "pipelines" / "ingest" / "sources" / "samples"
NOW = dt.datetime(2026, 9, 16, 9, tzinfo=dt.UTC)
RECEIVED_ON = dt.date(2026, 9, 15)
DEPLOYMENT = "night_line"
CANARY = "the ferry to Farholm leaves at noon with seventeen pelicans"
IDS = re.compile(r'"((?:s|u|c|l|h|ip|tr|o)-)(\d+)"')


@dataclass(frozen=True)
class Format:
    """A format's sample, who in it is erased, and what they said."""

    name: str
    file: str
    kind: SubjectKind
    raw_id: str
    said: str = "not stop"


FORMATS = [
    Format("openai", "openai_calls.jsonl", SubjectKind.USER, "u-5"),
    Format("anthropic", "anthropic_calls.jsonl", SubjectKind.USER, "u-5"),
    Format("otel_genai", "otel_spans.jsonl", SubjectKind.USER, "u-5"),
    Format("langfuse", "langfuse_trace.json", SubjectKind.USER, "u-5"),
    Format("sharegpt", "sharegpt.json", SubjectKind.THREAD, "c-1"),
    Format("lmsys", "lmsys.jsonl", SubjectKind.THREAD, "l-1", "nicht schlafen"),
    Format("wildchat", "wildchat.jsonl", SubjectKind.THREAD, "h-1:1"),
]


def deliver(folder: Path, one: Format, *, end: str = "") -> None:
    """The sample twice: as the erased said it, with a canary, and as somebody else with other ids."""
    sample = (SAMPLES / one.file).read_text(encoding="utf-8") + end
    theirs = sample.replace(one.said, CANARY)
    others = IDS.sub(r'"\g<1>9\2"', sample)
    if one.name == "langfuse":
        (folder / "a.json").write_text(theirs, encoding="utf-8")
        (folder / "b.json").write_text(others, encoding="utf-8")
    elif one.file.endswith(".json"):
        whole = json.dumps([*json.loads(theirs), *json.loads(others)], ensure_ascii=False) + end
        (folder / "a.json").write_text(whole, encoding="utf-8")
    else:
        (folder / "a.jsonl.gz").write_bytes(gzip.compress(f"{theirs.rstrip()}\n{others}".encode()))


def make_place(path: Path, one: Format) -> Home:
    home = make_home(Home(path), HomeKind.REAL)
    folder = home.inbox / DEPLOYMENT
    folder.mkdir()
    (folder / "mapping.yaml").write_text(
        f"deployment: {{id: {DEPLOYMENT}, zone: UTC}}\nformat: {one.name}\n", encoding="utf-8"
    )
    deliver(folder, one)
    ingest(home, folder)
    return home


def ingest(home: Home, folder: Path) -> int:
    mapping = load_mapping(home.inbox / DEPLOYMENT / "mapping.yaml")
    return ingest_folder(home, folder, mapping, received_on=RECEIVED_ON).rejected["erased"]


def ask(home: Home, one: Format) -> Request:
    keyed = Pseudonymiser(load_key(home.keys))
    return Request(
        DEPLOYMENT, one.kind, keyed.identify(str(one.kind), DEPLOYMENT, one.raw_id), frozenset({one.raw_id})
    )


def open_store(home: Home) -> Store:
    store = Store(home.governance_url)
    store.upgrade()
    return store


def run(home: Home, request: Request) -> dict[str, object]:
    around = Surroundings(withdraw, lambda: None, count_outside)
    return erase(home, open_store(home), request, around=around, actor="tester", at=NOW)


def texts(home: Home) -> list[str]:
    rows = Lake(home.lake).read("staging.message")
    assert rows is not None
    return sorted(rows["text"].to_pylist())


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_of_every_format_the_person_goes_the_others_stay_and_what_returns_is_refused(
    one: Format, tmp_path: Path, decoded_search
) -> None:
    home = make_place(tmp_path / "home", one)
    before = texts(home)
    assert decoded_search.layers(decoded_search.search(home.path, [CANARY])[CANARY]) == {
        "lake/staging",
        f"inbox/{DEPLOYMENT}",
    }
    receipt = run(home, ask(home, one))
    assert receipt["state"] == "complete"
    assert decoded_search.search(home.path, [CANARY, ask(home, one).pseudonym]) == {}
    left = texts(home)
    assert 0 < len(left) < len(before)
    assert any(one.said in text for text in left)
    (tmp_path / "again").mkdir()
    deliver(tmp_path / "again", one, end="\n")
    assert ingest(home, tmp_path / "again") > 0
    assert texts(home) == left
    assert decoded_search.search(home.path, [CANARY]) == {}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-8"])
@pytest.mark.parametrize("name", ["copy.jsonl", "copy.jsonl.gz", "copy.bak"])
def test_a_copy_in_whatever_encoding_that_names_the_person_is_found_and_fails_the_erasure_until_it_is_gone(
    tmp_path: Path, encoding: str, name: str
) -> None:
    one = FORMATS[0]
    home = make_place(tmp_path / "home", one)
    whole = '{"user_id": "u-5", "note": "é", "request": '.encode(encoding)
    path = home.inbox / DEPLOYMENT / name
    path.write_bytes(gzip.compress(whole) if name.endswith(".gz") else whole)
    refused = ""
    try:
        run(home, ask(home, one))
    except ErasureIncompleteError as error:
        refused = str(error)
    if refused:  # it is named without the id, and goes by hand
        assert (name in refused, "u-5" in refused) == (True, False)
        path.unlink()
        assert run(home, ask(home, one))["state"] == "complete"
    else:  # the broken line was taken out
        content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        assert not names_any(content, {"u-5"})


def test_what_a_judge_answered_and_what_was_reviewed_goes_and_is_counted_in_the_receipt(
    tmp_path: Path, decoded_search
) -> None:
    one = FORMATS[0]
    home = make_place(tmp_path / "home", one)
    user = ask(home, one).pseudonym
    rows = Lake(home.lake).read("staging.conversation")
    assert rows is not None
    mine, others = [], []
    for row in rows.to_pylist():
        (mine if row["user_id"] == user else others).append(row["conversation_id"])
    for conversation in (*mine, *others):
        folder = home.path / "cache" / "judge" / conversation
        folder.mkdir(parents=True)
        (folder / "one.json").write_text("[]")
        (folder / "two.json").write_text("[]")
    draw(open_store(home), [*mine, *others])
    receipt = run(home, ask(home, one))
    counts = {store["store"]: store["rows_erased"] for store in receipt["stores"]}  # type: ignore[attr-defined]
    assert counts["cache/judge"] == 2 * len(mine)
    assert counts["register/reviews"] == len(mine)
    left = {path.name for path in (home.path / "cache" / "judge").iterdir()}
    assert left == set(others)
    assert decoded_search.search(home.path, [*mine, user]) == {}


def draw(store: Store, conversations: list[str]) -> None:
    ensure_deployment(store, deployment_id=DEPLOYMENT, title="Night line", actor="tester", at=NOW)
    unit = [FrameUnit(name, (), {"user_risk_level": 2}) for name in conversations]
    stratum = FrameStratum("level_2_en", "en", 2, True, tuple(unit), len(unit))
    reviews.draw_sample(
        store, deployment_id=DEPLOYMENT, week=dt.date(2026, 9, 7), frame=Frame((stratum,), "lexicon 1"),
        capacity=100, seed=7, actor="tester", at=NOW,
    )  # fmt: skip


def test_the_rows_of_others_are_the_same_to_the_last_column(tmp_path: Path) -> None:
    one = FORMATS[0]
    home = make_place(tmp_path / "home", one)
    user = ask(home, one).pseudonym

    def others() -> dict[str, pa.Table]:
        lake = Lake(home.lake)
        found = {}
        for name in ("staging.message", "staging.conversation"):
            rows = lake.read(name)
            assert rows is not None
            kept = [value != user for value in rows["user_id"].to_pylist()]
            found[name] = rows.filter(pa.array(kept)).sort_by([(c, "ascending") for c in rows.column_names])
        return found

    before = others()
    run(home, ask(home, one))
    assert others() == before


def test_what_an_agent_repeats_of_a_person_goes_though_it_names_them_nowhere(
    tmp_path: Path, decoded_search
) -> None:
    one = FORMATS[2]
    home = make_place(tmp_path / "home", one)
    sample = (SAMPLES / one.file).read_text(encoding="utf-8").splitlines()[0]
    agent = sample.replace('"chat"', '"invoke_agent"').replace(one.said, CANARY)
    agent = (
        agent.replace("gen_ai.conversation.id", "other.id")
        .replace("user.id", "other.user")
        .replace('"u-5"', '"-"')
    )
    path = home.inbox / DEPLOYMENT / "agents.jsonl"
    others = agent.replace(CANARY, "not stop").replace("5b8e", "6c9f")
    lines = [agent, sample, others]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest(home, home.inbox / DEPLOYMENT)
    assert run(home, ask(home, one))["state"] == "complete"
    assert decoded_search.search(home.path, [CANARY]) == {}
    assert path.read_text(encoding="utf-8").strip() == others


def test_calls_that_belong_to_a_thread_by_others_of_their_file_go_with_it(
    tmp_path: Path, decoded_search
) -> None:
    one = Format("openai", "openai_calls.jsonl", SubjectKind.THREAD, "r1")
    home = make_place(tmp_path / "home", one)
    other = CANARY.replace("pelicans", "lanterns")
    said = {"r1": (None, "Hello."), "r2": ("r1", "Good."), "r3": ("r2", other), "x1": (None, "Hi.")}
    calls = [
        {"timestamp": "2026-09-14T20:00:00Z", "request": {"input": text, "previous_response_id": before},
         "response": {"id": name, "output": []}}
        for name, (before, text) in said.items()
    ]  # fmt: skip
    path = home.inbox / DEPLOYMENT / "chain.jsonl"
    path.write_text("\n".join(map(json.dumps, calls)) + "\n", encoding="utf-8")
    ingest(home, home.inbox / DEPLOYMENT)
    assert run(home, ask(home, one))["state"] == "complete"
    assert decoded_search.search(home.path, [other]) == {}
    assert json.loads(path.read_text(encoding="utf-8"))["response"]["id"] == "x1"
    assert "Hi." in texts(home)


def test_a_call_that_failed_goes_with_the_conversation_that_its_retry_opened(tmp_path: Path) -> None:
    one = FORMATS[0]
    home = make_place(tmp_path / "home", one)
    answer = {"choices": [{"message": {"role": "assistant", "content": "I hear you."}}]}
    calls = [
        {"timestamp": f"2026-09-14T20:{minute}:00Z", "response": response,
         "request": {"messages": [{"role": "user", "content": CANARY.replace("pelicans", "lanterns")}]}}
        for minute, response in ((10, {"error": {"code": "timeout"}}), (11, answer),
                                 (40, {"error": {"code": "timeout"}}))
    ]  # fmt: skip
    path = home.inbox / DEPLOYMENT / "failed.jsonl"
    path.write_text("\n".join(map(json.dumps, calls)) + "\n", encoding="utf-8")
    ingest(home, home.inbox / DEPLOYMENT)
    rows = Lake(home.lake).read("staging.message")
    assert rows is not None
    (thread,) = {row["thread_id"] for row in rows.to_pylist() if row["text"] == "I hear you."}
    assert run(home, Request(DEPLOYMENT, SubjectKind.THREAD, thread))["state"] == "complete"
    left = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    assert left == calls[2:]  # half an hour later it is somebody else who began alike
