"""The code location: it loads on a place where no home is yet, and makes one that the command line knows."""

import datetime as dt
import stat
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from sqlalchemy import NullPool, create_engine, text

from pipelines.definitions import DAYS, build_assets, build_definitions, defs
from pipelines.ingest.field import RecordError, to_microseconds
from pipelines.settings import Home, HomeKind, find_home, make_home
from risk_register.database.store import open_store


def test_loading_makes_a_home_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_HOME", str(tmp_path / "home"))
    assert defs.load_fn().resolve_job_def("take_in")
    home = find_home()
    assert home.kind is HomeKind.REAL
    for folder in (home.path, home.lake, home.keys, home.published):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_home_of_its_own_the_one_beside_the_workspace_is_used_wherever_the_server_was_started(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("PLIMSOLL_HOME", raising=False)
    monkeypatch.setattr("pipelines.definitions.REPOSITORY", tmp_path / "clone")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert defs.load_fn().resolve_job_def("take_in")
    assert find_home(tmp_path / "clone" / "data").kind is HomeKind.REAL
    assert not list(elsewhere.iterdir())


def test_loading_leaves_a_demo_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_HOME", str(tmp_path))
    (tmp_path / "home.json").write_text('{"kind": "demo"}\n')
    assert defs.load_fn().resolve_job_def("take_in")
    assert find_home().kind is HomeKind.DEMO


def test_the_oldest_time_that_is_taken_in_lies_on_a_day_that_can_be_run():
    micros = to_microseconds("2000-01-01T00:00:00Z", "at", ZoneInfo("UTC"))
    oldest = dt.datetime.fromtimestamp(micros / 1e6, dt.UTC)
    for zone in ("UTC", "Etc/GMT+12", "Pacific/Kiritimati"):
        day = oldest.astimezone(ZoneInfo(zone)).date().isoformat()
        assert DAYS.has_partition_key(day), day
    with pytest.raises(RecordError):
        to_microseconds("1999-12-31T23:59:59Z", "at", ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "first",
    ["ledger/quality", "finding/coverage", "fact/conversation", "indicator/finding_day", "assessment/alarm"],
)
def test_whatever_a_run_computes_first_it_refuses_the_decisions_of_an_older_version(
    tmp_path, instance, first
):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    open_store(home.governance_url).close()
    engine = create_engine(home.governance_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    engine.dispose()
    assets = build_assets(home)
    chosen = next(one for one in assets if dg.AssetKey(first.split("/")) in one.keys)
    done = dg.materialize(
        assets, instance=instance, selection=[chosen],
        partition_key="2026-08-03" if chosen.partitions_def else None,
        raise_on_error=False, run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
    )  # fmt: skip
    (failure,) = [event for event in done.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    said = (error.cause or error).message
    assert "is at version 0001; the code" in said
    assert "run `plimsoll upgrade`" in said
    assert not list(home.lake.iterdir())


@pytest.mark.parametrize(
    "written",
    [{"indicators/x_own.yaml": b"titel: Own"}, {"indicators/x_own.sql": b"select 1"},
     {"signals/x_own.yaml": b"- no mapping"},
     {"indicators/x_own.yaml": b"title: Own", "indicators/x_own.sql": b"\xff"}],
)  # fmt: skip
def test_a_mistake_in_an_own_definition_stops_counting_and_nothing_else(tmp_path, instance, written):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    for name, content in written.items():
        (home.definitions / name).parent.mkdir(exist_ok=True)
        (home.definitions / name).write_bytes(content)
    definitions = build_definitions(home)
    for job in ("send_notices", "deadlines", "heartbeat", "take_in", "retention", "close_run"):
        assert definitions.resolve_job_def(job)
    assets = build_assets(home)
    (counted,) = [one for one in assets if dg.AssetKey(["indicator", "finding_day"]) in one.keys]
    done = dg.materialize(
        assets, instance=instance, selection=[counted], partition_key="2026-08-03", raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
    )  # fmt: skip
    (failure,) = [event for event in done.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    assert str(home.definitions / sorted(written)[-1].partition(".")[0]) in (error.cause or error).message
