"""Fits the linear model: weights of n-grams, then how their logit joins the rules' evidence, then thresholds.

The joining is fitted on logits that were predicted for rows left out, so that it does not trust weights that
know their rows by heart. Everything is seeded and runs on one thread: the same files give the same bytes.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from methods.ranking import precision_recall_f1
from pipelines.detect.detectors.linear import ngrams
from pipelines.detect.detectors.linear.evidence import NAMES
from pipelines.detect.detectors.linear.model import (
    HASH_FILE,
    Description,
    Head,
    Model,
    Source,
    pack_weights,
    split_hashes,
)
from pipelines.detect.examples import UNKNOWN, Examples
from pipelines.detect.overlap import hash_text
from pipelines.detect.training_plan import HeadPlan, TrainingPlan
from pipelines.errors import StateError

STRENGTH = 40.0
"""Inverse regularisation of the n-grams: from 20 to 60 the figures on the development sources hardly move."""

JOINT_STRENGTH = 0.3
"""Of the joining: at 1 and more, evidence that few rows have gets weights that no reader believes."""
LATER_SHARE = 0.5
"""Of the limits, for the later heads of a signal: what any of them flags is flagged."""

ENOUGH = 8
"""A head with fewer positives or negatives than this is not fitted."""


@dataclass(frozen=True)
class Fitted:
    """A model with its files; `scores` are joint logits of rows left out, by head, NaN where not measured."""

    model: Model
    files: dict[str, bytes]
    scores: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Joint:
    """How a head's logit joins the evidence of its role."""

    coefficients: dict[str, float]
    intercept: float
    logits: NDArray[np.float64]


def fit(plan: TrainingPlan, examples: Examples, chosen: NDArray[np.bool_] | None = None) -> Fitted:
    """The model of the chosen rows (all, unless said).

    Raises:
        StateError: a head has too few positives or negatives to be fitted.
    """
    use = np.ones(len(examples.rows), dtype=bool) if chosen is None else chosen
    joints: dict[str, _Joint] = {}
    columns: list[NDArray[np.int8]] = []
    heads: list[Head] = []
    for place, head in enumerate(plan.heads):
        rows = use & (examples.labels[:, place] != UNKNOWN) & _of_role(examples, head.role)
        real = examples.labels[rows & ~examples.is_made, place]
        if _is_scarce(real) and any(one.signal_id == head.signal_id for one in heads):
            continue  # the signal has a head; how grave it is the rules alone say
        _check(head, real)
        joint = _fit_joint(plan, examples, rows, place)
        weights, bias = _fit_ngrams(examples, rows, place)
        packed, scale = pack_weights(weights)
        columns.append(packed)
        joints[head.name] = joint
        heads.append(
            Head(
                **head.model_dump(),
                scale=scale,
                bias=bias,
                sha256=hashlib.sha256(packed.tobytes()).hexdigest(),
                evidence=joint.coefficients,
                intercept=joint.intercept,
            )
        )
    thresholds, heads = _set_thresholds(plan, examples, heads, joints)
    real = [examples.rows[place] for place in np.flatnonzero(use & ~examples.is_made).tolist()]
    hashes = b"".join(sorted({hash_text(row.text) for row in real}))
    files = {f"{head.name}.int8": column.tobytes() for head, column in zip(heads, columns, strict=True)}
    description = Description(
        version=_name_version(plan, heads),
        ngrams_version=ngrams.VERSION,
        trained_from=plan.digest,
        heads=tuple(heads),
        thresholds=thresholds,
        sources=_describe_sources(plan, examples, use),
        hashes_sha256=hashlib.sha256(hashes).hexdigest(),
    )
    model = Model(description, np.stack(columns, axis=1), split_hashes(hashes))
    return Fitted(model, files | {HASH_FILE: hashes}, {name: joint.logits for name, joint in joints.items()})


def _name_version(plan: TrainingPlan, heads: Sequence[Head]) -> str:
    content = "".join([plan.digest, *(head.model_dump_json() for head in heads)])
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _fit_ngrams(examples: Examples, rows: NDArray[np.bool_], place: int) -> tuple[NDArray[np.float64], float]:
    fitted = _regress(examples.ngrams[rows], examples.labels[rows, place], examples.weights[rows])
    return fitted.coef_[0], float(fitted.intercept_[0])


def _fit_joint(plan: TrainingPlan, examples: Examples, rows: NDArray[np.bool_], place: int) -> _Joint:
    """Logits of each real row by weights that have not seen its cluster, joined with its evidence."""
    real = rows & ~examples.is_made
    logits = np.full(len(examples.rows), np.nan)
    for fold in range(plan.folds):
        left = real & (examples.folds == fold)
        if not left.any():
            continue
        seen = rows & ((examples.folds != fold) | examples.is_made)
        fitted = _regress(examples.ngrams[seen], examples.labels[seen, place], examples.weights[seen])
        logits[left] = fitted.decision_function(examples.ngrams[left])
    head = plan.heads[place]
    names = ("ngrams", *NAMES[head.role])
    table = np.column_stack([logits[real], examples.evidence[head.role][real]])
    joined = LogisticRegression(C=JOINT_STRENGTH, max_iter=5_000).fit(
        table, examples.labels[real, place], sample_weight=examples.weights[real]
    )
    coefficients, intercept = joined.coef_[0], float(joined.intercept_[0])
    joint = np.full(len(examples.rows), np.nan)
    joint[real] = table @ coefficients + intercept
    return _Joint(dict(zip(names, map(float, coefficients), strict=True)), intercept, joint)


