"""Of real conversations the sieve keeps nothing back that a recogniser finds; the texts stay outside."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.redaction.sieve import find_hints, redact_texts
from risk_register.content import load_crisis_resources

pytestmark = pytest.mark.full

FEWEST_ROWS = 9_000


def read_texts(shared: Path) -> Iterator[str]:
    for path in sorted((shared / "data" / "conversations").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            if text := orjson.loads(line)["text"]:
                yield text


def test_no_hint_keeps_a_detail_of_real_conversations_back_and_few_texts_have_one(shared: Path):
    redactor = Redactor(crisis_lines(load_crisis_resources()))
    texts = list(read_texts(shared))
    rows = pa.record_batch({"text": texts, "role": ["user"] * len(texts), "region": ["GB"] * len(texts)})
    redacted, counts = redact_texts(redactor, rows)
    differing = [
        place
        for place, (text, found) in enumerate(zip(texts, redacted.to_pylist(), strict=True))
        if redactor.redact(text, is_assistant=False, region="GB").text != found
    ]
    assert differing == []
    assert len(texts) > FEWEST_ROWS
    assert counts.sum() > 100
    hints = find_hints(pa.array(texts), [one.hint for one in redactor.recognisers])
    assert (hints != 0).mean() < 0.06  # or the recognisers meet more than they have to
