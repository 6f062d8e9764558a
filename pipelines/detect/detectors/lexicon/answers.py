"""What a short answer means right after the assistant's question: "most nights" tells nothing without it.

Only the message that follows a question about suicide or self-injury is read so, and only where it tells
nothing by itself. The words are in `answers.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from pipelines.detect.detector import Evidence
from pipelines.detect.detectors.lexicon.normalisation import fold_pattern, normalise

FILE = Path(__file__).parent / "answers.yaml"
QUESTION = "p_risk_question"
THOUGHTS, INJURY = "u_suicidal_ideation", "u_self_harm"
LEVEL = 2
"""Thoughts without more, as the Columbia scale's second question asks; self-injury begins there."""
SURE, OPEN = 0.7, 0.4
"""Scores of a yes, which alerts, and of what leaves it open or may answer something else: at the sieve."""
QUESTIONS = re.compile(r"[^.?!\n]*\?")


@dataclass(frozen=True)
class Words:
    """The patterns of one language."""

    asks: re.Pattern[str]
    asks_of_injury: re.Pattern[str]
    affirms: re.Pattern[str]
    leaves_open: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True)
class Answers:
    """Characters of an answer, words that may follow its yes, and the patterns by language."""

    limit: int
    few: int
    words: Mapping[str, Words]


def read_answers(messages: pa.Table, found: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    """Findings in answers, by place; `found` is what the messages tell by themselves."""
    answers = load_answers()
    asked = {place for place, one in found if one.signal_id == QUESTION}
    told = {place for place, one in found if one.signal_id in (THOUGHTS, INJURY)}
    read = []
    for question, answer in _pair(messages, asked):
        words = answers.words.get(answer["language"])
        if words is None or answer["place"] in told or len(answer["text"]) > answers.limit:
            continue
        evidence = _read(words, question["text"], answer["text"], few=answers.few)
        if evidence is not None:
            read.append((answer["place"], evidence))
    return read


@cache
def load_answers() -> Answers:
    """The shipped file."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    limit, few = content.pop("limit"), content.pop("few")
    words = {
        language: Words(**{name: re.compile(fold_pattern(pattern)) for name, pattern in patterns.items()})
        for language, patterns in content.items()
    }
    return Answers(limit, few, words)


def _pair(messages: pa.Table, asked: Set[int]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each question of the assistant with the person's message that comes next in the conversation."""
    if not asked or "turn" not in messages.column_names:
        return
    keys = messages["conversation_id"].take(pa.array(sorted(asked)))
    near = np.flatnonzero(pc.is_in(messages["conversation_id"], keys.combine_chunks()).to_numpy())
    names = ["deployment_id", "conversation_id", "turn"]
    some = messages.select([*names, "role", "language", "text"]).take(pa.array(near))
    some = some.append_column("place", pa.array(near))
    rows = some.sort_by([(name, "ascending") for name in [*names, "place"]]).to_pylist()
    for before, after in pairwise(rows):
        is_same = all(before[name] == after[name] for name in names[:2])
        is_reply = (before["role"], after["role"]) == ("assistant", "user")
        if before["place"] in asked and is_same and is_reply:
            yield before, after


def _read(words: Words, question: str, answer: str, *, few: int) -> Evidence | None:
    questions = QUESTIONS.findall(normalise(question).text)
    if any(words.asks.search(one) for one in questions):
        signal, asks = THOUGHTS, words.asks
    elif any(words.asks_of_injury.search(one) for one in questions):
        signal, asks = INJURY, words.asks_of_injury
    else:
        return None
    said = normalise(answer).text.strip()
    if words.unless.search(said):
        return None
    if (yes := words.affirms.search(said)) is not None:
        is_plain = asks.search(questions[-1]) is not None and len(said[yes.end() :].split()) <= few
        score, name = (SURE, "yes") if is_plain else (OPEN, "yes_perhaps")
    elif words.leaves_open.search(said):
        score, name = OPEN, "open"
    else:
        return None
    cssrs_like = LEVEL if signal == THOUGHTS else 0
    return Evidence(signal, LEVEL, score, f"answer_{name}", cssrs_like=cssrs_like, end=len(answer))
