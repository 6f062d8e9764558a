"""A release side by side: the four weeks before a change and the four after it, indicator by indicator.

Whole weeks on both sides, so that weekdays match, and days as clusters, so that a restless week does not
look like an effect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import DailyCount
from dashboards.records import Change, Indicator
from dashboards.view import View
from dashboards.wording import say_count, say_day, say_factor, say_value, say_words
from methods.baselines import compare_periods
from methods.errors import MethodsError

SPAN = timedelta(days=28)
COMPARED = ("proportion", "rate_per_1000")
LEAST_EVENTS = 5
"""On one side at least: what a release brought in had none before it, what it ended has none after it."""

RELEASES = ("model", "prompt", "policy", "detector")


@dataclass(frozen=True)
class Compared:
    """One indicator before and after."""

    indicator: Indicator
    before: tuple[float, float]
    after: tuple[float, float]
    ratio: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 1 out."""
        return self.low > 1 or self.high < 1


def draw_comparison(view: View, changes: Sequence[Change]) -> Component | None:
    """The comparison of the release that the address names; of the newest where it names none, or another."""
    releases = [change for change in changes if change.what in RELEASES]
    if not releases:
        return None
    asked = view.filter("change")
    named = next((one for one in releases if one.change_id == asked), None)
    chosen = named or releases[-1]
    rows = view.reader.measured(
        DailyCount,
        deployment_id=view.deployment_id,
        first=chosen.effective_on - SPAN,
        last=chosen.effective_on + SPAN - timedelta(days=1),
    )
    found = compare_change(chosen.effective_on, rows, view.reader.indicators())
    links = [
        html.Li(
            dcc.Link(
                f"{say_day(one.effective_on)}: {say_words(one.what)}",
                href=view.href(None, change=one.change_id),
            )
        )
        for one in reversed(releases)
    ]
    headings = [Heading(title) for title in ("Indicator", "Before", "After", "Ratio (95 %)", "Reads as")]
    return html.Section(
        [
            html.H2("A release side by side"),
            html.P(
                f"No release in this range is called {asked}; this is the newest.",
                className="hint",
            )
            if asked and named is None
            else None,
            html.P(
                f"{say_words(chosen.what).capitalize()}, {say_day(chosen.effective_on)}: four weeks before "
                "and up to "
                "four after, whole weeks on both sides. Days are clusters of the interval. Raw counts; "
                "what else "
                "changed in these weeks is in the ratio, too."
            ),
            draw_table(
                "Before and after the release",
                headings,
                [draw_line(one) for one in found],
                empty=f"No indicator has {LEAST_EVENTS} events on either side.",
            ),
            html.Details([html.Summary("Another release"), html.Ul(links, className="listed")]),
        ],
        className="card",
        id="side-by-side",
    )


def compare_change(on: date, rows: Sequence[DailyCount], indicators: Sequence[Indicator]) -> list[Compared]:
    """The comparisons that can be made, the clearest first."""
    about = {one.indicator_id: one for one in indicators}
    found = []
    for name in sorted({row.indicator_id for row in rows}):
        indicator = about.get(name)
        if indicator is None or indicator.kind not in COMPARED or indicator.computed_by != "sql":
            continue
        mine = [row for row in rows if row.indicator_id == name and row.denominator]
        before, after = _whole_weeks(mine, on)
        if max(sum(row.numerator or 0 for row in part) for part in (before, after)) < LEAST_EVENTS:
            continue
        try:
            change = compare_periods(
                [row.numerator or 0 for row in after],
                [row.denominator or 0 for row in after],
                old_events=[row.numerator or 0 for row in before],
                old_trials=[row.denominator or 0 for row in before],
            )
        except MethodsError:
            continue
        totals = [
            (sum(row.numerator or 0 for row in part), sum(row.denominator or 0 for row in part))
            for part in (before, after)
        ]
        found.append(Compared(indicator, totals[0], totals[1], change.ratio, change.low, change.high))
    return sorted(found, key=lambda one: (not one.is_clear, one.indicator.title))


def _whole_weeks(rows: Sequence[DailyCount], on: date) -> tuple[list[DailyCount], list[DailyCount]]:
    """As many whole weeks after the change as there are, and as many before it."""
    after = [row for row in rows if row.day >= on]
    weeks = min(len({row.day for row in after}) // 7, SPAN.days // 7)
    span = timedelta(weeks=weeks)
    return (
        [row for row in rows if on - span <= row.day < on],
        [row for row in after if row.day < on + span],
    )


def draw_line(one: Compared) -> Line:
    """A comparison as a row of the table."""
    words = "no clear change"
    if one.is_clear:
        words = "higher after" if one.low > 1 else "lower after"
    return Line(
        (
            one.indicator.title,
            _say(one.before, one.indicator.kind),
            _say(one.after, one.indicator.kind),
            _say_ratio(one),
            words,
        )
    )


def _say_ratio(one: Compared) -> str:
    """Where one side has no event the ratio has one end only."""
    if math.isinf(one.ratio):
        return f"at least {say_factor(one.low)}"
    if one.ratio == 0:
        return f"at most {say_factor(one.high)}"
    return f"{say_factor(one.ratio)} ({say_factor(one.low)} to {say_factor(one.high)})"


def _say(counts: tuple[float, float], kind: str) -> str:
    per = 1000.0 if kind == "rate_per_1000" else 1.0
    value = per * counts[0] / counts[1] if counts[1] else None
    return f"{say_value(value, kind)} ({say_count(counts[0])} of {say_count(counts[1])})"
