"""How a capacity becomes a sample: the most severe first, measurement with its share, no stratum unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, cast

import pyarrow as pa
import pytest

from pipelines.errors import StateError
from pipelines.lake.lake import Lake
from pipelines.review.frame import (
    StratumUnits,
    allocate,
    count_items,
    count_unreached,
    make_frame,
    read_week,
)
from risk_register.review.reviews import FrameUnit, Tally

MONDAY = dt.date(2026, 11, 16)


class Conversations:
    """A lake that holds conversations and no signals."""

    def __init__(self, **rows: dict[str, Any]) -> None:
        calm = {"user_id": "unknown", "day": MONDAY, "language": "en", "user_risk_level": 0, "harm_level": 0,
                "has_scored_message": True}  # fmt: skip
        self._rows = [calm | {"conversation_id": name} | row for name, row in rows.items()]

    def read(self, table: str, *, days: Collection[dt.date], **_: Any) -> pa.Table | None:
        rows = [row for row in self._rows if row["day"] in days]
        return pa.Table.from_pylist(rows) if table == "fact.conversation" else None


def test_a_stratum_is_who_is_at_risk_how_gravely_and_in_which_language() -> None:
    lake = Conversations(
        calm={"user_risk_level": 1, "harm_level": 1},
        at_risk={"user_risk_level": 2},
        harmed={"harm_level": 3},
        both={"user_risk_level": 2, "harm_level": 3},
        in_french={"user_risk_level": 2, "language": "fr"},
        unread={"has_scored_message": False},
        on_sunday={"day": MONDAY + dt.timedelta(days=6)},
        too_early={"day": MONDAY - dt.timedelta(days=1)},
        too_late={"day": MONDAY + dt.timedelta(days=7)},
    )
    found = {
        one.stratum_id: (one.level, one.is_flagged, [unit.conversation_id for unit in one.units])
        for one in read_week(cast(Lake, lake), deployment_id="demo", week=MONDAY)
    }
    assert found == {
        "assistant_harm_level_3_en": (3, False, ["harmed"]),
        "unflagged_en": (0, False, ["calm", "on_sunday"]),
        "unscored_en": (0, False, ["unread"]),
        "user_at_risk_level_2_en": (2, True, ["at_risk"]),
        "user_at_risk_level_2_fr": (2, True, ["in_french"]),
        "user_at_risk_level_3_en": (3, True, ["both"]),
    }


def units(level: int, size: int, name: str = "") -> StratumUnits:
    stratum = name or f"level_{level}"
    found = tuple(FrameUnit(f"{stratum}_{number}") for number in range(size))
    return StratumUnits(stratum, "en", level, level >= 2, found)


def spread(budget: int, **sizes: int) -> dict[str, int]:
    """Names are like level_3 or level_0_fr."""
    levels = [int(name.split("_")[1]) for name in sizes]
    counts = allocate(list(sizes.values()), levels=levels, budget=budget, earlier=[None] * len(sizes))
    return dict(zip(sizes, counts, strict=True))


@pytest.mark.parametrize(("capacity", "items"), [(1, 0), (2, 1), (11, 10), (12, 10), (700, 636), (770, 700)])
def test_a_tenth_of_the_items_needs_two_labels(capacity: int, items: int) -> None:
    assert count_items(capacity) == items


def test_all_of_a_level_before_any_of_the_next() -> None:
    assert spread(200, level_4=10, level_3=20, level_2=30, level_0=5000) == {
        "level_4": 10, "level_3": 20, "level_2": 30, "level_0": 140,
    }  # fmt: skip


def test_measurement_keeps_thirty_percent_however_many_are_flagged() -> None:
    counts = spread(200, level_4=100, level_3=1000, level_0=5000)
    assert counts["level_4"] == 100
    # 140 for triage, of which 40 of level 3; the other 60 go where the interval needs them.
    assert counts["level_0"] >= 30
    assert sum(counts.values()) == 200


def test_a_level_that_does_not_fit_is_shared_between_its_strata_by_size() -> None:
    counts = spread(100, level_4_en=300, level_4_fr=100, level_0=1000)
    assert counts["level_4_en"] > 2 * counts["level_4_fr"] > 0
    assert counts["level_0"] >= 10


@pytest.mark.parametrize("budget", [4, 5, 20, 300])
def test_no_stratum_is_left_unseen_and_none_is_overdrawn(budget: int) -> None:
    sizes = {"level_4": 50, "level_0": 4000, "level_0_fr": 1, "level_0_de": 3}
    counts = spread(budget, **sizes)
    assert all(1 <= counts[name] <= size for name, size in sizes.items())
    assert sum(counts.values()) == budget


def test_a_budget_below_the_number_of_strata_is_refused() -> None:
    with pytest.raises(StateError, match="does not reach for one of each of 3 strata"):
        spread(2, level_4=5, level_2=5, level_0=5)


def test_where_earlier_reviews_found_more_more_is_drawn() -> None:
    strata = [units(0, 2000, "calm"), units(0, 2000, "uncertain")]
    found = {
        "calm": Tally("calm", False, 2000, reviewed=200, confirmed=0),
        "uncertain": Tally("uncertain", False, 2000, reviewed=200, confirmed=40),
    }
    frame = make_frame(strata, capacity=330, earlier=found, detector_version="")
    calm, uncertain = (one.sample_count for one in frame.strata)
    assert uncertain > 2 * calm >= 60


def test_what_stays_unread_is_counted_by_level_most_severe_first() -> None:
    frame = make_frame(
        [units(0, 500), units(2, 60), units(4, 90)], capacity=88, earlier={}, detector_version=""
    )
    unread = count_unreached(frame)
    assert list(unread) == [4, 2]
    assert sum(unread.values()) == 150 - sum(one.sample_count for one in frame.strata[1:])
    whole = make_frame([units(0, 20), units(4, 6)], capacity=88, earlier={}, detector_version="")
    assert count_unreached(whole) == {}
    assert [one.sample_count for one in whole.strata] == [20, 6]
