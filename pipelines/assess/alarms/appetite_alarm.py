"""Alarms that call a person: rates of grave things past the appetite that people approved.

At most eight indicators of a deployment are watched in this way, because every one more costs sensitivity or
false calls. Without an approved appetite nothing is watched: a placeholder calls nobody. How a statistic is
made is in `stream`; what else deserves a look is in `critical` and `unannounced`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from methods.alarms import TOLERATED_PER_YEAR, WATCH_SHARE, alarm_threshold
from methods.suppression import MINIMUM_RATE_TRIALS, is_small
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.second_reading import REVIEWED, UNREAD, Readings, SecondReading
from pipelines.assess.alarms.spread import read_buckets
from pipelines.assess.alarms.stream import FREEZE_DAYS, Arrival, Episode, Path, Series, Terms, follow, lay_out
from pipelines.assess.alarms.wording import say_level
from pipelines.assess.days.calendar import DAY, list_days
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.level.observation import Background
from pipelines.assess.level.status import Limits, limits_on
from risk_register.alarm.streams import MAXIMUM_PAGING, Question, name_stream
from risk_register.alarm.watched import WATCHED

PER_UNIT = {"proportion": 1.0, "rate_per_1000": 1000.0}
NOTED_DAYS = 28
"""Days before the newest one that a note sums up."""


@dataclass(frozen=True)
class Watched:
    """One indicator of one deployment: its definition, counts, terms, limits of the newest day, and path."""

    deployment_id: str
    definition: Mapping[str, Any]
    series: Series
    terms: tuple[Terms | None, ...]
    limits: Limits | None
    path: Path
    threshold: float
    reading: SecondReading | None = None


Resets = Mapping[str, Mapping[str, frozenset[dt.date]]]
"""Days after which detectors start again, by deployment and stream."""


def sort_arrivals(
    arrivals: pa.Table, begun_on: Mapping[str, dt.date] = MappingProxyType({})
) -> dict[tuple[str, str], list[Arrival]]:
    """Arrivals by deployment and indicator.

    Args:
        arrivals: the table `assessment.arrival_day`.
        begun_on: the first delivery of each deployment. What came with it is of its own day, however old:
            nobody could have looked at these days before.
    """
    counted: dict[tuple[str, str], list[Arrival]] = {}
    columns = ("deployment_id", "indicator_id", "day", "received_on", "numerator", "denominator")
    rows = zip(*(arrivals[name].to_pylist() for name in columns), strict=True)
    for deployment, indicator, day, received_on, *values in rows:
        came_on = day if received_on <= begun_on.get(deployment, dt.date.min) else received_on
        counted.setdefault((deployment, indicator), []).append(Arrival(day, came_on, *values))
    return counted


def follow_appetites(
    counted: Mapping[tuple[str, str], list[Arrival]],
    background: Background,
    known_on: Mapping[str, dt.date],
    *,
    resets: Resets = MappingProxyType({}),
    readings: Readings = MappingProxyType({}),
    clusters: Clusters | None = None,
) -> list[Watched]:
    """The watched indicators of every deployment, those that can be judged.

    Args:
        counted: arrivals by deployment and indicator.
        background: definitions, calendars and appetites.
        known_on: the newest delivery of each deployment.
        resets: days after which detectors start again.
        readings: what reviews say of the same rates.
        clusters: days in buckets of people; without them each unit is a person's own.
    """
    followed = []
    for deployment, calendar in background.calendars.items():
        for indicator in WATCHED:
            definition = background.definitions.get(indicator)
            if definition is None:
                continue
            found = watch(
                counted.get((deployment, indicator), []),
                deployment,
                definition,
                background,
                known_on=known_on.get(deployment, calendar.last),
                resets=resets.get(deployment, {}).get(name_stream(Question.LEVEL, indicator), frozenset()),
                reading=readings.get((deployment, indicator)),
                clusters=clusters,
            )
            followed += [found] if found is not None else []
    return followed


def raise_appetites(followed: Iterable[Watched]) -> list[Concern]:
    """Alarms and watches of the watched indicators."""
    return [concern for watched in followed for concern in _report(watched)]


def watch(
    arrivals: list[Arrival],
    deployment_id: str,
    definition: Mapping[str, Any],
    background: Background,
    *,
    known_on: dt.date,
    resets: frozenset[dt.date] = frozenset(),
    reading: SecondReading | None = None,
    clusters: Clusters | None = None,
) -> Watched | None:
    """Follow one indicator through all days; None where no approved appetite can be tested."""
    calendar = background.calendars[deployment_id]
    decisions = background.decisions.get(deployment_id, ())
    days = list_days(calendar.first, calendar.last)
    limits = [limits_on(decisions, definition["indicator_id"], day) for day in days]
    terms = tuple(_terms(one, definition["kind"]) for one in limits)
    if not any(terms):
        return None
    series = lay_out(arrivals, first=days[0], last=days[-1], known_on=known_on, held=calendar.held)
    buckets = read_buckets(clusters, deployment_id, definition["indicator_id"], days[0], series.units)
    series = replace(series, buckets=buckets)
    threshold = alarm_threshold(MAXIMUM_PAGING)
    path = follow(series, terms, threshold=threshold, resets=resets)
    return Watched(deployment_id, definition, series, terms, limits[-1], path, threshold, reading)


def _report(watched: Watched) -> list[Concern]:
    concerns = [_alarm(watched, episode) for episode in watched.path.episodes]
    is_open = any(episode.closed_on is None for episode in watched.path.episodes)
    if not is_open and watched.path.statistic[-1] >= watched.threshold / WATCH_SHARE:
        concerns.append(_watch(watched))
    return concerns


def _alarm(watched: Watched, episode: Episode) -> Concern:
    is_open = episode.closed_on is None
    confirmed = (
        f"Weekly totals confirm it ({episode.confirmed_on})."
        if episode.confirmed_on
        else "Weekly totals do not confirm it yet."
        if is_open
        else "Weekly totals did not confirm it."
    )
    if is_open and episode.is_left:
        confirmed += " Another limit holds by now; what was found under this one waits for a person."
    last = episode.closed_on or watched.series.first + (watched.series.frozen - 1) * DAY
    return Concern(
        **_common(watched, opened_on=episode.opened_on),
        closed_on=episode.closed_on,
        state="alarm" if is_open else "resolved",
        statistic=episode.highest,
        confirmed_on=episode.confirmed_on,
        note=_say(watched, episode.opened_on, confirmed),
        evidence=_say_evidence(watched, episode.opened_on, last),
    )


def _watch(watched: Watched) -> Concern:
    """A statistic on its way: the day on which it last rose above a twentieth of the threshold."""
    is_low = watched.path.statistic < watched.threshold / WATCH_SHARE
    start = int(np.flatnonzero(is_low)[-1]) + 1 if is_low.any() else 0
    opened_on = watched.series.first + start * DAY
    last = watched.series.first + (len(watched.path.statistic) - 1) * DAY
    provisional = " The newest days may still grow." if start >= watched.series.frozen else ""
    return Concern(
        **_common(watched, opened_on=opened_on),
        state="watch",
        statistic=float(watched.path.statistic[-1]),
        note=_say(watched, opened_on, f"On watch; no alarm.{provisional}"),
        evidence=_say_evidence(watched, opened_on, last),
    )


def _common(watched: Watched, *, opened_on: dt.date) -> dict[str, Any]:
    indicator = watched.definition["indicator_id"]
    judged_through = watched.series.first + (watched.series.frozen - 1) * DAY
    checkpoint = {
        "through": (watched.series.first + (len(watched.series.events) - 1) * DAY).isoformat(),
        "judged_through": judged_through.isoformat(),
        "statistics": [round(value, 6) for value in watched.path.checkpoint],
        "robust": round(float(watched.path.robust[-1]), 6),
        "late_units": int(watched.series.late_units.sum()),
    }
    return {
        "alarm_id": f"appetite:{watched.deployment_id}:{indicator}:{opened_on}",
        "deployment_id": watched.deployment_id,
        "indicator_id": indicator,
        "kind": "appetite_exceeded",
        "stream_id": name_stream(Question.LEVEL, indicator),
        "judged_through": judged_through,
        "opened_on": opened_on,
        "threshold": watched.threshold,
        "checkpoint": json.dumps(checkpoint, sort_keys=True),
    }


def _say(watched: Watched, opened_on: dt.date, verdict: str) -> str:
    """Past which limit, whether reviews and weeks say so, too; then the rule and its budget.

    It leaves, so it says nothing of what was counted: days of several cells give away one that is hidden.
    """
    definition = watched.definition
    day = (opened_on - watched.series.first).days
    terms = watched.terms[day]
    side, version = ("below", 0) if terms is None else ("below" if terms.is_below else "above", terms.version)
    limit = 0.0 if terms is None else 1 - terms.appetite if terms.is_below else terms.appetite
    kind = definition["kind"]
    robust = "agrees" if watched.path.robust[day] >= watched.threshold / WATCH_SHARE else "is quiet"
    detected = ""
    if "signal:" in definition["needs"]:
        detected = f" {REVIEWED if watched.reading else UNREAD}"
    return (
        f"{definition['title']} {side} the approved appetite of {say_level(PER_UNIT[kind] * limit, kind)} "
        f"(version {version}) in {watched.deployment_id}.{detected} {verdict} "
        f"Sequential e-SR detector, beta-binomial, days judged after {FREEZE_DAYS} days; "
        f"at most {TOLERATED_PER_YEAR:g} false alarms a year over {MAXIMUM_PAGING} streams. "
        f"The robust betting detector {robust}."
    )


def _say_evidence(watched: Watched, opened_on: dt.date, last: dt.date) -> str:
    """What was counted in the newest days of it, and what reviews say of the same rate."""
    series, kind = watched.series, watched.definition["kind"]
    end = (last - series.first).days
    start = max(end - NOTED_DAYS + 1, min((opened_on - series.first).days, end), 0)
    span = slice(start, end + 1)
    events, units = float(series.events[span].sum()), float(series.units[span].sum())
    is_few = units < MINIMUM_RATE_TRIALS or is_small([events, units - events]).any()
    found = "few units" if is_few else say_level(PER_UNIT[kind] * events / units, kind)
    read = f" {watched.reading.say(kind)}" if watched.reading else ""
    return f"Counted: {found} from {series.first + start * DAY} to {last}.{read}"


def _terms(limits: Limits | None, kind: str) -> Terms | None:
    """The breach limit as a share; None where there is none, or none that a rate could be tested against."""
    if limits is None or limits.breach is None or kind not in PER_UNIT:
        return None
    share = limits.breach / PER_UNIT[kind]
    appetite = 1 - share if limits.side == "below" else share
    return Terms(appetite, limits.side == "below", limits.version) if 0 < appetite < 1 else None
