"""A log to measure with: JSON lines of an operator's own shape, the same bytes for the same number.

Texts are put together from the sentences of the demo, so that they read like prose and hardly repeat; one
in forty of the user's holds a contact detail, one in ten a number that is none.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.settings import REPOSITORY

TEXTS = REPOSITORY / "plimsoll" / "demo" / "texts"
FIRST_DAY = dt.date(2026, 1, 5)
MESSAGES_A_DAY = 20_000
MESSAGES_A_CONVERSATION = 10
DETAILS = (
    "You can write to me at sam.rivers{n}@example.org if it helps.",
    "My number is +1 (202) 555-{n:04d}.",
    "This is my page https://people.example.net/~p{n}.",
)
HARD_NEGATIVES = (
    "I took {n} mg at 10:30 and slept until 06:15.",
    "My score went from 12 to 15 since 03.08.2026.",
    "It was in 2019, no, 2020, and it cost 1,250 dollars.",
)
MAPPING: dict[str, Any] = {
    "deployment": {"id": "bench", "zone": "Europe/Berlin"},
    "records": [
        {
            "kind": "message",
            "when": {"field": "event", "equals": "message"},
            "fields": {
                "thread": "session.id",
                "user": "session.user",
                "turn": "seq",
                "role": {"field": "from", "values": {"human": "user", "bot": "assistant"}},
                "text": "body",
                "sent_at": "at",
                "language": "meta.lang",
                "region": "meta.region",
                "age_band": "meta.age_band",
                "model": "meta.model",
                "prompt_version": "meta.prompt",
                "surface": "session.app",
            },
        }
    ],
}


@lru_cache
def list_sentences() -> tuple[str, ...]:
    """Sentences of the demo, without those that hold a template."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: set[str] = set()
    for path in sorted(TEXTS.glob("en_*.yaml")):
        _collect(yaml.load(path.read_text(encoding="utf-8"), Loader=loader), found)  # noqa: S506
    return tuple(sorted(text for text in found if len(text) > 30 and not set("{(|") & set(text)))


def _collect(value: object, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _collect(inner, found)


def write_log(path: Path, messages: int) -> None:
    """Write that many messages, in the order of their time."""
    chance = random.Random(17)  # noqa: S311 - the same log in every run
    sentences = list_sentences()
    begin = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    step = 86_400 / MESSAGES_A_DAY
    with path.open("w", encoding="utf-8") as stream:
        for number in range(messages):
            moment = begin + dt.timedelta(seconds=number * step)
            stream.write(json.dumps(_record(number, moment, chance, sentences), ensure_ascii=False) + "\n")


def _record(
    number: int, moment: dt.datetime, chance: random.Random, sentences: tuple[str, ...]
) -> dict[str, Any]:
    # 64 conversations go on at a time, as they do in a log of a day.
    block, place = divmod(number, 64 * MESSAGES_A_CONVERSATION)
    turn, lane = divmod(place, 64)
    thread = block * 64 + lane
    is_user = turn % 2 == 0
    text = " ".join(chance.choices(sentences, k=chance.randint(1, 4) if is_user else chance.randint(3, 8)))
    if is_user and chance.random() < 1 / 40:
        text += " " + chance.choice(DETAILS).format(n=number % 10_000)
    elif chance.random() < 1 / 10:
        text += " " + chance.choice(HARD_NEGATIVES).format(n=number % 400)
    return {
        "event": "message",
        "session": {"id": f"s-{thread:08d}", "user": f"u-{thread % 50_021:06d}", "app": "companion-web"},
        "seq": turn,
        "from": "human" if is_user else "bot",
        "body": text,
        "at": int(moment.timestamp() * 1000) if number % 2 else moment.isoformat(timespec="milliseconds"),
        "meta": {
            "lang": "en",
            "region": ("US-CA", "GB", "DE", "IE")[thread % 4],
            "age_band": ("18-24", "25-34", "35-49")[thread % 3],
            "model": "companion-3.1",
            "prompt": "v7",
        },
    }
