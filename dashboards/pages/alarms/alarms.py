"""Alarms: what the data ask somebody to look at, told as stories of one cause, and what became of them.

The order is that of acting: calls that wait, grave findings, open stories, then streams and what has passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.alarm_case import merge_cases, read_alarms
from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_chips, draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.components.tally import draw_tallies
from dashboards.measurements import StreamStanding
from dashboards.pages.alarms.decision import draw_alarm_decisions, submit
from dashboards.pages.alarms.finding import draw_opened
from dashboards.pages.alarms.floor import draw_calls, draw_floor, draw_listed
from dashboards.pages.alarms.silence import draw_silence
from dashboards.pages.alarms.stream import draw_streams
from dashboards.pages.page import Page
from dashboards.records import Alarm, Change
from dashboards.sheet import Sheet
from dashboards.view import View
from dashboards.vocabulary import ALARM_MARKS, RESOLUTION_WORDS
from dashboards.wording import MISSING, say_day, say_origin, say_words
from risk_register.account.accounts import Action
from risk_register.alarm.cases import CaseRecord, list_cases
from risk_register.alarm.watched import WATCHED
from risk_register.incident.incidents import list_incidents

PATH = "/alarms"
LONGEST_LIST = 20
BESIDE = timedelta(days=14)  # a change so long before an alarm is worth reading with it
KIND_WORDS: Mapping[str, str] = {
    "appetite_exceeded": "Rate past its approved breach limit; evidence adds up day by day.",
    "missed_above_appetite": "Reviewed samples show more missed than the appetite allows.",
    "worse_since_release": "Worse since a release than in the weeks before it.",
    "critical_finding": "A grave finding; one is enough.",
    "suspected_unannounced_change": "A new name in the logs, or weeks unlike the reference, undeclared.",
}
HELD_WORDS: Mapping[str, str] = {
    "data": "no: held by the data; the engineer is called",
    "muted": "no: muted",
    "list": "no: its stream is not switched on",
    "taken": "no: somebody has this stream already",
}
HEADINGS = tuple(
    Heading(title) for title in ("Indicator", "State", "Rule", "Evidence", "Opened", "Calls a person", "Note")
)


@dataclass(frozen=True)
class Beside:
    """What stories are told with: titles of indicators, changes; cases and ids of incidents by alarm."""

    titles: Mapping[str, str]
    changes: Sequence[Change]
    cases: Mapping[str, CaseRecord]
    incidents: Mapping[str | None, str]


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
    return html.Div(
        [
            draw_heading(view, "Alarms", _say_state(alarms)),
            draw_tallies(
                view,
                "status",
                ALARM_MARKS,
                Counter(alarm.state for alarm in alarms),
                label="Alarms by state",
            ),
            draw_opened(view),
            draw_calls(view, cases, titles),
            draw_floor(view),
            html.Div(
                [
                    draw_chips(view, ("status",)) or html.Span(),
                    draw_download(view.download("alarms"), "alarms"),
                ],
                className="section-heading",
            ),
            *[_draw_story(view, cause, members, known) for cause, members in stories],
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


def group_by_cause(alarms: Sequence[Alarm]) -> list[tuple[str, list[Alarm]]]:
    """Alarms with one cause are one story; the story with the newest alarm comes first."""
    ordered = sorted(alarms, key=lambda alarm: alarm.cause)
    stories = [(cause, list(members)) for cause, members in groupby(ordered, key=lambda alarm: alarm.cause)]
    return sorted(stories, key=lambda story: max(alarm.opened_on for alarm in story[1]), reverse=True)


def _say_state(alarms: Sequence[Alarm]) -> str:
    open_ones = [alarm for alarm in alarms if alarm.is_open]
    stories = len(group_by_cause(open_ones))
    calling = sum(alarm.is_paging for alarm in open_ones)
    rule = "An alarm opens with the data; a person says what it was. A placeholder appetite raises none."
    if not open_ones:
        return f"None is open. {rule}"
    causes = f" of {stories} cause{'' if stories == 1 else 's'}" if stories < len(open_ones) else ""
    return f"{len(open_ones)} open{causes}, {calling} calling a person. {rule}"


def _draw_nothing(alarms: Sequence[Alarm]) -> Component:
    words = "No open alarm matches the filter."
    if not any(alarm.is_open for alarm in alarms):
        words = "No alarm is open." if alarms else "No alarm has been raised."
    return html.Section([html.H2("Open"), html.P(words, className="empty")], className="card")


def say_cause(cause: str, alarm: Alarm, changes: Sequence[Change]) -> str:
    """What alarms of one cause have in common, in words."""
    kind, _, rest = cause.partition(":")
    if kind == "data":
        return f"Beside a fault of the data on {say_day(date.fromisoformat(rest.rpartition(':')[2]))}"
    if kind == "change":
        known = next((change for change in changes if change.change_id == rest), None)
        if known is None:
            return "A change that nobody announced"
        return f"After a change of the {say_words(known.what)} on {say_day(known.effective_on)}"
    return f"Opened on {say_day(alarm.opened_on)}"


def _draw_story(
    view: View,
    cause: str,
    members: Sequence[Alarm],
    known: Beside,
) -> Component:
    changes, cases = known.changes, known.cases
    first = min(members, key=lambda alarm: alarm.opened_on)
    # Deciding begins with what calls; a watch of the same cause waits for its turn.
    gravest = min(members, key=lambda alarm: (list(ALARM_MARKS).index(alarm.state), alarm.opened_on))
    beside = [change for change in changes if first.opened_on - BESIDE <= change.effective_on <= view.today]
    told: Component = html.P("No change is known of the 14 days before it or since.", className="hint")
    if beside:
        told = html.Ul(
            [
                html.Li(f"{say_day(one.effective_on)}: {say_words(one.what)}. {one.note} ({say_origin(one)})")
                for one in beside
            ],
            className="listed",
        )
    return html.Section(
        [
            html.H2(f"{say_cause(cause, first, changes)} ({len(members)})"),
            draw_table(
                f"Alarms: {say_cause(cause, first, changes)}",
                HEADINGS,
                [_draw_line(view, alarm, known) for alarm in members],
                empty="None.",
            ),
            html.H3("Changes beside it"),
            told,
            draw_alarm_decisions(
                view, gravest, cases.get(gravest.alarm_id), count=_count_same(gravest, members, cases)
            ),
        ],
        className="card",
    )


def _count_same(first: Alarm, members: Sequence[Alarm], cases: Mapping[str, CaseRecord]) -> int:
    """Members of a story that a step is made with: those that stand where the first one stands."""
    return sum(one.state == first.state and one.alarm_id in cases for one in members)


def _draw_line(view: View, alarm: Alarm, known: Beside) -> Line:
    title = known.titles.get(alarm.indicator_id, say_words(alarm.indicator_id))
    opened = [say_day(alarm.opened_on)]
    if alarm.closed_on is not None:
        opened.append(f" to {say_day(alarm.closed_on)}")
    incident = None
    if incident_id := known.incidents.get(alarm.alarm_id):
        where = view.href("/incidents", incident=incident_id)
        incident = html.P(dcc.Link(incident_id, href=where), className="why")
    elif view.may(Action.OPEN_INCIDENT):
        incident = html.P(
            dcc.Link("Open an incident", href=view.href("/incidents", alarm=alarm.alarm_id)), className="why"
        )
    return Line(
        (
            [dcc.Link(title, href=view.href(f"/indicators/{alarm.indicator_id}")), incident],
            [draw_mark(ALARM_MARKS[alarm.state]), _draw_resolution(alarm)],
            KIND_WORDS.get(alarm.kind, say_words(alarm.kind)),
            say_evidence(alarm),
            "".join(opened),
            _say_calling(alarm),
            alarm.note,
        )
    )


def _draw_resolution(alarm: Alarm) -> Component | None:
    if alarm.resolution is None:
        return None
    return html.P(RESOLUTION_WORDS.get(alarm.resolution, alarm.resolution), className="why")


def say_evidence(alarm: Alarm) -> str:
    """The statistic against its threshold, and whether weekly totals agree."""
    if alarm.statistic is None or alarm.threshold is None:
        return MISSING
    weekly = f"; weekly totals agree since {say_day(alarm.confirmed_on)}" if alarm.confirmed_on else ""
    return f"{alarm.statistic:,.0f} against {alarm.threshold:,.0f}{weekly}"


def _say_calling(alarm: Alarm) -> str:
    if alarm.is_paging:
        return "yes"
    if not alarm.is_open or alarm.state in {"watch", "acknowledged"}:
        return "no"
    return HELD_WORDS.get(alarm.held_by, "no")


def _draw_past(view: View, past: Sequence[Alarm], known: Beside) -> Component:
    titles, cases = known.titles, known.cases
    lines = [_draw_line(view, alarm, known) for alarm in past]
    unsaid = [one for one in past if one.alarm_id in cases and one.resolution in {None, "passed"}]
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
    """The alarms that the address filters, every field."""
    names = (
        *("alarm_id", "indicator_id", "kind", "state", "opened_on", "closed_on", "confirmed_on"),
        *("resolution", "statistic", "threshold", "is_paging", "held_by", "stream_id", "cause", "note"),
    )
    shown = filter_alarms(view, read_alarms(view.reader, view.store, view.deployment_id))
    return Sheet("alarms", names, [tuple(getattr(alarm, name) for name in names) for alarm in shown])


PAGE = Page(PATH, "Alarms", layout, submit=submit, sheets={"alarms": make_sheet}, aliases=("alarm",))
