"""The course of an incident on its page: what happened and when, what has to be done, what the audit knows.

The rules are those of `risk_register.incident.work`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_day, draw_decisions, draw_form, draw_moment, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.submission import read_day, read_number, read_past_moment
from dashboards.theme import OVERDUE
from dashboards.view import View
from dashboards.wording import MISSING, say_day, say_local, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.database.audit import list_entries as list_audit
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.states import IncidentStatus
from risk_register.incident.work import (
    TaskRecord,
    add_task,
    finish_task,
    list_entries,
    list_tasks,
    write_entry,
)

COURSE = tuple(Heading(title) for title in ("When", "Who", "What", "Why"))
TASKS = tuple(Heading(title) for title in ("Task", "Who", "Due", "Done"))


def draw_course(view: View, incident: IncidentRecord) -> Component:
    """Tasks, timeline, and what was done with it."""
    tasks = list_tasks(view.store, incident.incident_id)
    entries = [
        Line((say_local(one.happened_at, view.deployment.zone), one.written_by, one.words))
        for one in list_entries(view.store, incident.incident_id)
    ]
    audited = [
        Line(
            (
                say_moment(entry.at),
                entry.actor,
                say_words(entry.action),
                str(entry.details.get("reason") or MISSING),
            )
        )
        for entry in list_audit(view.store, deployment_id=view.deployment_id, subject=incident.incident_id)
    ]
    return html.Div(
        [
            html.H3("Tasks"),
            draw_table(
                "Tasks", TASKS, [_draw_task(view, one) for one in tasks], empty="Nothing is to be done."
            ),
            html.H3("Timeline"),
            draw_table(
                "Timeline",
                [Heading(title) for title in ("When", "Written by", "What happened")],
                entries,
                empty="Nothing is written down.",
            ),
            _draw_forms(view, incident, tasks),
            html.H3("What happened with it"),
            draw_table("Course of the incident", COURSE, audited, empty="Nothing is recorded."),
        ]
    )


def _draw_task(view: View, task: TaskRecord) -> Line:
    due: Component | str = say_day(task.due_on)
    if task.is_overdue(view.today):
        due = draw_mark(OVERDUE, say_day(task.due_on))
    done = "no" if task.done_at is None else f"{say_moment(task.done_at)} by {task.done_by}: {task.note}"
    return Line((f"{task.task_id} {task.what}", task.owner, due, done))


def _draw_forms(view: View, incident: IncidentRecord, tasks: tuple[TaskRecord, ...]) -> Component | None:
    if incident.state is IncidentStatus.CLOSED or not view.may(Action.OPEN_INCIDENT):
        return None
    hidden = {"incident": incident.incident_id}
    entry = draw_form(
        view,
        "note",
        [
            draw_moment(view, "happened_at", "When", note="Empty: now."),
            draw_text(
                "words",
                "What happened",
                note="With ids; no words of a conversation.",
                is_long=True,
                is_required=True,
            ),
        ],
        button="Write it down",
        hidden=hidden,
    )
    task = draw_form(
        view,
        "task",
        [
            draw_text("what", "What is to be done", note="One thing.", is_required=True),
            draw_text("owner", "Who does it", note="An account or a role.", is_required=True),
            draw_day("due_on", "Due on", note="The last day.", first=view.stored_today, is_required=True),
        ],
        button="Give the task",
        hidden=hidden,
    )
    forms = [("Write into the timeline", entry), ("Give a task", task)]
    for one in tasks:
        if one.done_at is None:
            field = draw_text(
                "note", "What was done", note="So that others can follow.", is_required=True,
                within=f"task-{one.task_id}",
            )  # fmt: skip
            kept = {**hidden, "task": str(one.task_id)}
            forms.append(
                (f"Task {one.task_id} is done", draw_form(view, "done", [field], button="Done", hidden=kept))
            )
    return draw_decisions("Write down and do", forms)


def note(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Write into the timeline."""
    view.check_may(Action.OPEN_INCIDENT)
    zone = view.deployment.zone
    happened_at = read_past_moment(fields.get("happened_at", ""), zone=zone, at=view.at) or view.at
    write_entry(
        view.store,
        incident_id=incident.incident_id,
        happened_at=happened_at,
        words=fields.get("words", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"It is written down for {say_local(happened_at, zone)}."


def task(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Give a task."""
    view.check_may(Action.OPEN_INCIDENT)
    number = add_task(
        view.store,
        incident_id=incident.incident_id,
        what=fields.get("what", ""),
        owner=fields.get("owner", ""),
        due_on=read_day(fields.get("due_on", "")),
        actor=view.account.name,
        at=view.at,
    )
    return f"Task {number} is given."


def done(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Finish a task."""
    view.check_may(Action.OPEN_INCIDENT)
    number = read_number(fields, "task", refusal="That is no number of a task.")
    finish_task(
        view.store,
        incident_id=incident.incident_id,
        task_id=number,
        note=fields.get("note", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Task {number} is done."
