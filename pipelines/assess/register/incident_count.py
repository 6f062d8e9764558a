"""Incidents as counts: how many were opened in a period, and how long the due reports of them took."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.assess.days.calendar import Calendar, end_of, list_days, start_of
from risk_register.incident.reports import DueReport

OPENED, REPORTED = "incident_opened_count", "time_to_report_hours"
WHOLE = {"slice": "all", "slice_value": "all"}


def count_opened(
    opened_at: Iterable[dt.datetime], deployment_id: str, calendar: Calendar, zone: str
) -> list[dict[str, Any]]:
    """Counts by day, week and month with data; days are the deployment's.

    Args:
        opened_at: when each incident was opened.
        deployment_id: the deployment.
        calendar: its days with data.
        zone: its IANA zone.
    """
    days = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in opened_at)
    rows = []
    for period, start in calendar.periods():
        inside = list_days(start, end_of(period, start))
        rows.append(
            WHOLE
            | {
                "deployment_id": deployment_id,
                "indicator_id": OPENED,
                "period": period,
                "period_start": start,
                "numerator": float(sum(days[day] for day in inside)),
                "denominator": float(len(calendar.present.intersection(inside))),
                "unscored_count": 0.0,
                "unit_count": 0.0,
            }
        )
    return rows


def measure_reporting(
    reports: Iterable[DueReport], deployment_id: str, calendar: Calendar, zone: str
) -> list[dict[str, Any]]:
    """Median and 90th percentile of the hours from knowing to reporting, by the week of the report.

    What is due and not reported yet has no time; the clocks of its incident say whether it is overdue.
    """
    hours: dict[dt.date, list[float]] = {}
    for one in reports:
        if one.reported_at is not None:
            week = start_of("week", one.reported_at.astimezone(ZoneInfo(zone)).date())
            hours.setdefault(week, []).append((one.reported_at - one.aware_at) / dt.timedelta(hours=1))
    rows: list[dict[str, Any]] = []
    for week, taken in sorted(hours.items()):
        if not start_of("week", calendar.first) <= week <= calendar.last:
            continue
        median, p90 = (float(each) for each in np.quantile(taken, [0.5, 0.9]))
        rows.append(
            WHOLE
            | {
                "deployment_id": deployment_id,
                "indicator_id": REPORTED,
                "period": "week",
                "period_start": week,
                "numerator": None,
                "denominator": float(len(taken)),
                "value": median,
                "ci_low": None,
                "ci_high": None,
                "p90": p90,
                "method": "median",
            }
        )
    return rows
