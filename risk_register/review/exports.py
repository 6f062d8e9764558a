"""Labels that leave for correction and training, each with its inclusion probability and weight.

Estimates are `methods.correction`; this hands over what they need, and refuses when the design is lost:
labels of a sample that nobody can show to be random correct nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from risk_register.database.store import Store
from risk_register.errors import DesignLostError
from risk_register.review.results import Answers, Design, StratumProgress, describe_strata, read_design
from risk_register.review.reviewers import list_languages
from risk_register.review.samples import SampleRecord
from risk_register.review.states import ItemStatus


@dataclass(frozen=True)
class ExportedLabel:
    """A label that counts, with what is needed to weigh it.

    `weight` is how many conversations of the week it stands for: N over labelled, within its stratum. It is 0
    as long as nothing is estimated from the stratum, because it has not been read as it must be.
    """

    item_id: str
    conversation_id: str
    stratum_id: str
    inclusion_probability: float
    weight: float
    answers: Answers
    verdict: Mapping[str, int]
    is_final: bool


@dataclass(frozen=True)
class LabelExport:
    """The labels of a sample and the design that gives them meaning."""

    sample: SampleRecord
    strata: tuple[StratumProgress, ...]
    labels: tuple[ExportedLabel, ...]

    @property
    def unlabelled_strata(self) -> tuple[str, ...]:
        """Strata of which nothing can be said: an estimate over all strata refuses, or leaves them out."""
        return tuple(stratum.stratum_id for stratum in self.strata if stratum.counted_count == 0)

    @property
    def counted(self) -> tuple[ExportedLabel, ...]:
        """The labels that enter an estimate."""
        return tuple(label for label in self.labels if label.weight)


@dataclass(frozen=True)
class Tally:
    """One stratum's row for `methods.correction`: size, labels that count, and those that are a case."""

    stratum_id: str
    is_flagged: bool
    size: int
    reviewed: int
    confirmed: int


def export_labels(store: Store, *, sample_id: str, at: dt.datetime) -> LabelExport:
    """The label that counts of every labelled item, with inclusion probabilities and weights.

    Raises:
        DesignLostError: the seed is gone, or items or strata were lost since the draw.
    """
    design = read_design(store, sample_id)
    _check_design(design)
    standing = design.find_standing()
    described = describe_strata(design, standing, at=at, languages=list_languages(store))
    weights = {
        each.stratum_id: each.unit_count / each.counted_count if each.counted_count else 0.0
        for each in described
    }
    return LabelExport(
        sample=design.sample,
        strata=described,
        labels=tuple(
            ExportedLabel(
                item_id=item.item_id,
                conversation_id=item.conversation_id,
                stratum_id=item.stratum_id,
                inclusion_probability=item.inclusion_probability,
                weight=weights[item.stratum_id],
                answers=json.loads(standing.labels[item.item_id].answers),
                verdict=json.loads(item.verdict),
                is_final=item.state == ItemStatus.SETTLED.value,
            )
            for item in design.items
            if item.item_id in standing.labels
        ),
    )


def tally(export: LabelExport, *, is_case: Callable[[Answers], bool]) -> tuple[Tally, ...]:
    """Counts by stratum: what `methods.correction.estimate_share` and `estimate_sensitivity` take."""
    confirmed = Counter(label.stratum_id for label in export.counted if is_case(label.answers))
    return tuple(
        Tally(
            stratum_id=stratum.stratum_id,
            is_flagged=stratum.is_flagged,
            size=stratum.unit_count,
            reviewed=stratum.counted_count,
            confirmed=confirmed[stratum.stratum_id],
        )
        for stratum in export.strata
    )


def _check_design(design: Design) -> None:
    sample = design.sample
    if sample.seed is None:
        raise DesignLostError(
            f"The seed of {sample.sample_id} is gone. Without it nobody can show that it is random, so "
            "nothing is estimated from it. Draw the next week's sample."
        )
    kept = Counter(item.stratum_id for item in design.items)
    if {row.stratum_id: row.sample_count for row in design.strata if row.sample_count} != dict(kept):
        raise DesignLostError(
            f"{sample.sample_id} was drawn with {sample.sample_size} items, {len(design.items)} are left, or "
            "its strata have changed: nothing is estimated from it."
        )
