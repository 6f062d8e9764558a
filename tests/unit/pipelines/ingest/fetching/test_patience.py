"""Rows of what may fall silent: they come in order, errors pass, and nothing is waited for without end."""

import threading

import pytest

from pipelines.discretion import UnforeseenError
from pipelines.errors import SourceError
from pipelines.ingest.fetching.patience import read_patiently

SOON, LONG = 0.1, 30.0  # seconds


def read(rows, *, seconds=LONG):
    return read_patiently(rows, at_once=2, silence_seconds=seconds, told="the database hangs")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_every_row_comes_once_and_in_order(count):
    assert list(read(number for number in range(count))) == list(range(count))


def test_what_hangs_is_given_up_with_what_came_before_taken():
    go_on = threading.Event()

    def rows():
        yield from (1, 2)
        go_on.wait(LONG)
        yield 3

    came = []
    with pytest.raises(SourceError, match="the database hangs"):
        came.extend(read(rows(), seconds=SOON))  # which keeps what it was given before the error
    go_on.set()
    assert came == [1, 2]


def test_who_stops_early_ends_the_reading():
    is_closed = threading.Event()

    def rows():
        try:
            yield from iter(int, 1)  # without end
        finally:
            is_closed.set()

    reading = read(rows())
    next(reading)
    reading.close()
    assert is_closed.wait(LONG)


def test_an_error_of_ours_passes_and_any_other_without_its_words():
    def rows(error):
        yield 1
        raise error

    with pytest.raises(SourceError, match="refused"):
        list(read(rows(SourceError("refused"))))
    with pytest.raises(UnforeseenError) as told:
        list(read(rows(ValueError("private words"))))
    assert "private" not in str(told.value)
