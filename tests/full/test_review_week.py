"""A week of 700 conversations, labelled through the rules of the screen by six people, with its figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from methods.agreement import LabelQuality, Scale, bootstrap_alpha, judge_labels, krippendorff_alpha
from pipelines.review.frame import StratumUnits, count_items, make_frame
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewSample
from risk_register.errors import DesignLostError
from risk_register.register.deployments import ensure_deployment
from risk_register.review import reviews
from risk_register.review.reviews import Purpose
from tests.unit.risk_register.review.week import (
    DRAWN_AT,
    Stratum,
    Week,
    draw_week,
    estimate,
    estimate_missed,
    make_week,
    work,
)

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]  # 770 labels, each with its trace
CAPACITY = 770
PEOPLE = tuple(f"reviewer_{number}" for number in range(1, 7))
TRUTH = (
    Stratum("user_at_risk_level_4_en", 4, 40, 0.80, 1),
    Stratum("user_at_risk_level_3_en", 3, 160, 0.55, 1),
    Stratum("user_at_risk_level_2_en", 2, 800, 0.30, 1),
    Stratum("unflagged_en", 0, 49_000, 0.004, 1),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'governance.sqlite'}")
    made.upgrade()
    begun = DRAWN_AT - dt.timedelta(days=30)
    ensure_deployment(made, deployment_id="demo", title="Demo", actor="command_line", at=begun)
    return made


def allocate(week: Week) -> Week:
    """The same truth with as many drawn of each stratum as the pipeline draws for the capacity."""
    units = [
        StratumUnits(s.stratum_id, s.language, s.level, s.is_flagged, s.units) for s in week.frame.strata
    ]
    frame = make_frame(units, capacity=CAPACITY, earlier={}, detector_version="lexicon 1.0.0")
    return Week(frame, week.at_risk)


def test_a_week_of_seven_hundred_gives_rates_intervals_and_agreement(store: Store) -> None:
    week = allocate(make_week(TRUTH, seed=11))
    assert count_items(CAPACITY) == week.frame.sample_count == 700
    sample_id = draw_week(store, week, seed=20261123, capacity=CAPACITY)
    given = work(store, week, PEOPLE, labels=10_000, error_rate=0.02, seed=13)
    assert given[Purpose.FIRST] == 700
    assert 70 <= given[Purpose.SECOND] < 90
    progress = reviews.read_progress(store, sample_id=sample_id, at=DRAWN_AT)
    assert progress.by_state == {"settled": 700}
    assert progress.doubled_count == 70
    assert given[Purpose.ADJUDICATION] >= progress.doubled_count - progress.agreed_count
    export = reviews.export_labels(store, sample_id=sample_id, at=DRAWN_AT)
    share, caught = estimate(export), estimate_missed(export)
    pairs = reviews.list_double_labels(store, sample_id=sample_id)
    ratings = np.array(
        [[reviews.find_risk_level(labels) for labels in one] for one in zip(*pairs, strict=True)]
    )
    alpha = krippendorff_alpha(ratings, scale=Scale.ORDINAL)
    ends = bootstrap_alpha(ratings, scale=Scale.ORDINAL, seed=1, draws=500)
    flagged = sum(len(one.units) for one in week.frame.strata if one.is_flagged)
    drawn = Counter({one.stratum_id: one.sample_count for one in week.frame.strata})
    print(f"drawn {dict(drawn)}; labels {dict(given)}")
    print(f"true {week.share:.3%}, flagged {flagged / week.frame.unit_count:.3%}")
    print(f"estimated {share.value:.3%} ({share.low:.3%} to {share.high:.3%}, {share.method})")
    print(f"flagged of those at risk: {caught.value:.2f} ({caught.low:.2f} to {caught.high:.2f})")
    quality = judge_labels(alpha, pair_count=len(pairs))
    print(f"alpha {alpha:.3f} ({ends.low:.3f} to {ends.high:.3f}), {quality}")
    assert share.low <= week.share <= share.high
    assert abs(flagged / week.frame.unit_count - week.share) > abs(share.value - week.share)
    assert quality is not LabelQuality.UNKNOWN
    with store.write(actor="somebody", at=DRAWN_AT) as write:
        write.session.execute(update(ReviewSample).values(seed=None))
        write.record("seed_deleted", subject=sample_id)
    with pytest.raises(DesignLostError, match="nobody can show that it is random"):
        reviews.export_labels(store, sample_id=sample_id, at=DRAWN_AT)
