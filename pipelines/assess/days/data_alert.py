"""What the owner of the data should look at, from the states of days: one row a run of days with one fault.

These call an engineer, never a clinician. Alarms about days beside a fault that `holds_pages` may be the
fault's own, so they wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from methods.volume import Volume
from pipelines.assess.days.alert import DataAlert, say_days
from pipelines.assess.days.day import DataDay, DayState
from pipelines.assess.days.delivery_alert import find_delivery_alerts, find_none_accepted, find_restatements
from pipelines.assess.days.field_alert import find_lost_fields

SILENT_DAYS = 2
"""Days in a row without data, of those on which data are usual, that are an alert. Source: the rule that two
missing days are a gap, for silence hides harm; owner: the data owner, a placeholder of 2026-11-28."""

NOT_COMPUTED = "not_computed"
"""Kind of the alert about days that a generation was published without."""


@dataclass(frozen=True)
class Kind:
    """A fault that a day may have: how to see it, from how many days in a row, and what is said then."""

    name: str
    holds: Callable[[DataDay], bool]
    note: str
    next_step: str
    holds_pages: bool
    minimum_days: int = 1
    closes: bool = True
    """Whether a day that is as usual ends it; a day that is held stays so until it is mended."""


KINDS = (
    Kind(
        "silence",
        lambda one: one.state is DayState.LATE,
        "No data came for {days}, where {expected} messages a day are usual.",
        "Find out whether the product was down or the export stopped; deliver what is missing.",
        holds_pages=True,
        minimum_days=SILENT_DAYS,
    ),
    Kind(
        "volume_drop",
        lambda one: one.volume.verdict is Volume.LOW and "running" not in one.reasons,
        "{observed} messages a day in {days}, where {expected} are usual for the weekday.",
        "Check that every server exports, and that nothing was filtered out; then deliver the rest.",
        holds_pages=True,
    ),
    Kind(
        "volume_rise",
        lambda one: one.volume.verdict is Volume.HIGH,
        "{observed} messages a day in {days}, where {expected} are usual for the weekday.",
        "Check for test traffic or an import; if people really wrote more, tell clinical safety.",
        holds_pages=False,
    ),
    Kind(
        "held_day",
        lambda one: any(reason.startswith("stop:") for reason in one.reasons),
        "The gate holds {days}: {reasons}. Nothing of it is scored.",
        "Data health says what each rule asks; mend it, deliver again, and run.",
        holds_pages=True,
        closes=False,
    ),
    Kind(
        "not_scored",
        lambda one: "not_scored" in one.reasons,
        "Detectors could not read much of {days}; what was said there is unknown, not safe.",
        "Run `plimsoll run`; if the days stay as they are, its log names the cause.",
        holds_pages=True,
        closes=False,
    ),
    Kind(
        NOT_COMPUTED,
        lambda one: one.state is DayState.WAITING,
        "{days} came and no run has counted it yet; what was said there is unknown, not safe.",
        "Run `plimsoll run` without a range; if the days stay as they are, its log names the cause.",
        holds_pages=True,
        closes=False,
    ),
    Kind(
        "clock_skew",
        lambda one: "clocks_agree" in _told(one),
        "{clock_skew_count} messages of {days} are dated after the day of their delivery.",
        "Check the zone of the deployment and the clocks of the servers that log.",
        holds_pages=False,
    ),
    Kind(
        "out_of_order",
        lambda one: "turns_are_in_order" in _told(one),
        "{out_of_order_count} messages of {days} have numbers that contradict their time.",
        "Check which field holds the time of a message, and the clocks that write it.",
        holds_pages=False,
    ),
)


def find_alerts(
    deployment_id: str,
    days: Sequence[DataDay],
    *,
    totals: Iterable[Mapping[str, Any]],
    fields: Iterable[Mapping[str, Any]],
    restatements: Iterable[Mapping[str, Any]],
    today: dt.date,
) -> list[DataAlert]:
    """Everything that the owner of one deployment's data should look at, the oldest first.

    Args:
        deployment_id: the deployment.
        days: its days, in order; none while no record of it was ever accepted.
        totals: rows of `sql/assessment/day_total.sql`, for what was delivered on days without data.
        fields: rows of `indicator.field_day`.
        restatements: rows of `sql/assessment/restatement.sql`; those that change little are left out.
        today: the running day in the deployment's zone.
    """
    found = [alert for kind in KINDS for alert in _runs(kind, days)]
    found += (
        find_delivery_alerts(deployment_id, totals, today)
        if days
        else find_none_accepted(deployment_id, totals)
    )
    found += find_lost_fields(deployment_id, fields)
    found += find_restatements(deployment_id, restatements, today)
    return sorted(found, key=lambda one: (one.opened_on, one.alert_id))


def _runs(kind: Kind, days: Sequence[DataDay]) -> Iterator[DataAlert]:
    run: list[DataDay] = []
    for one in days:
        if kind.holds(one):
            run.append(one)
        elif one.state is not DayState.QUIET:  # a day that is usually quiet neither ends nor makes a silence
            if len(run) >= kind.minimum_days:
                yield replace(_alert(kind, run), closed_on=one.day if kind.closes else None)
            run = []
    if len(run) >= kind.minimum_days:
        yield _alert(kind, run)


def _alert(kind: Kind, run: Sequence[DataDay]) -> DataAlert:
    expected = [one.volume.expected for one in run if one.volume.expected is not None]
    observed = median(one.message_count for one in run)
    words = {
        "days": say_days(run[0].day, run[-1].day),
        "observed": f"{observed:,.0f}",
        "expected": f"{median(expected):,.0f}" if expected else "an unknown number of",
        "reasons": ", ".join(sorted({reason for one in run for reason in one.reasons})).replace("_", " "),
        "clock_skew_count": sum(one.total.get("clock_skew_count", 0) for one in run),
        "out_of_order_count": sum(one.total.get("out_of_order_count", 0) for one in run),
    }
    return DataAlert(
        f"{kind.name}:{run[0].deployment_id}:{run[0].day}", run[0].deployment_id, kind.name,
        opened_on=run[0].day, last_on=run[-1].day, holds_pages=kind.holds_pages,
        note=kind.note.format(**words), next_step=kind.next_step,
        observed=float(observed), expected=float(median(expected)) if expected else None,
    )  # fmt: skip


def _told(one: DataDay) -> list[str]:
    return str(one.total.get("tell_rules", "")).split(",")
