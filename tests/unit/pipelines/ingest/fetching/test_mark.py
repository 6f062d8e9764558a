"""What a store says of an object tells whether it has to be fetched."""

import pytest

from pipelines.ingest.fetching.mark import add_mark, make_mark

TOLD = {"size": 7, "ETag": "e", "LastModified": "m"}


@pytest.mark.parametrize(
    "change", [{"size": 8}, {"ETag": "f"}, {"ETag": None}, {"LastModified": "n"}, {"LastModified": None}]
)
def test_whatever_changes_of_an_object_changes_its_mark(change):
    assert make_mark("s3://a/b", TOLD | change) != make_mark("s3://a/b", TOLD)
    assert make_mark("s3://a/b", TOLD) == make_mark("s3://a/b", TOLD | {"StorageClass": "cold"})


def test_another_place_has_another_mark_and_is_not_named():
    mark = make_mark("https://host/secret", TOLD)
    assert mark != make_mark("https://host/other", TOLD)
    assert "secret" not in mark


@pytest.mark.parametrize("told", [{"size": 7}, {"size": 7, "created": "m"}, {"ETag": "e"}])
def test_a_store_that_tells_too_little_gives_no_mark(told):
    assert make_mark("memory://a", told) is None


def test_a_newer_mark_of_the_same_object_takes_the_place_of_the_older():
    assert add_mark(("a:1", "b:1"), "a:2") == ("b:1", "a:2")
    assert add_mark(("a:1",), None) == ("a:1",)
