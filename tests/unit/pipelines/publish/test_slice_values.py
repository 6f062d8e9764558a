"""A value of a slice that ten conversations had may be a person's name, and is marked; of eleven not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.lake import lake as lakes
from pipelines.publish.slice_values import list_known_values, mark_few
from pipelines.schemas.assessment import DRIFT
from pipelines.schemas.indicator import SLICE_BUCKET
from pipelines.schemas.published import EQUITY, OBSERVATION

DAY = dt.date(2026, 8, 12)


def know(path: Path, rows: list[dict[str, Any]]) -> frozenset[tuple[str, str, str]]:
    """The known values of a lake with these units by bucket; of conversations unless said otherwise."""
    plain = {"deployment_id": "harbor", "day": DAY, "unit": "conversation", "slice": "use", "bucket": 0}
    made = pa.Table.from_pylist([plain | row for row in rows], schema=SLICE_BUCKET.arrow_schema)
    with lakes.write(path, by="a test") as commit:
        commit.replace_all(SLICE_BUCKET.full_name, made)
    return list_known_values(lakes.Lake(path))


@pytest.mark.parametrize(
    ("counts", "is_known"), [((10,), False), ((11,), True), ((4, 6), False), ((5, 6), True)]
)
def test_a_value_is_known_by_the_conversations_of_all_days(
    tmp_path: Path, counts: tuple[int, ...], is_known: bool
) -> None:
    rows = [
        {"day": DAY.replace(day=number + 1), "slice_value": "grief of Tom", "unit_count": count}
        for number, count in enumerate(counts)
    ]
    assert (("harbor", "use", "grief of Tom") in know(tmp_path, rows)) is is_known


def test_many_messages_of_few_conversations_make_no_value_known(tmp_path: Path) -> None:
    """A second model is in no conversation's own slice: buckets tell that eleven people met it."""
    few = [{"unit": "message", "slice_value": "Tom", "unit_count": 300, "bucket": one} for one in range(10)]
    many = [{"unit": "message", "slice_value": "small", "unit_count": 1, "bucket": one} for one in range(11)]
    assert know(tmp_path, [*few, *many]) == {("harbor", "use", "small")}


def test_another_deployment_makes_no_value_known(tmp_path: Path) -> None:
    rows = [{"deployment_id": "other", "slice_value": "Tom", "unit_count": 90}]
    assert know(tmp_path, rows) == {("other", "use", "Tom")}


def test_a_lake_without_counts_of_slices_knows_no_value(tmp_path: Path) -> None:
    with lakes.write(tmp_path, by="a test") as commit:
        commit.replace_all(DRIFT.full_name, DRIFT.empty())
    assert list_known_values(lakes.Lake(tmp_path)) == frozenset()


@pytest.mark.parametrize("table", [OBSERVATION, EQUITY])
def test_what_no_log_gave_is_nobodys_name(table: Any) -> None:
    values = [("all", "all"), ("gender", "unknown"), ("gender", "unrecognised"), ("gender", "woman"),
              ("gender", "Tom"), ("use", "woman")]  # fmt: skip
    rows = pa.Table.from_pylist(
        [{"deployment_id": "harbor", "slice": name, "slice_value": value} for name, value in values],
        schema=pa.schema([(one.name, one.type) for one in table.columns]),
    )
    marked = mark_few(rows, frozenset({("harbor", "gender", "woman")}))
    assert marked["is_of_few"].to_pylist() == [False] * 4 + [True, True]
