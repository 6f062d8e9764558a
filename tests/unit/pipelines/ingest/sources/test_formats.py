"""The list of formats: complete, independent of each other, and steady under broken records."""

import ast
import random
from pathlib import Path

import orjson
import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest import sources
from pipelines.ingest.mapping import parse_mapping

FOLDER = Path(sources.__file__).parent
SAMPLES = Path(__file__).parent / "samples"
LOGS = {
    "langfuse": "langfuse_trace.json", "otel_genai": "otel_spans.jsonl", "openai": "openai_calls.jsonl",
    "anthropic": "anthropic_calls.jsonl", "sharegpt": "sharegpt.json", "wildchat": "wildchat.jsonl",
    "lmsys": "lmsys.jsonl",
}  # fmt: skip
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
PLANTED = [None, 7, -1.5, True, "words", [], {}, [[]], [None], {"role": 7}, "2026-13-45", 2**63]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_module_is_a_format_and_every_format_a_module():
    assert sorted(one.name for one in sources.FORMATS) == sorted([*MODULES, "sql"])
    assert sorted(LOGS) == [name for name in MODULES if name != "mapped"]


@pytest.mark.parametrize("module", MODULES)
def test_no_source_imports_another(module):
    assert not {name for name in imported(FOLDER / f"{module}.py") if "ingest.sources" in name}


def test_a_format_that_does_not_exist_is_refused_with_those_that_do():
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": "parchment"}, name="a test")
    with pytest.raises(DefinitionError, match=r"'parchment'.*mapped, langfuse, otel_genai"):
        sources.make_source(mapping)


def test_rules_for_records_belong_to_mapped_alone():
    with pytest.raises(DefinitionError, match="needs at least one rule"):
        parse_mapping({"deployment": {"id": "night_line"}}, name="a test")
    rule = {"kind": "handoff", "fields": {"thread": "a", "detail": "b", "occurred_at": "c"}}
    with pytest.raises(DefinitionError, match="for format mapped alone"):
        parse_mapping(
            {"deployment": {"id": "night_line"}, "format": "lmsys", "records": [rule]}, name="a test"
        )


@pytest.mark.parametrize("name", LOGS)
def test_a_record_is_recognised_as_its_own_format(name):
    content = (SAMPLES / LOGS[name]).read_bytes()
    whole = orjson.loads(content if LOGS[name].endswith(".json") else content.splitlines()[0])
    assert name in sources.recognise(whole[0] if isinstance(whole, list) else whole)


@pytest.mark.parametrize("name", LOGS)
def test_no_broken_record_stops_the_others_or_shows_its_text(read, deliver, name):
    content = (SAMPLES / LOGS[name]).read_bytes()
    found = (
        [orjson.loads(content)]
        if LOGS[name].endswith(".json")
        else [orjson.loads(x) for x in content.splitlines()]
    )
    good = [one for entry in found for one in (entry if isinstance(entry, list) else [entry])]
    chance = random.Random(5)  # noqa: S311 - the same faults in every run
    broken = [spoil(orjson.loads(orjson.dumps(chance.choice(good))), chance) for _ in range(150)]
    before = read(name, deliver(good[0])).records.message_count
    reading = read(name, deliver(*broken, good[0]))
    assert before > 0
    assert reading.records.message_count >= before
    assert reading.rejected
    assert not any(" " in (field or "") for _, _, field in reading.rejected)
    assert {found for one in broken if isinstance(one, dict) for found in sources.recognise(one)} <= set(LOGS)


def spoil(value, chance):
    """Replace one value, anywhere inside, by one of another kind."""
    if isinstance(value, dict | list) and value and chance.random() < 0.85:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        value[key] = spoil(value[key], chance)
        return value
    return chance.choice(PLANTED)
