"""Days of data: their chart and table on Data health, and what other pages say of days that are not whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.grid import AS_DAY, draw_grid
from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_facts
from dashboards.components.table import draw_download
from dashboards.figures.volume import draw_volume
from dashboards.health_records import DataDay
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.vocabulary import DATA_STATE_MARKS
from dashboards.wording import say_all_reasons, say_count, say_day
from methods.day_counts import COLUMNS_ABOUT_WORDS, hide_days

PATH = "/data-health"
RECENT_DAYS = 14
WHOLE = frozenset({"complete", "quiet"})
SHOWN_DAYS = 6
DAY_COUNTS = frozenset(
    name for name in DataDay.__dataclass_fields__ if name.endswith("_count") or name.startswith("expected_")
)


def draw_days(view: View, days: Sequence[DataDay]) -> Component:
    """Messages by day with their usual range and the days that are not whole."""
    return draw_chart(
        "days",
        {scheme: draw_volume(days, scheme) for scheme in Scheme},
        scheme=view.scheme,
        title="Messages by day, and days that are not whole",
        summary=say_days(days),
        facts=draw_facts(
            view,
            ("Period", "day"),
            ("Out of", "messages accepted"),
            ("Band", "half to double of the weekday's median, or wider"),
        ),
        definition=html.Span("same weekday of the six weeks before; see docs/statistics.md"),
        twin=html.Div([_draw_twin(days), draw_download(view.download("days"), "these days")]),
    )


def draw_recent_days(view: View) -> Component:
    """The last two weeks in a line: which days are not whole, and where to look."""
    days = view.reader.data_days(view.deployment_id, view.since)[-RECENT_DAYS:]
    troubled = [one for one in days if one.state not in WHOLE]
    link = dcc.Link("Data health", href=view.href(PATH))
    if not days:
        return html.P(["No day of data yet. ", link], className="data-days")
    if not troubled:
        return html.P(
            [draw_mark(DATA_STATE_MARKS["complete"]), f" All of the last {len(days)} days of data. ", link],
            className="data-days",
        )
    shown = troubled[-SHOWN_DAYS:]
    parts: list[Component | str] = [
        html.Span([draw_mark(DATA_STATE_MARKS[one.state], say_day(one.day)), " "]) for one in shown
    ]
    more = len(troubled) - len(shown)
    words = f"{f'and {more} more ' if more else ''}of the last {len(days)} days of data. "
    return html.P([*parts, words, link], className="data-days")


def draw_days_within(view: View) -> Component | None:
    """Which days of the range are not whole: what the numbers of another page must be read with."""
    days = [one for one in view.reader.data_days(view.deployment_id, view.since) if one.state not in WHOLE]
    if not days:
        return None
    return html.Section(
        [
            html.H2("Days whose data are not whole"),
            html.Ul(
                [
                    html.Li(
                        [draw_mark(DATA_STATE_MARKS[one.state]), f" {say_day(one.day)}: {say_reasons(one)}"]
                    )
                    for one in reversed(days[-SHOWN_DAYS:])
                ],
                className="plain",
            ),
            html.P(
                [
                    f"{len(days)} in this range. Their numbers are marked. ",
                    dcc.Link("Data health", href=view.href(PATH)),
                ]
            ),
        ],
        className="card",
    )


def say_reasons(one: DataDay) -> str:
    """Why a day is what it is, in words."""
    return say_all_reasons(one.reasons) or DATA_STATE_MARKS[one.state].word


def say_days(days: Sequence[DataDay]) -> str:
    """The chart in words."""
    if not days:
        return "No day in this range."
    counts = Counter(one.state for one in days)
    whole = sum(counts[state] for state in WHOLE)
    others = [f"{counts[state]} {DATA_STATE_MARKS[state].word}" for state in counts if state not in WHOLE]
    messages = sum(one.message_count for one in days)
    newest = days[-1]
    return (
        f"{say_count(messages)} messages on {len(days)} days; {whole} days are whole"
        f"{', ' + ', '.join(sorted(others)) if others else ''}. "
        f"Newest: {say_day(newest.day)}, {DATA_STATE_MARKS[newest.state].word}."
    )


def say_arrival(days: Sequence[DataDay]) -> str:
    """When data came, and how long after its day a day usually comes."""
    came = [one for one in days if one.first_received_on is not None]
    if not came:
        return "Nothing has come in this range."
    newest = max(one.last_received_on for one in came if one.last_received_on is not None)
    waits = sorted(
        (one.first_received_on - one.day) / timedelta(days=1) for one in came if one.first_received_on
    )
    usual = waits[len(waits) // 2]
    late = sum(one.late_count for one in came)
    messages = sum(one.message_count for one in came)
    # A delivery named by the clock of UTC may be dated before the day of a zone that is ahead.
    wait = "on the same day" if usual <= 0 else f"{usual:.0f} day{'s' if usual > 1 else ''} later"
    return (
        f"Newest delivery {say_day(newest)}; a day usually comes {wait}. "
        f"{say_count(late)} of {say_count(messages)} messages came after their day."
    )


def _draw_twin(days: Sequence[DataDay]) -> Component:
    if not days:
        return html.P("No such days.", className="empty")
    number = {"type": "rightAligned", "width": 116}
    columns = [
        {"field": "day", "headerName": "Day", "pinned": "left", "width": 124, **AS_DAY},
        {"field": "state", "headerName": "State", "width": 110},
        {"field": "reasons", "headerName": "Why", "minWidth": 230, "flex": 1},
        {"field": "messages", "headerName": "Messages", **number},
        {"field": "usual", "headerName": "Usual", **number},
        {"field": "unscored", "headerName": "Unscored", **number},
        {"field": "owed", "headerName": "Owed", **number},
        {"field": "rejected", "headerName": "Rejected of delivered", "type": "rightAligned", "width": 170},
        {"field": "late", "headerName": "Late", **number},
        {"field": "disorder", "headerName": "Out of order", **number},
        {"field": "skew", "headerName": "Clock skew", **number},
        {"field": "waiting", "headerName": "Waiting events", **number},
        {"field": "came", "headerName": "First came", "width": 124, **AS_DAY},
        {"field": "newest", "headerName": "Newest came", "width": 124, **AS_DAY},
    ]
    data = [
        {
            "day": one.day.isoformat(),
            "state": DATA_STATE_MARKS[one.state].word,
            "reasons": say_reasons(one) if one.reasons else "",
            "messages": one.message_count,
            "usual": None if one.expected_count is None else round(one.expected_count),
            "unscored": one.unscored_count,
            "owed": one.owed_count,
            "rejected": f"{one.rejected_count} of {one.delivered_count}" if one.delivered_count else "",
            "late": one.late_count,
            "disorder": one.out_of_order_count,
            "skew": one.clock_skew_count,
            "waiting": one.waiting_event_count,
            "came": "" if one.first_received_on is None else one.first_received_on.isoformat(),
            "newest": "" if one.last_received_on is None else one.last_received_on.isoformat(),
        }
        for one in reversed(days)
    ]
    return draw_grid("days", columns, data, label="Days of data")


def make_days_sheet(view: View) -> Sheet:
    """Every day of the range, every column, without the counts that would count people."""
    names = tuple(DataDay.__dataclass_fields__)
    few = find_few(view)
    rows = [
        tuple(
            SUPPRESSED
            if name in COLUMNS_ABOUT_WORDS or (one.day in few and name in DAY_COUNTS)
            else getattr(one, name)
            for name in names
        )
        for one in view.reader.data_days(view.deployment_id, view.since)
    ]
    return Sheet("days", names, rows)


def find_few(view: View) -> frozenset[date]:
    """Days whose messages are too few for any count of theirs to leave."""
    days = view.reader.data_days(view.deployment_id, date.min)
    return hide_days({one.day: one.message_count for one in days})
