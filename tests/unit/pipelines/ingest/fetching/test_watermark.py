"""Values of a watermark: kept without loss, of one kind, and compared as moments."""

import datetime as dt
from decimal import Decimal

import pytest

from pipelines.ingest.fetching.watermark import (
    Kind,
    are_comparable,
    find_kind,
    read_value,
    take_value,
    write_value,
)

MOMENT = dt.datetime(2026, 8, 3, 1, 2, 3, 4, dt.UTC)


@pytest.mark.parametrize(
    "value",
    [7, -1, 0.1, 1785758400.0, Decimal("1785758400.1234567890123"), "2026-08-03", "a:b", dt.date(2026, 8, 3),
     MOMENT, MOMENT.replace(tzinfo=None)],
)  # fmt: skip
def test_a_value_is_read_as_it_was_written(value):
    read = read_value(write_value(value))
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("found", [None, True, b"7", float("nan"), float("inf"), Decimal("NaN"), object()])
def test_what_cannot_be_compared_is_no_value(found):
    assert take_value(found) is None


def test_a_whole_number_of_a_numeric_column_is_whole():
    assert write_value(take_value(Decimal("7.00"))) == "number:7"


@pytest.mark.parametrize(
    ("value", "kind"),
    [(0, Kind.NUMBER), (0.5, Kind.NUMBER), (Decimal("0.5"), Kind.NUMBER), ("0", Kind.TEXT),
     (MOMENT, Kind.TIME), (MOMENT.date(), Kind.TIME)],
)  # fmt: skip
def test_every_value_is_of_a_kind(value, kind):
    assert find_kind(value) is kind


def test_numbers_compare_with_numbers_alone():
    assert are_comparable(0, 0.5)
    assert are_comparable("2026-01-01", MOMENT)
    assert not are_comparable(0, MOMENT)
    assert not are_comparable("2026-01-01", 0)
