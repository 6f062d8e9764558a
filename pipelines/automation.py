"""When things run, and the way to run them without a server.

Jobs, schedules and the sensor are here; `plimsoll run` calls `run`, which calls what the assets call, one
after the other. What an asset does is its stage's business.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.asked import DAYS, name_days
from pipelines.assess.assessing import assess_all
from pipelines.detect.assets import score_days
from pipelines.detect.canary import require_answers, run_canary
from pipelines.detect.extras import load_extras
from pipelines.discretion import Discretion
from pipelines.indicators.assets import compute_facts, count_days, list_lineage
from pipelines.ingest.inbox import asks_databases, fingerprint_inbox
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.lake.lake import tidy
from pipelines.notify.assets import build as build_notices
from pipelines.notify.rounds import told_not_valid
from pipelines.privacy.limits import are_agreed
from pipelines.privacy.upkeep import keep_limits, say_kept
from pipelines.publish.assets import publish_home
from pipelines.quality.assets import judge_days
from pipelines.review.draw import draw_due
from pipelines.settings import POOL, Home
from pipelines.stale import awaits_closing, stale_days

COUNTED = "indicator"
DAILY_GROUPS = ("ledger", "finding", "fact", COUNTED)
CLOSING_GROUPS = ("assessment", "published")
IN_PROCESS = dg.in_process_executor
"""Steps are seconds long and share the home's lock: a process each would cost more than the work."""
BEFORE_HOURLY = "57 * * * *"
HALF_AN_HOUR_LATER = "37 * * * *"
"""After HOURLY: time for a run to fail, and for another to publish within the delay that is promised."""
HOURLY, DAILY, NIGHTLY, MONTHLY = "7 * * * *", "30 2 * * *", "0 3 * * *", "0 4 3 * *"
AFTER_TIDYING = "30 3 * * *"
EVERY_MORNING = "30 4 * * *"
"""For review samples: a week is drawn once, and a morning on which nothing ran is made up for on the next."""
RUNNING = dg.DefaultScheduleStatus.RUNNING
COMPUTE, CLOSE = "compute_days", "close_run"
UNFINISHED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)
INBOX = "plimsoll/inbox"
"""The tag that says which state of the inbox a run was asked for."""


@dataclass(frozen=True)
class Automation:
    """Jobs, schedules and sensors of a home."""

    jobs: list[Any]
    schedules: list[Any]
    sensors: list[Any]


def run(
    home: Home, days: Sequence[dt.date], *, before_closing: Callable[[], None] = lambda: None
) -> tuple[str, ...]:
    """Compute these days, then assess and publish: what the assets of a server do, without its event log.

    `before_closing` is called when everything is counted and nothing is assessed yet. Returns of which
    deployments nobody could be told, and why.
    """
    known = set(stale_days(home))
    _compute_days(home, days)
    # A day whose risk or presence has changed makes later days stale that read it.
    _compute_days(home, sorted(set(stale_days(home)) - known - set(days)))
    before_closing()
    untold = assess_all(home, at=dt.datetime.now(dt.UTC))
    publish_home(home, list_lineage(home))
    return untold


def _compute_days(home: Home, days: Sequence[dt.date]) -> None:
    if days:
        for stage in (judge_days, score_days, compute_facts, count_days):
            stage(home, days)


def jobs(days: dg.PartitionsDefinition) -> dict[str, Any]:
    """The jobs: take deliveries in, compute days, close a run."""
    daily = dg.AssetSelection.groups(*DAILY_GROUPS) - _ingest()
    closing = dg.AssetSelection.groups(*CLOSING_GROUPS)
    return {
        "take_in": dg.define_asset_job("take_in", _ingest(), executor_def=IN_PROCESS),
        COMPUTE: dg.define_asset_job(COMPUTE, daily, partitions_def=days, executor_def=IN_PROCESS),
        CLOSE: dg.define_asset_job(CLOSE, closing, executor_def=IN_PROCESS),
        "build_report": dg.define_asset_job(
            "build_report", dg.AssetSelection.groups("report"), executor_def=IN_PROCESS
        ),
    }


