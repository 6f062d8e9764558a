"""How well redaction did on marked sentences: details found and missed, sentences of which more was taken.

What identifies a person stands in «»; all else must stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from methods.intervals import wilson
from pipelines.ingest.redaction.redact import Redactor

FOLDER = Path(__file__).with_name("sentences")
MARKED = re.compile("«(.*?)»")


@dataclass(frozen=True)
class Score:
    """Details found and missed, and sentences of which something else was taken."""

    found: int
    missed: int
    taken_wrongly: int

    @property
    def recall(self) -> tuple[float, float, float]:
        """Found of all details, with its Wilson interval."""
        return with_interval(self.found, self.found + self.missed)

    @property
    def precision(self) -> tuple[float, float, float]:
        """Found of all that was taken, with its Wilson interval."""
        return with_interval(self.found, self.found + self.taken_wrongly)


def with_interval(count: int, total: int) -> tuple[float, float, float]:
    low, high = wilson(count, total)
    return count / total, float(low), float(high)


def stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I) is not None


def is_missed(detail: str, around: str, redacted: str) -> bool:
    """Whether the detail, or a longer word of it that stands nowhere else in the sentence, is left."""
    words = [word for word in re.findall(r"[\w@.]+", detail) if len(word) > 3 and not stands_in(word, around)]
    return any(stands_in(word, redacted) for word in (detail, *words))


def score(redactor: Redactor, sentences: list[tuple[str, str]]) -> Score:
    found = missed = wrong = 0
    for region, line in sentences:
        details, around = MARKED.findall(line), MARKED.sub(" ", line)
        redacted = redactor.redact(MARKED.sub(r"\1", line), is_assistant=False, region=region).text
        lost = sum(is_missed(detail, around, redacted) for detail in details)
        missed += lost
        found += len(details) - lost
        wrong += any(word not in redacted for word in around.split())
    return Score(found, missed, wrong)
