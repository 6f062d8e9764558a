"""Releases and drift: what changed by declaration and by the logs, and how far weeks lie from the reference.

Declared changes are read live from the store, observed ones from the published file. Drift is no harm: it
asks whether detectors still hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.form import draw_choice, draw_day, draw_form, draw_text
from dashboards.components.grid import AS_DAY, draw_grid
from dashboards.components.marks import draw_vocabulary
from dashboards.components.shell import draw_facts, draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.figures.distances import draw_distances
from dashboards.figures.timeline import KINDS, draw_timeline, name_kind
from dashboards.measurements import Bridge, Drift, Shift
from dashboards.pages.page import Page
from dashboards.pages.releases.bridges import draw_bridges
from dashboards.pages.releases.comparison import draw_comparison
from dashboards.pages.releases.shifts import draw_shifts
from dashboards.pages.releases.suspected import draw_suspected
from dashboards.records import Change
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.theme import Scheme
from dashboards.view import View
from dashboards.vocabulary import DRIFT_MARKS
from dashboards.wording import MISSING, say_count, say_day, say_words
from methods.drift import leave_distance
from risk_register.account.accounts import Action
from risk_register.content import load_risks
from risk_register.deployment.changes import ChangeRecord, Door, Subject, declare, list_changes
from risk_register.errors import NotAllowedError

PATH = "/releases-and-drift"
DECLARED = "declared"
KEY = "An open ring is a reference week, a dot is stable, a triangle moved, a cross has too few messages."


def layout(view: View) -> Component:
    """The page."""
    changes = load_changes(view)
    drift = view.reader.drift(view.deployment_id, view.since)
    kinds = Counter(name_kind(change, changes) for change in changes)
    told = "; ".join(f"{kinds[kind]} {kind}" for kind, *_ in KINDS if kinds[kind]) or "none"
    return html.Div(
        [
            draw_heading(
                view,
                "Releases and drift",
                f"{len(changes)} changes in the range: {told}. {_say_moved(drift)}",
            ),
            draw_suspected(view),
            _draw_changes(view, changes, told),
            _draw_declaring(view),
            draw_bridges(view.reader.measured(Bridge, deployment_id=view.deployment_id)),
            draw_comparison(view, changes),
            _draw_drift(view, drift, changes),
            draw_shifts(view.reader.measured(Shift, deployment_id=view.deployment_id, since=view.since)),
            draw_vocabulary(DRIFT_MARKS.values()),
        ]
    )


def load_changes(view: View) -> tuple[Change, ...]:
    """Declared and observed changes of the range and after it, oldest first."""
    declared = [
        Change(
            change_id=one.change_id,
            effective_on=one.effective_on,
            what=one.what,
            note=f"{one.note}{_say_touched(one)}",
            origin=DECLARED,
            is_planned=one.is_planned,
            declared_by=one.declared_by,
        )
        for one in list_changes(view.store, view.deployment_id)
        if one.effective_on >= view.since
    ]
    observed = [one for one in view.reader.changes(view.deployment_id, view.since) if one.origin != DECLARED]
    return tuple(sorted([*declared, *observed], key=lambda one: (one.effective_on, one.change_id)))


def _say_touched(change: ChangeRecord) -> str:
    references = {risk.id: risk.reference for risk in load_risks()}
    touched = ", ".join(references.get(name, name) for name in change.risk_ids)
    return f" Touches {touched}." if touched else ""


def _draw_changes(view: View, changes: Sequence[Change], told: str) -> Component:
    lines = [
        Line(
            (
                f"{number}. {say_words(change.what)}",
                say_day(change.effective_on),
                name_kind(change, changes),
                change.declared_by or MISSING,
                change.note,
            )
        )
        for number, change in reversed(list(enumerate(changes, start=1)))
    ]
    headings = [Heading(title) for title in ("Change", "From", "How it is known", "Declared by", "Note")]
    twin = draw_table("Changes, newest first", headings, lines, empty="No change in this range.")
    return draw_chart(
        "timeline",
        {scheme: draw_timeline(changes, scheme) for scheme in Scheme},
        scheme=view.scheme,
        title="What changed",
        summary=f"{told.capitalize()}.",
        facts=draw_facts(view, ("Period", "day")),
        definition=html.Span(
            "declared by a person or by CI; observed in the logs as a new name, or as one that is back"
        ),
        twin=html.Div([twin, draw_download(view.download("changes"), "these changes")]),
    )


def _draw_declaring(view: View) -> Component | None:
    if not view.may(Action.DECLARE_CHANGE):
        return None
    form = draw_form(
        view,
        "declare",
        [
            draw_choice(
                "what",
                "What changes",
                [(subject.value, subject.value) for subject in Subject],
                note="A change of model or prompt is a break in every series.",
            ),
            draw_day(
                "effective_on",
                "From",
                note="The first day with it; in the past or to come.",
                is_required=True,
            ),
            draw_choice(
                "is_planned",
                "Planned",
                [("yes", "planned"), ("no", "not planned")],
                note="Or done in a hurry.",
            ),
            draw_text("note", "Note", note="From what to what, and why.", is_long=True, is_required=True),
            draw_text("risks", "Risks that it touches", note="References, such as R-02 R-06; may be empty."),
        ],
        button="Declare this change",
    )
    return html.Section(
        [html.Details([html.Summary("Declare a change"), form])], className="card", id="declare", tabIndex=-1
    )


def _say_moved(drift: Sequence[Drift]) -> str:
    if not drift:
        return "No week can be compared yet: drift needs eight whole weeks as a reference."
    newest = max(row.week for row in drift)
    parts = [
        f"{say_words(row.feature)} {DRIFT_MARKS[row.status].word}" for row in drift if row.week == newest
    ]
    return f"Week of {say_day(newest)}: {', '.join(parts)}."


def _draw_drift(view: View, drift: Sequence[Drift], changes: Sequence[Change]) -> Component:
    moved = Counter(row.feature for row in drift if row.status == "moved")
    told = ", ".join(
        f"{say_words(feature)} in {count} week{'s' * (count > 1)}" for feature, count in sorted(moved.items())
    )
    summary = f"{_say_moved(drift)} Moved in the range: {told or 'nothing'}. {KEY}"
    return draw_chart(
        "drift",
        {scheme: draw_distances(drift, changes, scheme) for scheme in Scheme},
        scheme=view.scheme,
        title="Distance from the reference weeks",
        summary=summary,
        facts=draw_facts(
            view,
            ("Period", "week"),
            ("Out of", "messages of the week"),
            ("Distance", "Jensen-Shannon, base 2: 0 alike, 1 nothing in common"),
        ),
        definition=html.Span("moved: past the practical threshold and past what reference weeks differ by"),
        twin=html.Div([_draw_twin(drift), draw_download(view.download("drift"), "these distances")]),
    )


def _draw_twin(drift: Sequence[Drift]) -> Component:
    if not drift:
        return html.P("No week has been compared.", className="empty")
    number = {"type": "rightAligned", "width": 130}
    columns = [
        {"field": "week", "headerName": "Week of", "pinned": "left", "width": 125, **AS_DAY},
        {"field": "feature", "headerName": "Feature", "minWidth": 150, "flex": 1},
        {"field": "status", "headerName": "Result", "minWidth": 150, "flex": 1},
        {"field": "distance", "headerName": "Distance", **number},
        {"field": "threshold", "headerName": "Threshold", **number},
        {"field": "null", "headerName": "Reference", **number},
        {"field": "messages", "headerName": "Messages", **number},
    ]
    rows = [
        {
            "week": row.week.isoformat(),
            "feature": say_words(row.feature),
            "status": DRIFT_MARKS[row.status].word,
            "distance": _say_distance(row.distance),
            "threshold": _say_distance(row.threshold),
            "null": _say_distance(row.null_high),
            "messages": say_count(row.message_count),
        }
        for row in sorted(drift, key=lambda row: (row.week, row.feature), reverse=True)
    ]
    return draw_grid("drift", columns, rows, label="Distances by week and feature")


def _say_distance(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Declare a change.

    Raises:
        RegisterError: the account may not, or something is missing.
    """
    view.check_may(Action.DECLARE_CHANGE)
    if fields.get("what") not in set(Subject):
        raise NotAllowedError(f"Say what changes: {', '.join(Subject)}.")
    if fields.get("is_planned") not in {"yes", "no"}:
        raise NotAllowedError("Say whether it was planned.")
    try:
        effective_on = date.fromisoformat(fields.get("effective_on", ""))
    except ValueError as error:
        raise NotAllowedError(
            f"{fields.get('effective_on', '')!r} is not a day; write it as 2027-05-20."
        ) from error
    by_name = {name: risk.id for risk in load_risks() for name in (risk.reference, risk.id)}
    named = fields.get("risks", "").replace(",", " ").split()
    if unknown := [name for name in named if name not in by_name]:
        raise NotAllowedError(f"There is no risk {', '.join(unknown)}; name them as R-02.")
    change_id = declare(
        view.store,
        deployment_id=view.deployment_id,
        effective_on=effective_on,
        what=Subject(fields["what"]),
        note=fields.get("note", ""),
        is_planned=fields["is_planned"] == "yes",
        actor=view.account.name,
        at=view.at,
        risk_ids=[by_name[name] for name in named],
        through=Door.PAGE,
    )
    return f"Declared as {change_id}. Charts show it once the pipelines have run."


def make_changes(view: View) -> Sheet:
    """The changes of the range, every field."""
    names = ("change_id", "effective_on", "what", "note", "origin", "is_planned", "declared_by")
    return Sheet(
        "changes", names, [tuple(getattr(one, name) for name in names) for one in load_changes(view)]
    )


def make_drift(view: View) -> Sheet:
    """The weeks of the range, distances in steps, and no number of one that the published file marks."""
    numbers = ("distance", "threshold", "null_high", "message_count", "reference_count")
    hidden = (SUPPRESSED,) * len(numbers)
    rows = []
    for one in view.reader.drift(view.deployment_id, view.since):
        found: tuple[float | str | None, ...] = (
            *(leave_distance(one.distance), one.threshold, leave_distance(one.null_high)),
            *(one.message_count, one.reference_count),
        )
        rows.append((one.feature, one.week, *(hidden if one.is_suppressed else found), one.status))
    return Sheet("drift", ("feature", "week", *numbers, "status"), rows)


PAGE = Page(
    PATH,
    "Releases and drift",
    layout,
    submit=submit,
    sheets={"changes": make_changes, "drift": make_drift},
    aliases=("releases", "drift", "changes"),
)
