"""Thresholds: as sensitive as the limits on false alarms allow, the gravest first, one rule for all heads."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse

from pipelines.detect.examples import Examples
from pipelines.detect.labelled import LabelledRow
from pipelines.detect.operating_points import Choice
from pipelines.detect.training_plan import TrainingPlan, load_training_plan

COUNT = 400
"""Chat, and as many posts: a quarter of them positive, of these every second grave."""


@pytest.fixture(scope="module")
def plan() -> TrainingPlan:
    shipped = load_training_plan().model_dump()
    heads = [one for one in shipped["heads"] if one["name"] in ("self_harm", "high_risk")]
    source = {"file": "x", "licence": "ours", "words": "ours", "weight": 1.0}
    return TrainingPlan.model_validate(
        shipped
        | {
            "heads": heads,
            "sources": [
                source | {"name": "posts", "tune": True},
                source | {"name": "chat", "guards": "chat"},
            ],
            "alert_limits": {"chat": 0.01},
            "sieve_limits": {"chat": 0.05},
            "sieve_recall": 0.95,
        }
    )


@pytest.fixture(scope="module")
def examples() -> Examples:
    posts = np.arange(2 * COUNT) < COUNT
    harm = np.where(posts & (np.arange(2 * COUNT) % 4 == 0), 1, 0)
    grave = np.where(posts & (np.arange(2 * COUNT) % 8 == 0), 1, 0)
    return Examples(
        rows=[LabelledRow(row_id=str(n), role="user", text="x") for n in range(2 * COUNT)],
        sources=np.where(posts, "posts", "chat").astype(object),
        weights=np.ones(2 * COUNT),
        folds=np.zeros(2 * COUNT, dtype=np.int64),
        labels=np.column_stack([harm, grave]),
        is_measured=np.ones(len(posts), dtype=bool),
        ngrams=sparse.csr_matrix((2 * COUNT, 1)),
        evidence={},
    )


def make_logits(examples: Examples) -> dict[str, np.ndarray]:
    noise = np.random.default_rng(5)
    harm, grave = examples.labels.T
    return {
        "self_harm": 2.5 * harm + noise.normal(size=len(harm)),
        "high_risk": 2.5 * grave + noise.normal(size=len(harm)),
    }


def loosen(plan: TrainingPlan, leeway: float | None) -> TrainingPlan:
    heads = (plan.heads[0], plan.heads[1].model_copy(update={"leeway": leeway}))
    return plan.model_copy(update={"heads": heads})


def share(flagged: np.ndarray, rows: np.ndarray) -> float:
    return float(flagged[rows].mean())


def test_no_more_chat_is_flagged_than_allowed(plan: TrainingPlan, examples: Examples) -> None:
    logits = make_logits(examples)
    points = Choice(loosen(plan, None), examples, [0, 1], logits).choose()
    chat = examples.sources == "chat"
    alerted = (logits["self_harm"] >= points.alert["self_harm"]) | (
        logits["high_risk"] >= points.alert["high_risk"]
    )
    assert share(alerted, chat) <= 0.01
    assert points.together is not None
    passed = (logits["self_harm"] >= points.sieve) | (
        logits["self_harm"] + logits["high_risk"] >= points.together
    )
    assert 0 < share(passed, chat) <= 0.05
    assert points.sieve < points.alert["self_harm"]


def test_the_gravest_pass_the_sieve_where_the_limits_allow_it(plan: TrainingPlan, examples: Examples) -> None:
    logits = {name: 2 * values for name, values in make_logits(examples).items()}
    logits["high_risk"] = logits["high_risk"] + 6 * examples.labels[:, 1]
    points = Choice(plan, examples, [0, 1], logits).choose()
    assert points.together is not None
    passed = (logits["self_harm"] >= points.sieve) | (
        logits["self_harm"] + logits["high_risk"] >= points.together
    )
    assert share(passed, examples.labels[:, 1] == 1) >= 0.95


def test_what_the_first_head_keeps_quiet_costs_a_graver_head_nothing(
    plan: TrainingPlan, examples: Examples
) -> None:
    logits = make_logits(examples)
    logits["high_risk"] = logits["high_risk"] + 2.5 * (examples.sources == "chat")
    grave = examples.labels[:, 1] == 1

    def catch(leeway: float | None) -> float:
        points = Choice(loosen(plan, leeway), examples, [0, 1], logits).choose()
        return share(logits["high_risk"] >= points.alert["high_risk"], grave)

    assert catch(None) < 0.2
    assert catch(0.0) > 0.6


def test_without_a_source_to_tune_on_every_source_tells(plan: TrainingPlan, examples: Examples) -> None:
    logits = make_logits(examples)
    untuned = tuple(source.model_copy(update={"tune": False}) for source in plan.sources)
    left = Choice(plan.model_copy(update={"sources": untuned}), examples, [0, 1], logits).choose()
    assert left == Choice(plan, examples, [0, 1], logits).choose()


def test_a_signal_with_one_head_has_no_sum(plan: TrainingPlan, examples: Examples) -> None:
    logits = make_logits(examples)
    points = Choice(plan, examples, [0], {"self_harm": logits["self_harm"]}).choose()
    assert points.together is None
    assert points.sieve < points.alert["self_harm"]


def test_rows_that_were_not_measured_count_for_nothing(plan: TrainingPlan, examples: Examples) -> None:
    logits = make_logits(examples)
    more = dataclasses.replace(
        examples,
        rows=[*examples.rows, *examples.rows[-100:]],
        sources=np.concatenate([examples.sources, examples.sources[-100:]]),
        labels=np.concatenate([examples.labels, examples.labels[-100:]]),
    )
    unknown = {name: np.concatenate([values, np.full(100, np.nan)]) for name, values in logits.items()}
    assert Choice(plan, more, [0, 1], unknown).choose() == Choice(plan, examples, [0, 1], logits).choose()
