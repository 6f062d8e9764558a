"""One indicator: its values over time with limits and changes, by slice, its definition and appetites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.grid import AS_DAY, draw_grid
from dashboards.components.marks import draw_absences, draw_mark, draw_status
from dashboards.components.shell import draw_chips, draw_facts, draw_heading
from dashboards.components.table import draw_download
from dashboards.figures.series import SeriesFrame, draw_series
from dashboards.measurements import Bridge
from dashboards.pages.data.days import draw_days_within
from dashboards.pages.indicators.change_list import draw_change_list
from dashboards.pages.indicators.definition import draw_appetites, draw_definition
from dashboards.pages.indicators.measurement import (
    draw_baseline,
    draw_corrections,
    draw_likelihood,
    draw_versions,
    load_limits,
    submit_baseline,
)
from dashboards.pages.indicators.rare_events import draw_rare_events
from dashboards.pages.indicators.slices import draw_slice_panel
from dashboards.pages.page import Page
from dashboards.pages.standings import load_standings
from dashboards.records import Appetite, Change, Indicator, Observation
from dashboards.sheet import SUPPRESSED, Sheet, leave_coverage, leave_value
from dashboards.standing import ALL, Standing, explain_row, fill_periods
from dashboards.theme import Direction, Scheme, mark_variation
from dashboards.view import Period, View
from dashboards.wording import (
    say_absences,
    say_day,
    say_interval,
    say_level,
    say_observation,
    say_share,
    say_unit,
    say_value,
    say_words,
    say_zero,
)

PATH = "/indicators"
STEPS = {Period.WEEK: timedelta(weeks=1), Period.DAY: timedelta(days=1)}
PERIOD_WORDS = {Period.WEEK: "week", Period.DAY: "day"}


def find_slice(view: View) -> tuple[str, str]:
    """The slice that the address asks for."""
    name, value = view.filter("slice"), view.filter("value")
    return (name, value) if name and value else ALL


def layout(view: View) -> Component:
    """The page; an unknown indicator gets a sentence and a way back."""
    standing = next((s for s in load_standings(view) if s.indicator.indicator_id == view.subject), None)
    if standing is None:
        return html.Div(
            [
                draw_heading(
                    view,
                    "Unknown indicator",
                    f"There is no indicator named {view.subject!r} in this generation.",
                ),
                dcc.Link("All indicators", href=view.href(PATH)),
            ]
        )
    indicator = standing.indicator
    appetites = [
        row for row in view.reader.appetites(view.deployment_id) if row.indicator_id == indicator.indicator_id
    ]
    changes = view.reader.changes(view.deployment_id, view.since)
    return html.Div(
        [
            draw_heading(view, indicator.title, indicator.question),
            html.Div(
                [
                    draw_status(standing.status),
                    draw_mark(standing.variation) if standing.variation else None,
                    *draw_absences(standing.absences),
                ],
                className="marks",
            ),
            draw_chips(view, ("slice", "value")),
            _draw_series_panel(view, standing, appetites, changes),
            draw_change_list(
                changes,
                bridges=view.reader.measured(Bridge, deployment_id=view.deployment_id),
                signal_ids=indicator.signal_ids,
            ),
            draw_days_within(view),
            draw_corrections(view, indicator),
            draw_likelihood(view, indicator),
            draw_baseline(view, indicator),
            draw_rare_events(view, indicator, load_limits(view, indicator.indicator_id)),
            draw_slice_panel(view, standing),
            draw_definition(indicator),
            draw_appetites(view, indicator, appetites),
        ]
    )


def load_series(view: View, indicator_id: str) -> tuple[Observation, ...]:
    """The values that the chart, its twin and the download show."""
    return view.reader.series(
        view.deployment_id, indicator_id, period=view.query.period, of=find_slice(view), since=view.since
    )


def _draw_series_panel(
    view: View, standing: Standing, appetites: Sequence[Appetite], changes: Sequence[Change]
) -> Component:
    indicator = standing.indicator
    rows = load_series(view, indicator.indicator_id)
    is_whole = find_slice(view) == ALL
    of = "whole deployment" if is_whole else " = ".join(find_slice(view))
    limits = load_limits(view, indicator.indicator_id) if is_whole else ()
    frame = SeriesFrame(
        rows,
        indicator.kind,
        view.query.period,
        say_unit(indicator),
        appetites,
        changes,
        tuple(one for one in limits if one.period == view.query.period),
    )
    return draw_chart(
        "series",
        {scheme: draw_series(frame, scheme) for scheme in Scheme},
        scheme=view.scheme,
        title=f"By {PERIOD_WORDS[view.query.period]}: {of}",
        summary=say_series(view, indicator, rows),
        facts=draw_facts(
            view,
            ("Period", PERIOD_WORDS[view.query.period]),
            ("Counted", indicator.numerator),
            ("Out of", indicator.denominator),
            ("Detectors", draw_versions(rows[-1].detector_version) if rows else "none"),
        ),
        definition=html.A("How it is counted", href="#definition"),
        twin=html.Div(
            [
                _draw_twin(view, indicator, rows),
                draw_download(view.download("values"), "these values"),
            ]
        ),
    )


def say_series(view: View, indicator: Indicator, rows: Sequence[Observation]) -> str:
    """The chart in words."""
    periods = fill_periods([row for row in rows if row.estimate == "raw"], step=STEPS[view.query.period])
    known = [row for _, row in periods if row is not None and row.value is not None]
    word = PERIOD_WORDS[view.query.period]
    if not known:
        return f"No {word} in this range has a value."
    values = {row.period_start: row.value for row in known if row.value is not None}
    low, high = min(values, key=lambda day: values[day]), max(values, key=lambda day: values[day])
    gaps = len(periods) - len(known)
    return (
        f"Latest {word} ({', '.join([say_day(known[-1].period_start), *_say_care(known[-1])])}): "
        f"{say_observation(known[-1], indicator)}. "
        f"Between {say_value(values[low], indicator.kind)} ({say_day(low)}) and "
        f"{say_value(values[high], indicator.kind)} ({say_day(high)}) over {len(periods)} {word}s; "
        f"{gaps or 'none'} without a value."
    )


def _say_care(row: Observation) -> list[str]:
    return [care] if (care := say_absences(explain_row(row))) else []


def _draw_twin(view: View, indicator: Indicator, rows: Sequence[Observation]) -> Component:
    if not rows:
        return html.P("No values in this range.", className="empty")
    pinned = {"pinned": "left", "suppressAutoSize": True}  # a corrected week has two rows: which is which
    columns: list[dict[str, Any]] = [
        {
            "field": "start",
            "headerName": f"{PERIOD_WORDS[view.query.period].capitalize()} of",
            "width": 120,
            **AS_DAY,
            **pinned,
        },
        {"field": "estimate", "headerName": "Estimate", "width": 100, **pinned},
        {"field": "value", "headerName": "Value", "type": "rightAligned", "sortable": False},
        {"field": "interval", "headerName": "95 % interval", "sortable": False},
        {"field": "numerator", "headerName": "Counted", "type": "rightAligned"},
        {"field": "denominator", "headerName": "Out of", "type": "rightAligned"},
        {"field": "status", "headerName": "Level"},
        {"field": "variation", "headerName": "Change"},
        {"field": "coverage", "headerName": "Scored", "type": "rightAligned", "sortable": False},
        {"field": "care", "headerName": "Read with"},
        {"field": "method", "headerName": "Interval by"},
    ]
    if indicator.kind == "distribution":
        columns.insert(
            4, {"field": "p90", "headerName": "90th percentile", "type": "rightAligned", "sortable": False}
        )
    data = [
        {
            "start": row.period_start.isoformat(),
            "estimate": row.estimate,
            "value": say_zero(row, indicator.kind) or say_level(row, indicator.kind),
            "interval": say_interval(row, indicator.kind),
            "p90": say_value(row.p90, indicator.kind),
            "numerator": _tidy(row.numerator),
            "denominator": _tidy(row.denominator),
            "status": say_words(row.status),
            "variation": mark_variation(row.movement, Direction.NEITHER).word,
            "coverage": say_share(row.coverage),
            "care": say_absences(explain_row(row)),
            "method": say_words(row.method),
        }
        for row in reversed(rows)
    ]
    return draw_grid("series", columns, data, label=f"{indicator.title} by {PERIOD_WORDS[view.query.period]}")


def _tidy(count: float | None) -> float | None:
    """A count that sorts as a number; corrected ones have one decimal."""
    return None if count is None else round(count, 1)


def make_sheet(view: View) -> Sheet:
    """The values that the chart shows, numbers of small cells hidden; none of a value that few had."""
    columns = (
        "indicator_id",
        "period",
        "period_start",
        "slice",
        "slice_value",
        "estimate",
        "numerator",
        "denominator",
        "value",
        "ci_low",
        "ci_high",
        "p90",
        "at_least",
        "method",
        "status",
        "variation",
        "coverage",
        "read_with",
        "definition_version",
        "detector_version",
        "appetite_version",
        "generation",
    )
    rows = []
    for row in load_series(view, view.subject or ""):
        if row.is_of_few:
            continue
        numbers: tuple[float | str | None, ...] = (
            *(row.numerator, row.denominator, leave_value(row), row.ci_low, row.ci_high),
            *(row.p90, row.at_least),
        )
        rows.append(
            (
                row.indicator_id,
                row.period,
                row.period_start,
                row.slice,
                row.slice_value,
                row.estimate,
                *((SUPPRESSED,) * len(numbers) if row.is_suppressed else numbers),
                row.method,
                *((SUPPRESSED,) * 2 if row.is_suppressed else (row.status, row.variation)),
                leave_coverage(row),
                " ".join(explain_row(row)),
                row.definition_version,
                row.detector_version,
                row.appetite_version,
                view.build.generation,
            )
        )
    return Sheet("values", columns, rows)


PAGE = Page(
    PATH,
    "Indicator",
    layout,
    in_rail=False,
    takes_subject=True,
    has_period=True,
    submit=submit_baseline,
    sheets={"values": make_sheet},
)
