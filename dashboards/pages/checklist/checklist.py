"""Ethics checklist: what was attested, on which evidence, until when, and what the data say against it.

An attestation is never changed by data; it is shown as contradicted, and a person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_chips, draw_heading, draw_none_of
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.items import read_items
from dashboards.pages.checklist.attestation import draw_item, draw_state
from dashboards.pages.checklist.decision import submit
from dashboards.pages.checklist.evidence import find_file
from dashboards.pages.page import Page, Shelf
from dashboards.sheet import Sheet
from dashboards.standing import deployment_statuses
from dashboards.theme import CHECKLIST_MARKS, CONTRADICTED, OVERDUE
from dashboards.view import View
from dashboards.wording import say_day
from risk_register.item.checklist import (
    ItemRecord,
    contradicted_by,
)
from risk_register.item.evidence import list_evidence

PATH = "/ethics-checklist"
FILTERS = ("stage", "status", "show")
HEADINGS = tuple(Heading(title) for title in ("Item", "State", "Attested", "Again by", "Evidence"))
STAGE_WORDS = {
    "development": "Development",
    "pre_deployment": "Before deployment",
    "deployment": "Deployment",
    "ongoing": "Ongoing",
}


def layout(view: View) -> Component:
    """The page."""
    items = read_items(view)
    if not items:
        text = "The checklist does not know this deployment yet; the next run of the pipelines introduces it."
        return draw_heading(view, "Ethics checklist", text)
    statuses = deployment_statuses(view.reader.latest_weeks(view.deployment_id))
    shown = filter_items(view, items, statuses)
    counts = Counter(
        one.item_id for one in list_evidence(view.store, view.deployment_id) if one.withdrawn_at is None
    )
    sections = [
        html.Section(
            [
                html.H2(STAGE_WORDS[stage]),
                draw_table(
                    f"Items of the stage: {STAGE_WORDS[stage]}",
                    HEADINGS,
                    [_draw_line(view, item, statuses, counts) for item in members],
                    empty="No item.",
                ),
            ],
            className="card",
        )
        for stage, members in groupby(shown, key=lambda item: item.stage)
    ]
    opened = next((item for item in items if item.item_id == view.filter("item")), None)
    return html.Div(
        [
            draw_heading(view, "Ethics checklist", _say_state(items, statuses)),
            _draw_tally(view, items, statuses),
            html.Div(
                [
                    draw_chips(view, FILTERS) or html.Span(),
                    draw_download(view.download("items"), "these items"),
                ],
                className="section-heading",
            ),
            draw_item(view, opened, statuses) if opened else draw_none_of(view, "item"),
            *(sections or [html.P("No item matches the filters.", className="empty")]),
        ]
    )


def filter_items(
    view: View, items: Sequence[ItemRecord], statuses: Mapping[str, str]
) -> tuple[ItemRecord, ...]:
    """Those that the address asks for."""
    stage, status, show = view.filter("stage"), view.filter("status"), view.filter("show")
    return tuple(
        item
        for item in items
        if (stage is None or item.stage == stage)
        and (status is None or item.state == status)
        and (show != "overdue" or item.is_overdue)
        and (show != "contradicted" or contradicted_by(item, statuses))
    )


def _say_state(items: Sequence[ItemRecord], statuses: Mapping[str, str]) -> str:
    claimed = sum(item.claims_met for item in items)
    against = sum(bool(contradicted_by(item, statuses)) for item in items)
    withdrawn = sum(item.is_evidence_withdrawn for item in items)
    overdue = sum(item.is_overdue for item in items)
    return (
        f"{claimed} of {len(items)} items are attested as met; {against} of these are contradicted by data, "
        f"of {withdrawn} the evidence is withdrawn; {overdue} items are overdue."
    )


def _draw_tally(view: View, items: Sequence[ItemRecord], statuses: Mapping[str, str]) -> Component:
    counts = Counter(item.state.value for item in items)
    tiles = [
        (str(counts[state]), mark, {"status": state}, view.filter("status") == state)
        for state, mark in CHECKLIST_MARKS.items()
    ]
    against = sum(bool(contradicted_by(item, statuses)) for item in items)
    overdue = sum(item.is_overdue for item in items)
    tiles.insert(0, (str(overdue), OVERDUE, {"show": "overdue"}, view.filter("show") == "overdue"))
    tiles.insert(
        0, (str(against), CONTRADICTED, {"show": "contradicted"}, view.filter("show") == "contradicted")
    )
    return html.Ul(
        [
            html.Li(
                dcc.Link(
                    [html.Span(count, className="tally-count"), draw_mark(mark)],
                    href=view.href(
                        None, **{name: None if chosen else value for name, value in change.items()}
                    ),
                    className="tally is-chosen" if chosen else "tally",
                )
            )
            for count, mark, change, chosen in tiles
        ],
        className="tallies",
        **{"aria-label": "Items by state; choose one to show only these"},
    )


def _say_evidence(item: ItemRecord, count: int) -> str:
    kept = f"{count} kept here" if count else ""
    return "; ".join(words for words in (item.evidence, kept) if words) or "none"


def _draw_line(view: View, item: ItemRecord, statuses: Mapping[str, str], counts: Mapping[str, int]) -> Line:
    is_open = view.filter("item") == item.item_id
    return Line(
        (
            dcc.Link(
                f"{item.reference} {item.question}",
                href=view.href(None, item=None if is_open else item.item_id),
            ),
            draw_state(item, statuses),
            f"{say_day(item.attested_on)} by {item.attested_by}" if item.attested_by else "nobody yet",
            say_day(item.again_on) if item.attested_by else f"due {say_day(item.due_on)}",
            _say_evidence(item, counts.get(item.item_id, 0)),
        ),
        is_open=is_open,
    )


def make_sheet(view: View) -> Sheet:
    """The items that the address filters, every field."""
    columns = (
        "item_id",
        "reference",
        "stage",
        "question",
        "state",
        "evidence",
        "note",
        "attested_by",
        "attested_on",
        "approved_by",
        "due_on",
        "expires_on",
        "again_on",
        "for_version",
        "waived_until",
        "waiver_reason",
        "waiver_approved_by",
        "is_evidence_withdrawn",
        "is_overdue",
        "contradicted_by",
        "evidence_expected",
        "cadence",
        "source",
        "version",
    )
    statuses = deployment_statuses(view.reader.latest_weeks(view.deployment_id))
    items = filter_items(view, read_items(view), statuses)
    rows = [
        (
            item.item_id,
            item.reference,
            item.stage.value,
            item.question,
            item.state.value,
            item.evidence,
            item.note,
            item.attested_by,
            item.attested_on,
            item.approved_by,
            item.due_on,
            item.expires_on,
            item.again_on,
            item.for_version,
            item.waiver.until if item.waiver else None,
            item.waiver.reason if item.waiver else None,
            item.waiver.approved_by if item.waiver else None,
            item.is_evidence_withdrawn,
            item.is_overdue,
            " ".join(contradicted_by(item, statuses)),
            item.evidence_expected,
            item.cadence,
            item.source,
            item.version,
        )
        for item in items
    ]
    return Sheet("items", columns, rows)


PAGE = Page(
    PATH,
    "Ethics checklist",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    submit=submit,
    attach=find_file,
    sheets={"items": make_sheet},
    aliases=("checklist", "ethics"),
)
