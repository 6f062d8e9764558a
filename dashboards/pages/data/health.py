"""Data health: how fresh the data are, what was refused, late, held or unscored, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.grid import AS_DAY, draw_grid
from dashboards.components.shell import draw_chips, draw_facts, draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.figures.quality import draw_quality
from dashboards.health_records import QualityCount
from dashboards.pages.data.days import draw_days, find_few, make_days_sheet, say_arrival
from dashboards.pages.data.fields import draw_fields, draw_restatements, make_fields_sheet
from dashboards.pages.data.gate import draw_alerts, draw_rules, make_rules_sheet
from dashboards.pages.data.readiness import draw_detectors, draw_readiness
from dashboards.pages.page import Page, Shelf
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.wording import say_count, say_day, say_moment, say_reason, say_share
from methods.day_counts import is_about_words

PATH = "/data-health"
ACCEPTED = "accepted"
KINDS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    (
        "Rejected",
        lambda reason: reason.startswith("rejected"),
        "Records that could not be read, with a reason each.",
    ),
    ("Duplicates", lambda reason: reason.endswith("duplicate"), "Delivered more than once; counted once."),
    (
        "Late",
        lambda reason: reason == "late",
        "Arrived after their day was first counted; the day was counted again.",
    ),
    ("Out of order", lambda reason: reason == "out_of_order", "Their own number contradicts their time."),
    ("Clock skew", lambda reason: reason == "clock_skew", "Dated after the day of their delivery."),
    (
        "Held days",
        lambda reason: reason.startswith("stop:"),
        "A stop rule holds the day until someone looks.",
    ),
    (
        "Told",
        lambda reason: reason.startswith("tell:"),
        "A rule found something worth knowing; the day passed.",
    ),
    ("Redactions", lambda reason: reason == "redacted", "Contact details replaced at the door."),
    ("Unscored", lambda reason: reason.startswith("unscored"), "Not read by a detector; unknown, not safe."),
    (
        "Owed",
        lambda reason: reason.startswith("owed"),
        "A detector was to read them and has not answered; the day's numbers may still change.",
    ),
    (
        "Waiting events",
        lambda reason: reason == "waiting_event",
        "Events that came before their first message.",
    ),
)


def layout(view: View) -> Component:
    """The page."""
    rows = view.reader.quality(view.deployment_id, view.since)
    days = view.reader.data_days(view.deployment_id, view.since)
    reason = view.filter("reason")
    troubled = [row for row in rows if is_trouble(row.reason) and reason in {None, row.reason}]
    return html.Div(
        [
            draw_heading(view, "Data health", f"{_say_freshness(view)} {say_arrival(days)}"),
            draw_alerts(view.reader.data_alerts(view.deployment_id, view.since)),
            draw_days(view, days),
            _draw_kinds(view, rows),
            draw_chips(view, ("reason",)),
            draw_chart(
                "quality",
                {scheme: draw_quality(troubled, scheme) for scheme in Scheme},
                scheme=view.scheme,
                title="Rows that did not simply pass, by day and reason",
                summary=_say_trouble(troubled),
                facts=draw_facts(view, ("Period", "day"), ("Out of", _say_total(rows))),
                definition=html.Span("every delivered row ends in exactly one reason"),
                twin=html.Div([_draw_twin(troubled), draw_download(view.download("rows"), "these rows")]),
            ),
            draw_rules(view, view.reader.rules(view.deployment_id, view.since)),
            draw_fields(view, view.reader.fields(view.deployment_id, view.since)),
            draw_restatements(view.reader.restatements(view.deployment_id, view.since)),
            draw_readiness(view),
            draw_detectors(view),
        ]
    )


def is_trouble(reason: str) -> bool:
    """Whether rows of a reason did not simply pass; redaction is work done, not trouble."""
    return reason not in {ACCEPTED, "redacted"}


def _say_freshness(view: View) -> str:
    last = view.deployment.last_day
    if last is None:
        return "No data yet."
    age = (view.today - last).days
    ago = "today" if age == 0 else f"{age} day{'' if age == 1 else 's'} ago"
    return (
        f"Last day with data: {say_day(last)} ({ago} in {view.deployment.zone}), "
        f"built {say_moment(view.build.built_at)}. "
        f"{say_count(view.deployment.conversation_count)} conversations and "
        f"{say_count(view.deployment.message_count)} messages since {say_day(view.deployment.first_day)}."
    )


def _say_total(rows: Sequence[QualityCount]) -> str:
    accepted = sum(row.row_count for row in rows if row.reason == ACCEPTED)
    return f"{say_count(accepted)} accepted rows in the range"


def _say_trouble(rows: Sequence[QualityCount]) -> str:
    if not rows:
        return "No row was rejected, duplicate, late, held or unscored in this range."
    totals: dict[str, int] = defaultdict(int)
    days: dict[date, int] = defaultdict(int)
    for row in rows:
        totals[row.reason] += row.row_count
        days[row.day] += row.row_count
    top = max(totals, key=lambda reason: totals[reason])
    worst = max(days, key=lambda day: days[day])
    return (
        f"{say_count(sum(totals.values()))} rows of {len(totals)} reasons on {len(days)} days; most often "
        f"{say_reason(top)} ({say_count(totals[top])}), most on {say_day(worst)} ({say_count(days[worst])})."
    )


def _draw_kinds(view: View, rows: Sequence[QualityCount]) -> Component:
    accepted = sum(row.row_count for row in rows if row.reason == ACCEPTED)
    lines = []
    for title, holds, meaning in KINDS:
        members = [row for row in rows if holds(row.reason)]
        count = sum(row.row_count for row in members)
        days = {row.day for row in members}
        lines.append(
            Line(
                (
                    title,
                    say_count(count),
                    say_share(count / accepted) if accepted else "–",
                    say_count(len(days)),
                    say_day(max(days)) if days else "–",
                    meaning,
                )
            )
        )
    headings = (
        Heading("What"),
        Heading("Rows", is_number=True),
        Heading("Per accepted row", is_number=True),
        Heading("Days", is_number=True),
        Heading("Newest"),
        Heading("Meaning"),
    )
    return html.Section(
        [
            html.H2("In this range"),
            draw_table("Rows by what happened to them", headings, lines, empty="No rows."),
        ],
        className="card",
    )


def _draw_twin(rows: Sequence[QualityCount]) -> Component:
    if not rows:
        return html.P("No such rows.", className="empty")
    columns = [
        {"field": "day", "headerName": "Day", "pinned": "left", "width": 124, **AS_DAY},
        {"field": "reason", "headerName": "Reason", "minWidth": 220, "flex": 2},
        {"field": "source", "headerName": "Source", "minWidth": 140, "flex": 1},
        {"field": "row_count", "headerName": "Rows", "type": "rightAligned", "width": 110},
    ]
    data = [
        {
            "day": row.day.isoformat(),
            "reason": say_reason(row.reason),
            "source": row.source,
            "row_count": row.row_count,
        }
        for row in reversed(rows)
    ]
    return draw_grid("quality", columns, data, label="Rows by day and reason")


def make_sheet(view: View) -> Sheet:
    """Rows by day, source and reason, as the address filters them; lines of a log, and nobody's words."""
    reason, few = view.filter("reason"), find_few(view)
    rows = [
        (
            row.day,
            row.source,
            row.reason,
            SUPPRESSED if row.day in few or is_about_words(row.reason) else row.row_count,
        )
        for row in view.reader.quality(view.deployment_id, view.since)
        if reason in {None, row.reason}
    ]
    return Sheet("rows", ("day", "source", "reason", "row_count"), rows)


PAGE = Page(
    PATH,
    "Data health",
    layout,
    shelf=Shelf.DATA,
    sheets={
        "rows": make_sheet,
        "days": make_days_sheet,
        "rules": make_rules_sheet,
        "fields": make_fields_sheet,
    },
    aliases=("data", "data-quality", "quality"),
)
