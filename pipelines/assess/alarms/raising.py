"""All concerns of a run: what each question raises, what they have in common, who may be called for them.

The order of the steps and nothing else; each question has its own module.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.intervals import wilson
from pipelines.assess.alarms.appetite_alarm import Resets, follow_appetites, raise_appetites, sort_arrivals
from pipelines.assess.alarms.calling import call_people
from pipelines.assess.alarms.concern import Concern, place_concerns
from pipelines.assess.alarms.critical import describe_critical, list_critical, raise_critical
from pipelines.assess.alarms.missed import Help, raise_missed
from pipelines.assess.alarms.paging import Switchboard, decide_paging
from pipelines.assess.alarms.release import follow_releases, raise_releases
from pipelines.assess.alarms.second_reading import read_corrections
from pipelines.assess.alarms.standing import describe_releases, describe_streams
from pipelines.assess.alarms.unannounced import suspect_changes
from pipelines.assess.days.alert import DataAlert
from pipelines.assess.days.calendar import DAY
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.level.observation import Background
from pipelines.assess.level.readiness import list_unmeasured
from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import ARRIVAL_DAY, CRITICAL_DAY
from risk_register.alarm.cases import find_resets, list_cases, list_decisions
from risk_register.alarm.grave_findings import list_findings
from risk_register.alarm.streams import list_mutes, list_streams
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.review.precision import count_grave_precision

LOG = logging.getLogger("plimsoll.assess")
HELPED = ("is_crisis_banner", "is_handoff_offered", "is_agent_joined")
"""Columns of a conversation that say that the log itself shows help."""


@dataclass(frozen=True)
class Raised:
    """Concerns with everything decided, and the tables of streams and of grave findings."""

    concerns: tuple[Concern, ...]
    streams: pa.Table
    needs_eyes: pa.Table
    critical: pa.Table


def raise_all(
    store: Store,
    lake: Lake,
    background: Background,
    *,
    arrived: Mapping[str, pa.Table],
    corrections: pa.Table,
    detectors: list[dict[str, object]],
    changes: pa.Table,
    drift: pa.Table,
    features: pd.DataFrame,
    clusters: Clusters,
    canary_runs: Iterable[Mapping[str, Any]],
    faults: Mapping[str, frozenset[dt.date]],
    at: dt.datetime,
) -> Raised:
    """What the lake and the decisions of people raise; nothing is written."""
    names = sorted(background.calendars)
    delivered = list_deliveries(lake)
    known_on = {name: max(days) for name, days in delivered.items()}
    begun_on = {name: min(days) for name, days in delivered.items()}
    resets: Resets = {name: find_resets(list_decisions(store, name)) for name in names}
    findings = [one for name in names for one in list_findings(store, name)]
    critical = arrived[CRITICAL_DAY.full_name]
    grave = describe_critical(critical, detectors, {one.finding_id: one.state.value for one in findings})
    counted = sort_arrivals(arrived[ARRIVAL_DAY.full_name], begun_on)
    followed = follow_appetites(
        counted,
        background,
        known_on,
        resets=resets,
        readings=read_corrections(corrections),
        clusters=clusters,
    )
    releases = follow_releases(
        counted, background, changes.to_pylist(), known_on, resets=resets, clusters=clusters
    )
    concerns = [
        *raise_appetites(followed),
        *raise_releases(releases),
        *raise_missed(
            store,
            background,
            read_help=partial(_read_help, lake),
            at=at,
            resets=resets,
        ),
        *raise_critical(grave),
        *suspect_changes(drift, changes, features, background.calendars, canary_runs=canary_runs),
    ]
    cases = [case for name in names for case in list_cases(store, name)]
    placed = place_concerns(concerns, changes, background.calendars, cases, faults)
    boards = {name: Switchboard(list_streams(store, name), list_mutes(store, name)) for name in names}
    unmeasured = list_unmeasured(background.definitions, detectors)
    given: dict[str, Any] = {"resets": resets, "unmeasured": unmeasured}
    streams = pa.concat_tables(
        [
            describe_streams(followed, background, **given),
            describe_releases(releases, background, **given),
        ]
    )
    return Raised(tuple(decide_paging(placed, boards, at=at)), streams, list_critical(grave), critical)


def find_faults(alerts: Iterable[DataAlert]) -> dict[str, frozenset[dt.date]]:
    """Days by deployment with a fault of the data that may be what an alarm sees."""
    found: dict[str, set[dt.date]] = {}
    for one in alerts:
        if one.holds_pages:
            days = (one.last_on - one.opened_on).days + 1
            found.setdefault(one.deployment_id, set()).update(one.opened_on + n * DAY for n in range(days))
    return {name: frozenset(days) for name, days in found.items()}


def tell_people(
    store: Store, raised: Raised, deployment_ids: Iterable[str], *, at: dt.datetime
) -> tuple[str, ...]:
    """Bring the cases of every deployment up to date and queue what somebody has to be told.

    Returns for each deployment whose people could not be told why; it keeps nothing from the others.
    """
    critical = raised.critical.to_pylist()
    untold = []
    for name in sorted(deployment_ids):
        try:
            call_people(
                store,
                name,
                [one for one in raised.concerns if one.deployment_id == name],
                [row for row in critical if row["deployment_id"] == name],
                figures=describe_precision(store, name),
                at=at,
            )
        except (NotAllowedError, UnknownRecordError) as error:
            untold.append(f"{name}: nobody is called for its alarms and grave findings. {error}")
            LOG.error(untold[-1])
    return tuple(untold)


def describe_precision(store: Store, deployment_id: str) -> dict[str, float]:
    """What reviews say of the detectors' grave findings, to stand beside a call."""
    found = count_grave_precision(store, deployment_id)
    if not found.reviewed:
        return {"reviewed_count": 0}
    interval = wilson(found.confirmed, found.reviewed)
    return {
        "reviewed_count": found.reviewed,
        "confirmed_count": found.confirmed,
        "detector_precision": round(found.confirmed / found.reviewed, 3),
        "detector_precision_low": round(float(interval.low), 3),
        "detector_precision_high": round(float(interval.high), 3),
    }


def list_deliveries(lake: Lake) -> dict[str, set[dt.date]]:
    """The days of delivery of each deployment: what the lake knows of the time."""
    days: dict[str, set[dt.date]] = {}
    for row in _rows(lake, "ledger.delivery"):
        days.setdefault(row["deployment_id"], set()).add(row["received_on"])
    return days


def _read_help(lake: Lake, deployment_id: str, week: dt.date) -> dict[str, Help]:
    rows = _rows(
        lake,
        "fact.conversation",
        deployment_id=deployment_id,
        days=[week + number * DAY for number in range(7)],
        columns=["conversation_id", "is_escalated", "is_escalated_at_risk", *HELPED],
    )
    return {
        row["conversation_id"]: Help(
            is_in_log=any(row[name] for name in HELPED),
            is_too_early=row["is_escalated"] and row["is_escalated_at_risk"] is False,
        )
        for row in rows
    }


def _rows(lake: Lake, name: str, **chosen: Any) -> list[dict[str, Any]]:
    rows = lake.read(name, **chosen)
    return [] if rows is None else list(rows.to_pylist())
