"""A run publishes what it can, calls whom it can, and ends with an error where it could not."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import NullPool, create_engine, text

from pipelines.definition_file import InvalidFileError
from pipelines.errors import StateError
from pipelines.lake.lake import TIDIED
from pipelines.silence import silence
from plimsoll.commands import running
from plimsoll.commands.running import compute
from risk_register.errors import StoreError
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices, queue_notice
from tests.unit.plimsoll.commands.governance_factory import make_governed_home

DAY = dt.date(2026, 8, 1)
COPYING = """
import sys; from pathlib import Path; from pipelines.lake import lake
with lake.copying(Path(sys.argv[1])):
    print("held", flush=True); sys.stdin.readline()
"""


def test_a_deployment_whose_people_could_not_be_told_is_said_after_the_others_were_called_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    called: list[object] = []
    drawn: list[object] = []
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr(running, "_notify", called.append)
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: ("companion: nobody is called.",))
    monkeypatch.setattr("pipelines.review.draw.draw_due", lambda place, **_: drawn.append(place))
    with pytest.raises(StateError, match=r"published\. companion: nobody is called"):
        running.run(first=dt.datetime(2026, 8, 1, tzinfo=dt.UTC), home=home.path)
    assert called == [home]
    assert drawn == [home]


def test_a_run_on_decisions_of_an_older_version_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    engine = create_engine(home.governance_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    engine.dispose()
    done: list[object] = []
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr(running, "_tidy", done.append)
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: done.append("run") or ())
    with pytest.raises(StoreError, match=r"at version 0001.*plimsoll upgrade"):
        compute(home, first=DAY)
    assert done == []


def test_a_run_tidies_a_lake_that_nobody_tidied_on_this_day_and_goes_on_where_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: ())
    home.lake.mkdir(exist_ok=True)
    mark = home.lake / TIDIED
    mark.touch()
    os.utime(mark, (0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", COPYING, str(home.lake)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        compute(home, first=DAY)
        assert "is being copied" in capsys.readouterr().err
        assert mark.stat().st_mtime == 0
        other.communicate(b"\n")
    compute(home, first=DAY)
    assert mark.stat().st_mtime > 0


def test_what_nobody_is_told_of_for_want_of_a_routing_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: ())
    compute(home, first=DAY)
    assert "nobody is told" not in capsys.readouterr().err
    for count, said in (
        (1, "1 notice waits and nobody is told: "),
        (2, "2 notices wait and nobody is told: "),
    ):
        with store.write(actor="assess", at=dt.datetime(2026, 8, count, tzinfo=dt.UTC)) as write:
            queue_notice(
                write, key=f"alarm:{count}", deployment_id="companion", kind=NoticeKind.ALARM,
                severity=NoticeSeverity.PAGE, reference_id=f"alarm:{count}", link="/alarms",
            )  # fmt: skip
        compute(home, first=DAY)
        assert said in capsys.readouterr().err


def test_a_run_in_a_restored_home_says_loudly_that_nobody_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: ())
    silence(home, on=DAY)
    for _ in range(2):
        compute(home, first=DAY)
        assert f"NOBODY IS CALLED: {home.path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"first": 2}, [2, 3]),
        ({"last": 2}, [1, 2]),
        ({"first": 2, "last": 2}, [2]),
        ({"everything": True}, [1, 2, 3]),
        ({}, [3]),
    ],
)
def test_the_days_that_are_asked_for_are_computed_or_else_what_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, int | bool], days: list[int]
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    held = {("companion", dt.date(2026, 8, day)) for day in (1, 2, 3)}
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: held))
    monkeypatch.setattr("pipelines.stale.stale_days", lambda _: [dt.date(2026, 8, 3)])
    computed: list[list[dt.date]] = []
    monkeypatch.setattr("pipelines.automation.run", lambda _, days, **__: computed.append(days) or ())
    compute(home, **{k: v if isinstance(v, bool) else dt.date(2026, 8, v) for k, v in asked.items()})
    assert computed == [[dt.date(2026, 8, day) for day in days]]


@pytest.mark.parametrize("asked", [{}, {"first": DAY}])
def test_with_a_definition_that_is_not_valid_nothing_is_counted_and_what_waits_for_people_is_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: dict[str, dt.date],
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    path = home.definitions / "indicators" / "x_own.yaml"
    path.parent.mkdir()
    path.write_text("titel: Own")
    sent: list[object] = []
    monkeypatch.setattr(running, "Lake", lambda _: SimpleNamespace(partitions=lambda _: {("companion", DAY)}))
    monkeypatch.setattr("pipelines.notify.rounds.send_round", lambda home: sent.append(list_notices(store)))
    with pytest.raises(InvalidFileError, match=r"x_own\.yaml:1: titel: there is no such field"):
        compute(home, **asked)
    ((told,),) = sent
    assert told.reference_id == "definitions_not_valid"
    assert "Nothing is counted before the definitions are right" in capsys.readouterr().err
