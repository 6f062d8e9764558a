"""What somebody takes away is whole or not there, and for whoever took it alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plimsoll.commands.taken_file import write_taken


def fail(_: int) -> None:
    raise OSError("no space")


def test_a_file_is_for_its_owner_alone_whatever_was_left_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    (tmp_path / ".labels.csv.aside").touch(mode=0o644)
    write_taken(out, b"a,b\r\n")
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (b"a,b\r\n", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["labels.csv"]


def test_where_it_cannot_be_finished_nothing_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_taken(tmp_path / "labels.csv", b"a,b\r\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_taken(pipe, b"a,b\r\n")
    assert os.read(reader, 10) == b"a,b\r\n"
    os.close(reader)
    assert pipe.is_fifo()
