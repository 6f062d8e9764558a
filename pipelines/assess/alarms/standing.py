"""Where each stream about a level or a release stands: how much evidence, since when, and out of how much.

So that an indicator past its limit without an alarm, or a release that is not judged, does not leave people
guessing. What raises an alarm is in `appetite_alarm` and `release`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from methods.alarms import WATCH_SHARE, alarm_threshold
from pipelines.assess.alarms.appetite_alarm import Resets, Watched
from pipelines.assess.alarms.release import WATCH_DAYS, Release
from pipelines.assess.alarms.stream import Path, Series, goes_on
from pipelines.assess.days.calendar import DAY, Calendar
from pipelines.assess.level.observation import Background
from pipelines.assess.level.status import limits_on
from pipelines.schemas.assessment import ALARM_STREAM
from risk_register.alarm.streams import MAXIMUM_PAGING, Question, name_stream
from risk_register.alarm.watched import WATCHED


def describe_streams(
    followed: Iterable[Watched],
    background: Background,
    *,
    resets: Resets,
    unmeasured: Collection[str] = (),
) -> pa.Table:
    """The table `assessment.alarm_stream`: a row for every watched indicator of every deployment.

    Args:
        followed: the indicators whose rate can be tested.
        background: definitions and calendars.
        resets: days after which detectors start again.
        unmeasured: indicators that no detector measures; a stream of nothing is not quiet.
    """
    known = {(one.deployment_id, one.definition["indicator_id"]): one for one in followed}
    rows = []
    for deployment, calendar in background.calendars.items():
        for indicator in WATCHED:
            if indicator not in background.definitions:
                continue
            stream = name_stream(Question.LEVEL, indicator)
            watched = None if indicator in unmeasured else known.get((deployment, indicator))
            row: dict[str, Any] = {
                "deployment_id": deployment, "stream_id": stream, "indicator_id": indicator,
                "state": "not_judged", "judged_since": None, "judged_through": None, "statistic": None,
                "watch_from": None, "threshold": None, "held_day_count": 0,
                "why_not": "",
            }  # fmt: skip
            if watched is not None and watched.terms[-1] is None:
                row["state"] = "alarm" if _is_open(watched.path) else "not_judged"
            elif watched is not None:
                row |= _describe(watched, calendar.held, resets.get(deployment, {}).get(stream, frozenset()))
            if row["state"] == "not_judged" and _are_unpassable(background, deployment, indicator):
                row["why_not"] = "no value can pass the limits that were approved"
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=ALARM_STREAM.arrow_schema)


def _are_unpassable(background: Background, deployment: str, indicator: str) -> bool:
    """Whether limits were approved, and no value can pass any that would hold on the newest day."""
    decisions, last = background.decisions.get(deployment, ()), background.calendars[deployment].last
    left_out = limits_on(background.left_out.get(deployment, ()), indicator, last)
    return left_out is not None and limits_on(decisions, indicator, last) is None


def describe_releases(
    followed: Iterable[Release],
    background: Background,
    *,
    resets: Resets,
    unmeasured: Collection[str] = (),
) -> pa.Table:
    """Rows of `assessment.alarm_stream` about releases; the arguments are those of `describe_streams`.

    Where no release is watched, `why_not` says so: that stream is not quiet.
    """
    known: dict[tuple[str, str], list[Release]] = {}
    for one in followed:
        known.setdefault((one.deployment_id, one.definition["indicator_id"]), []).append(one)
    rows = []
    for deployment, calendar in background.calendars.items():
        for indicator in WATCHED:
            if indicator not in background.definitions:
                continue
            stream = name_stream(Question.RELEASE, indicator)
            releases = known.get((deployment, indicator), [])
            taken = resets.get(deployment, {}).get(stream, frozenset())
            found = _describe_newest(releases, calendar, taken)
            if indicator in unmeasured:
                found = {"why_not": "nobody measures it"}
            if any(_is_open(one.path) for one in releases if one.path is not None):
                found = {**found, "state": "alarm", "why_not": ""}
            row: dict[str, Any] = {
                "deployment_id": deployment, "stream_id": stream, "indicator_id": indicator,
                "state": "not_judged", "held_day_count": 0, "why_not": "",
            }  # fmt: skip
            row.update(found)
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=ALARM_STREAM.arrow_schema)


def _describe_newest(
    releases: Sequence[Release], calendar: Calendar, resets: frozenset[dt.date]
) -> Mapping[str, Any]:
    if not releases:
        return {"why_not": "no release since the beginning can be compared"}
    newest = releases[-1]
    series, path = newest.series, newest.path
    last_change = [newest.day, *newest.later][-1]
    end = last_change + (WATCH_DAYS - 1) * DAY
    if end < calendar.last:
        return {"why_not": f"the {WATCH_DAYS} days after the change of {last_change} are over"}
    if path is None:
        return {"why_not": newest.why_not}
    since = max([newest.day, *(day + DAY for day in resets if newest.day <= day <= end)])
    threshold = alarm_threshold(MAXIMUM_PAGING)
    found = _stand(series, path, since, calendar.held, threshold=threshold, is_open=False)
    if "state" not in found:
        why = f"nothing that it counts was seen from {since} on, or records may still come"
        return {"judged_since": since, "why_not": why}
    return found


def _describe(watched: Watched, held: Iterable[dt.date], resets: frozenset[dt.date]) -> Mapping[str, Any]:
    since, is_open = _find_start(watched, resets), _is_open(watched.path)
    return _stand(watched.series, watched.path, since, held, threshold=watched.threshold, is_open=is_open)


def _stand(
    series: Series, path: Path, since: dt.date, held: Iterable[dt.date], *, threshold: float, is_open: bool
) -> dict[str, Any]:
    """How the evidence since a day stands; without a state where nothing was seen that could be judged."""
    through = series.first + (series.frozen - 1) * DAY
    held_day_count = sum(since <= day <= through for day in held)
    is_rising = path.statistic[-1] >= threshold / WATCH_SHARE
    state = "alarm" if is_open else "watch" if is_rising else "quiet"
    judged = slice((since - series.first).days, series.frozen)
    if state == "quiet" and not (series.units + series.late_units)[judged].any():
        return {"judged_since": since, "held_day_count": held_day_count}
    return {
        "state": state,
        "judged_since": since,
        "judged_through": through,
        "statistic": float(path.statistic[series.frozen - 1]) if through >= since else 0.0,
        "watch_from": threshold / WATCH_SHARE,
        "threshold": threshold,
        "held_day_count": held_day_count,
    }


def _is_open(path: Path) -> bool:
    return any(episode.closed_on is None for episode in path.episodes)


def _find_start(watched: Watched, resets: frozenset[dt.date]) -> dt.date:
    """The first day of the evidence: against today's limit, and after a person last had an alarm of it."""
    start = len(watched.terms) - 1
    while start and goes_on(watched.terms[start - 1], watched.terms[start]):
        start -= 1
    first = watched.series.first + start * DAY
    last = watched.series.first + (len(watched.terms) - 1) * DAY
    return max([first, *(day + DAY for day in resets if day <= last)])
