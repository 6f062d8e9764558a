"""A file that is replaced durably is whole under its name, and nothing is left aside."""

import os
from pathlib import Path

import pytest

from pipelines.durable import replace_durably


def test_the_text_is_synced_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target, aside = tmp_path / "live.json", tmp_path / ".live.aside"
    target.write_text("before")
    aside.write_text("left by a writer that was killed, and longer")
    seen: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(target.read_text()))
    replace_durably(target, "Grüße\n", aside=aside)
    assert seen == ["before"]
    assert target.read_text(encoding="utf-8") == "Grüße\n"
    assert not aside.exists()


def test_rights_of_a_new_file_are_those_asked_for(tmp_path: Path):
    target = tmp_path / "receipt.json"
    replace_durably(target, "{}", aside=tmp_path / "receipt.aside", mode=0o600)
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_was_there_stays_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "live.json"
    target.write_text("before")

    def fail(_: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        replace_durably(target, "after", aside=tmp_path / "live.aside")
    assert target.read_text() == "before"
