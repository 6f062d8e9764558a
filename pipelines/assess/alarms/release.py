"""Is it worse since a release than before? The rate after a change against the upper 80 % of the old one.

Each change of model, prompt or policy is watched for 90 days, by the counts of the 56 days before it, as far
as they lie after the change before; then the question of the level takes over. Where they are too few, the
watch of the change before goes on by its own baseline: changes that follow each other closely would otherwise
never be watched. The ratio of new to old goes with it, with days as clusters and weekdays matched. How a
statistic is made is in `stream`, what is told of a stream without an alarm in `standing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from methods.alarms import TOLERATED_PER_YEAR, WATCH_SHARE, alarm_threshold
from methods.baselines import RateChange, compare_periods, raise_baseline
from methods.spread import BASELINE_DAYS
from methods.suppression import MINIMUM_RATE_TRIALS, is_small
from pipelines.assess.alarms.appetite_alarm import PER_UNIT, Resets
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.spread import read_buckets
from pipelines.assess.alarms.stream import (
    FREEZE_DAYS,
    Arrival,
    Episode,
    Path,
    Series,
    Terms,
    follow,
    lay_out,
)
from pipelines.assess.alarms.wording import say_level
from pipelines.assess.days.calendar import DAY, Calendar
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.level.observation import Background
from risk_register.alarm.streams import MAXIMUM_PAGING, Question, name_stream
from risk_register.alarm.watched import WATCHED

WATCH_DAYS = 90
"""Days after a change for which the question is asked."""

MINIMUM_BASELINE_DAYS = 28
"""Fewer days before a change are no baseline."""

LATER_NAMED = 3
"""Later changes that a note names; of more it says how many."""

RELEASES = frozenset({"model", "prompt", "policy"})
KIND = "worse_since_release"


@dataclass(frozen=True)
class Release:
    """A change of one deployment, the `later` ones watched with it, and one indicator before and after it.

    Without a baseline there are no terms and no path.
    """

    deployment_id: str
    definition: Mapping[str, Any]
    day: dt.date
    later: tuple[dt.date, ...]
    series: Series
    terms: Terms | None
    path: Path | None

    @property
    def why_not(self) -> str:
        """In words, why nothing is judged; empty where something is."""
        return "" if self.path is not None else _explain(self)


def follow_releases(
    counted: Mapping[tuple[str, str], list[Arrival]],
    background: Background,
    changes: Sequence[Mapping[str, Any]],
    known_on: Mapping[str, dt.date],
    *,
    resets: Resets,
    clusters: Clusters | None = None,
) -> list[Release]:
    """The watched indicators over every change, in the order of their days.

    Args:
        counted: arrivals by deployment and indicator.
        background: definitions and calendars.
        changes: rows of `assessment.change`.
        known_on: the newest delivery of each deployment.
        resets: days after which detectors start again.
        clusters: days in buckets of people; without them each unit is a person's own.
    """
    followed = []
    for deployment, calendar in background.calendars.items():
        days = sorted(
            {
                row["effective_on"]
                for row in changes
                if row["deployment_id"] == deployment
                and row["what"] in RELEASES
                and calendar.first < row["effective_on"] <= calendar.last
            }
        )
        for indicator in WATCHED if days else ():
            definition = background.definitions.get(indicator)
            if definition is None or definition["kind"] not in PER_UNIT:
                continue
            arrivals = counted.get((deployment, indicator), [])
            stream = name_stream(Question.RELEASE, indicator)
            for first, release_days, last in _group(days, calendar, arrivals):
                day, later = release_days[0], tuple(release_days[1:])
                series = lay_out(
                    arrivals,
                    first=first,
                    last=last,
                    known_on=known_on.get(deployment, calendar.last),
                    held=calendar.held,
                    asked_from=day,
                )
                series = replace(
                    series, buckets=read_buckets(clusters, deployment, indicator, first, series.units)
                )
                taken = resets.get(deployment, {}).get(stream, frozenset())
                terms, path = watch_release(series, definition, day, resets=taken) or (None, None)
                followed.append(Release(deployment, definition, day, later, series, terms, path))
    return followed


def raise_releases(followed: Iterable[Release]) -> list[Concern]:
    """Alarms and watches of the watched indicators after every change that has a baseline."""
    return [
        concern
        for one in followed
        if one.terms is not None and one.path is not None
        for concern in _report(one, one.terms, one.path)
    ]


def _group(
    days: Sequence[dt.date], calendar: Calendar, arrivals: Iterable[Arrival]
) -> Iterator[tuple[dt.date, list[dt.date], dt.date]]:
    """First day of each baseline, the changes that it judges, and the last day of their watch."""
    start = calendar.first
    units = lay_out(
        arrivals, first=start, last=calendar.last, known_on=calendar.last, held=calendar.held
    ).units
    groups: list[tuple[dt.date, list[dt.date], bool]] = []
    for position, day in enumerate(days):
        # The old rate is that since the change before, where there was one.
        first = max(days[position - 1] if position else start, day - BASELINE_DAYS * DAY)
        before = units[max((first - start).days, 0) : (day - start).days]
        is_baseline = int(np.count_nonzero(before)) >= MINIMUM_BASELINE_DAYS
        if is_baseline or not groups or not groups[-1][2]:
            groups.append((first, [day], is_baseline))
        else:
            groups[-1][1].append(day)
    for place, (first, members, _) in enumerate(groups):
        end = groups[place + 1][1][0] - DAY if place + 1 < len(groups) else calendar.last
        yield first, members, min(end, members[-1] + (WATCH_DAYS - 1) * DAY)


def _explain(release: Release) -> str:
    before = slice((release.day - release.series.first).days)
    count = int(np.count_nonzero(release.series.units[before]))
    if count >= MINIMUM_BASELINE_DAYS:
        return f"every unit before the change of {release.day} was bad, so that it cannot have become worse"
    late = int(np.count_nonzero(release.series.dated_units[before])) - count
    more = f"; {late} more days were delivered more than {FREEZE_DAYS} days late" if late else ""
    return (
        f"the change of {release.day} has {count} days with units before it, back to the change before or to "
        f"the beginning: fewer than {MINIMUM_BASELINE_DAYS} are no baseline{more}"
    )


def watch_release(
    series: Series, definition: Mapping[str, Any], day: dt.date, *, resets: frozenset[dt.date] = frozenset()
) -> tuple[Terms, Path] | None:
    """Follow one indicator over a change; None where the days before it are no baseline.

    Worse is by the indicator's direction, which approved limits have to keep to; many have no limits at all.
    """
    split = (day - series.first).days
    is_below = definition["direction"] == "higher_is_better"
    old_units = series.units[:split]
    old_events = old_units - series.events[:split] if is_below else series.events[:split]
    if np.count_nonzero(old_units) < MINIMUM_BASELINE_DAYS or split >= len(series.units):
        return None
    limit = raise_baseline(old_events, old_units)
    if not 0 < limit < 1:
        return None
    terms = Terms(limit, is_below, 0)
    each = [None] * split + [terms] * (len(series.units) - split)
    return terms, follow(series, each, threshold=alarm_threshold(MAXIMUM_PAGING), resets=resets)


def compare_release(series: Series, day: dt.date, *, is_below: bool, last: dt.date) -> RateChange | None:
    """New over old rate, on whole weeks of both, or on the weekdays that the new days have.

    A unit counts in its own day: one of before the change that came after it says nothing of the new rate.
    """
    split, stop = (day - series.first).days, (last - series.first).days + 1
    events, units = series.dated_events, series.dated_units
    bad = units - events if is_below else events
    new = np.arange(split, min(stop, len(units)))
    if not new.size:
        return None
    if new.size >= 7:
        new, old = new[: new.size // 7 * 7], np.arange(split - split // 7 * 7, split)
    else:
        old = np.array([one for one in range(split) if (split - one) % 7 in {(split - n) % 7 for n in new}])
    if not old.size or not units[new].sum() or not units[old].sum() or new.size + old.size < 3:
        return None
    return compare_periods(bad[new], units[new], old_events=bad[old], old_trials=units[old])


def _report(release: Release, terms: Terms, path: Path) -> list[Concern]:
    threshold = alarm_threshold(MAXIMUM_PAGING)
    concerns = [_alarm(release, terms, one) for one in path.episodes]
    is_open = any(one.closed_on is None for one in path.episodes)
    if not is_open and path.statistic.size and path.statistic[-1] >= threshold / WATCH_SHARE:
        is_low = path.statistic < threshold / WATCH_SHARE
        start = int(np.flatnonzero(is_low)[-1]) + 1 if is_low.any() else 0
        concerns.append(
            Concern(
                **_shared(release, release.series.first + start * DAY),
                state="watch",
                statistic=float(path.statistic[-1]),
                **_say(release, terms, None),
            )
        )
    return concerns


def _alarm(release: Release, terms: Terms, episode: Episode) -> Concern:
    return Concern(
        **_shared(release, episode.opened_on),
        closed_on=episode.closed_on,
        state="alarm" if episode.closed_on is None else "resolved",
        statistic=episode.highest,
        confirmed_on=episode.confirmed_on,
        **_say(release, terms, episode.closed_on),
    )


def _shared(release: Release, opened_on: dt.date) -> dict[str, Any]:
    indicator, deployment = release.definition["indicator_id"], release.deployment_id
    return {
        "alarm_id": f"release:{deployment}:{indicator}:{release.day}:{opened_on}",
        "deployment_id": deployment,
        "indicator_id": indicator,
        "kind": KIND,
        "opened_on": opened_on,
        "threshold": alarm_threshold(MAXIMUM_PAGING),
        "stream_id": name_stream(Question.RELEASE, indicator),
        "judged_through": release.series.first + (release.series.frozen - 1) * DAY,
    }


def _say(release: Release, terms: Terms, last: dt.date | None) -> dict[str, Any]:
    """The note, which leaves, and the evidence, which does not: a limit learnt from days counts them, too."""
    definition, series = release.definition, release.series
    per = PER_UNIT[definition["kind"]]
    shown = per * (1 - terms.appetite if terms.is_below else terms.appetite)
    end = last or series.first + (len(series.units) - 1) * DAY
    change = compare_release(series, release.day, is_below=terms.is_below, last=end)
    split = (release.day - series.first).days
    events, without = series.dated_events, series.dated_units - series.dated_events
    parts = [side[span].sum() for span in (slice(split), slice(split, None)) for side in (events, without)]
    is_few = is_small(parts).any() or min(sum(parts[:2]), sum(parts[2:])) < MINIMUM_RATE_TRIALS
    ratio = "New over old: too few to say."
    if change is not None and not is_few and not np.isnan(change.ratio):
        what = ", of units without it," if terms.is_below else ""
        said = f"{change.ratio:.2f} ({change.low:.2f} to {change.high:.2f})"
        if np.isinf(change.ratio):
            said = f"at least {change.low:.2f}"
        ratio = f"New over old{what} {said}."
    side = "below" if terms.is_below else "above"
    limit = say_level(shown, definition["kind"])
    since = f"the change of {release.day}{_say_later(release, end)}"
    until = f"{WATCH_DAYS} days after the last change" if release.later else f"{WATCH_DAYS} days"
    return {
        "note": f"{definition['title']} in {release.deployment_id} since {since}: "
        f"{side} the limit that the {split} days before it allow (upper 80 %). "
        f"Watched for {until}; e-SR detector, at most {TOLERATED_PER_YEAR:g} false alarms a year "
        f"over {MAXIMUM_PAGING} streams.",
        "evidence": f"The limit is {limit}. {ratio}",
    }


def _say_later(release: Release, end: dt.date) -> str:
    later = [day for day in release.later if day <= end]
    if not later:
        return ""
    if len(later) > LATER_NAMED:
        return f", with {len(later)} later changes up to {later[-1]}"
    return f", with later changes on {', '.join(str(day) for day in later)}"
