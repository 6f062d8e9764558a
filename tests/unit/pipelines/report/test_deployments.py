"""The reports of a month for all deployments: a silent one is named, and the others have theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from pipelines.errors import NothingToReportError, StateError
from pipelines.pointer import make_current
from pipelines.report import assets, deployments
from pipelines.report.build import REPORTS, build_report
from pipelines.report.deployments import build_reports
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands import reporting
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError

AT = dt.datetime(2026, 9, 2, 6, 30, tzinfo=dt.UTC)
(NAME,) = REPORTS
SILENT, WATCHED, NEVER = "a_silent", "replay_companion", "never_computed"
SENTENCE = f"Deployment '{SILENT}' has no data for 2026-08. Months with data: 2026-07. No report was built"


@pytest.fixture
def home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sample_rows: dict[str, list[dict[str, Any]]],
    write_rows: Callable[..., Path],
) -> Home:
    """Three deployments: one with July alone comes first, one with August, one that no run has computed."""
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    Store(place.governance_url).upgrade()
    known, july = sample_rows["deployment"][0], dt.date(2026, 7, 1)
    sample_rows["deployment"] = [known, known | {"deployment_id": SILENT}]
    month = next(row for row in sample_rows["observation"] if row["period"] == "month")
    sample_rows["observation"] += [month | {"deployment_id": SILENT, "period_start": july}]
    day = sample_rows["data_day"][0]
    sample_rows["data_day"] += [day | {"deployment_id": SILENT, "day": july, "message_count": 90}]
    write_rows(place.published / "published-00000007.duckdb", sample_rows)
    make_current(place.published, "published-00000007.duckdb")
    ask_for(monkeypatch, SILENT, WATCHED, NEVER)
    return place


def ask_for(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """These deployments have been ingested."""
    held = pa.Table.from_pylist([{"deployment_id": name} for name in names])
    monkeypatch.setattr(deployments.Lake, "read", lambda *_: held)


def list_built(home: Home) -> set[str]:
    return {path.parts[-4] for path in home.reports.glob("*/*/2026-08/manifest.json")}


def test_a_deployment_without_data_in_the_month_is_told_and_the_others_have_their_report(home: Home):
    done = build_reports(home, REPORTS, period="2026-08", at=AT)
    assert list_built(home) == {WATCHED}
    assert done.silent[0].startswith(SENTENCE)
    assert NEVER in done.silent[1]
    assert done.problems == []
    done.check()


def test_the_command_says_who_was_silent_and_one_asked_for_by_name_stays_an_error(
    home: Home, capsys: pytest.CaptureFixture[str]
):
    reporting.build(NAME, period="2026-08", home=home.path)
    said = capsys.readouterr()
    assert SENTENCE in said.err
    assert f"{WATCHED}/{NAME}/2026-08" in said.out
    with pytest.raises(NothingToReportError, match="has no data for 2026-08"):
        reporting.build(NAME, period="2026-08", deployment=SILENT, home=home.path)


def test_the_scheduled_report_goes_on_past_a_silent_deployment(home: Home):
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([assets.build(home)], partition_key="2026-08-01", instance=instance)
    assert done.success
    assert list_built(home) == {WATCHED}


def test_a_month_of_which_nobody_has_data_is_an_error(home: Home, monkeypatch: pytest.MonkeyPatch):
    ask_for(monkeypatch, SILENT)
    with pytest.raises(StateError, match="has no data for 2026-08"):
        build_reports(home, REPORTS, period="2026-08", at=AT).check()


def test_what_fails_for_one_is_complained_of_after_the_others(home: Home, monkeypatch: pytest.MonkeyPatch):
    def fail(name: str, *, deployment_id: str, **others: Any) -> Any:
        if deployment_id == SILENT:
            raise StateError("its figures contradict each other")
        return build_report(name, deployment_id=deployment_id, **others)

    monkeypatch.setattr(deployments, "build_report", fail)
    done = build_reports(home, REPORTS, period="2026-08", at=AT)
    assert list_built(home) == {WATCHED}
    with pytest.raises(StateError, match="contradict each other"):
        done.check()


def test_what_has_left_is_not_built_again_and_is_no_failure(home: Home, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise NotAllowedError("it has been issued")

    monkeypatch.setattr(deployments, "check_may_build", refuse)
    done = build_reports(home, REPORTS, period="2026-08", at=AT)
    assert (list_built(home), set(done.issued)) == (set(), {"it has been issued"})
    done.check()
