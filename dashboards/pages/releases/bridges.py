"""What a break in the detectors means: two versions on the same conversations, the ratio of their rates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import Bridge
from dashboards.records import Change
from dashboards.wording import MISSING, say_count, say_day, say_share, say_signal

METHOD = (
    "Both versions decided about the same messages of these days: when the days were scored again by the "
    "new version, or when it was tried beside the old one. A ratio of 1.10 means that the new version flags "
    "a tenth more conversations; multiply older rates by it to compare them with newer ones. Agreement is "
    "that on what either flagged. Intervals: matched pairs, clustered by users; no ratio where either "
    "flagged fewer than ten."
)


def draw_bridges(rows: Sequence[Bridge]) -> Component | None:
    """The signals that two versions see differently, or nothing where no version has changed."""
    if not rows:
        return None
    same = [row for row in rows if row.both_count == row.old_count == row.new_count]
    lines = [
        Line(
            (
                say_signal(row.signal_id),
                f"{row.old_version} to {row.new_version}" + (" (tried, not live)" if row.is_trial else ""),
                f"{say_day(row.first_day)} to {say_day(row.last_day)}",
                say_count(row.old_count),
                say_count(row.new_count),
                say_count(row.both_count),
                MISSING if row.agreement is None else say_share(row.agreement),
                say_ratio(row),
            )
        )
        for row in rows
        if row not in same
    ]
    numbers = {"Before", "After", "Both", "Agreement", "Ratio (95 %)"}
    titles = ("Signal", "Detectors", "Days", "Before", "After", "Both", "Agreement", "Ratio (95 %)")
    headings = [Heading(title, is_number=title in numbers) for title in titles]
    table = draw_table(
        "Conversations that two versions flag", headings, lines, empty="No signal is seen differently."
    )
    told = f"{say_count(len(same))} further comparisons found the same conversations with both versions."
    return html.Section(
        [
            html.H2("Bridges between versions of detectors"),
            table,
            html.P(told, className="why") if same else None,
            html.Details([html.Summary("How it is measured"), html.P(METHOD)]),
        ],
        className="card",
        id="bridges",
    )


def say_bridges(change: Change, signal_ids: Collection[str], rows: Iterable[Bridge]) -> str:
    """What a new version of a detector means for these signals; empty where nothing was compared."""
    told = [
        f"{say_signal(row.signal_id)} {say_ratio(row)}"
        for row in rows
        if row.signal_id in signal_ids
        and not row.is_trial
        and any(f"{one}." in change.note for one in row.new_version.split(","))
    ]
    return f" New over old rate on the same conversations: {'; '.join(told)}." if told else ""


def say_ratio(row: Bridge) -> str:
    """The ratio with its interval, or why there is none."""
    if row.ratio is None or row.ci_low is None or row.ci_high is None:
        return "too few to tell"
    return f"{row.ratio:.2f} ({row.ci_low:.2f} to {row.ci_high:.2f})"
