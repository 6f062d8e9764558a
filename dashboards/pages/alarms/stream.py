"""The streams of a deployment: which may call people, which are lists, and how each did so far."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import StreamStanding
from dashboards.pages.alarms.silence import say_evidence
from dashboards.pages.alarms.switch import History, draw_switch, read_history
from dashboards.records import Alarm, Indicator
from dashboards.view import View
from dashboards.vocabulary import RESOLUTION_WORDS, STREAM_MARKS
from dashboards.wording import MISSING, say_day, say_moment, say_things, say_words
from methods.alarms import TOLERATED_PER_YEAR, alarm_threshold
from risk_register.alarm.streams import (
    MAXIMUM_PAGING,
    MuteRecord,
    Question,
    StreamRecord,
    list_mutes,
    list_streams,
)

QUESTIONS: Mapping[str, str] = {
    Question.LEVEL: "Is it past the approved appetite?",
    Question.MISSED: "Do reviews show more missed than the appetite allows?",
    Question.RELEASE: "Is it worse since a release?",
}
HEADINGS = (
    *(Heading(title) for title in ("Indicator", "Question", "Calls people")),
    Heading("Evidence now", is_number=True),
    Heading("Alarms on the own history", is_number=True),
    Heading("Muted"),
)


def draw_streams(
    view: View,
    alarms: Sequence[Alarm],
    indicators: Mapping[str, Indicator],
    watched: Sequence[str],
    standings: Sequence[StreamStanding],
) -> Component:
    """The section: the stream that is looked at with its back-test and forms, then all of them."""
    decided = {one.stream_id: one for one in list_streams(view.store, view.deployment_id)}
    muted = {one.stream_id: one for one in list_mutes(view.store, view.deployment_id) if one.holds(view.at)}
    asked = view.filter("show")
    on = sum(one.is_on for one in decided.values())
    lead = (
        f"{on} of at most {MAXIMUM_PAGING} may call people; the others are lists. With {MAXIMUM_PAGING}, "
        f"each that is judged waits {alarm_threshold(MAXIMUM_PAGING):,.0f} days on average for a false "
        "alarm; one that is not judged can raise none, so its silence says nothing. Look at one to see how "
        "it did on your own history; only then can it be switched on. Grave findings always call."
    )
    names = _name_streams(watched, alarms, decided)
    evidence = {one.stream_id: say_evidence(one) for one in standings}
    lines = [
        _draw_line(view, name, decided.get(name), muted.get(name), alarms, indicators, evidence)
        for name in names
    ]
    return html.Section(
        [
            html.H2("Streams"),
            html.P(lead, className="hint"),
            _draw_one(view, asked, decided, muted, alarms, indicators) if asked in names else None,
            draw_table("Streams of alarms", HEADINGS, lines, empty="Nothing is watched."),
        ],
        className="card",
        id="streams",
    )


def _name_streams(
    watched: Sequence[str], alarms: Sequence[Alarm], decided: Mapping[str, StreamRecord]
) -> list[str]:
    raised = {one.stream_id for one in alarms if one.stream_id.partition(":")[0] in set(Question)}
    names = [f"{Question.LEVEL.value}:{name}" for name in watched]
    names.append(f"{Question.MISSED.value}:missed_escalation_rate")
    names += [f"{Question.RELEASE.value}:{name}" for name in watched]
    return [*names, *sorted((raised | set(decided)) - set(names))]


def _draw_line(  # noqa: PLR0917  a line of a table: its parts, in order
    view: View,
    name: str,
    decided: StreamRecord | None,
    muted: MuteRecord | None,
    alarms: Sequence[Alarm],
    indicators: Mapping[str, Indicator],
    evidence: Mapping[str, str],
) -> Line:
    question, _, indicator_id = name.partition(":")
    indicator = indicators.get(indicator_id)
    title = indicator.title if indicator else say_words(indicator_id)
    count = sum(one.stream_id == name and one.state != "watch" for one in alarms)
    is_open = view.filter("show") == name
    state = "on" if decided is not None and decided.is_on else "list"
    return Line(
        (
            dcc.Link(title, href=view.href(None, show=None if is_open else name)),
            QUESTIONS.get(question, question),
            draw_mark(STREAM_MARKS[state]),
            evidence.get(name, MISSING),
            str(count),
            f"until {say_moment(muted.until)} by {muted.muted_by}: {muted.reason}" if muted else MISSING,
        ),
        is_open=is_open,
    )


def _draw_one(  # noqa: PLR0917  what is known of a stream
    view: View,
    name: str | None,
    decided: Mapping[str, StreamRecord],
    muted: Mapping[str, MuteRecord],
    alarms: Sequence[Alarm],
    indicators: Mapping[str, Indicator],
) -> Component:
    asked = name or ""
    question, _, indicator_id = asked.partition(":")
    indicator = indicators.get(indicator_id)
    history = read_history(view, asked, indicator, alarms)
    mine = decided.get(asked)
    is_on = mine is not None and mine.is_on
    said = None
    if mine is not None:
        word = "Switched on" if mine.is_on else "Made a list"
        said = f"{word} by {mine.decided_by} on {say_moment(mine.decided_at)}: {mine.reason}"
    title = indicator.title if indicator else say_words(indicator_id)
    return html.Div(
        [
            html.H3(f"Back-test: {title}. {QUESTIONS.get(question, '')}"),
            html.P(_say_history(history)),
            draw_table(
                "Alarms that the stream raised on this history",
                [Heading(one) for one in ("Opened", "Closed", "Evidence", "What it was")],
                [_draw_alarm(one) for one in history.alarms],
                empty="None." if history.why_not else "None: on this history it would have called nobody.",
            ),
            html.P(said, className="hint") if said else None,
            *draw_switch(view, asked, is_on=is_on, is_muted=asked in muted, can_be_on=not history.why_not),
        ],
        className="details",
        id="back-test",
        tabIndex=-1,
    )


def _say_history(history: History) -> str:
    span = f"From {say_day(history.first)} to {say_day(history.last)}"
    if history.why_not:
        return f"{history.why_not} It cannot be switched on."
    speed = ""
    if history.test is not None:
        test = history.test
        speed = f" {test.units:,.0f} units on {test.days} days under the approved appetite."
        if math.isinf(test.median_delay):
            speed += " At this volume a doubling of the appetite is not found within 180 days in most cases."
        else:
            late = "later than 180" if math.isinf(test.late_delay) else f"{test.late_delay:.0f}"
            speed += (
                f" At this volume a doubling of the appetite is found after {test.median_delay:.0f} days in "
                f"the middle case, after {late} in nine of ten (simulated)."
            )
    return (
        f"{span} it raised {say_things(len(history.alarms), 'alarm')}.{speed} The budget is "
        f"{TOLERATED_PER_YEAR:g} false alarms a year over all streams that are on."
    )


def _draw_alarm(alarm: Alarm) -> Line:
    evidence = MISSING
    if alarm.statistic is not None and alarm.threshold is not None:
        evidence = f"{alarm.statistic:,.0f} against {alarm.threshold:,.0f}"
    word = RESOLUTION_WORDS.get(alarm.resolution or "", "not said yet")
    return Line((say_day(alarm.opened_on), say_day(alarm.closed_on), evidence, word))
