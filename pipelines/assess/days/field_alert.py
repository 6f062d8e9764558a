"""Alerts about fields that a log used to give and no longer does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from methods.volume import MAD_TO_SD
from pipelines.assess.days.alert import DataAlert, say_days

FIELD_DAYS = 28
MINIMUM_FIELD_DAYS = 14
FIELD_LOSS = 0.2
"""Points of a share by which a field may fall below its median before it counts as lost."""

FIELD_Z = 3.5
"""Robust standard deviations by which it must, too: few people write on a day, and each gives it or not."""

LOST_DAYS = 2
"""Days in a row on which a field must be missing; one is often the people of that day."""

MINIMUM_ROWS = 20


def find_lost_fields(deployment_id: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[DataAlert]:
    """Fields known in far fewer messages than usual, some days in a row."""
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
