"""Redaction by columns and by single texts is the same over every case: no recogniser lacks a hint.

The sieve keeps texts back in which no hint of the redactor is found. A recogniser without a hint in
`Redactor.hints` would let through what it was made to replace.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from pipelines.ingest.redact import Redactor, crisis_lines
from pipelines.ingest.sieve import redact_texts
from risk_register.content import load_crisis_resources


def texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in texts_of(one)]


def test_every_recogniser_has_a_hint(repository: Path):
    files = sorted((repository / "tests" / "unit" / "pipelines" / "ingest").glob("redaction*/*.yaml"))
    files.append(repository / "tests" / "unit" / "pipelines" / "ingest" / "redaction.yaml")
    found = {text for path in files for text in texts_of(yaml.safe_load(path.read_text(encoding="utf-8")))}
    texts = sorted(found)
    redactor = Redactor(crisis_lines(load_crisis_resources()))
    for role, region in (("user", "US"), ("user", "GB"), ("user", "ES"), ("assistant", "DE")):
        count = len(texts)
        rows = pa.table({"text": texts, "role": [role] * count, "region": [region] * count})
        columns, _ = redact_texts(redactor, rows)
        kept_back = [
            place
            for place, (text, by_column) in enumerate(zip(texts, columns.to_pylist(), strict=True))
            if redactor.redact(text, is_assistant=role == "assistant", region=region).text != by_column
        ]
        assert kept_back == [], "a recogniser that has no hint in Redactor.hints replaces something there"
    assert len(texts) > 150