def _regress(
    table: sparse.csr_matrix, truth: NDArray[np.int64], weights: NDArray[np.float64]
) -> LogisticRegression:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(
            C=STRENGTH, solver="liblinear", class_weight="balanced", max_iter=200, random_state=0
        ).fit(table, truth, sample_weight=weights)


def _set_thresholds(
    plan: TrainingPlan, examples: Examples, heads: list[Head], joints: dict[str, _Joint]
) -> tuple[dict[str, dict[str, float]], list[Head]]:
    """One pair a signal, from its first head; the others are stretched so that the pair holds for them."""
    found: dict[str, dict[str, float]] = {}
    moved: list[Head] = []
    for head in heads:
        place = [one.name for one in plan.heads].index(head.name)
        is_first = head.signal_id not in found
        share = 1.0 if is_first else LATER_SHARE
        sieve, alert = _choose(plan, examples, place, joints[head.name].logits, share=share)
        if head.signal_id not in found:
            found[head.signal_id] = {
                "sieve": round(_probability(sieve), 4),
                "alert": round(_probability(alert), 4),
            }
            if head.signal_id == "u_suicidal_ideation":
                found["u_self_harm"] = found[head.signal_id]
            moved.append(head)
            continue
        low, high = (_logit(found[head.signal_id][name]) for name in ("sieve", "alert"))
        stretch = (high - low) / max(alert - sieve, 1e-6)
        moved.append(head.model_copy(update={"stretch": stretch, "shift": low - stretch * sieve}))
    return found, moved


def _choose(
    plan: TrainingPlan, examples: Examples, place: int, logits: NDArray[np.float64], *, share: float
) -> tuple[float, float]:
    """The two thresholds of a head on its joint logits, by the rule of the plan."""
    known = np.isfinite(logits) & (examples.labels[:, place] != UNKNOWN)
    tuned = [source.name for source in plan.sources if source.tune]
    kinds = {source.name: source.guards for source in plan.sources if source.guards}
    guard = np.array([kinds.get(name, "") for name in examples.sources], dtype=object)
    positives = known & (examples.labels[:, place] == 1)
    candidates = np.unique(np.quantile(logits[known], np.linspace(0.02, 0.9995, 400)))

    def allowed(threshold: float, limits: dict[str, float]) -> bool:
        return all(
            (logits[known & (guard == kind)] >= threshold).mean() <= share * limit
            for kind, limit in limits.items()
            if (known & (guard == kind)).any()
        )

    def quality(threshold: float) -> float:
        values = []
        for name in tuned:
            rows = known & (examples.sources == name)
            if (examples.labels[rows, place] == 1).sum() >= ENOUGH:
                values.append(
                    float(precision_recall_f1(logits[rows] >= threshold, examples.labels[rows, place])[2])
                )
        return float(np.mean(values)) if values else 0.0

    permitted = [one for one in candidates if allowed(one, plan.alert_limits)] or [candidates[-1]]
    alert = max(permitted, key=quality)
    signal = [head.level if head.signal_id == plan.heads[place].signal_id else -1 for head in plan.heads]
    gravest = known & (examples.labels[:, int(np.argmax(signal))] == 1)
    wanted = gravest if gravest.any() else positives
    target = float(np.quantile(logits[wanted], 1 - plan.sieve_recall))
    open_to = [one for one in candidates if allowed(one, plan.sieve_limits)] or [alert]
    return min(max(target, min(open_to)), alert - 0.01), float(alert)


def _describe_sources(plan: TrainingPlan, examples: Examples, use: NDArray[np.bool_]) -> tuple[Source, ...]:
    described = []
    for source in plan.sources:
        rows = use & (examples.sources == source.name)
        if rows.any():
            described.append(
                Source(
                    name=source.name,
                    licence=source.licence,
                    words=source.words,
                    rows=int(rows.sum()),
                    positives=int((examples.labels[rows] == 1).any(axis=1).sum()),
                    is_distress=source.is_distress,
                )
            )
    return tuple(described)


def _of_role(examples: Examples, role: str) -> NDArray[np.bool_]:
    return np.array([row.role == role for row in examples.rows])


def _is_scarce(labels: NDArray[np.int64]) -> bool:
    return min(int((labels == 1).sum()), int((labels == 0).sum())) < ENOUGH


def _check(head: HeadPlan, labels: NDArray[np.int64]) -> None:
    if _is_scarce(labels):
        positives, negatives = int((labels == 1).sum()), int((labels == 0).sum())
        raise StateError(
            f"The head {head.name} has {positives} positive and {negatives} negative rows; each needs "
            f"at least {ENOUGH}. Add a source with the label {head.label}, or take the head out of the plan."
        )


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))
