"""Scores that a log itself gives for a message: what the operator's own moderation model said.

They are handed on as they are, under the log's own names. What they mean is the business of detection.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

NAME = re.compile(r"[\w./ -]{1,64}")


class Score(NamedTuple):
    """One score: the log's field, the log's name for what was scored, 0 to 1, and the model's own verdict."""

    source: str
    name: str
    score: float | None
    is_flagged: bool | None


def read_scores(record: dict[str, Any], place: int) -> tuple[Score, ...]:
    """The scores of the turn at a place: `openai_moderation` and `detoxify_moderation`, a list over turns.

    What is no score between 0 and 1 is left out, as if the log had not given it.
    """
    found: list[Score] = []
    for source in ("openai_moderation", "detoxify_moderation"):
        turns = record.get(source)
        entry = turns[place] if isinstance(turns, list) and place < len(turns) else None
        if isinstance(entry, dict):
            found += _read_entry(source, entry)
    return tuple(sorted(set(found), key=lambda one: one[:2]))


def _read_entry(source: str, entry: dict[str, Any]) -> list[Score]:
    scores, verdicts = entry.get("category_scores"), entry.get("categories")
    if not isinstance(scores, dict):  # detoxify writes its scores without a level between
        scores = {name: value for name, value in entry.items() if isinstance(value, float)}
    verdicts = verdicts if isinstance(verdicts, dict) else {}
    found = []
    for name in sorted({*scores, *verdicts}):
        score, verdict = _to_score(scores.get(name)), verdicts.get(name)
        verdict = verdict if isinstance(verdict, bool) else None
        if NAME.fullmatch(name) and (score is not None or verdict is not None):
            found.append(Score(source, name, score, verdict))
    return found


def _to_score(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None  # type: ignore[arg-type,operator]
