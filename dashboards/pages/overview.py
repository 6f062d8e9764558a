"""Overview: what needs attention, what changed, and one row for every indicator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.alarm_case import list_suspected, read_alarms
from dashboards.attention import Need, find_needs
from dashboards.components.marks import draw_legend, draw_mark, draw_status
from dashboards.components.shell import draw_chips, draw_heading
from dashboards.components.table import draw_download
from dashboards.items import read_items
from dashboards.pages.data.days import draw_recent_days
from dashboards.pages.page import Page
from dashboards.pages.standings import draw_standings, filter_standings, load_standings, make_sheet
from dashboards.records import Alarm, Change
from dashboards.standing import Standing, deployment_statuses
from dashboards.theme import STATUS_MARKS, Status, rank_status
from dashboards.view import View
from dashboards.wording import (
    say_day,
    say_days_in,
    say_origin,
    say_unseen,
    say_words,
)
from risk_register.alarm.grave_findings import list_findings, list_unanswered
from risk_register.deployment.appetites import list_decisions
from risk_register.incident.holds import list_holds
from risk_register.incident.incidents import list_incidents
from risk_register.notice.notices import list_calls
from risk_register.register.register import list_risks
from risk_register.report.submissions import list_submissions

PATH = "/overview"
FILTERS = ("status", "family")


def layout(view: View) -> Component:
    """The page."""
    standings = load_standings(view)
    alarms = read_alarms(view.reader, view.store, view.deployment_id)
    needs = find_needs(
        standings,
        findings=list_findings(view.store, view.deployment_id, is_waiting=True),
        unanswered=list_unanswered(view.store, view.deployment_id, is_waiting=True),
        calls=list_calls(view.store, view.deployment_id, is_waiting=True),
        alarms=alarms,
        items=read_items(view),
        risks=list_risks(view.store, view.deployment_id),
        data_alerts=view.reader.data_alerts(view.deployment_id, view.since),
        incidents=list_incidents(view.store, view.deployment_id),
        proposals=list_decisions(view.store, view.deployment_id),
        holds=list_holds(view.store, deployment_id=view.deployment_id),
        reports=list_submissions(view.store, view.deployment_id),
        statuses=deployment_statuses(view.reader.latest_weeks(view.deployment_id)),
        today=view.today,
    )
    shown = filter_standings(view, standings)
    return html.Div(
        [
            draw_heading(view, "Overview", _say_state(view, standings)),
            html.P(say_unseen(view.reader.languages(view.deployment_id, view.since)), className="unseen"),
            _draw_tally(view, standings),
            draw_recent_days(view),
            html.Div(
                [
                    _draw_needs(view, needs),
                    _draw_changes(view, view.reader.changes(view.deployment_id, view.since), alarms),
                ],
                className="columns",
            ),
            html.Section(
                [
                    html.Div(
                        [html.H2("Indicators"), draw_download(view.download("indicators"), "these rows")],
                        className="section-heading",
                    ),
                    draw_chips(view, FILTERS),
                    draw_standings(view, shown),
                    draw_legend(),
                ],
                className="card",
            ),
        ]
    )


def _say_state(view: View, standings: Sequence[Standing]) -> str:
    known = sum(standing.status in {Status.WITHIN, Status.WATCH, Status.BREACH} for standing in standings)
    week = f" in the week of {say_day(view.latest_full_week)}" if view.latest_full_week else ""
    return (
        f"{known} of {len(standings)} indicators can be judged against an approved appetite{week}. "
        "What cannot be judged is unknown, not good."
    )


def _draw_tally(view: View, standings: Sequence[Standing]) -> Component:
    counts = Counter(standing.status for standing in standings)
    chosen = view.filter("status")
    return html.Ul(
        [
            html.Li(
                dcc.Link(
                    [html.Span(str(counts[status]), className="tally-count"), draw_status(status)],
                    href=view.href(None, status=None if chosen == status else status),
                    className="tally is-chosen" if chosen == status else "tally",
                )
            )
            for status in sorted(STATUS_MARKS, key=rank_status, reverse=True)
        ],
        className="tallies",
        **{"aria-label": "Indicators by level; choose one to show only these"},
    )


def _draw_needs(view: View, needs: Sequence[Need]) -> Component:
    body: Component = html.P(
        "Nothing waits for a person, is past a limit, overdue, contradicted or held.", className="empty"
    )
    if needs:
        body = html.Ul(
            [
                html.Li(
                    [
                        draw_mark(need.mark),
                        html.Div(
                            [
                                dcc.Link(need.what, href=_address(view, need)),
                                html.P(need.why, className="why"),
                            ]
                        ),
                    ]
                )
                for need in needs
            ],
            className="needs",
        )
    return html.Section([html.H2(f"Needs attention ({len(needs)})"), body], className="card")


def _address(view: View, need: Need) -> str:
    where = view.href(need.path, **need.filters)
    return f"{where}#{need.place}" if need.place else where


def _draw_changes(view: View, changes: Sequence[Change], alarms: Sequence[Alarm]) -> Component:
    body: Component = html.P(
        "No change was declared, and no name was new or back in the logs, in this range.", className="empty"
    )
    if changes:
        body = html.Ol(
            [
                html.Li(
                    [
                        html.Time(say_day(change.effective_on), dateTime=change.effective_on.isoformat()),
                        html.Div(
                            [
                                html.Strong(say_words(change.what)),
                                f" {change.note}",
                                html.P(why, className="why"),
                            ]
                        ),
                    ]
                )
                for change, why in reversed(pair_changes(changes))
            ],
            className="changes",
        )
    link = dcc.Link("Say what it was", href=view.href("/alarms"))
    suspected = [
        html.P(["Suspected: ", say_days_in(one.words), " ", link], className="why")
        for one in list_suspected(alarms)
    ]
    return html.Section([html.H2("What changed"), body, *suspected], className="card")


def pair_changes(changes: Sequence[Change]) -> list[tuple[Change, str]]:
    """Each change with who says so; one that was declared and seen in the logs on one day is told once."""
    declared = {(one.what, one.effective_on) for one in changes if one.declared_by}
    seen = {(one.what, one.effective_on) for one in changes if one.origin == "observed"}
    return [
        (one, say_origin(one) + ("; seen in the logs on that day" if one.declared_by and key in seen else ""))
        for one in changes
        if (key := (one.what, one.effective_on)) not in declared or one.origin != "observed"
    ]


PAGE = Page(PATH, "Overview", layout, sheets={"indicators": make_sheet})
