"""Which days are run, and in which runs; when the inbox and the databases that it names are asked."""

import datetime as dt
import uuid

import dagster as dg
import pytest
import yaml
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from pipelines.automation import ask_for_intake, automation, end_dead_runs
from pipelines.definitions import DAYS
from pipelines.settings import Home, HomeKind, make_home
from risk_register.database.store import open_store
from risk_register.notice.notices import list_notices

FIRST = dt.date(2026, 8, 3)
FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS


@pytest.fixture
def home(tmp_path):
    return make_home(Home(tmp_path / "home"), HomeKind.REAL)


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as one:
        yield one


@pytest.fixture
def kept(tmp_path):
    """An instance on the disk, as schedules open it."""
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as one:
        yield one


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def deliver(home: Home, name: str, **changes: object) -> None:
    folder = home.inbox / name
    folder.mkdir(exist_ok=True)
    fields = {"thread": "thread", "role": "role", "text": "text", "sent_at": "sent_at"}
    mapping = {"deployment": {"id": name}, "records": [{"kind": "message", "fields": fields}]} | changes
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping))


def look(home: Home, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """What the sensor of the inbox asks for at one look."""
    (sensor,) = [one for one in automation(home, DAYS).sensors if one.name == "new_deliveries"]
    with dg.build_sensor_context(instance=instance) as context:
        return sensor.evaluate_tick(context).run_requests


def end(
    instance: dg.DagsterInstance, request: dg.RunRequest, status: dg.DagsterRunStatus, job: str = "take_in"
) -> None:
    """The run that was asked for came to this end, or is in this state."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("plimsoll"), "a_test")
    origin = RemoteJobOrigin(repository, job)  # without one nothing can wait
    run = dg.DagsterRun(
        job, run_id=str(uuid.uuid4()), status=status, tags=request.tags, remote_job_origin=origin
    )
    instance.add_run(run)


def ask_for_days(home: Home, instance: dg.DagsterInstance, *, hour: int) -> list[dg.RunRequest]:
    """What the hourly schedule asks for."""
    (schedule,) = [one for one in automation(home, DAYS).schedules if one.name == "score_what_came"]
    at = dt.datetime(2026, 8, 20, hour, 7, tzinfo=dt.UTC)
    with dg.build_schedule_context(instance=instance, scheduled_execution_time=at) as context:
        return schedule.evaluate_tick(context).run_requests


def ask_databases(home: Home) -> list[dg.RunRequest]:
    (schedule,) = [one for one in automation(home, DAYS).schedules if one.name == "ask_databases"]
    at = dt.datetime(2026, 8, 3, 9, 57, tzinfo=dt.UTC)
    with dg.build_schedule_context(scheduled_execution_time=at) as context:
        return schedule.evaluate_tick(context).run_requests


def test_days_that_wait_or_are_computed_are_not_asked_for_again(home, kept, monkeypatch) -> None:
    monkeypatch.setattr("pipelines.automation.stale_days", lambda _: [day(0)])
    (first,) = ask_for_days(home, kept, hour=9)
    end(kept, first, dg.DagsterRunStatus.QUEUED, "compute_days")
    assert ask_for_days(home, kept, hour=10) == []
    (run,) = kept.get_runs()
    kept.report_run_failed(run)  # such as one that ran when Dagster was killed
    (again,) = ask_for_days(home, kept, hour=11)
    assert again.run_key != first.run_key  # Dagster starts one run a key
    end(kept, again, dg.DagsterRunStatus.STARTED, "compute_days")
    assert ask_for_days(home, kept, hour=12) == []


def test_a_definition_that_is_not_valid_fails_the_hourly_look_and_somebody_is_told(home, kept) -> None:
    path = home.definitions / "indicators" / "x_own.yaml"
    path.parent.mkdir()
    path.write_text("titel: Own")
    for hour in (9, 10):
        with pytest.raises(dg.DagsterError) as caught:
            ask_for_days(home, kept, hour=hour)
        assert str(path) in str(caught.value.__cause__)
    told = list_notices(open_store(home.governance_url))
    assert {one.reference_id for one in told} == {"definitions_not_valid"}
    path.unlink()
    assert ask_for_days(home, kept, hour=11) == []


def test_an_empty_inbox_asks_for_nothing(home, instance) -> None:
    assert look(home, instance) == []


def test_what_failed_to_be_taken_in_is_tried_again_until_it_succeeded(home, instance) -> None:
    deliver(home, "one")
    (first,) = look(home, instance)
    end(instance, first, FAILED)
    (again,) = look(home, instance)
    end(instance, again, SUCCEEDED)
    assert look(home, instance) == []
    deliver(home, "two")
    assert len(look(home, instance)) == 1


def test_it_is_tried_once_an_hour(instance) -> None:
    keys = []
    for moment in ((9, 0), (9, 59), (10, 0)):
        request = ask_for_intake(instance, "a", at=dt.datetime(2026, 8, 3, *moment, tzinfo=dt.UTC))
        keys.append(request.run_key)
    assert keys[0] == keys[1] != keys[2]  # Dagster starts one run a key


def test_rows_of_a_database_are_asked_for_by_the_clock_alone(home, instance) -> None:
    deliver(home, "files")
    assert ask_databases(home) == []
    query = {"query": "select * from chat where said_at >= :watermark", "watermark": "said_at", "start": 0}
    deliver(home, "rows", format="sql", query=query)
    assert len(ask_databases(home)) == 1


def test_a_mapping_that_cannot_be_read_keeps_no_database_from_being_asked(home) -> None:
    deliver(home, "a_wrong_one", colour="blue")
    assert ask_databases(home) == []
    query = {"query": "select * from chat where said_at >= :watermark", "watermark": "said_at", "start": 0}
    deliver(home, "rows", format="sql", query=query)
    assert len(ask_databases(home)) == 1


@pytest.mark.parametrize(
    ("layer", "is_published"), [("indicator", True), ("ledger", False), ("assessment", False)]
)
def test_whatever_counted_an_indicator_is_published_be_it_in_no_job_of_ours(
    home, instance, layer, is_published
):
    @dg.asset(key=[layer, "a_table"])
    def table() -> None:
        """A table of this layer."""

    done = dg.materialize([table], instance=instance)
    (sensor,) = [one for one in automation(home, DAYS).sensors if one.name == "publish_after_computing"]
    context = dg.build_run_status_sensor_context(
        sensor.name, done.get_run_success_event(), instance, done.dagster_run
    )
    assert isinstance(sensor(context), dg.RunRequest) is is_published
    assert not sensor._monitored_jobs  # else Dagster would show it the runs of these jobs alone


@pytest.mark.parametrize(
    ("state", "is_published"), [(dg.DagsterRunStatus.QUEUED, False), (dg.DagsterRunStatus.STARTED, True)]
)
def test_one_run_that_waits_publishes_what_several_have_counted(home, instance, state, is_published):
    @dg.asset(key=["indicator", "a_table"])
    def table() -> None:
        """A table of indicators."""

    done = dg.materialize([table], instance=instance)
    (sensor,) = [one for one in automation(home, DAYS).sensors if one.name == "publish_after_computing"]
    context = dg.build_run_status_sensor_context(
        sensor.name, done.get_run_success_event(), instance, done.dagster_run
    )
    end(instance, sensor(context), state, "close_run")
    assert isinstance(sensor(context), dg.RunRequest) is is_published


def ask_for_closing(home: Home, instance: dg.DagsterInstance, *, hour: int) -> list[dg.RunRequest]:
    """What the schedule asks for that makes up for a closing."""
    (schedule,) = [one for one in automation(home, DAYS).schedules if one.name == "publish_what_was_counted"]
    at = dt.datetime(2026, 8, 20, hour, 37, tzinfo=dt.UTC)
    with dg.build_schedule_context(instance=instance, scheduled_execution_time=at) as context:
        return schedule.evaluate_tick(context).run_requests


def test_a_closing_that_failed_is_asked_for_again_every_hour_until_nothing_waits(
    home, kept, monkeypatch
) -> None:
    monkeypatch.setattr("pipelines.automation.awaits_closing", lambda _: True)
    (first,) = ask_for_closing(home, kept, hour=9)
    end(kept, first, FAILED, "close_run")
    (again,) = ask_for_closing(home, kept, hour=10)
    assert again.run_key != first.run_key  # Dagster starts one run a key
    end(kept, again, dg.DagsterRunStatus.CANCELED, "close_run")
    assert len(ask_for_closing(home, kept, hour=11)) == 1
    monkeypatch.setattr("pipelines.automation.awaits_closing", lambda _: False)
    assert ask_for_closing(home, kept, hour=12) == []


@pytest.mark.parametrize("job", ["compute_days", "close_run"])
def test_no_closing_is_asked_for_beside_a_run_that_has_one(home, kept, monkeypatch, job) -> None:
    monkeypatch.setattr("pipelines.automation.awaits_closing", lambda _: True)
    end(kept, dg.RunRequest(), dg.DagsterRunStatus.STARTED, job)
    assert ask_for_closing(home, kept, hour=9) == []


def test_runs_of_a_killed_dagster_are_ended_and_give_their_place_free(tmp_path) -> None:
    (tmp_path / "dagster.yaml").write_text("concurrency: {pools: {default_limit: 1}}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        places = instance.event_log_storage
        places.initialize_concurrency_limit_to_default("plimsoll_home")
        run = dg.DagsterRun("take_in", run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED)
        done = dg.DagsterRun("take_in", run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.SUCCESS)
        for one in (run, done):
            instance.add_run(one)
        assert places.claim_concurrency_slot("plimsoll_home", run.run_id, "ingest").is_claimed
        assert not places.claim_concurrency_slot("plimsoll_home", "later", "ingest").is_claimed
        assert end_dead_runs(tmp_path) == 1
        statuses = {one.run_id: one.status for one in instance.get_runs()}
        assert statuses == {
            run.run_id: dg.DagsterRunStatus.FAILURE, done.run_id: dg.DagsterRunStatus.SUCCESS,
        }  # fmt: skip
        assert places.get_concurrency_info("plimsoll_home").active_run_ids == set()
