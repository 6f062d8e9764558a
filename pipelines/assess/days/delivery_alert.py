"""Alerts about what was delivered: broken files, many or all records refused, numbers changed later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.assess.days.alert import DataAlert, say_days
from pipelines.assess.days.calendar import DAY
from pipelines.assess.days.day import find_delivery_faults, is_material

RESTATED_DAYS = 7
"""Days that a restatement stays open: as long as the window that it missed."""

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


def find_delivery_alerts(
    deployment_id: str, totals: Iterable[Mapping[str, Any]], today: dt.date
) -> Iterator[DataAlert]:
    """Deliveries of which a part could not be read, for a week."""
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


def find_none_accepted(deployment_id: str, totals: Iterable[Mapping[str, Any]]) -> Iterator[DataAlert]:
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


def find_restatements(
    deployment_id: str, rows: Iterable[Mapping[str, Any]], today: dt.date
) -> Iterator[DataAlert]:
    """Late records that changed numbers shown before: one alert a delivery, for a week."""
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
