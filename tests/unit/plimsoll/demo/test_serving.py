"""The demonstration is served by a process that has not read the lake."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipelines.settings import Home
from plimsoll.commands import demonstration


def test_the_demonstration_becomes_the_dashboard_and_forks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _program, words: became.append(words))
    demonstration._serve(Home(tmp_path), 8071)
    assert became == [[sys.executable, "-m", "plimsoll", "serve", "--home", str(tmp_path), "--port", "8071"]]
