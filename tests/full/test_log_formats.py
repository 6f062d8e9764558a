"""Real exports of other systems: what we read from them is what their own importer and makers say.

The oracle of Langfuse is the list of messages that its own importer extracts from every observation.
"""

import datetime as dt
from collections import Counter
from pathlib import Path

import jsonschema
import orjson
import pytest

from pipelines.ingest.calls.content import ROLES, Said, read_messages
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.source import Records
from pipelines.ingest.sources import make_source
from pipelines.ingest.sources.langfuse import read_side

pytestmark = pytest.mark.full

TOOL_TRAFFIC = {
    "google-adk-2025-08-28": 1,  # a function's response in the user's role
    "koog-2025-08-26": 2,  # calls of tools, written as text, finish: tool_calls
}
"""Messages that Langfuse shows and that are a tool's: how many, by export. Ingest leaves them out."""
UNPARSABLE = 2
"""Official examples whose printed value is no JSON, for its makers left parts of it out."""


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "data" / "format_samples"


def read(format_name: str, path: Path) -> Records:
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": format_name}, name="a test")
    return make_source(mapping).read(path, received_on=dt.date(2026, 9, 15))


def expected(side: dict) -> list[tuple[str, str]]:
    """What the oracle says that a user or an assistant said; nothing where it found no messages."""
    found = []
    for message in side["data"] if side["success"] else []:
        content = message.get("content") or ""
        if isinstance(content, list):
            content = "\n".join(part["text"] for part in content if part.get("type") == "text")
        role = ROLES.get(message.get("role") or "")
        if role in ("user", "assistant") and content.strip():
            found.append((role, content))
    return found


def told(said: tuple[Said, ...]) -> list[tuple[str | None, str]]:
    return [(one.role, one.text) for one in said if one.is_extracted]


def exports(samples: Path) -> list[str]:
    return sorted(path.name.removesuffix(".trace.json") for path in samples.glob("langfuse/*.trace.json"))


def test_every_observation_gives_the_messages_that_langfuse_extracts(samples: Path):
    compared, differing, tools = Counter(), [], Counter()
    for name in exports(samples):
        oracle = orjson.loads((samples / f"langfuse/{name}.chatml.json").read_bytes())
        trace = orjson.loads((samples / f"langfuse/{name}.trace.json").read_bytes())
        observations = {one["id"]: one for one in trace["observations"]}
        for observation_id, sides in oracle.items():
            for side, answer in sides.items():
                theirs = expected(answer)
                if not theirs:
                    continue  # no list of messages; see the next test for what we read beyond it
                said = read_side(observations[observation_id].get(side), is_answer=side == "output")
                compared[name] += 1
                tools[name] += sum(one.is_tool for one in said)
                if told(said) != theirs:
                    differing.append((name, observation_id, side))
    assert len(exports(samples)) == 20
    assert compared.total() == 68
    assert differing == []
    assert +tools == TOOL_TRAFFIC


def test_every_trace_gives_its_conversation_once(samples: Path):
    for name in exports(samples):
        records = read("langfuse", samples / f"langfuse/{name}.trace.json")
        assert records.rejected == [], name
        assert "user" in records.messages["role"], name
        texts = list(zip(records.messages["role"], records.messages["text"], strict=True))
        assert len(set(texts)) == len(texts), name
        assert len(set(records.messages["thread"])) == 1, name
        left_out = [note for note in records.notes if "calls and results of tools" in note]
        assert len(left_out) == (name in TOOL_TRAFFIC), name


def test_streamed_calls_give_the_text_that_their_deltas_spell(samples: Path):
    path = samples / "provider_calls" / "openai_recorded_calls.jsonl"
    spelt = set()
    for line in path.read_bytes().splitlines():
        call = orjson.loads(line)
        if call["streaming"]:
            events = [part[6:] for part in call["response"].split("\n") if part.startswith("data: {")]
            deltas = [choice["delta"] for event in events for choice in orjson.loads(event)["choices"]]
            spelt.add("".join(delta.get("content") or "" for delta in deltas))
    records = read("openai", path)
    assert records.record_count == 32
    assert records.rejected == []
    assert len(spelt - {""}) == 12
    assert spelt - {""} <= set(records.messages["text"])


