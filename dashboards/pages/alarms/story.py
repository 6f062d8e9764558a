"""Stories: alarms of one cause and the changes beside it, as people read them and decide on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.alarms.decision import draw_alarm_decisions
from dashboards.records import Alarm, Change
from dashboards.view import View
from dashboards.vocabulary import ALARM_MARKS, RESOLUTION_WORDS
from dashboards.wording import MISSING, say_day, say_days_in, say_origin, say_words
from risk_register.account.accounts import Action
from risk_register.alarm.cases import CaseRecord

BESIDE = timedelta(days=14)  # a change so long before an alarm is worth reading with it
KIND_WORDS: Mapping[str, str] = {
    "appetite_exceeded": "Rate past its approved breach limit; evidence adds up day by day.",
    "missed_above_appetite": "Reviewed samples show more missed than the appetite allows.",
    "worse_since_release": "Worse since a release than in the weeks before it.",
    "critical_finding": "A grave finding; one is enough.",
    "suspected_unannounced_change": "A name new or back in the logs, or weeks unlike others, undeclared.",
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


def group_by_cause(alarms: Sequence[Alarm]) -> list[tuple[str, list[Alarm]]]:
    """Alarms with one cause are one story; the story with the newest alarm comes first."""
    ordered = sorted(alarms, key=lambda alarm: alarm.cause)
    stories = [(cause, list(members)) for cause, members in groupby(ordered, key=lambda alarm: alarm.cause)]
    return sorted(stories, key=lambda story: max(alarm.opened_on for alarm in story[1]), reverse=True)


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


def draw_story(
    view: View,
    cause: str,
    members: Sequence[Alarm],
    known: Beside,
) -> Component:
    """Its alarms, the changes beside it, and what a person may do with all of them."""
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
                [draw_line(view, alarm, known) for alarm in members],
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


def draw_line(view: View, alarm: Alarm, known: Beside) -> Line:
    """An alarm as a line of a table with `HEADINGS`."""
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
            say_days_in(alarm.words),
        )
    )


def _draw_resolution(alarm: Alarm) -> Component | None:
    if alarm.resolution is None or alarm.state == "passed":
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
