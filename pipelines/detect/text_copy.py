"""Copies of a text among training rows: one row each, with what all copies say of it.

Where copies contradict each other about a label, nobody knows it: the order of files must not decide. Which
labels a row may be presumed to have belongs in `examples.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipelines.detect.labelled import LabelledRow
from pipelines.detect.overlap import hash_text
from pipelines.detect.training_plan import TrainingPlan

Labels = dict[str, int | str | None]


@dataclass
class Copies:
    """The rows by role and text, in the order in which each text came first."""

    plan: TrainingPlan
    groups: dict[tuple[str, bytes], list[LabelledRow]] = field(default_factory=dict)

    def add(self, row: LabelledRow) -> None:
        """Put a row with those of the same text; of no text there is none."""
        if row.text.strip():
            labels = imply(self.plan, row.labels)
            same = self.groups.setdefault((row.role, hash_text(row.text)), [])
            same.append(row.model_copy(update={"labels": labels}))

    def join(self) -> Iterable[LabelledRow]:
        """One row a text: its first copy, with the labels of all; a contradicted label is there and None."""
        alone = {one.name for one in self.plan.sources if one.keeps_first_copy}
        for same in self.groups.values():
            first = same[0]
            labels = dict(first.labels)
            for name, values in _read_answers(self.plan, same).items():
                if len(values) > 1:
                    labels[name] = None
                elif values and labels.get(name) is None and first.dataset not in alone:
                    labels[name] = values[0]
            yield first.model_copy(update={"labels": labels})

    def describe(self) -> list[str]:
        """One sentence a source that holds copies."""
        copies: Counter[str] = Counter()
        contradicted: Counter[str] = Counter()
        for same in self.groups.values():
            copies.update(row.dataset for row in same[1:])
            if any(len(values) > 1 for values in _read_answers(self.plan, same).values()):
                contradicted.update({row.dataset for row in same})
        told = []
        for name in dict.fromkeys([*copies, *contradicted]):
            said = f"{name}: {copies[name]} rows are copies of a text before them."
            if contradicted[name]:
                said += f" Of {contradicted[name]} texts copies contradict each other: that label is unknown."
            told.append(said)
        return told


def imply(plan: TrainingPlan, labels: Labels) -> Labels:
    """The labels with what a no to one of them says about others."""
    for name, others in plan.implied.items():
        if labels.get(name) == 0:
            implied: Labels = dict.fromkeys(others, 0)
            labels = implied | labels
    return labels


def _read_answers(plan: TrainingPlan, same: Sequence[LabelledRow]) -> dict[str, list[int | str]]:
    """The different answers of the copies, for each label that the plan asks for."""
    asked = [head.label for head in plan.heads] + [head.graded.label for head in plan.heads if head.graded]
    return {
        name: list(dict.fromkeys(value for row in same if (value := row.labels.get(name)) is not None))
        for name in [*asked, *plan.implied]
    }
