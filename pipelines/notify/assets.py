"""The Dagster skin of notify: what runs out is looked at, what is due is sent, a sign of life is shown."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pipelines.notify.rounds import (
    has_heartbeat,
    is_round_due,
    queue_weekly_test,
    queue_what_runs_out,
    send_heartbeat,
    send_round,
)
from pipelines.settings import Home
from pipelines.silence import check_calls, tell_silence

EVERY_TEN_MINUTES = "*/10 * * * *"
AT_TEN_PAST = "10 * * * *"
"""For what runs out: the shortest clock, of a grave item in review, is an hour."""


@dataclass(frozen=True)
class Notices:
    """Jobs, schedules and sensors of the outbox."""

    jobs: list[Any]
    schedules: list[Any]
    sensors: list[Any]


def build(home: Home) -> Notices:
    """The jobs that fill and empty the outbox of a home, and when they run."""
    running, in_process = dg.DefaultScheduleStatus.RUNNING, dg.in_process_executor

    @dg.op
    def send_what_is_due() -> None:
        check_calls(home)
        send_round(home)

    @dg.job(name="send_notices", executor_def=in_process)
    def send_notices() -> None:
        send_what_is_due()

    @dg.sensor(
        job=send_notices,
        minimum_interval_seconds=60,
        name="notices_due",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def notices_due(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        if (silent := tell_silence(home)) is not None:
            yield dg.SkipReason(silent)
            return
        now = dt.datetime.now(dt.UTC)
        queue_weekly_test(home, at=now)
        if is_round_due(home, at=now):
            yield dg.RunRequest(run_key=now.isoformat())

    @dg.op
    def look_at_deadlines(context: dg.OpExecutionContext) -> None:
        if (silent := tell_silence(home)) is not None:
            context.log.warning(silent)
        count = queue_what_runs_out(home, at=dt.datetime.now(dt.UTC))
        context.log.info(f"{count} notices about what runs out.")

    @dg.job(name="deadlines", executor_def=in_process)
    def deadlines() -> None:
        look_at_deadlines()

    @dg.op
    def send_sign_of_life() -> None:
        send_heartbeat(home, at=dt.datetime.now(dt.UTC))

    @dg.job(name="heartbeat", executor_def=in_process)
    def heartbeat() -> None:
        send_sign_of_life()

    @dg.schedule(job=heartbeat, cron_schedule=EVERY_TEN_MINUTES, name="show_life", default_status=running)
    def show_life(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if (silent := tell_silence(home)) is not None:
            return dg.SkipReason(silent)
        if not has_heartbeat(home):
            return dg.SkipReason("No address is set in definitions/notify.yaml.")
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())

    return Notices(
        jobs=[send_notices, deadlines, heartbeat],
        schedules=[
            show_life,
            dg.ScheduleDefinition(job=deadlines, cron_schedule=AT_TEN_PAST, default_status=running),
        ],
        sensors=[notices_due],
    )
