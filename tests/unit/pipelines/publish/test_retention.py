"""Old published files go, but never one from which a report was made."""

import json
from pathlib import Path

import pytest

from pipelines.pointer import POINTER
from pipelines.publish.retention import drop_old_files, list_named_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six published files; the newest is current."""
    folder = tmp_path / "published"
    folder.mkdir()
    for number in range(1, 7):
        (folder / f"published-{number:08d}.duckdb").touch()
    (folder / POINTER).write_text("published-00000006.duckdb\n")
    return folder


def write_manifest(reports: Path, text: str, *, month: str = "2026-08") -> None:
    place = reports / "harbor" / "monthly_safety_review" / month
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(text)


def kept(folder: Path) -> list[int]:
    return sorted(int(path.stem.removeprefix("published-")) for path in folder.glob("*.duckdb"))


def test_the_three_newest_files_stay(folder):
    drop_old_files(folder, named=frozenset())
    assert kept(folder) == [4, 5, 6]


def test_the_current_file_stays_however_old_it_is(folder):
    (folder / POINTER).write_text("published-00000001.duckdb\n")
    drop_old_files(folder, named=frozenset())
    assert kept(folder) == [1, 4, 5, 6]


def test_a_file_that_a_report_names_stays(folder, tmp_path):
    reports = tmp_path / "reports"
    write_manifest(reports, json.dumps({"published": {"file": "published-00000002.duckdb"}}))
    drop_old_files(folder, named=list_named_files(reports))
    assert kept(folder) == [2, 4, 5, 6]


def test_without_reports_nothing_is_named(tmp_path):
    assert list_named_files(tmp_path / "reports") == frozenset()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"published": null}'])
def test_a_manifest_that_cannot_be_read_keeps_every_file(folder, tmp_path, text, caplog):
    reports = tmp_path / "reports"
    write_manifest(reports, json.dumps({"published": {"file": "published-00000002.duckdb"}}), month="2026-07")
    write_manifest(reports, text)
    drop_old_files(folder, named=list_named_files(reports))
    assert kept(folder) == [1, 2, 3, 4, 5, 6]
    assert "2026-08/manifest.json" in caplog.text
