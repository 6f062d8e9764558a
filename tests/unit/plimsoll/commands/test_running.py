"""A run publishes what it can, calls whom it can, and ends with an error where it could not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.errors import StateError
from plimsoll.commands import running
from plimsoll.commands.running import compute
from tests.unit.plimsoll.commands.governance_factory import make_governed_home

DAY = dt.date(2026, 8, 1)


def test_a_deployment_whose_people_could_not_be_told_is_said_after_the_others_were_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    called: list[object] = []
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr(running, "_notify", called.append)
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: ("companion: nobody is called.",))
    with pytest.raises(StateError, match=r"published\. companion: nobody is called"):
        compute(home, first=DAY)
    assert called == [home]
