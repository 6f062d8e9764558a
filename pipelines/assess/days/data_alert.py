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

from methods.volume import MAD_TO_SD, Volume
from pipelines.assess.days.calendar import DAY
from pipelines.assess.days.day import DataDay, DayState, find_delivery_faults, is_material

SILENT_DAYS = 2
"""Days in a row without data, of those on which data are usual, that are an alert. Source: the rule that two
missing days are a gap, for silence hides harm; owner: the data owner, a placeholder of 2026-11-28."""

RESTATED_DAYS = 7
"""Days that a restatement stays open: as long as the window that it missed."""

FIELD_DAYS = 28
MINIMUM_FIELD_DAYS = 14
FIELD_LOSS = 0.2
"""Points of a share by which a field may fall below its median before it counts as lost."""

FIELD_Z = 3.5
"""Robust standard deviations by which it must, too: few people write on a day, and each gives it or not."""

LOST_DAYS = 2
"""Days in a row on which a field must be missing; one is often the people of that day."""

MINIMUM_ROWS = 20

NOT_COMPUTED = "not_computed"
"""Kind of the alert about days that a generation was published without."""


@dataclass(frozen=True)
class DataAlert:
    """A row of `assessment.data_alert`."""

    alert_id: str
    deployment_id: str
    kind: str
    opened_on: dt.date
    last_on: dt.date
    holds_pages: bool
    note: str
    next_step: str
    closed_on: dt.date | None = None
    observed: float | None = None
    expected: float | None = None


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
DELIVERY_KINDS = {
    "broken_file": (
        "broken_delivery",
        "{broken_file_count} files delivered on {days} could not be read to their end.",
        "See the reasons of rejected records, and deliver the files again under the same names.",
    ),
    "many_rejected": (
        "many_rejected",
        "{rejected_count} of {delivered_count} records delivered on {days} were rejected.",
        "See the reasons of rejected records, mend the mapping, and deliver the files again.",
    ),
}


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
    found += _delivery_alerts(deployment_id, totals, today) if days else _never(deployment_id, totals)
    found += _lost_fields(deployment_id, fields)
    found += _restated(deployment_id, restatements, today)
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


def _delivery_alerts(
    deployment_id: str, totals: Iterable[Mapping[str, Any]], today: dt.date
) -> Iterator[DataAlert]:
    for row in totals:
        for fault in find_delivery_faults(row):
            name, note, next_step = DELIVERY_KINDS[fault]
            day = row["day"]
            yield DataAlert(
                f"{name}:{deployment_id}:{day}", deployment_id, name, opened_on=day, last_on=day,
                closed_on=_closed(day, today), holds_pages=True,
                note=note.format(days=say_days(day, day), **row), next_step=next_step,
                observed=float(row["rejected_count"]), expected=0.0,
            )  # fmt: skip


def _never(deployment_id: str, totals: Iterable[Mapping[str, Any]]) -> Iterator[DataAlert]:
    """Records came and none was ever accepted: open until one is, however few came."""
    every = list(totals)
    rows = [row for row in every if row["delivered_count"]]
    if not rows or any(row["message_count"] for row in every):  # what lapsed since was accepted once
        return
    first, last = min(row["day"] for row in rows), max(row["day"] for row in rows)
    delivered, rejected = (sum(row[name] for row in rows) for name in ("delivered_count", "rejected_count"))
    yield DataAlert(
        f"nothing_accepted:{deployment_id}:{first}", deployment_id, "nothing_accepted", opened_on=first,
        last_on=last, holds_pages=True,
        note=f"No message was ever accepted: of {delivered:,} records delivered {say_days(first, last)}, "
        f"{rejected:,} were rejected. What people said there is unknown, not safe.",
        next_step="See the reasons of rejected records, mend the mapping, and deliver the files again.",
        observed=float(rejected), expected=0.0,
    )  # fmt: skip


def _lost_fields(deployment_id: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[DataAlert]:
    by_field: dict[str, list[tuple[dt.date, float]]] = {}
    for row in sorted(rows, key=lambda one: (one["field"], one["day"])):
        if row["row_count"] >= MINIMUM_ROWS:
            by_field.setdefault(row["field"], []).append((row["day"], row["known_count"] / row["row_count"]))
    for field, shares in by_field.items():
        run: list[tuple[dt.date, float, float]] = []
        usual: list[float] = []
        for day, share in shares:
            known = usual[-FIELD_DAYS:]
            if len(known) >= MINIMUM_FIELD_DAYS and share < _least_usual(known):
                run.append((day, share, median(known)))
                continue
            usual.append(share)
            if len(run) >= LOST_DAYS:
                yield replace(_lost(deployment_id, field, run), closed_on=day)
            run = []
        if len(run) >= LOST_DAYS:
            yield _lost(deployment_id, field, run)


def _least_usual(shares: Sequence[float]) -> float:
    usual = median(shares)
    spread = MAD_TO_SD * median(abs(share - usual) for share in shares)
    return usual - max(FIELD_LOSS, FIELD_Z * spread)


def _lost(deployment_id: str, field: str, run: Sequence[tuple[dt.date, float, float]]) -> DataAlert:
    (first, _, expected), last = run[0], run[-1][0]
    observed = median(share for _, share, _ in run)
    return DataAlert(
        f"field_lost:{deployment_id}:{first}:{field}", deployment_id, "field_lost", opened_on=first,
        last_on=last, holds_pages=False,
        note=f"{field.replace('_', ' ')} is known in {observed:.0%} of the messages of "
        f"{say_days(first, last)}, where {expected:.0%} are usual.",
        next_step="Check whether the export or the mapping of this field has changed.",
        observed=observed, expected=expected,
    )  # fmt: skip


def _restated(deployment_id: str, rows: Iterable[Mapping[str, Any]], today: dt.date) -> Iterator[DataAlert]:
    by_delivery: dict[dt.date, list[Mapping[str, Any]]] = {}
    for row in rows:
        if is_material(row):
            by_delivery.setdefault(row["opened_on"], []).append(row)
    for opened_on, group in sorted(by_delivery.items()):
        changed = sorted(row["day"] for row in group)
        records = sum(row["record_count"] for row in group)
        yield DataAlert(
            f"restatement:{deployment_id}:{opened_on}", deployment_id, "restatement", opened_on=opened_on,
            last_on=opened_on, closed_on=_closed(opened_on, today), holds_pages=False,
            note=f"{records} records more than seven days old changed {say_days(changed[0], changed[-1])} "
            f"({len(changed)} day{'s' if len(changed) > 1 else ''}); figures shown before may differ.",
            next_step="Reports of these days that were issued stay as they are; say so where it matters.",
            observed=float(records), expected=0.0,
        )  # fmt: skip


def _closed(opened_on: dt.date, today: dt.date) -> dt.date | None:
    return opened_on + RESTATED_DAYS * DAY if today >= opened_on + RESTATED_DAYS * DAY else None


def _told(one: DataDay) -> list[str]:
    return str(one.total.get("tell_rules", "")).split(",")


def say_days(first: dt.date, last: dt.date) -> str:
    """A day, or from a day to a day."""
    return f"{first}" if first == last else f"{first} to {last}"
