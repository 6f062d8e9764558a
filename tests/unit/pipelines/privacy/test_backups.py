"""The list of backups loses none, and one that cannot be read is told."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import StateError
from pipelines.privacy.backups import KNOWN, Backup, add_backup, list_backups
from pipelines.settings import Home


def backup(number: int) -> Backup:
    return Backup(f"backup_{number}", f"/backups/{number}.tar", "2026-08-20T09:00:00+00:00", "2026-11-18", 1,
                  has_keys=False, has_inbox=False)  # fmt: skip


def test_of_backups_that_end_at_once_all_are_known(tmp_path: Path):
    home = Home(tmp_path)
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda number: add_backup(home, backup(number)), range(40)))
    assert {one.backup_id for one in list_backups(home)} == {f"backup_{number}" for number in range(40)}


@pytest.mark.parametrize("content", ["", "[]", '{"backups": [{"path": "somewhere"}]}'])
def test_a_damaged_list_is_no_empty_list(tmp_path: Path, content: str):
    (tmp_path / KNOWN).write_text(content)
    with pytest.raises(StateError, match="damaged"):
        list_backups(Home(tmp_path))
