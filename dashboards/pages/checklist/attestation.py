"""One item of the ethics checklist: what was attested, on which evidence, and what data say against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_decisions, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.checklist.decision import draw_item_decisions, draw_pending
from dashboards.theme import CHECKLIST_MARKS, CONTRADICTED, EVIDENCE_WITHDRAWN, OVERDUE
from dashboards.view import View
from dashboards.wording import MISSING, say_day, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.item.checklist import ItemRecord, VersionChange, contradicted_by
from risk_register.item.evidence import EvidenceKind, EvidenceRecord, list_evidence
from risk_register.item.evidence_files import FileState, check_file
from risk_register.item.tasks import TaskRecord, list_tasks

FILE_WORDS = {
    FileState.KEPT: "kept here, unchanged",
    FileState.MISSING: "the file is missing",
    FileState.CHANGED: "the file is not the one that was kept",
}


def draw_item(view: View, item: ItemRecord, statuses: Mapping[str, str]) -> Component:
    """Everything about one item, with the forms for those who may attest."""
    against = contradicted_by(item, statuses)
    evidence = [one for one in list_evidence(view.store, view.deployment_id) if one.item_id == item.item_id]
    tasks = [one for one in list_tasks(view.store, view.deployment_id) if one.item_id == item.item_id]
    warning = html.P(
        "Met — contradicted by data. The attestation stands until a person changes it; "
        "the numbers speak against it.",
        className="message message-error",
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"{item.reference} {item.question}"),
                    dcc.Link("Close", href=view.href(None, item=None), className="button button-quiet"),
                ],
                className="section-heading",
            ),
            warning if against else None,
            html.Dl(
                [
                    part
                    for name, value in _list_facts(view, item, statuses)
                    for part in (html.Dt(name), html.Dd(value))
                ],
                className="facts wide",
            ),
            draw_pending(view, item),
            draw_item_decisions(view, item),
            html.H3("Evidence"),
            _draw_evidence(view, item, evidence),
            html.H3("Tasks that data opened"),
            _draw_tasks(view, tasks),
        ],
        id="item",
        className="card details",
        tabIndex=-1,
    )


def _list_facts(
    view: View, item: ItemRecord, statuses: Mapping[str, str]
) -> list[tuple[str, Component | str]]:
    listed: Component | str = "no indicator speaks to this item"
    if item.contradicting_indicators:
        listed = html.Ul(
            [
                html.Li(
                    [
                        dcc.Link(say_words(name), href=view.href(f"/indicators/{name}")),
                        f": {say_words(statuses.get(name, 'no complete week yet'))}",
                    ]
                )
                for name in item.contradicting_indicators
            ]
        )
    waived = "no"
    if item.waiver is not None:
        waived = (
            f"until {say_day(item.waiver.until)}, asked by {item.waiver.proposed_by}, approved by "
            f"{item.waiver.approved_by}: {item.waiver.reason}"
        )
    return [
        ("State", draw_state(item, statuses)),
        (
            "Attested",
            f"{say_day(item.attested_on)} by {item.attested_by}" if item.attested_by else "nobody yet",
        ),
        ("For version", item.for_version or "none named"),
        ("Expires", say_day(item.expires_on)),
        ("Again by", f"{say_day(item.again_on)} ({item.cadence})" if item.again_on else item.cadence),
        ("First change since", say_change(item.outdated_by) if item.outdated_by else "none that ends it"),
        ("Waived", waived),
        ("Evidence", item.evidence or "see below"),
        ("Note", item.note or "none"),
        ("Evidence expected", item.evidence_expected),
        ("Source", item.source),
        ("Indicators that can contradict it", listed),
    ]


def _draw_evidence(view: View, item: ItemRecord, evidence: Sequence[EvidenceRecord]) -> Component:
    lines = [
        Line(
            (
                _draw_place(view, one),
                say_words(one.kind),
                _say_state(view, one),
                f"{say_moment(one.added_at)} by {one.added_by}",
                _draw_withdrawal(view, item, one),
            )
        )
        for one in evidence
    ]
    headings = [Heading(title) for title in ("What", "Kind", "State", "Added", "In use")]
    return draw_table("Evidence of the item", headings, lines, empty="Nothing is kept beside this item yet.")


def _draw_place(view: View, one: EvidenceRecord) -> Component | str:
    if one.kind is EvidenceKind.INDICATOR:
        return dcc.Link(one.title, href=view.href(f"/indicators/{one.location}"))
    if one.kind is EvidenceKind.LINK:
        # An address that somebody typed is shown, and followed only by whoever copies it.
        return f"{one.title}: {one.location}" if one.title != one.location else one.location
    if not view.may(Action.EXPORT):
        return one.title
    href = view.href(f"/file/ethics-checklist/{one.content_hash}")
    return html.A(one.title, href=href, download="")


def _say_state(view: View, one: EvidenceRecord) -> str:
    if one.kind is not EvidenceKind.FILE or one.content_hash is None:
        return "not kept here"
    if view.evidence is None:
        return "not looked for"
    return f"{FILE_WORDS[check_file(view.evidence, one.content_hash)]}; sha256 {one.content_hash[:12]}…"


def _draw_withdrawal(view: View, item: ItemRecord, one: EvidenceRecord) -> Component | str:
    if one.withdrawn_by is not None and one.withdrawn_at is not None:
        return f"withdrawn by {one.withdrawn_by}, {say_moment(one.withdrawn_at)}"
    if not view.may(Action.ATTEST):
        return "yes"
    within = f"withdraw-{one.number}"
    form = draw_form(
        view,
        "withdraw",
        [draw_text("reason", "Reason", note="Stays in the audit.", is_required=True, within=within)],
        button=f"Withdraw evidence {one.number}",
        hidden={"item": item.item_id, "number": str(one.number)},
    )
    return html.Details([html.Summary("yes; withdraw"), form])


def _draw_tasks(view: View, tasks: Sequence[TaskRecord]) -> Component:
    lines = [
        Line(
            (
                f"Task {task.task_id}",
                say_moment(task.opened_at),
                ", ".join(say_words(name) for name in task.indicator_ids),
                _say_outcome(task),
                _draw_closing(view, task) or MISSING,
            )
        )
        for task in tasks
    ]
    headings = [
        Heading(title) for title in ("Task", "Opened", "Contradicted by", "What came of it", "Next step")
    ]
    return draw_table("Tasks of the item", headings, lines, empty="Data have never spoken against it.")


def _say_outcome(task: TaskRecord) -> str:
    if task.closed_at is None:
        return MISSING
    return f"{task.closed_by}, {say_moment(task.closed_at)}: {task.outcome}"


def _draw_closing(view: View, task: TaskRecord) -> Component | None:
    if not task.is_open or not view.may(Action.ATTEST):
        return None
    form = draw_form(
        view,
        "close_task",
        [
            draw_text(
                "outcome",
                "Outcome",
                note="What was found, and what was done.",
                is_long=True,
                is_required=True,
                within=f"task-{task.task_id}",
            )
        ],
        button=f"Close task {task.task_id}",
        hidden={"item": task.item_id, "task": str(task.task_id)},
    )
    return draw_decisions(None, [("Close", form)])


def say_change(change: VersionChange) -> str:
    """A change that ends an answer: what, when, and its note."""
    return f"{change.what} change of {say_day(change.effective_on)}: {change.note}"


def draw_state(item: ItemRecord, statuses: Mapping[str, str]) -> Component:
    """The answer, and beside it what the data and the calendar say."""
    against = contradicted_by(item, statuses)
    answer = EVIDENCE_WITHDRAWN if item.is_evidence_withdrawn else CHECKLIST_MARKS[item.state]
    marks: list[Component] = [draw_mark(answer)]
    if against:
        marks.append(draw_mark(CONTRADICTED, ", ".join(say_words(name) for name in against)))
    if item.is_overdue:
        change = item.outdated_by
        is_why = change is not None and change.effective_on == item.again_on
        marks.append(draw_mark(OVERDUE, f"since the {say_change(change)}" if change and is_why else None))
    if item.waiver is not None:
        marks.append(html.Span(f"waived until {say_day(item.waiver.until)}", className="why"))
    if item.pending:
        marks.append(html.Span("waits for a second person", className="why"))
    return html.Div(marks, className="absences")
