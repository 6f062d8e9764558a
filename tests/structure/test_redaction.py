"""Every recogniser has a hint that is wide enough, over every case that we wrote.

The sieve asks only recognisers whose hint a text has. A hint that is too narrow would let through what its
recogniser was made to replace; single texts, of which every recogniser is asked, show it.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.redaction.sieve import redact_texts
from risk_register.content import load_crisis_resources


def texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in texts_of(one)]


def read_cases(repository: Path) -> list[str]:
    folder = repository / "tests" / "unit" / "pipelines" / "ingest" / "redaction"
    files = sorted(folder.rglob("*.yaml"))
    found = {text for path in files for text in texts_of(yaml.safe_load(path.read_text(encoding="utf-8")))}
    return sorted(text.replace("«", "").replace("»", "") for text in found)


def test_every_recogniser_has_a_hint_that_is_wide_enough(repository: Path):
    texts = read_cases(repository)
    redactor = Redactor(crisis_lines(load_crisis_resources()))
    for role, region in (("user", "US"), ("user", "GB"), ("user", "ES"), ("assistant", "DE")):
        count = len(texts)
        rows = pa.record_batch({"text": texts, "role": [role] * count, "region": [region] * count})
        columns, _ = redact_texts(redactor, rows)
        kept_back = [
            place
            for place, (text, by_column) in enumerate(zip(texts, columns.to_pylist(), strict=True))
            if redactor.redact(text, is_assistant=role == "assistant", region=region).text != by_column
        ]
        assert kept_back == [], "a recogniser replaces something there that its hint did not see"
    assert len(texts) > 700


def test_every_recogniser_has_a_case_that_needs_it(repository: Path):
    redactor = Redactor(crisis_lines(load_crisis_resources()))
    texts = read_cases(repository)
    for place, one in enumerate(redactor.recognisers):
        alone = (redactor.redact(text, is_assistant=False, region="GB", hints=1 << place) for text in texts)
        assert any(redacted.count for redacted in alone), one.pattern.pattern
