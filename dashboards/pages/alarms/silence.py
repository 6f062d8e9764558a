"""Why an indicator past its limit has no alarm: said where somebody looks for one.

A week past a limit is a level; an alarm is evidence, added up day by day, that chance does not explain. What
is said here is read from what the pipelines published of each stream, not worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import StreamStanding
from dashboards.records import Alarm, Appetite, Indicator, Observation
from dashboards.standing import ALL, find_limits
from dashboards.theme import Status
from dashboards.view import View
from dashboards.wording import MISSING, say_day, say_days_in, say_observation, say_value, say_words
from methods.alarms import TOLERATED_PER_YEAR
from risk_register.alarm.streams import Question, name_stream
from risk_register.alarm.watched import WATCHED

HEADINGS = tuple(
    Heading(title) for title in ("In breach", "Latest full week", "Limit", "Evidence", "Why no alarm is open")
)
WEEK = timedelta(days=7)
NOT_FOLLOWED = (
    f"No stream follows it: alarms follow the {len(WATCHED)} indicators that speak of the gravest things, "
    "because every one more would cost sensitivity or false calls. Its level is judged every week."
)
OWN = "It counts a signal of the operator's own, which is not validated and is no ground for calling anybody."
NOT_TESTABLE = "No rate can be tested against its limit, so its stream is not judged."
NOT_JUDGED = "not judged"


def draw_silence(
    view: View,
    alarms: Sequence[Alarm],
    indicators: Mapping[str, Indicator],
    streams: Sequence[StreamStanding],
) -> Component | None:
    """The indicators in breach of which no alarm is open, each with the reason; None if there are none."""
    covered = {one.indicator_id for one in alarms if one.is_open and one.state != "watch"}
    silent = [
        row
        for row in view.reader.latest_weeks(view.deployment_id)
        if (row.slice, row.slice_value) == ALL
        and row.level is Status.BREACH
        and row.indicator_id in indicators.keys() - covered
    ]
    if not silent:
        return None
    standing = {
        one.indicator_id: one
        for one in streams
        if one.stream_id == name_stream(Question.LEVEL, one.indicator_id)
    }
    appetites = view.reader.appetites(view.deployment_id)
    lines = []
    for row in silent:
        indicator, stream = indicators[row.indicator_id], standing.get(row.indicator_id)
        appetite = find_limits(appetites, row.indicator_id, row, on=row.period_start)
        lines.append(
            Line(
                (
                    dcc.Link(indicator.title, href=view.href(f"/indicators/{row.indicator_id}")),
                    f"week of {say_day(row.period_start)}: {say_observation(row, indicator)}",
                    _say_limit(appetite, indicator),
                    say_evidence(stream),
                    explain_silence(row, indicator.kind, appetite, stream),
                )
            )
        )
    lead = (
        "A level is judged week by week. An alarm needs evidence that chance does not explain, so that at "
        f"most {TOLERATED_PER_YEAR:g} a year are false; one week past a limit is seldom enough."
    )
    return html.Section(
        [
            html.H2(f"In breach without an alarm ({len(silent)})"),
            html.P(lead, className="hint"),
            draw_table("Indicators in breach without an open alarm", HEADINGS, lines, empty="None."),
        ],
        className="card",
        id="without-alarm",
    )


def say_evidence(stream: StreamStanding | None) -> str:
    """How much evidence there is, out of how much; days that may still grow are not in it."""
    if stream is not None and stream.state == "not_judged":
        return f"{NOT_JUDGED}, because {say_days_in(stream.why_not)}" if stream.why_not else NOT_JUDGED
    if stream is None or stream.statistic is None or stream.threshold is None:
        return MISSING
    found = "under 1" if stream.statistic < 1 else f"{stream.statistic:,.0f}"
    return f"{found} of {stream.threshold:,.0f}"


def explain_silence(
    row: Observation, kind: str, appetite: Appetite | None, stream: StreamStanding | None
) -> str:
    """Why no alarm is open of an indicator of a kind whose week is past its limit."""
    if stream is None:
        return OWN if row.indicator_id.startswith("x_") else NOT_FOLLOWED
    if stream.judged_since is None:
        return NOT_TESTABLE
    if stream.judged_through is None:
        return (
            f"Its stream is not judged: from {say_day(stream.judged_since)} on nothing that it counts was "
            "seen, or records of these days may still come."
        )
    said = [f"It is on watch: {say_evidence(stream)}." if stream.state == "watch" else ""]
    if reaches_limit(row, appetite):
        said.append(
            f"Chance can explain the week: its interval, {say_value(row.ci_low, kind)} to "
            f"{say_value(row.ci_high, kind)}, reaches the limit."
        )
    last = row.period_start + WEEK - timedelta(days=1)
    if stream.judged_through < last:
        said.append(f"Days after {say_day(stream.judged_through)} wait to be judged: records may still come.")
    if stream.judged_since > row.period_start:
        said.append(
            f"Evidence counts from {say_day(stream.judged_since)}: the limit is that new, or a person "
            "had the last alarm."
        )
    if stream.held_day_count:
        said.append(f"The data hold {stream.held_day_count} of the days since then, so they are not judged.")
    if not any(said):
        said.append("The weeks before it were inside the limit, and one week is not enough.")
    through = f"Evidence from {say_day(stream.judged_since)} to {say_day(stream.judged_through)}."
    return " ".join(part for part in (*said, through) if part)


def reaches_limit(row: Observation, appetite: Appetite | None) -> bool:
    """Whether the interval of a week still has the breach limit in it."""
    if appetite is None or appetite.breach is None or row.ci_low is None or row.ci_high is None:
        return False
    return row.ci_low <= appetite.breach <= row.ci_high


def _say_limit(appetite: Appetite | None, indicator: Indicator) -> str:
    if appetite is None or appetite.breach is None:
        return MISSING
    return f"{say_words(appetite.side)} {say_value(appetite.breach, indicator.kind)}"
