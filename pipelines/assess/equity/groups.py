"""Groups against the rest, over the last four whole weeks: language, age, gender and region as supplied.

What a detector flags differs between groups also because the detector errs differently, so flags alone make
no claim: a difference, or its absence, stands only if it holds over all error rates that the detector may
have. Groups are never inferred, and 'unknown' is a group of its own. What cannot be assessed is a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from methods.equity import EquityStatus, bound_ratio, compare_with_rest, judge_measurement, shrink_rates
from methods.funnels import draw_funnel
from methods.intervals import Interval
from pipelines.assess.days.calendar import Calendar, end_of
from pipelines.assess.known import known
from pipelines.assess.level.cluster import Clusters
from pipelines.schemas.assessment import EQUITY
from pipelines.schemas.table import USER_SLICES

WINDOW_WEEKS = 4
COMPARED = ("proportion", "rate_per_1000")
KEY = ("deployment_id", "indicator_id", "slice", "slice_value")
FEW_PEOPLE = "few_people"
"""The method of a row that says nothing, for too few people or conversations stand behind it or the rest."""


@dataclass(frozen=True)
class ErrorBox:
    """Between which values a detector's sensitivity and specificity are taken to lie, in any group."""

    sensitivity: tuple[float, float]
    specificity: tuple[float, float]

    @property
    def turned(self) -> ErrorBox:
        """The same errors, told of the units that were not flagged."""
        return ErrorBox(self.specificity, self.sensitivity)


BOXES = {
    "validated": ErrorBox((0.80, 1.0), (0.990, 1.0)),
    "limited": ErrorBox((0.60, 1.0), (0.970, 1.0)),
    "unvalidated": ErrorBox((0.40, 1.0), (0.950, 1.0)),
}
"""By the badge of the detector's card. Owner: clinical safety; placeholders of 2026-11-23, wide on purpose: a
specificity of 0.98 instead of 0.99 alone shows a ratio of 1.69 where there is none."""


@dataclass(frozen=True)
class Window:
    """The last whole weeks of a deployment."""

    weeks: tuple[dt.date, ...]

    @property
    def last_day(self) -> dt.date:
        """Last day of the last week."""
        return end_of("week", self.weeks[-1])


def compare_groups(
    counts: pd.DataFrame,
    definitions: Mapping[str, Mapping[str, Any]],
    detectors: Iterable[Mapping[str, Any]],
    clusters: Clusters,
    calendars: Mapping[str, Calendar],
) -> pa.Table:
    """The table `assessment.equity`, from the weekly rows of `sql/assessment/period.sql`."""
    badges = _worst_badges(detectors)
    windows = {name: window for name, calendar in calendars.items() if (window := find_window(calendar))}
    totals = _add_up(counts, windows)
    rows: list[dict[str, Any]] = []

    @cache
    def weigh(deployment: str, indicator: str) -> float:
        return clusters.design_effect(deployment, indicator, "week", windows[deployment].weeks)

    for key, part in totals.groupby(level=list(KEY[:3])):
        deployment, indicator, group = (str(name) for name in key)
        definition, window = definitions[indicator], windows[deployment]
        needs = [need for need in definition["needs"].split(",") if need]
        # An indicator that is defined by a field says nothing about groups of that field.
        if definition["kind"] not in COMPARED or f"field:{group}" in needs:
            continue
        place, deff = (deployment, indicator, group), weigh(deployment, indicator)
        found = judge_groups(
            clusters.weigh_groups(
                part.droplevel(list(KEY[:3])), place, window.weeks, unit=definition["unit"], deff=deff
            ),
            needs,
            badges,
            deff=deff,
            counts_good=definition["direction"] == "higher_is_better",
        )
        said: dict[str, Any] = {"deployment_id": deployment, "indicator_id": indicator, "slice": group}
        said |= {"first_day": window.weeks[0], "last_day": window.last_day}
        rows += [said | row for row in found]
    return pa.Table.from_pylist(rows, schema=EQUITY.arrow_schema)


def _add_up(counts: pd.DataFrame, windows: Mapping[str, Window]) -> pd.DataFrame:
    """Numerator and denominator of every group over the window of its deployment."""
    weekly = counts[(counts["period"] == "week") & counts["slice"].isin(USER_SLICES)]
    wanted = {(name, week) for name, window in windows.items() for week in window.weeks}
    keys = zip(weekly["deployment_id"].tolist(), weekly["period_start"].tolist(), strict=True)
    chosen = weekly[[key in wanted for key in keys]]
    return chosen.groupby(list(KEY))[["numerator", "denominator"]].sum()