def automation(home: Home, days: dg.PartitionsDefinition) -> Automation:
    """Schedules and sensors of a home."""
    named = jobs(days)

    @dg.sensor(
        job=named["take_in"],
        minimum_interval_seconds=60,
        name="new_deliveries",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def new_deliveries(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        request = ask_for_intake(context.instance, fingerprint_inbox(home.inbox), at=dt.datetime.now(dt.UTC))
        if request is not None:
            yield request

    @dg.schedule(
        job=named["take_in"], cron_schedule=BEFORE_HOURLY, name="ask_databases", default_status=RUNNING
    )
    def ask_databases() -> dg.RunRequest | dg.SkipReason:
        if not asks_databases(home.inbox):
            return dg.SkipReason("No mapping in the inbox has the format sql.")
        return dg.RunRequest()

    @dg.schedule(job=named[COMPUTE], cron_schedule=HOURLY, name="score_what_came", default_status=RUNNING)
    def score_what_came(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if has_runs(context.instance, COMPUTE, *UNFINISHED):
            yield dg.SkipReason(
                "Days are being computed, or wait for it; what is changed then is asked later."
            )
            return
        with told_not_valid(home, at=dt.datetime.now(dt.UTC)):
            days = stale_days(home)
        for tags in name_days(days):
            yield dg.RunRequest(run_key=f"{context.scheduled_execution_time}:{tags[DAYS][:10]}", tags=tags)

    @dg.schedule(job=named[COMPUTE], cron_schedule=DAILY, name="close_the_day", default_status=RUNNING)
    def close_the_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        yesterday = (context.scheduled_execution_time - dt.timedelta(days=1)).date().isoformat()
        return dg.RunRequest(run_key=yesterday, partition_key=yesterday)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        request_job=named[CLOSE],
        name="publish_after_computing",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def publish_after_computing(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
        run_id = context.dagster_run.run_id
        if not has_counted(context.instance, run_id):  # a backfill of assets runs in no job of ours
            return dg.SkipReason("The run counted no indicator.")
        if has_runs(context.instance, CLOSE, dg.DagsterRunStatus.QUEUED):  # and will read what this one made
            return dg.SkipReason("A run that publishes waits already.")
        return dg.RunRequest(run_key=run_id)

    @dg.schedule(
        job=named[CLOSE],
        cron_schedule=HALF_AN_HOUR_LATER,
        name="publish_what_was_counted",
        default_status=RUNNING,
    )
    def publish_what_was_counted(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if any(has_runs(context.instance, job, *UNFINISHED) for job in (COMPUTE, CLOSE)):
            return dg.SkipReason("A run waits or goes on that publishes, or that one follows.")
        if not awaits_closing(home):
            return dg.SkipReason("Everything that was counted is published.")
        return dg.RunRequest(run_key=str(context.scheduled_execution_time))

    @dg.schedule(
        job=named["build_report"], cron_schedule=MONTHLY, name="monthly_report", default_status=RUNNING
    )
    def monthly_report(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        month = (context.scheduled_execution_time.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")
        return dg.RunRequest(run_key=month, partition_key=f"{month}-01")

    @dg.op
    def ask_probes() -> None:
        settings = load_extras(home.definitions).canary
        if settings is not None:
            require_answers(run_canary(home, settings, at=dt.datetime.now(dt.UTC)))

    @dg.job(name="canary", executor_def=IN_PROCESS)
    def canary() -> None:
        ask_probes()

    @dg.schedule(job=canary, cron_schedule=NIGHTLY, name="ask_the_canary", default_status=RUNNING)
    def ask_the_canary() -> dg.RunRequest | dg.SkipReason:
        if load_extras(home.definitions).canary is None:
            return dg.SkipReason("No canary is set up in definitions/detectors.yaml.")
        return dg.RunRequest()

    @dg.op(pool=POOL)
    def delete_unpinned_files() -> int:
        return tidy(home.lake)

    @dg.job(name="tidy_lake", executor_def=IN_PROCESS)
    def tidy_lake() -> None:
        delete_unpinned_files()

    @dg.op
    def draw_last_week() -> list[str]:
        return draw_due(home, at=dt.datetime.now(dt.UTC))

    @dg.job(name="draw_review_samples", executor_def=IN_PROCESS)
    def draw_review_samples() -> None:
        draw_last_week()

    @dg.op(pool=POOL)
    def drop_what_is_too_old(context: dg.OpExecutionContext) -> None:
        with Discretion("retention"):
            done = keep_limits(home, withdraw, lapse, at=dt.datetime.now(dt.UTC))
        context.log.info(say_kept(done, is_agreed=are_agreed(home.definitions)))

    @dg.job(name="retention", executor_def=IN_PROCESS)
    def retention() -> None:
        drop_what_is_too_old()

    notices = build_notices(home)
    return Automation(
        jobs=[*named.values(), tidy_lake, retention, canary, draw_review_samples, *notices.jobs],
        schedules=[
            ask_databases,
            ask_the_canary,
            score_what_came,
            close_the_day,
            publish_what_was_counted,
            monthly_report,
            dg.ScheduleDefinition(job=tidy_lake, cron_schedule=NIGHTLY, default_status=RUNNING),
            dg.ScheduleDefinition(job=retention, cron_schedule=AFTER_TIDYING, default_status=RUNNING),
            dg.ScheduleDefinition(
                job=draw_review_samples, cron_schedule=EVERY_MORNING, default_status=RUNNING
            ),
            *notices.schedules,
        ],
        sensors=[new_deliveries, publish_after_computing, *notices.sensors],
    )


def ask_for_intake(
    instance: dg.DagsterInstance, inbox: str | None, *, at: dt.datetime
) -> dg.RunRequest | None:
    """The run that takes this state of the inbox in: asked for once an hour until one has succeeded.

    Args:
        instance: knows the runs there were.
        inbox: what `fingerprint_inbox` says, None of an empty one.
        at: now.
    """
    if inbox is None:
        return None
    succeeded = dg.RunsFilter(tags={INBOX: inbox}, statuses=[dg.DagsterRunStatus.SUCCESS])
    if instance.get_runs(succeeded, limit=1):
        return None
    return dg.RunRequest(run_key=f"{inbox}:{at:%Y-%m-%dT%H}", tags={INBOX: inbox})


def has_runs(instance: dg.DagsterInstance, job: str, *statuses: dg.DagsterRunStatus) -> bool:
    """Whether a job has a run in one of these states, whoever asked for it."""
    return bool(instance.get_runs(dg.RunsFilter(job_name=job, statuses=list(statuses)), limit=1))


def has_counted(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a run made a table of indicators, whatever it was started as."""
    # One event a step, where there is one a day and table for what was made; a step is named for its assets.
    done = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS).records
    return any((one.event_log_entry.step_key or "").partition("__")[0] == COUNTED for one in done)


def end_dead_runs(folder: Path) -> int:
    """Count as failed what was running when this Dagster was killed; returns how many runs.

    Nothing else tells Dagster that they are over, and each would keep its place in the pool for ever, before
    which every later run waits.
    """
    over = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        dead = instance.get_runs(dg.RunsFilter(statuses=over))
        for run in dead:
            instance.report_run_failed(run, "Dagster was killed while it ran.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(dead)


def _ingest() -> dg.AssetSelection:
    return dg.AssetSelection.assets(
        *[["ledger", name] for name in ("delivery", "rejected", "deployment")],
        *[["staging", name] for name in ("message", "conversation", "event", "score")],
    )
