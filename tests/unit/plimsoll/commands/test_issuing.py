"""Issuing draws the edition beside whoever has the published file open, and says in words what is wrong."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from sqlalchemy import update

from pipelines.errors import StateError
from pipelines.privacy.unfinished import unfinished
from pipelines.report.build import hash_file
from pipelines.report.verify import check_signers, verify
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands import reporting
from plimsoll.commands.issuing import make_draw
from risk_register.database.store import Store, open_store
from risk_register.database.tables.report import ReportSubmission
from risk_register.errors import NotAllowedError
from risk_register.register.register import ensure_deployment
from risk_register.report import issuing as report_issuing
from risk_register.report import submissions as report_submissions
from risk_register.report.editions import Drawn, Edition
from risk_register.report.states import BuiltOnce
from tests.unit.pipelines.report.conftest import DEPLOYMENT, Built, build_from, issue_edition, sample
from tests.unit.plimsoll.commands.governance_factory import make_governed_home, make_run

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def test_what_cannot_be_drawn_is_refused_in_words(tmp_path: Path) -> None:
    edition = Edition(1, "officer", AT, "second", AT, "compliance", AT, "0" * 64)
    draft = Home(tmp_path).reports / "demo" / "monthly_safety_review" / "2026-10"
    draft.mkdir(parents=True)
    with (
        pytest.raises(NotAllowedError, match="does not hold the report that was approved"),
        make_draw(Home(tmp_path))("demo", "monthly_safety_review", "2026-10", edition),
    ):
        pass
    assert list(draft.parent.iterdir()) == [draft]


def test_an_edition_is_drawn_while_a_reader_has_the_published_file_open_in_another_way(
    tmp_path: Path,
) -> None:
    (tmp_path / "published").mkdir()
    built = build_from(sample(), tmp_path / "published" / "published-7.duckdb", tmp_path / "reports")
    edition = Edition(1, "officer", AT, "second", AT, "compliance", AT, hash_file(built.files.manifest))
    place = built.files.folder.with_name("2026-08_edition_1")
    with (
        duckdb.connect(str(built.published), read_only=True, config={"threads": 1}),
        make_draw(Home(tmp_path))(DEPLOYMENT, "monthly_safety_review", "2026-08", edition) as drawn,
    ):
        assert not place.exists()
        drawn.put_in_place()
    assert drawn.manifest_sha256 == hash_file(place / "manifest.json")
    assert verify(place) == []
    assert place.stat().st_mode == built.files.folder.stat().st_mode


def approve_one(tmp_path: Path) -> tuple[Home, Built, Store, BuiltOnce]:
    """A home with a report that was built, submitted and approved."""
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    built = build_from(sample(), home.published / "published-7.duckdb", home.reports)
    store = open_store(home.governance_url)
    ensure_deployment(store, deployment_id=DEPLOYMENT, title="Replay", actor="command_line", at=AT)
    one = BuiltOnce(DEPLOYMENT, "monthly_safety_review", "2026-08", hash_file(built.files.manifest))
    report_submissions.submit(store, one, actor="officer", at=AT)
    report_submissions.approve(store, one, actor="second", at=AT)
    return home, built, store, one


def test_an_issuing_that_came_too_late_leaves_the_files_that_left_as_they_are(tmp_path: Path) -> None:
    home, built, store, one = approve_one(tmp_path)
    place, draw = built.files.folder.with_name("2026-08_edition_1"), make_draw(home)

    issue = partial(report_issuing.issue, store, one, problems=[], actor="compliance")

    def draw_after_another(*given: Any) -> AbstractContextManager[Drawn]:
        issue(draw=draw, at=AT)
        return draw(*given)

    with pytest.raises(NotAllowedError, match="cannot become issued"):
        issue(draw=draw_after_another, at=AT + dt.timedelta(seconds=2))
    (issued,) = report_submissions.list_submissions(store, DEPLOYMENT)
    assert issued.edition_hash == hash_file(place / "manifest.json")
    assert check_signers(place, [issued]) == verify(place) == []
    assert sorted(path.name for path in place.parent.iterdir()) == ["2026-08", "2026-08_edition_1"]


def test_two_do_not_draw_one_edition_at_once_and_what_a_killed_one_left_is_no_hindrance(
    tmp_path: Path,
) -> None:
    home, built, store, one = approve_one(tmp_path)
    issue = partial(report_issuing.issue, store, one, problems=[], draw=make_draw(home), actor="compliance")
    aside = built.files.folder.with_name(".2026-08_edition_1.partial")
    with (
        unfinished(aside, is_folder=True),
        pytest.raises(NotAllowedError, match="is being written by another process"),
    ):
        issue(at=AT)
    aside.mkdir()
    (aside / "half.json").write_text("{")
    assert issue(at=AT).number == 1
    place = built.files.folder.with_name("2026-08_edition_1")
    assert verify(place) == []
    assert not (place / "half.json").exists()


def test_the_signers_of_an_edition_are_checked_where_its_home_is_at_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, built, store, one = approve_one(tmp_path)
    place = built.files.folder.with_name("2026-08_edition_1")
    issued = report_issuing.issue(store, one, problems=[], draw=make_draw(home), actor="compliance", at=AT)
    reporting.verify(place)
    assert "Its signers are those that" in capsys.readouterr().out
    aside = tmp_path / "aside"
    shutil.copytree(place, aside)
    reporting.verify(aside, published=built.published)
    assert "signers were not checked" in capsys.readouterr().out
    reporting.verify(built.files.folder)
    assert "Its signers" not in capsys.readouterr().out
    issue_edition(built.files.folder, replace(issued, approved_by="dr_jane_smith"))
    for folder, named in ((place, None), (place, home.path)):
        with pytest.raises(StateError, match="approved_by dr_jane_smith, the store says second"):
            reporting.verify(folder, home=named)


REPORT = ("monthly_safety_review", "--period", "2026-10")


@pytest.fixture
def approved(tmp_path: Path) -> Home:
    """A home with a report that two people stand for; its files are a manifest alone."""
    home, store = make_governed_home(tmp_path / "home")
    manifest = home.reports / "companion" / REPORT[0] / "2026-10" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    one = BuiltOnce("companion", REPORT[0], "2026-10", hash_file(manifest))
    report_submissions.submit(store, one, actor="officer", at=AT)
    report_submissions.approve(store, one, actor="second_officer", at=AT)
    return home


def test_files_that_are_not_whole_do_not_leave_and_what_nobody_signed_is_said(
    approved: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run = make_run(approved, monkeypatch, capfd)
    monkeypatch.setattr("pipelines.report.verify.verify", lambda _: ["report.pdf was changed"])

    @contextmanager
    def draw(*_: object) -> Iterator[Drawn]:
        yield Drawn("c" * 64, lambda: None)

    monkeypatch.setattr("plimsoll.commands.issuing.make_draw", lambda _: draw)
    refused = run("report", "issue", *REPORT, account="compliance")
    assert (refused.code, "report.pdf was changed" in refused.complaint) == (1, True)
    monkeypatch.setattr("pipelines.report.verify.verify", lambda _: [])
    done = run("report", "issue", *REPORT, account="compliance")
    assert (done.code, "issued as edition 1" in done.output) == (0, True)
    assert done.complaint.startswith("Warning: ")
    shown = run("report", "submissions", "--json", account="viewer").document
    assert [(one["state"], one["edition"]) for one in shown] == [("issued", 1)]


def test_a_report_is_not_built_over_one_that_left_before_there_were_editions(
    approved: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run, built = make_run(approved, monkeypatch, capfd), []
    files = SimpleNamespace(pdf="a.pdf", xlsx="a.xlsx", json="a.json", manifest="manifest.json")
    monkeypatch.setattr("pipelines.pointer.current_file", lambda _: Path("published.duckdb"))
    monkeypatch.setattr("pipelines.report.build.build_report", lambda name, **_: built.append(name) or files)
    store = open_store(approved.governance_url)
    with store.write(actor="somebody", at=AT) as write:
        write.session.execute(update(ReportSubmission).values(state="issued", issued_by="compliance"))
        write.record("as_it_was", subject="companion")
    assert run("report", "build", *REPORT, "--deployment", "companion").code == 1
    assert built == []
    other = ("monthly_safety_review", "--period", "2026-11", "--deployment", "companion")
    assert run("report", "build", *other).code == 0
    assert built == [REPORT[0]]


def test_what_a_verification_found_is_an_error_with_every_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipelines.report.verify.verify", lambda *_, **__: ["one is changed", "two is missing"]
    )
    with pytest.raises(StateError, match="one is changed\ntwo is missing"):
        reporting.verify(tmp_path)