def find_window(calendar: Calendar) -> Window | None:
    """The newest four whole weeks; None while there are fewer."""
    weeks = [start for period, start in calendar.periods() if period == "week"]
    whole = [start for start in weeks if not calendar.is_partial("week", start)]
    return Window(tuple(whole[-WINDOW_WEEKS:])) if len(whole) >= WINDOW_WEEKS else None


def judge_groups(
    totals: pd.DataFrame,
    needs: Sequence[str],
    badges: Mapping[str, str],
    *,
    deff: float,
    counts_good: bool = False,
) -> list[dict[str, Any]]:
    """Rows of groups that divide a population.

    `totals` has by group a numerator and denominator, the design effect, and the persons and conversations
    that it rests on at the least; `deff` is the design effect of them all.

    Where events are good (`counts_good`) the units without them are compared: 0.96 and 1.00 are alike as
    successes, and as failures they are not.
    """
    x, n = totals["numerator"].to_numpy(float), totals["denominator"].to_numpy(float)
    signals = [need.removeprefix("signal:") for need in needs if need.startswith("signal:")]
    method = _method(needs, signals)
    rows = [
        {
            "slice_value": value,
            "numerator": events,
            "denominator": units,
            **dict.fromkeys(("ratio", "ci_low", "ci_high", "difference_per_1000", "bound_low", "bound_high")),
            **dict.fromkeys(("funnel_low", "funnel_high", "shrunk_share")),
            "status": EquityStatus.NOT_ASSESSABLE.value,
            "method": method,
            "is_suppressed": False,
        }
        for value, events, units in zip(totals.index, x, n, strict=True)
    ]
    if len(rows) < 2 or np.any(x > n):
        return rows
    bad = n - x if counts_good else x
    found = compare_with_rest(
        bad,
        n,
        deff=totals["deff"],
        persons=totals["persons"],
        conversations=totals["conversations"],
    )
    funnel = draw_funnel(bad, n, phi_of_days=deff) if n.sum() else None
    shrunk = shrink_rates(bad, n).shrunk if n.sum() else np.full(len(n), np.nan)
    for place, row in enumerate(rows):
        bounds = None
        if method == "bounded":
            box = _box(signals, badges)
            bounds = _bound(bad, n, place, box.turned if counts_good else box)
        status = str(found.status[place])
        if bounds is not None:
            status = judge_measurement(status, bounds)
        elif method == "detected_units" and status != EquityStatus.NOT_ASSESSABLE:
            status = EquityStatus.MEASUREMENT_CANNOT_SEPARATE
        row |= {
            "ratio": known(found.ratio[place]),
            "ci_low": known(found.low[place]),
            "ci_high": known(found.high[place]),
            "difference_per_1000": known(found.difference_per_1000[place]),
            "bound_low": None if bounds is None else known(bounds.low),
            "bound_high": None if bounds is None else known(bounds.high),
            "status": str(status),
            "method": FEW_PEOPLE if found.rests_on_few[place] else method,
            "funnel_low": None if funnel is None else known(funnel.low_95[place]),
            "funnel_high": None if funnel is None else known(funnel.high_95[place]),
            "shrunk_share": known(shrunk[place]),
        }
    return rows


def _method(needs: Sequence[str], signals: Sequence[str]) -> str:
    """How far flags matter: not at all, in the numerator, or already in which units are counted."""
    if not signals:
        return "raw_counts"
    is_about_people_at_risk = any(signal.startswith("u_") for signal in signals) and len(needs) > 1
    return "detected_units" if is_about_people_at_risk else "bounded"


def _bound(x: np.ndarray[Any, Any], n: np.ndarray[Any, Any], place: int, box: ErrorBox) -> Interval | None:
    rest_x, rest_n = x.sum() - x[place], n.sum() - n[place]
    if n[place] == 0 or rest_n == 0:
        return None
    return bound_ratio(
        float(x[place] / n[place]),
        float(rest_x / rest_n),
        sensitivity=box.sensitivity,
        specificity=box.specificity,
        reference_sensitivity=box.sensitivity,
        reference_specificity=box.specificity,
    )


def _box(signals: Sequence[str], badges: Mapping[str, str]) -> ErrorBox:
    """The box of the least known of the signals."""
    order = list(BOXES)
    return BOXES[max((badges.get(signal, "unvalidated") for signal in signals), key=order.index)]


def _worst_badges(detectors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    order = list(BOXES)
    badges: dict[str, str] = {}
    for row in detectors:
        known = badges.get(row["signal_id"], order[0])
        badges[row["signal_id"]] = max(known, row["badge"], key=order.index)
    return badges
