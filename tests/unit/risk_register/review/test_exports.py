"""Labels of a random sample recover what is true of the whole week, also when only a part was reviewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import NullPool, create_engine, text

from methods.correction import estimate_sensitivity, estimate_share
from risk_register.database.store import Store
from risk_register.errors import DesignLostError
from risk_register.review import reviews
from risk_register.review.frame import Drawn, draw
from risk_register.review.reviews import LabelExport
from tests.unit.risk_register.review.factory import (
    NOTHING,
    SEED,
    add_reviewers,
    draw_week,
    frame,
    label_all,
    label_next,
    stratum,
)

RISK = {"u_suicidal_ideation": 3}
SHARES = {"level_4": 0.7, "level_2": 0.3, "level_0": 0.02}  # of conversations that truly are at risk
STRATA = (stratum(4, 40, 20), stratum(2, 300, 60), stratum(0, 4000, 150))


def make_truth(seed: int = 7) -> dict[str, bool]:
    """Which conversations of the frame truly are at risk; fixed once."""
    chance = np.random.default_rng(seed)
    return {
        unit.conversation_id: chance.random() < SHARES[one.stratum_id.removesuffix("_en")]
        for one in STRATA
        for unit in one.units
    }


TRUTH = make_truth()
TRUE_SHARE = sum(TRUTH.values()) / len(TRUTH)
TRUE_SENSITIVITY = sum(is_case for name, is_case in TRUTH.items() if not name.startswith("level_0")) / sum(
    TRUTH.values()
)


def see(conversation_id: str) -> Mapping[str, int]:
    return RISK if TRUTH[conversation_id] else NOTHING


def is_case(answers: Mapping[str, int]) -> bool:
    return "u_suicidal_ideation" in answers


def estimate(export: LabelExport) -> tuple[float, float, float]:
    rows = reviews.tally(export, is_case=is_case)
    found = estimate_share(
        [row.size for row in rows],
        reviewed=[row.reviewed for row in rows],
        confirmed=[row.confirmed for row in rows],
    )
    return found.value, found.low, found.high


def review_week(store: Store, at: dt.datetime, days: int = 10) -> str:
    sample_id = draw_week(store, at, *STRATA)
    names = ("first", "second", "third")
    add_reviewers(store, at, *names)
    for day in range(days):
        label_all(store, names, at + dt.timedelta(days=day), see)
    return sample_id


def test_a_reviewed_week_recovers_a_known_population(store: Store, at: dt.datetime) -> None:
    sample_id = review_week(store, at)
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    assert len(export.labels) == 230
    value, low, high = estimate(export)
    assert low < TRUE_SHARE < high
    assert value == pytest.approx(TRUE_SHARE, abs=0.03)
    rows = reviews.tally(export, is_case=is_case)
    sensitivity = estimate_sensitivity(
        [row.size for row in rows],
        reviewed=[row.reviewed for row in rows],
        confirmed=[row.confirmed for row in rows],
        is_flagged=[row.is_flagged for row in rows],
    )
    assert sensitivity.low < TRUE_SENSITIVITY < sensitivity.high
    # The same estimate from the weights alone, as training would use them.
    weighted = sum(label.weight * is_case(label.answers) for label in export.labels)
    assert weighted / 4340 == pytest.approx(value)
    assert sum(label.weight for label in export.labels) == pytest.approx(4340)
    doubled = reviews.list_double_labels(store, sample_id=sample_id)
    assert len(doubled) == 23
    assert all(first == second for first, second in doubled)


def test_labels_carry_their_inclusion_probabilities(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(4, 4), stratum(0, 100, 10))
    add_reviewers(store, at, "first")
    label_all(store, ("first",), at, lambda _: NOTHING)
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    found = {(label.stratum_id, label.inclusion_probability, label.weight) for label in export.labels}
    assert found == {("level_4_en", 1.0, 1.0), ("level_0_en", 0.1, 10.0)}
    assert sum(1 / label.inclusion_probability for label in export.labels) == pytest.approx(104)


def served_part(drawn: tuple[Drawn, ...], share: float) -> list[Drawn]:
    """What two lanes with a reserved share of 30 % get done, without a store."""
    urgent = sorted(
        (one for one in drawn if one.stratum.level >= 2), key=lambda one: (-one.stratum.level, one.position)
    )
    steady, done, in_order = list(drawn), [], 0
    while len(done) < share * len(drawn):
        lane = steady if in_order < int(0.3 * (len(done) + 1)) or not urgent else urgent
        in_order += lane is steady
        one = lane[0]
        steady.remove(one)
        if one in urgent:
            urgent.remove(one)
        done.append(one)
    return done


def test_at_forty_percent_of_capacity_the_estimate_stays_unbiased_and_is_wider() -> None:
    week = frame(*(replace(one, sample_count=2 * one.sample_count) for one in STRATA))
    sizes = {one.stratum_id: len(one.units) for one in week.strata}
    results: dict[float, list[tuple[float, float, float]]] = {0.4: [], 1.0: []}
    for seed in range(200):
        drawn = draw(week, seed=seed)
        for share, found in results.items():
            part = drawn if share == 1.0 else served_part(drawn, share)
            reviewed = {name: [one for one in part if one.stratum.stratum_id == name] for name in sizes}
            answer = estimate_share(
                list(sizes.values()),
                reviewed=[len(reviewed[name]) for name in sizes],
                confirmed=[sum(TRUTH[one.unit.conversation_id] for one in reviewed[name]) for name in sizes],
            )
            found.append((answer.value, answer.low, answer.high))
    for found in results.values():
        values = np.array([value for value, _, _ in found])
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - TRUE_SHARE) < 3 * error
        assert np.mean([low <= TRUE_SHARE <= high for _, low, high in found]) >= 0.92
    width = {share: np.mean([high - low for _, low, high in found]) for share, found in results.items()}
    assert width[0.4] > 1.3 * width[1.0]


def test_an_item_nobody_labelled_is_non_response_and_never_clear(store: Store, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(0, 20))
    add_reviewers(store, at, "first")
    for _ in range(5):  # of a level that one person may see alone
        label_next(store, "first", at, {"u_suicidal_ideation": 1})
    later = at + dt.timedelta(days=8)
    export = reviews.export_labels(store, sample_id=sample_id, at=later)
    assert len(export.labels) == 5
    assert (export.strata[0].labelled_count, export.strata[0].overdue_count) == (5, 15)
    # All five that were looked at are at risk: the unlabelled fifteen do not water that down.
    assert estimate(export)[0] == 1.0


def test_a_stratum_nobody_labelled_is_named_and_cannot_be_estimated(store: Store, at: dt.datetime) -> None:
    from methods.errors import EstimateRefusedError

    sample_id = draw_week(store, at, stratum(0, 5), stratum(0, 5, language="fr"))
    add_reviewers(store, at, "first")
    label_all(store, ("first",), at, lambda _: NOTHING)
    export = reviews.export_labels(store, sample_id=sample_id, at=at)
    assert export.unlabelled_strata == ("level_0_fr",)
    with pytest.raises(EstimateRefusedError, match="no review"):
        estimate(export)


def test_without_its_seed_a_sample_corrects_nothing_and_says_why(
    store: Store, store_path: Path, at: dt.datetime
) -> None:
    sample_id = draw_week(store, at, stratum(0, 5))
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update review_sample set seed = null"))
    engine.dispose()
    with pytest.raises(DesignLostError, match="The seed of demo_2026_w47 is gone"):
        reviews.export_labels(store, sample_id=sample_id, at=at)


def test_a_sample_that_lost_an_item_corrects_nothing(store: Store, store_path: Path, at: dt.datetime) -> None:
    sample_id = draw_week(store, at, stratum(0, 5))
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("delete from review_item where draw_position = 2"))
    engine.dispose()
    with pytest.raises(DesignLostError, match="drawn with 5 items, 4 are left"):
        reviews.export_labels(store, sample_id=sample_id, at=at)


def test_the_simulated_order_is_the_order_of_the_queue(store: Store, at: dt.datetime) -> None:
    week = (stratum(2, 30, 20), stratum(0, 60, 30))
    draw_week(store, at, *week)
    add_reviewers(store, at, "first")
    served = [label_next(store, "first", at).conversation_id for _ in range(25)]
    assert served == [one.unit.conversation_id for one in served_part(draw(frame(*week), seed=SEED), 0.5)]
