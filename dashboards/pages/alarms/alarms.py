"""Alarms: what the data ask somebody to look at, told as stories of one cause, and what became of them.

The order is that of acting: calls that wait, grave findings, open stories, then streams and what has passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboards.alarm_case import merge_cases, read_alarms
from dashboards.components.shell import draw_chips, draw_heading
from dashboards.components.table import draw_download, draw_table
from dashboards.components.tally import draw_tallies
from dashboards.measurements import StreamStanding
from dashboards.pages.alarms.decision import draw_alarm_decisions, submit
from dashboards.pages.alarms.finding import draw_opened
from dashboards.pages.alarms.floor import (
    count_waiting,
    draw_calls,
    draw_floor,
    draw_listed,
    draw_waiting,
    say_waiting,
)
from dashboards.pages.alarms.silence import draw_silence
from dashboards.pages.alarms.story import HEADINGS, Beside, draw_line, draw_story, group_by_cause
from dashboards.pages.alarms.stream import draw_streams
from dashboards.pages.alarms.unanswered import draw_left_out, draw_unanswered
from dashboards.pages.page import Page
from dashboards.records import Alarm
from dashboards.sheet import Sheet
from dashboards.view import View
from dashboards.vocabulary import ALARM_MARKS
from dashboards.wording import say_day, say_things, say_words
from risk_register.alarm.cases import list_cases
from risk_register.alarm.grave_findings import list_findings, list_unanswered
from risk_register.alarm.watched import WATCHED
from risk_register.incident.incidents import list_incidents
from risk_register.notice.notices import list_calls

PATH = "/alarms"
LONGEST_LIST = 20


def layout(view: View) -> Component:
    """The page."""
    cases = list_cases(view.store, view.deployment_id)
    alarms = merge_cases(view.reader.alarms(view.deployment_id), cases)
    indicators = {one.indicator_id: one for one in view.reader.indicators()}
    titles = {name: one.title for name, one in indicators.items()}
    changes = view.reader.changes(view.deployment_id, date.min)
    shown = filter_alarms(view, alarms)
    stories = group_by_cause([alarm for alarm in shown if alarm.is_open])
    past = [alarm for alarm in shown if not alarm.is_open]
    opened = {one.origin_reference: one.incident_id for one in list_incidents(view.store, view.deployment_id)}
    known = Beside(titles, changes, {case.alarm_id: case for case in cases}, opened)
    watched = [name for name in WATCHED if name in indicators]
    streams = view.reader.measured(StreamStanding, deployment_id=view.deployment_id)
    findings = list_findings(view.store, view.deployment_id)
    unanswered = list_unanswered(view.store, view.deployment_id)
    calls = list_calls(view.store, view.deployment_id)
    waiting = count_waiting(findings, calls)
    return html.Div(
        [
            draw_heading(view, "Alarms", f"{say_waiting(waiting)}{_say_state(alarms)}"),
            draw_tallies(
                view,
                "status",
                ALARM_MARKS,
                Counter(alarm.state for alarm in alarms),
                label="What waits for a person, and alarms by state",
                before=draw_waiting(waiting),
            ),
            draw_left_out(unanswered),
            draw_opened(view, (*findings, *unanswered)),
            draw_calls(view, calls, cases, titles),
            draw_floor(view, findings),
            draw_unanswered(view, unanswered),
            html.Div(
                [
                    draw_chips(view, ("status",)) or html.Span(),
                    draw_download(view.download("alarms"), "alarms"),
                ],
                className="section-heading",
            ),
            *[draw_story(view, cause, members, known) for cause, members in stories],
            None if stories else _draw_nothing(alarms),
            draw_silence(view, alarms, indicators, streams),
            draw_streams(view, alarms, indicators, watched, streams),
            _draw_past(view, past, known),
            draw_listed(view),
        ]
    )


def filter_alarms(view: View, alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """Those that the address asks for; one that has closed counts from the day it closed."""
    status = view.filter("status")
    return tuple(
        alarm
        for alarm in alarms
        if status in {None, alarm.state}
        and (alarm.is_open or (alarm.closed_on or alarm.opened_on) >= view.since)
    )


def _say_state(alarms: Sequence[Alarm]) -> str:
    open_ones = [alarm for alarm in alarms if alarm.is_open]
    stories = len(group_by_cause(open_ones))
    calling = sum(alarm.is_paging for alarm in open_ones)
    passed = sum(alarm.state == "passed" for alarm in alarms)
    unsaid = (
        f" {passed} passed, and nobody has said what {'it was' if passed == 1 else 'they were'}."
        if passed
        else ""
    )
    rule = "An alarm opens with the data; a person says what it was. A placeholder appetite raises none."
    if not open_ones:
        return f"No alarm is open.{unsaid} {rule}"
    causes = f" of {stories} cause{'' if stories == 1 else 's'}" if stories < len(open_ones) else ""
    return f"{say_things(len(open_ones), 'alarm')} open{causes}, {calling} calling a person.{unsaid} {rule}"


def _draw_nothing(alarms: Sequence[Alarm]) -> Component:
    words = "No open alarm matches the filter."
    if not any(alarm.is_open for alarm in alarms):
        words = "No alarm is open." if alarms else "No alarm has been raised."
    return html.Section([html.H2("Open"), html.P(words, className="empty")], className="card")


def _draw_past(view: View, past: Sequence[Alarm], known: Beside) -> Component:
    titles, cases = known.titles, known.cases
    lines = [draw_line(view, alarm, known) for alarm in past]
    unsaid = [one for one in past if one.alarm_id in cases and one.state == "passed"]
    return html.Section(
        [
            html.H2("Past"),
            draw_table("Past alarms", HEADINGS, lines, empty="None in this range."),
            html.H3("Nobody has said what these were") if unsaid else None,
            *[
                html.Details(
                    [
                        html.Summary(
                            f"{titles.get(one.indicator_id, say_words(one.indicator_id))}, "
                            f"opened {say_day(one.opened_on)}"
                        ),
                        draw_alarm_decisions(view, one, cases[one.alarm_id], count=1)
                        or html.P("Resolving needs the role of safety officer.", className="hint"),
                    ]
                )
                for one in unsaid[:LONGEST_LIST]
            ],
        ],
        className="card",
    )


def make_sheet(view: View) -> Sheet:
    """The alarms that the address filters, without what was counted of them."""
    names = (
        *("alarm_id", "indicator_id", "kind", "state", "opened_on", "closed_on", "confirmed_on"),
        *("resolution", "threshold", "is_paging", "held_by", "stream_id", "cause", "note"),
    )
    shown = filter_alarms(view, read_alarms(view.reader, view.store, view.deployment_id))
    return Sheet("alarms", names, [tuple(getattr(alarm, name) for name in names) for alarm in shown])


PAGE = Page(PATH, "Alarms", layout, submit=submit, sheets={"alarms": make_sheet}, aliases=("alarm",))
