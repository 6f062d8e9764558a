"""Who is called now, and the grave findings that always call: each waits for a person's eyes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_form
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.components.tally import draw_way_tally
from dashboards.pages.alarms.finding import (
    FINDING_WORDS,
    SHOWN,
    draw_looked_at,
    draw_name,
    draw_way_to_decide,
)
from dashboards.view import View
from dashboards.vocabulary import FINDING_MARKS, NEEDS_EYES, NOTICE_MARKS, UNTAKEN
from dashboards.wording import (
    MISSING,
    say_count,
    say_day,
    say_days_in,
    say_moment,
    say_needing_eyes,
    say_share,
    say_signal,
    say_things,
    say_words,
)
from methods.alarms import TOLERATED_PER_YEAR
from methods.intervals import wilson
from risk_register.alarm.budget import count_use
from risk_register.alarm.cases import CaseRecord
from risk_register.alarm.finding_call import DAILY_CALLS
from risk_register.alarm.grave_findings import FindingState, GraveFindingRecord
from risk_register.incident.danger import find_needed
from risk_register.notice.kinds import NoticeKind, NoticeSeverity, NoticeState
from risk_register.notice.notices import NoticeRecord
from risk_register.review.precision import count_grave_precision

NOT_YOURS = "A safety officer takes this: whoever has it must be able to find the person."


@dataclass(frozen=True)
class Waiting:
    """How many grave findings need eyes, and how many calls nobody has taken."""

    finding_count: int
    call_count: int


def count_waiting(findings: Sequence[GraveFindingRecord], calls: Sequence[NoticeRecord]) -> Waiting:
    """What waits for a person, whatever the statistics say."""
    return Waiting(
        finding_count=sum(one.state is FindingState.UNCONFIRMED for one in findings),
        call_count=sum(one.state is not NoticeState.ACKNOWLEDGED for one in calls),
    )


def say_waiting(waiting: Waiting) -> str:
    """The same in words; what does not wait is not named."""
    findings, calls = waiting.finding_count, waiting.call_count
    parts = []
    if findings:
        parts.append(say_needing_eyes(findings))
    if calls:
        parts.append(f"{say_things(calls, 'call')} {'is' if calls == 1 else 'are'} taken by nobody")
    return f"{' and '.join(parts)}. " if parts else ""


def draw_waiting(waiting: Waiting) -> list[Component]:
    """A tile for each, which leads to it."""
    return [
        draw_way_tally(NEEDS_EYES, waiting.finding_count, "needs-eyes"),
        draw_way_tally(UNTAKEN, waiting.call_count, "calls"),
    ]


def draw_calls(
    view: View, calls: Sequence[NoticeRecord], cases: Sequence[CaseRecord], titles: Mapping[str, str]
) -> Component:
    """The budget of the year, every call that nobody has acknowledged, and who has the others."""
    known = {one.alarm_id: one for one in cases}
    use = count_use(cases, year=view.today.year)
    lasting = {
        one.alert_id for one in view.reader.data_alerts(view.deployment_id, dt.date.min) if one.is_open
    }
    waiting = sorted(  # whom it wakes first, else the newest
        (one for one in calls if one.state is not NoticeState.ACKNOWLEDGED),
        key=lambda one: list(NoticeSeverity).index(one.severity),
    )
    taken = [one for one in calls if one.state is NoticeState.ACKNOWLEDGED][:SHOWN]
    words = (
        f"Budget used: {use.false_count} of {TOLERATED_PER_YEAR:g} false alarms in {use.year}. "
        f"Of the calls of statistical alarms, {use.other_count} told of something, and {use.open_count} are "
        "not resolved yet; calls about a person in danger, a grave finding or the data are not among these."
    )
    headings = [Heading(one) for one in ("Call", "Severity", "State", "Since", "About", "Numbers", "Take it")]
    return html.Section(
        [
            html.H2("Calls"),
            html.P(words, className="lead"),
            draw_table(
                "Calls that nobody has acknowledged",
                headings,
                [_draw_call(view, one, _say_subject(one, known, titles, lasting)) for one in waiting],
                empty="No call waits for anybody.",
            ),
            html.H3("Taken"),
            draw_table(
                "Calls that somebody has",
                [Heading(one) for one in ("Call", "About", "Taken by", "When")],
                [_draw_taken(one, _say_subject(one, known, titles, lasting)) for one in taken],
                empty="None yet.",
            ),
        ],
        className="card",
        id="calls",
    )


def _say_subject(
    notice: NoticeRecord, cases: Mapping[str, CaseRecord], titles: Mapping[str, str], lasting: Set[str]
) -> str:
    """What a call is about: the alarm by its title and day, a fault by its kind, else its id."""
    case = cases.get(notice.reference_id)
    if case is not None:
        indicator = case.stream_id.partition(":")[2]
        return f"{titles.get(indicator, say_words(indicator))}, since {say_day(case.opened_on)}"
    if notice.kind is NoticeKind.DATA_FAULT:
        return _say_fault(notice.reference_id, lasting)
    return MISSING if notice.reference_id.startswith(f"{notice.kind}:") else notice.reference_id


def _say_fault(alert_id: str, lasting: Set[str]) -> str:
    """A fault of the data by the kind and the day of its alert, and whether it still lasts."""
    kind, *place = alert_id.split(":")
    if len(place) < 2:  # a fault of the home, which is of no day
        return say_words(kind)
    over = "" if alert_id in lasting else "; over by now"
    return say_days_in(f"{say_words(kind)} since {place[1]}{over}")


def _draw_call(view: View, notice: NoticeRecord, subject: str) -> Line:
    take: Component | str = MISSING
    if view.may(find_needed(notice.kind)):
        hidden = {"notice": str(notice.notice_id)}
        take = draw_form(view, "take_notice", [], button="I have it", hidden=hidden, is_line=True)
    elif notice.kind is NoticeKind.DANGER:
        take = NOT_YOURS
    return Line(
        (
            say_words(notice.kind),
            say_words(notice.severity),
            draw_mark(NOTICE_MARKS[notice.state]),
            say_moment(notice.queued_at),
            _link_to(view, notice, subject),
            say_figures(notice.figures),
            take,
        )
    )


def _link_to(view: View, notice: NoticeRecord, subject: str) -> Component | str:
    """What a call is about, as the way there where that is another page."""
    if subject == MISSING or notice.link.partition("?")[0] == view.path:
        return subject
    return dcc.Link(subject, href=f"{view.root}{notice.link}")


def _draw_taken(notice: NoticeRecord, subject: str) -> Line:
    when = say_moment(notice.acknowledged_at) if notice.acknowledged_at else MISSING
    return Line((say_words(notice.kind), subject, notice.acknowledged_by or "by itself", when))


def say_figures(figures: Mapping[str, float]) -> str:
    """Numbers of a call in words."""
    return "; ".join(f"{say_words(name)} {value:g}" for name, value in sorted(figures.items())) or MISSING


def draw_floor(view: View, findings: Sequence[GraveFindingRecord]) -> Component:
    """Every grave finding that nobody has decided on, those that called nobody yet first; then the others."""
    # Only the first carry their forms: hundreds of forms are a page that does not open.
    open_ones = sorted(
        (one for one in findings if one.state is FindingState.UNCONFIRMED),
        key=lambda one: one.called_at is not None,
    )
    decided = [one for one in findings if one.state is not FindingState.UNCONFIRMED]
    headings = [
        Heading(one) for one in ("Finding", "State", "Day", "What", "Signal", "Found by", "Called", "Decide")
    ]
    verb = "needs" if len(open_ones) == 1 else "need"
    lead = (
        f"{len(open_ones)} {verb} eyes. A detector found them and nobody has confirmed them; they call "
        f"whatever the statistics say, each run once for all that is new, and after {DAILY_CALLS} calls of a "
        f"day once an hour. {say_precision(view)}"
    )
    return html.Section(
        [
            html.H2("Grave findings"),
            html.P(lead, className="hint"),
            html.Div(
                draw_table(
                    "Grave findings that need eyes",
                    headings,
                    [
                        _draw_finding(view, one, has_forms=place < SHOWN)
                        for place, one in enumerate(open_ones)
                    ],
                    empty="None needs eyes.",
                ),
                className="long-list",
            ),
            *draw_looked_at(view, "Grave findings that somebody looked at", decided),
        ],
        className="card",
        id="needs-eyes",
    )


def say_precision(view: View) -> str:
    """How often reviews agreed with the detectors' grave findings, with its interval."""
    found = count_grave_precision(view.store, view.deployment_id)
    if not found.reviewed:
        return "How often the detectors are right is not known: no review of a grave finding exists."
    interval = wilson(found.confirmed, found.reviewed)
    return (
        f"Reviews confirmed {found.confirmed} of {found.reviewed} such findings "
        f"({say_share(found.confirmed / found.reviewed)}, {say_share(float(interval.low))} to "
        f"{say_share(float(interval.high))})."
    )


