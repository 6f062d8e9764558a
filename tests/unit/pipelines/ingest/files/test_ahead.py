"""Reading ahead changes neither the order nor where an error comes."""

from collections.abc import Iterator
from threading import Event

import pytest

from pipelines.ingest.files.ahead import read_ahead


def count(upto: int, *, until: int) -> Iterator[int]:
    for number in range(1, upto + 1):
        if number > until:
            raise OSError("the archive ends early")
        yield number


def test_the_order_is_kept():
    assert list(read_ahead(count(50, until=50))) == list(range(1, 51))
    assert list(read_ahead(count(0, until=0))) == []


def test_what_came_before_an_error_comes_first():
    found = []
    with pytest.raises(OSError, match="ends early"):
        found.extend(read_ahead(count(5, until=3)))  # extend keeps what came
    assert found == [1, 2, 3]


def test_reading_begins_before_anything_is_asked_for():
    begun = Event()

    def read() -> Iterator[int]:
        begun.set()
        yield 1

    ahead = read_ahead(read())
    assert begun.wait(10)
    assert list(ahead) == [1]


def test_who_stops_early_waits_for_no_more_than_the_next_two():
    parts = count(50, until=50)
    ahead = read_ahead(parts)
    assert next(ahead) == 1
    ahead.close()
    assert next(parts) in {2, 3, 4}
