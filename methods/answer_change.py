"""How many of the same questions got another kind of answer than before, and when that can be said.

Which runs are compared is not decided here. Source of the interval: Wilson 1927, as in `methods.intervals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from methods.intervals import wilson

LEAST_ANSWERED = 0.8
"""Of the questions of a run; with fewer answers it is compared with none."""


@dataclass(frozen=True)
class AnswerChange:
    """Questions answered in both runs, those with another class of answer, their share and 95 % bounds."""

    compared_count: int
    changed_count: int
    share: float
    low: float
    high: float


def has_enough_answers(answered_count: int, question_count: int) -> bool:
    """Whether a run may be compared."""
    return answered_count >= LEAST_ANSWERED * question_count


def compare_answers(now: Mapping[str, str], then: Mapping[str, str]) -> AnswerChange | None:
    """The change between two runs, each the class of answer by question; None if they share no question."""
    shared = now.keys() & then.keys()
    if not shared:
        return None
    changed = sum(now[name] != then[name] for name in shared)
    low, high = wilson(changed, len(shared))
    return AnswerChange(len(shared), changed, changed / len(shared), float(low), float(high))
