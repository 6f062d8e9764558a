"""What names the current published file is damaged like any other, and then names none."""

from pathlib import Path

import pytest

from pipelines.errors import StateError
from pipelines.pointer import POINTER, current_file, find_current, make_current


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00", b"../governance.sqlite", b"published-1"])
def test_a_damaged_pointer_names_no_file_and_says_what_mends_it(tmp_path: Path, content: bytes) -> None:
    make_current(tmp_path, "published-00000001.duckdb")
    (tmp_path / "published-00000001.duckdb").touch()
    assert current_file(tmp_path).exists()
    (tmp_path / POINTER).write_bytes(content)
    found = find_current(tmp_path)
    assert found is not None
    assert not found.exists()
    with pytest.raises(
        StateError, match=r"current is damaged and names no published file\. Next: plimsoll run"
    ):
        current_file(tmp_path)


def test_before_anything_is_published_there_is_no_current_file(tmp_path: Path) -> None:
    assert find_current(tmp_path) is None
    with pytest.raises(StateError, match="nothing is published yet"):
        current_file(tmp_path)