def test_recorded_calls_keep_every_question_and_the_model_served(samples: Path):
    openai = read("openai", samples / "provider_calls" / "openai_recorded_calls.jsonl")
    assert Counter(openai.messages["role"]) == {"user": 27, "assistant": 24}
    assert "gpt-4.1-mini-2025-04-14" in openai.messages["model"]  # served where an alias was requested
    anthropic = read("anthropic", samples / "provider_calls" / "anthropic_recorded_calls.jsonl")
    assert anthropic.record_count == 9
    assert anthropic.rejected == []
    assert Counter(anthropic.messages["role"]) == {"user": 7, "assistant": 7}


def test_every_turn_of_a_sharegpt_set_is_read(samples: Path):
    path = samples / "sharegpt" / "fastchat_dummy_conversation.json"
    turns = [turn for one in orjson.loads(path.read_bytes()) for turn in one["conversations"]]
    records = read("sharegpt", path)
    assert len(turns) == 2000
    assert Counter(records.messages["text"]) == Counter(turn["value"] for turn in turns)
    assert len(set(records.messages["thread"])) == 500


def test_the_official_examples_of_opentelemetry_are_read_part_by_part(samples: Path):
    lines = (samples / "otel_genai" / "example_attribute_values.jsonl").read_bytes().splitlines()
    examples = [orjson.loads(line) for line in lines]
    messages = [one for one in examples if one["attribute"].endswith("put.messages") and "value" in one]
    for example in messages:
        theirs = [
            (message["role"], part["content"])
            for message in example["value"] for part in message["parts"]
            if part["type"] == "text" and message["role"] in ("user", "assistant")
        ]  # fmt: skip
        assert told(read_messages(example["value"])) == theirs, example["section"]
    assert len(messages) >= 15


def test_the_official_examples_are_what_the_official_schemas_say(samples: Path):
    folder = samples / "otel_genai"
    valid, unparsable = Counter(), 0
    for line in (folder / "example_attribute_values.jsonl").read_bytes().splitlines():
        example = orjson.loads(line)
        name = example["attribute"].replace("gen_ai.", "gen-ai-").replace(".", "-").replace("_", "-")
        if "value" not in example:
            unparsable += 1
            continue
        jsonschema.validate(example["value"], orjson.loads((folder / f"{name}.schema.json").read_bytes()))
        valid[example["attribute"]] += 1
    assert valid.total() == 19
    assert unparsable == UNPARSABLE


def test_a_span_with_each_official_example_is_read(samples: Path, tmp_path: Path):
    lines = (samples / "otel_genai" / "example_attribute_values.jsonl").read_bytes().splitlines()
    examples = [orjson.loads(line) for line in lines]
    sections: dict[str, list[dict]] = {}
    for one in examples:
        if "value" in one:
            sections.setdefault(one["section"], []).append(one)
    read_count = 0
    operation = {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}
    for number, (section, values) in enumerate(sections.items()):
        attributes = [
            {"key": one["attribute"], "value": {"stringValue": orjson.dumps(one["value"]).decode()}}
            for one in values
        ]
        span = {
            "traceId": f"{number:032x}",
            "startTimeUnixNano": "1789473600000000000",
            "attributes": [operation, *attributes],
        }
        path = tmp_path / f"{number}.json"
        path.write_bytes(orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
        records = read("otel_genai", path)
        has_messages = any(one["attribute"].endswith("put.messages") for one in values)
        assert (records.message_count > 0) == has_messages, section
        read_count += has_messages
    assert read_count == 6  # sections with an example of messages whose value is whole


def test_a_set_of_another_kind_is_refused_by_every_format(samples: Path):
    for name in ("langfuse", "otel_genai", "openai", "anthropic", "sharegpt", "wildchat", "lmsys"):
        records = read(name, samples / "other" / "hh_rlhf_raw_20.jsonl")
        assert [one.reason.value for one in records.rejected] == ["unknown_format"], name
        assert records.message_count == 0
