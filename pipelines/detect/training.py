"""Fits the linear model: its heads one after the other (`head_fit.py`), then thresholds over them.

Everything is seeded and runs on one thread: the same files give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipelines.detect.detectors.linear import ngrams
from pipelines.detect.detectors.linear.model import (
    HASH_FILE,
    POWER,
    Description,
    Head,
    Model,
    Source,
    Together,
    logit,
    pack_weights,
    split_hashes,
)
from pipelines.detect.examples import UNKNOWN, Examples
from pipelines.detect.head_fit import FittedHead, fit_head, is_of_role, is_scarce
from pipelines.detect.operating_points import ENOUGH, Choice
from pipelines.detect.overlap import hash_text
from pipelines.detect.training_plan import HeadPlan, TrainingPlan
from pipelines.errors import StateError
from pipelines.reviewed_text import REVIEWS

OF_REVIEWS = Source(
    name=REVIEWS,
    licence="none: they stay in this home",
    words="messages of this home's own users that people reviewed, people in distress among them",
    rows=0,
    positives=0,
    is_distress=True,
)


@dataclass(frozen=True)
class Fitted:
    """A model with its files; `scores` are joint logits of rows left out, by head, NaN where not measured.

    `reviewed`: the home's own messages that it learned from, as message id and `hash_text`. No file of the
    model holds them: they go with the messages.
    """

    model: Model
    files: dict[str, bytes]
    scores: dict[str, NDArray[np.float64]]
    reviewed: tuple[tuple[str, bytes], ...]


def fit(
    plan: TrainingPlan,
    examples: Examples,
    chosen: NDArray[np.bool_] | None = None,
    *,
    leave_scarce: bool = False,
) -> Fitted:
    """The model of the chosen rows (all, unless said).

    With `leave_scarce` a head that has too few of them is left out, and its signal to the rules.

    Raises:
        StateError: a head has too few positives or negatives to be fitted.
    """
    with threadpool_limits(limits=1):  # sums of several threads differ in the last bit
        return _fit(plan, examples, chosen, leave_scarce=leave_scarce)


def _fit(
    plan: TrainingPlan, examples: Examples, chosen: NDArray[np.bool_] | None, *, leave_scarce: bool
) -> Fitted:
    use = np.ones(len(examples.rows), dtype=bool) if chosen is None else chosen
    joints: dict[str, FittedHead] = {}
    columns: list[NDArray[np.int8]] = []
    heads: list[Head] = []
    for place, head in enumerate(plan.heads):
        rows = use & (examples.labels[:, place] != UNKNOWN) & is_of_role(examples, head.role)
        real = examples.labels[rows & examples.is_measured, place]
        is_known = any(one.signal_id == head.signal_id for one in heads)
        if is_scarce(real) and (is_known or (leave_scarce and heads)):
            continue  # the signal has a head; how grave it is the rules alone say
        _check(head, real)
        joints[head.name] = joint = fit_head(plan, examples, use, place)
        packed, scale = pack_weights(joint.ngrams.weights)
        columns.append(packed)
        heads.append(
            Head(
                **head.model_dump(exclude={"trust", "contrast", "graded"}),
                scale=scale,
                power=POWER,
                bias=joint.ngrams.bias,
                sha256=hashlib.sha256(packed.tobytes()).hexdigest(),
                evidence=joint.coefficients,
                intercept=joint.intercept,
            )
        )
    thresholds, heads, together = _set_thresholds(plan, examples, heads, joints)
    real = [examples.rows[place] for place in np.flatnonzero(use & ~examples.is_made).tolist()]
    hashes = b"".join(sorted({hash_text(row.text) for row in real if row.dataset != REVIEWS}))
    reviewed = tuple((row.row_id, hash_text(row.text)) for row in real if row.dataset == REVIEWS)
    files = {f"{head.name}.int8": column.tobytes() for head, column in zip(heads, columns, strict=True)}
    description = Description(
        version=_name_version(plan, heads),
        ngrams_version=ngrams.VERSION,
        trained_from=plan.digest,
        heads=tuple(heads),
        thresholds=thresholds,
        together=together,
        sources=_describe_sources(plan, examples, use),
        hashes_sha256=hashlib.sha256(hashes).hexdigest(),
    )
    model = Model(description, np.stack(columns, axis=1), split_hashes(hashes))
    scores = {name: joint.logits for name, joint in joints.items()}
    return Fitted(model, files | {HASH_FILE: hashes}, scores, reviewed)


def _name_version(plan: TrainingPlan, heads: Sequence[Head]) -> str:
    content = "".join([plan.digest, *(head.model_dump_json() for head in heads)])
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _set_thresholds(
    plan: TrainingPlan, examples: Examples, heads: list[Head], joints: dict[str, FittedHead]
) -> tuple[dict[str, dict[str, float]], list[Head], dict[str, Together]]:
    """One pair a signal, from its first head; the others are shifted to have their alert there."""
    found: dict[str, dict[str, float]] = {}
    moved: list[Head] = []
    together: dict[str, Together] = {}
    names = [one.name for one in plan.heads]
    for signal in dict.fromkeys(head.signal_id for head in heads):
        own = [head for head in heads if head.signal_id == signal]
        logits = {head.name: joints[head.name].logits for head in own}
        points = Choice(plan, examples, [names.index(head.name) for head in own], logits).choose()
        first = own[0].name
        pair = {"sieve": points.sieve, "alert": points.alert[first]}
        found[signal] = {name: round(_probability(value), 4) for name, value in pair.items()}
        if signal == "u_suicidal_ideation":
            found["u_self_harm"] = found[signal]
        if points.together is not None:
            together[signal] = Together(heads=(first, own[-1].name), least=points.together)
        moved.append(own[0])
        for head in own[1:]:
            shift = logit(found[signal]["alert"]) - points.alert[head.name]
            moved.append(head.model_copy(update={"shift": shift}))
    return found, moved, together


def _describe_sources(plan: TrainingPlan, examples: Examples, use: NDArray[np.bool_]) -> tuple[Source, ...]:
    """Every source that rows came from; the home's own reviews are one, though no plan names them."""
    named = [
        Source(
            name=one.name, licence=one.licence, words=one.words, rows=0, positives=0,
            is_distress=one.is_distress,
        )
        for one in plan.sources
    ]  # fmt: skip
    described = []
    for source in (*named, OF_REVIEWS):
        rows = use & (examples.sources == source.name)
        if rows.any():
            positives = int((examples.labels[rows] == 1).any(axis=1).sum())
            described.append(source.model_copy(update={"rows": int(rows.sum()), "positives": positives}))
    return tuple(described)


def _check(head: HeadPlan, labels: NDArray[np.int64]) -> None:
    if is_scarce(labels):
        positives, negatives = int((labels == 1).sum()), int((labels == 0).sum())
        raise StateError(
            f"The head {head.name} has {positives} positive and {negatives} negative rows; each needs "
            f"at least {ENOUGH}. Add a source with the label {head.label}, or take the head out of the plan."
        )


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
