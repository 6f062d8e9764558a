"""Equity: does a group fare differently from the rest, and when can that not be said.

Flags alone make no claim, because a detector errs differently between groups; what cannot be assessed is a
finding too, and is shown as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.marks import draw_mark, draw_vocabulary
from dashboards.components.shell import draw_chips, draw_facts, draw_heading
from dashboards.components.table import Group, Heading, Line, draw_download, draw_groups, draw_table
from dashboards.components.tally import draw_tallies
from dashboards.figures.ratios import draw_ratios
from dashboards.pages.equity.funnels import draw_funnel_card, say_compared
from dashboards.pages.page import Page
from dashboards.records import EquityRatio, Indicator
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.vocabulary import EQUITY_MARKS
from dashboards.wording import (
    MISSING,
    say_count,
    say_day,
    say_factor,
    say_group,
    say_ratio,
    say_things,
    say_words,
)
from methods.equity import MINIMUM_PERSONS, MINIMUM_TRIALS

PATH = "/equity"
FILTERS = ("status", "slice", "indicator")
UNASSESSED = "not_assessable"
RANK = ("different", "measurement_cannot_separate", "equivalent", UNASSESSED)
NAMED = 6  # groups that a sentence names before it counts the rest
METHOD_WORDS = {
    "raw_counts": "raw counts: needs no detector",
    "bounded": "flags, with the detector's error bounded",
    "detected_units": "flags decide which cases are counted",
    "few_people": "too few people or conversations",
    "reviewed": "reviews of both sides",
}
HEADINGS = (
    Heading("Group"),
    Heading("Result"),
    Heading("Ratio to the rest"),
    Heading("Detector error allows"),
    Heading("Per 1,000 more", is_number=True),
    Heading("Counted", is_number=True),
    Heading("Judged by"),
)


def layout(view: View) -> Component:
    """The page."""
    rows = view.reader.equity(view.deployment_id)
    if not rows:
        return html.Div(
            [draw_heading(view, "Equity", _say_why_empty(view)), draw_vocabulary(EQUITY_MARKS.values())]
        )
    titles = {one.indicator_id: one for one in view.reader.indicators()}
    shown = filter_rows(view, rows)
    chosen = choose_indicator(view, rows)
    return html.Div(
        [
            draw_heading(view, "Equity", _say_state(rows)),
            draw_tallies(
                view, "status", EQUITY_MARKS, Counter(row.status for row in rows), label="Groups by result"
            ),
            _draw_figure(view, chosen, rows, titles),
            draw_funnel_card(view, chosen, rows, titles.get(chosen)),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Groups by indicator"),
                            draw_download(view.download("groups"), "these groups"),
                        ],
                        className="section-heading",
                    ),
                    draw_chips(view, FILTERS),
                    _draw_left_out(view, shown),
                    _draw_groups(view, [row for row in shown if is_listed(view, row)], titles),
                ],
                className="card",
            ),
            draw_vocabulary(EQUITY_MARKS.values()),
        ]
    )


def filter_rows(view: View, rows: Sequence[EquityRatio]) -> tuple[EquityRatio, ...]:
    """Those that the address asks for, the clearest differences first."""
    status, slice_name, indicator = (view.filter(name) for name in FILTERS)
    asked = [
        row
        for row in rows
        if status in {None, row.status}
        and slice_name in {None, row.slice}
        and indicator in {None, row.indicator_id}
    ]
    return tuple(sorted(asked, key=lambda row: (row.indicator_id, RANK.index(row.status), row.slice)))


def is_listed(view: View, row: EquityRatio) -> bool:
    """Groups that cannot be assessed are many; they are listed for one indicator, and counted otherwise."""
    return row.status != UNASSESSED or view.filter("indicator") is not None


def _draw_left_out(view: View, rows: Sequence[EquityRatio]) -> Component | None:
    """How many groups of each indicator cannot be assessed, with the way to them."""
    counts = Counter(row.indicator_id for row in rows if not is_listed(view, row))
    if not counts:
        return None
    titles = {one.indicator_id: one.title for one in view.reader.indicators()}
    links = [
        html.Li(
            dcc.Link(
                f"{titles.get(name, say_words(name))} ({count})",
                href=view.href(None, indicator=name, status=UNASSESSED),
            )
        )
        for name, count in sorted(counts.items())
    ]
    total = sum(counts.values())
    words = f"{say_things(total, 'group')} not assessable, by indicator"
    return html.Details([html.Summary(words), html.Ul(links, className="listed in-columns")])


def choose_indicator(view: View, rows: Sequence[EquityRatio]) -> str:
    """The indicator that is drawn: the one asked for, or the one whose groups differ most clearly."""
    asked = view.filter("indicator")
    if asked in {row.indicator_id for row in rows}:
        return str(asked)
    return min(rows, key=lambda row: (RANK.index(row.status), row.indicator_id)).indicator_id


def _say_why_empty(view: View) -> str:
    return (
        "No group has been compared. That takes four whole weeks of data and a language, age band, gender or "
        f"region that the operator delivers; groups are never guessed. Data reach from "
        f"{say_day(view.deployment.first_day)} to {say_day(view.deployment.last_day)}."
    )


def _say_state(rows: Sequence[EquityRatio]) -> str:
    counts = Counter(row.status for row in rows)
    return (
        f"{say_things(len(rows), 'comparison')} from {_say_days(rows)}: "
        f"{say_count(counts['different'])} different, "
        f"{say_count(counts['measurement_cannot_separate'])} that the measurement cannot separate, "
        f"{say_count(counts['equivalent'])} alike in practice, "
        f"{say_count(counts['not_assessable'])} not assessable. "
        f"A group needs {MINIMUM_TRIALS} cases and conversations, of {MINIMUM_PERSONS} people, and so do the "
        "others together. Groups are those the operator delivers; none is inferred."
    )


def _draw_figure(
    view: View, chosen: str, rows: Sequence[EquityRatio], titles: Mapping[str, Indicator]
) -> Component:
    indicator = titles.get(chosen)
    title = indicator.title if indicator else say_words(chosen)
    mine = sorted(
        (row for row in rows if row.indicator_id == chosen), key=lambda row: (row.slice, row.slice_value)
    )
    return draw_chart(
        "ratios",
        {scheme: draw_ratios(mine, scheme) for scheme in Scheme},
        scheme=view.scheme,
        title=f"{title}: each group against the rest",
        summary=_say_groups(mine),
        facts=draw_facts(
            view,
            ("Period", _say_days(mine)),
            ("Out of", indicator.denominator if indicator else "not known"),
            ("Compared", say_compared(indicator)),
            ("Thin line", "95 % interval"),
            ("Broad line", "what the detector's error allows"),
            has_range=False,
        ),
        definition=dcc.Link("How it is counted", href=view.href(f"/indicators/{chosen}")),
        twin=draw_table(f"{title} by group", HEADINGS, [_draw_line(row) for row in mine], empty="No group."),
    )


def _say_days(rows: Sequence[EquityRatio]) -> str:
    first, last = min(row.first_day for row in rows), max(row.last_day for row in rows)
    return f"{say_day(first)} to {say_day(last)}"


def _say_groups(rows: Sequence[EquityRatio]) -> str:
    parts = []
    for status in RANK:
        names = [
            say_group(row.slice, row.slice_value) + ("" if status == UNASSESSED else f" {say_ratio(row)}")
            for row in rows
            if row.status == status
        ]
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            parts.append(f"{EQUITY_MARKS[status].word.capitalize()}: {', '.join(names[:NAMED])}{more}.")
    return " ".join(parts)


def _draw_groups(view: View, rows: Sequence[EquityRatio], titles: Mapping[str, Indicator]) -> Component:
    groups = []
    for indicator_id, members in groupby(rows, key=lambda row: row.indicator_id):
        known = titles.get(indicator_id)
        title = known.title if known else say_words(indicator_id)
        heading = dcc.Link(title, href=view.href(None, indicator=indicator_id))
        groups.append(Group(heading, [_draw_line(row) for row in members]))
    return draw_groups(
        "Groups by indicator", HEADINGS, groups, empty="No other group matches.", is_dense=False
    )


def _draw_line(row: EquityRatio) -> Line:
    bounds = MISSING
    if row.bound_low is not None:
        high = "no limit" if row.bound_high is None else say_factor(row.bound_high)
        bounds = f"{say_factor(row.bound_low)} to {high}"
    return Line(
        (
            f"{say_words(row.slice)}: {say_group(row.slice, row.slice_value)}",
            draw_mark(EQUITY_MARKS[row.status]),
            say_ratio(row),
            bounds,
            MISSING if row.difference_per_1000 is None else f"{row.difference_per_1000:+.1f}",
            f"{say_count(row.numerator)} of {say_count(row.denominator)}",
            _say_method(row),
        )
    )


def _say_method(row: EquityRatio) -> str:
    """By what a group is judged; reviews are of weeks of their own, and so are the counts beside them."""
    words = METHOD_WORDS.get(row.method, say_words(row.method))
    return f"{words}, {_say_days([row])}; counted is what was reviewed" if row.method == "reviewed" else words


def make_sheet(view: View) -> Sheet:
    """The groups that the address filters, without numbers and names that the published file marks."""
    names = ("indicator_id", "slice", "slice_value", "first_day", "last_day", "status", "method")
    numbers = (
        *("numerator", "denominator", "ratio", "ci_low", "ci_high"),
        *("difference_per_1000", "bound_low", "bound_high"),
    )
    rows = [
        (
            *(getattr(row, name) for name in names),
            *(SUPPRESSED if row.is_suppressed else getattr(row, name) for name in numbers),
        )
        for row in filter_rows(view, view.reader.equity(view.deployment_id))
        if not row.is_of_few
    ]
    return Sheet("groups", names + numbers, rows)


PAGE = Page(PATH, "Equity", layout, has_range=False, sheets={"groups": make_sheet}, aliases=("groups",))
