"""What lies below a folder: everything in order, and closed folders told instead of passed over."""

import os

import pytest

from pipelines.ingest.files.below import look_below


@pytest.fixture
def folder(tmp_path):
    """A folder with two files, one of them in a folder of its own, and a link to that."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").touch()
    (tmp_path / "b.jsonl").touch()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    return tmp_path


def names(paths, folder):
    return [str(path.relative_to(folder)) for path in paths]


def test_everything_is_named_in_order_and_a_link_to_a_folder_is_not_followed(folder):
    below = look_below(folder)
    assert names(below.paths, folder) == ["b.jsonl", "in", "in/a.jsonl", "link"]
    assert names(below.files, folder) == ["b.jsonl", "in/a.jsonl"]
    assert below.closed == {}


@pytest.mark.parametrize("name", ["b.jsonl", "nothing"])
def test_below_a_file_or_what_is_not_there_lies_nothing_and_nothing_is_closed(folder, name):
    below = look_below(folder / name)
    assert (below.paths, below.closed) == ([], {})


def test_a_folder_that_cannot_be_listed_is_closed(folder, closed):
    closed("in")
    below = look_below(folder)
    assert names(below.files, folder) == ["b.jsonl"]
    assert below.closed == {folder / "in": "Permission denied"}


def test_a_folder_that_can_be_listed_and_not_entered_is_closed(folder, monkeypatch):
    (folder / "in" / "deeper").mkdir()
    entered = os.access
    monkeypatch.setattr("os.access", lambda path, how: not str(path).endswith("in") and entered(path, how))
    below = look_below(folder)
    assert names(below.paths, folder) == ["b.jsonl", "in", "link"]
    assert below.closed == {folder / "in": "Permission denied"}
