"""What the detectors that read everything miss: by a random sample that a judge has read, as it sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.measurements import MissRate
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.view import View
from dashboards.vocabulary import MISS_MARKS, NO_SAMPLE
from dashboards.wording import MISSING, say_count, say_day, say_share, say_signal, say_words
from methods.unsampled import say_unsampled

NEWEST = "last_90_days"
METHOD = (
    "What a detector that reads everything suspects is passed on, with the turns beside it, and all of that "
    "is read: confirmed are those with the signal. Of the rest each message is drawn with a known "
    "probability; one that is found to carry the signal stands for as many as could have been drawn in its "
    "place. Missed is the share of these among all messages with the signal. Counts are messages, not "
    "people. The interval (95 %) speaks of the messages of these days. Days of other versions of the "
    "detectors are not added."
)
NO_TRUTH = (
    "As the {name} sees it, which is no ground truth: where the rest is large, one error in a thousand "
    "messages of it looks like many misses. What it found is flagged like anything else: have some of it "
    "reviewed before you act on a share. {days}."
)
NUMBERS = frozenset(
    {"numerator", "denominator", "value", "ci_low", "ci_high", "numerator_low", "numerator_high"}
    | {"passed_count", "confirmed_count", "rest_count", "sampled_count", "seen_count", "unanswered_count"}
)


def draw_misses(view: View) -> Component:
    """A table a detector, of the newest 90 days; that it is not known, where no sample was read."""
    rows = [row for row in _read(view) if row.period == NEWEST]
    names = sorted({row.detector_id for row in rows})
    return html.Section(
        [
            html.H2("What is missed"),
            *(
                part
                for name in names
                for part in _draw_detector(name, [row for row in rows if row.detector_id == name])
            ),
            *([] if rows else [html.P([draw_mark(NO_SAMPLE), " ", say_unsampled()])]),
            *([html.Details([html.Summary("How it is measured"), html.P(METHOD)])] if rows else []),
            *([draw_download(view.download("misses"), "misses by month and signal")] if rows else []),
        ],
        className="card",
        id="misses",
    )


def _draw_detector(name: str, rows: Sequence[MissRate]) -> list[Component]:
    said = say_words(name)
    lines = [
        Line(
            (
                say_signal(row.signal_id),
                draw_mark(MISS_MARKS[row.state]),
                _say_missed(row),
                _say_messages(row),
                f"{say_count(row.confirmed_count)} of {say_count(row.passed_count)} passed on",
                f"{say_count(row.seen_count)} in {say_count(row.sampled_count)} of "
                f"{say_count(row.rest_count)}",
            )
        )
        for row in sorted(rows, key=_rank)
    ]
    titles = ("Signal", "What is known", "Missed (95 %)", "Messages", "Confirmed", "Found in the sample")
    headings = [Heading(title, is_number=place > 1) for place, title in enumerate(titles)]
    return [
        html.P(NO_TRUTH.format(name=said, days=_say_days(rows)), className="why"),
        draw_table(f"Missed before the {said}", headings, lines, empty="It looks for no signal."),
    ]


def _say_missed(row: MissRate) -> str:
    if row.ci_high is None:
        return MISSING
    if row.value is None:
        return f"at most {say_share(row.ci_high)}"
    return f"{say_share(row.value)} ({say_share(row.ci_low)} to {say_share(row.ci_high)})"


def _say_messages(row: MissRate) -> str:
    if row.numerator_high is None or row.numerator_low is None:
        return MISSING
    if not row.numerator and row.method != "census":
        return f"none seen, at most {say_count(round(row.numerator_high))}"
    ends = f"{say_count(round(row.numerator_low))} to {say_count(round(row.numerator_high))}"
    return f"{say_count(round(row.numerator or 0))} ({ends})"


def _say_days(rows: Sequence[MissRate]) -> str:
    first, last = min(row.first_day for row in rows), max(row.last_day for row in rows)
    counted, left_out = max(row.day_count for row in rows), max(row.left_out_day_count for row in rows)
    told = f"{say_day(first)} to {say_day(last)}, {say_count(counted)} days"
    return told + (
        f"; {say_count(left_out)} of other versions or without answers left out" if left_out else ""
    )


def _rank(row: MissRate) -> tuple[bool, float, bool, float, str]:
    """What is known to be missed most comes first, then what may be, then what is not known."""
    return (row.value is None, -(row.value or 0), row.ci_high is None, -(row.ci_high or 0), row.signal_id)


def _read(view: View) -> tuple[MissRate, ...]:
    return view.reader.measured(MissRate, deployment_id=view.deployment_id)


def make_sheet(view: View) -> Sheet:
    """Every period, numbers of small cells hidden."""
    columns = tuple(one.name for one in fields(MissRate))
    rows = [
        tuple(SUPPRESSED if row.is_suppressed and name in NUMBERS else getattr(row, name) for name in columns)
        for row in _read(view)
    ]
    return Sheet("misses", columns, rows)
