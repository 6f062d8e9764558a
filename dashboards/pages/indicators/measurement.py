"""What an indicator's figure rests on: review, limits and their baseline, and how likely the hazard is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_day, draw_form, draw_text
from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import Correction, Likelihood, Limit
from dashboards.records import Indicator
from dashboards.view import View
from dashboards.wording import (
    MISSING,
    say_count,
    say_counts,
    say_day,
    say_detectors,
    say_share,
    say_value,
    say_words,
)
from risk_register.account.accounts import Action
from risk_register.deployment.baselines import BaselineRecord, decide_baseline, list_baselines
from risk_register.errors import NotAllowedError

RARE = ("event", "event_time")
"""Periods of points that are gaps between rare events: in units, and in days."""

WINDOW_WORDS = {1: "one week", 4: "four weeks, for decisions", 12: "twelve weeks, for the register"}
EVIDENCE_WORDS = {
    "established": "established: lower and upper bound agree",
    "bounded": "bounded: the point lies in this class or the next better one",
    "not_demonstrated": "not demonstrated: too little was seen for a better class",
    "no_exposure": "nothing was seen, so the worst class stands",
}


def draw_versions(versions: str) -> Component:
    """Which detectors counted, and in small what tells one content of a release from another."""
    return html.Span([say_detectors(versions), html.Small(versions, className="unit")])


def draw_corrections(view: View, indicator: Indicator) -> Component | None:
    """The newest corrected rate of each window, with what it rests on; a sentence if there is no review."""
    if indicator.computed_by != "sql" or indicator.kind not in ("proportion", "rate_per_1000"):
        return None
    rows = view.reader.measured(
        Correction, deployment_id=view.deployment_id, indicator_id=indicator.indicator_id
    )
    if not rows:
        text = (
            "Raw, not corrected by review: what a detector missed or invented is still in it. A weekly "
            "sample "
            "of conversations that people label corrects the rates of conversations. Whether labels wait "
            "for a second person before they count stands on the page of the sample, under Review."
        )
        return html.Section(
            [html.H2("Corrected by review"), html.P(text, className="empty")], className="card"
        )
    # Of each window: a newest week whose labels are still coming joins no window of several.
    by_window = {row.window_weeks: row for row in reversed(rows)}
    newest = [by_window[weeks] for weeks in sorted(by_window)]
    headings = [
        Heading(title)
        for title in ("Window", "Corrected", "95 % interval", "Raw", "With all counts (PPI++)", "Rests on")
    ]
    lines = [_draw_correction(row, indicator) for row in newest]
    parts: list[Component] = [
        html.H2("Corrected by review"),
        html.P(_say_quality(newest[-1])),
        draw_table("Corrected rates by window", headings, lines, empty="None."),
    ]
    if any(row.is_lower_bound for row in newest):
        parts.insert(
            1,
            html.P(
                "A lower bound: conversations that were not flagged went unreviewed.", className="message"
            ),
        )
    held = say_held(newest[0])
    if held:
        parts.insert(1, html.P(held, className="message"))
    return html.Section(parts, className="card")


def say_held(row: Correction) -> str:
    """Why a part of the newest week is not in its corrected rate."""
    if not row.waiting_count and not row.passed_over_count:
        return ""
    return (
        f"Not all that is labelled counts yet: {say_count(row.waiting_count)} labels wait for a second "
        f"person, and {say_count(row.passed_over_count)} drawn conversations were passed over and shown to "
        "nobody. Nothing is estimated from their strata until they have been read."
    )


def _draw_correction(row: Correction, indicator: Indicator) -> Line:
    kind = indicator.kind
    interval = f"{say_value(row.ci_low, kind)} to {say_value(row.ci_high, kind)}"
    ends = (say_value(row.powered_low, kind), say_value(row.powered_high, kind))
    powered = f"{say_value(row.powered_value, kind)} ({ends[0]} to {ends[1]})"
    rests = (
        f"{say_count(row.confirmed_count)} of {say_count(row.population_count)} among "
        f"{say_count(row.reviewed_count)} reviewed; {say_share(row.covered_share)} of the weeks covered"
    )
    is_whole = row.week_count == row.window_weeks
    sampled = "" if is_whole else f" ({row.week_count} of {row.window_weeks} weeks sampled)"
    return Line(
        (
            f"{WINDOW_WORDS[row.window_weeks]}{sampled}, to the week of {say_day(row.last_week)}",
            say_value(row.value, kind),
            interval if row.ci_low is not None else "no interval",
            say_value(row.raw_value, kind),
            powered if row.powered_low is not None else MISSING,
            rests,
        )
    )


def _say_quality(row: Correction) -> str:
    alpha = "not known yet" if row.alpha is None else f"alpha {row.alpha:.2f}, {row.label_quality}"
    late = f"{say_count(row.overdue_count)} overdue and unread (non-response, never clear)"
    return (
        f"{say_count(row.reviewed_count)} of {say_count(row.sampled_count)} drawn conversations have a "
        f"label that counts; {late}. "
        f"Agreement of reviewers: {alpha}. Frame counted by {say_detectors(row.detector_version)}."
    )


def draw_likelihood(view: View, indicator: Indicator) -> Component | None:
    """The class of likelihood, and what would have to be seen for a better one."""
    rows = view.reader.measured(
        Likelihood, deployment_id=view.deployment_id, indicator_id=indicator.indicator_id
    )
    if not rows:
        return None
    headings = [
        Heading(title) for title in ("Window", "Class", "At most", "Seen", "How firm", "For the next class")
    ]
    lines = [_draw_likelihood(row) for row in rows]
    return html.Section(
        [
            html.H2("How likely"),
            html.P(
                "By the upper 95 % bound per conversation, the worse of both windows. A proposal to the "
                "register: "
                "whether harm follows is a clinical judgement."
            ),
            draw_table("Class of likelihood by window", headings, lines, empty="None."),
        ],
        className="card",
    )


def _draw_likelihood(row: Likelihood) -> Line:
    name = say_words(row.time_window) + (" (stands)" if row.is_standing else "")
    return Line(
        (
            f"{name}, from {say_day(row.first_day)}",
            row.level + (" (review: corrected upwards)" if row.is_corrected else ""),
            MISSING if row.upper is None else f"1 in {1 / row.upper:,.0f}" if row.upper > 0 else "0",
            say_counts(row.numerator, row.denominator),
            EVIDENCE_WORDS[row.evidence],
            MISSING
            if row.needed_exposure is None
            else f"{row.needed_exposure:,} conversations without an event",
        )
    )


def load_limits(view: View, indicator_id: str) -> tuple[Limit, ...]:
    """The limits of an indicator's chart in the range."""
    return view.reader.measured(
        Limit, deployment_id=view.deployment_id, indicator_id=indicator_id, since=view.since
    )