def _draw_finding(view: View, finding: GraveFindingRecord, *, has_forms: bool) -> Line:
    return Line(
        (
            draw_name(view, finding),
            draw_mark(FINDING_MARKS[finding.state]),
            say_day(finding.day),
            FINDING_WORDS.get(finding.what, say_words(finding.what)),
            say_signal(finding.signal_id),
            finding.detector_id,
            say_moment(finding.called_at) if finding.called_at else "not yet: in the next call",
            draw_way_to_decide(view, finding, has_form=has_forms),
        )
    )


def draw_listed(view: View) -> Component:
    """Grave findings by day, as published; with what the cap left out."""
    lines = [
        Line(
            (
                say_day(row.day),
                FINDING_WORDS.get(row.what, say_words(row.what)),
                say_signal(row.signal_id),
                str(row.level),
                f"{row.detector_id} ({row.badge})",
                say_count(row.listed_count),
                say_count(row.day_count),
            )
        )
        for row in view.reader.grave_findings(view.deployment_id, view.since)
    ]
    headings = (
        *(Heading(title) for title in ("Day", "What", "Signal", "Level", "Found by")),
        Heading("Listed", is_number=True),
        Heading("Of that day and kind", is_number=True),
    )
    return html.Details(
        [
            html.Summary("Grave findings by day, as published"),
            draw_table("Grave findings by day", headings, lines, empty="None in this range."),
        ],
        className="card",
    )