def draw_baseline(view: View, indicator: Indicator) -> Component | None:
    """From when the limits are, what rare events say, who decided on a new beginning, and the form for "
    "one."""
    limits = load_limits(view, indicator.indicator_id)
    if not limits:
        return None
    decided = [
        one
        for one in list_baselines(view.store, view.deployment_id)
        if one.indicator_id in ("", indicator.indicator_id)
    ]
    words = [html.P(text) for text in (_say_limits(limits), _say_rare(limits), _say_carried(limits)) if text]
    return html.Section(
        [
            html.H2("Limits and baseline"),
            *words,
            _draw_decisions(decided),
            _draw_form(view) if view.may(Action.APPROVE_APPETITE) else None,
        ],
        className="card",
        id="baseline",
        tabIndex=-1,
    )


def _say_limits(limits: Sequence[Limit]) -> str:
    known = [row for row in limits if row.high is not None and row.period not in RARE]
    if not known:
        return "No limits yet: a baseline needs 20 days (12 weeks for the rules on weeks) and 20 events."
    start = max(row.phase_start for row in known if row.phase_start is not None)
    return (
        f"Limits are frozen on the baseline from {say_day(start)}; they never follow the data they judge. "
        "On days only a point beyond its limits counts, on weeks the four NHS rules."
    )


def _say_rare(limits: Sequence[Limit]) -> str:
    events = [row for row in limits if row.period == "event" and row.value is not None]
    if not events:
        return ""
    newest = events[-1]
    usual = "" if newest.centre is None else f" The usual gap is {say_count(newest.centre)}"
    limit = "" if newest.high is None else f", and beyond {say_count(newest.high)} it is unusually long"
    return (
        f"Rarer than once a day: {len(events)} events in the range, the newest on "
        f"{say_day(newest.period_start)} "
        f"after {say_count(newest.value)} units.{usual}{limit}{'.' if usual else ''}"
    )


def _say_carried(limits: Sequence[Limit]) -> str:
    if not any(row.is_carried for row in limits):
        return ""
    return (
        "The detectors changed: limits after that are those of before, drawn for 28 days as a memory, and "
        "nothing is judged by them until somebody decides on a new baseline."
    )


def _draw_decisions(decided: Sequence[BaselineRecord]) -> Component | None:
    if not decided:
        return None
    lines = [
        Line((say_day(one.starts_on), one.indicator_id or "all indicators", one.decided_by, one.reason))
        for one in reversed(decided)
    ]
    headings = [Heading(title) for title in ("Begins anew on", "Of", "Decided by", "Reason")]
    return draw_table("Decisions on the baseline", headings, lines, empty="None.")


def _draw_form(view: View) -> Component:
    form = draw_form(
        view,
        "baseline",
        [
            draw_day("starts_on", "From", note="First day of the new baseline.", is_required=True),
            draw_text(
                "reason",
                "Reason",
                note="Why what came before is no measure any more.",
                is_long=True,
                is_required=True,
            ),
        ],
        button="Begin this chart anew",
        hidden={"indicator": view.subject or ""},
    )
    return html.Details([html.Summary("Begin this chart anew"), form])


def submit_baseline(view: View, fields: Mapping[str, str]) -> str:
    """Decide that the chart begins anew.

    Raises:
        RegisterError: the account may not, or something is missing.
    """
    view.check_may(Action.APPROVE_APPETITE)
    try:
        starts_on = date.fromisoformat(fields.get("starts_on", ""))
    except ValueError as error:
        raise NotAllowedError(
            f"{fields.get('starts_on', '')!r} is not a day; write it as 2027-05-20."
        ) from error
    known = {one.indicator_id for one in view.reader.indicators()}
    if fields.get("indicator") not in known:
        raise NotAllowedError("Say which indicator's chart begins anew.")
    baseline_id = decide_baseline(
        view.store,
        deployment_id=view.deployment_id,
        indicator_id=fields["indicator"],
        starts_on=starts_on,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Decided as {baseline_id}. The chart shows it once the pipelines have run."
