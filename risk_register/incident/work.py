"""What is written down and done about an incident: its timeline and its tasks.

Entries are appended and say when something happened, which may be long before it is written. Words of a
conversation do not belong here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.incident import IncidentEntry, IncidentTask
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.incidents import find_open_incident, say_moment


@dataclass(frozen=True)
class EntryRecord:
    """An entry of the timeline."""

    incident_id: str
    happened_at: dt.datetime
    words: str
    written_by: str
    written_at: dt.datetime


@dataclass(frozen=True)
class TaskRecord:
    """A task of an incident."""

    task_id: int
    incident_id: str
    what: str
    owner: str
    due_on: dt.date
    opened_by: str
    opened_at: dt.datetime
    done_by: str | None
    done_at: dt.datetime | None
    note: str

    def is_overdue(self, on: dt.date) -> bool:
        """Whether it should be done by now."""
        return self.done_at is None and on > self.due_on


def write_entry(
    store: Store, *, incident_id: str, happened_at: dt.datetime, words: str, actor: str, at: dt.datetime
) -> None:
    """Write down what happened and when.

    Raises:
        NotAllowedError: the incident is closed, the words are blank, or it lies in the future.
    """
    if not words.strip():
        raise NotAllowedError("An entry says what happened; it may not be blank.")
    if happened_at > at:
        raise NotAllowedError(
            f"{say_moment(happened_at)} is still to come; a task is for what is to be done."
        )
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id)
        write.session.add(
            IncidentEntry(
                incident_id=incident_id,
                happened_at=happened_at,
                words=words.strip(),
                written_by=actor,
                written_at=at,
            )
        )
        write.record("incident_entry_written", subject=incident_id, deployment_id=row.deployment_id)


def add_task(
    store: Store, *, incident_id: str, what: str, owner: str, due_on: dt.date, actor: str, at: dt.datetime
) -> int:
    """Give somebody something to do; returns the task's number within it.

    Raises:
        NotAllowedError: the incident is closed, words are blank, or the day has passed.
    """
    if not what.strip() or not owner.strip():
        raise NotAllowedError("A task says what is to be done and who does it.")
    if due_on < at.date():
        raise NotAllowedError(f"A task cannot be due on {due_on}, before today.")
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id)
        task = IncidentTask(
            incident_id=incident_id,
            task_id=next_number(write.session, IncidentTask.task_id, incident_id=incident_id),
            what=what.strip(),
            owner=owner.strip(),
            due_on=due_on,
            opened_by=actor,
            opened_at=at,
        )
        write.session.add(task)
        write.session.flush()
        write.record(
            "incident_task_added",
            subject=incident_id,
            deployment_id=row.deployment_id,
            task_id=task.task_id,
            owner=task.owner,
            due_on=due_on.isoformat(),
        )
        return task.task_id


def finish_task(
    store: Store, *, incident_id: str, task_id: int, note: str, actor: str, at: dt.datetime
) -> None:
    """Say that a task is done, and what came of it.

    Raises:
        UnknownRecordError: the incident has no such task.
        NotAllowedError: it is done already, the incident is closed, or the note is blank.
    """
    if not note.strip():
        raise NotAllowedError(f"Finishing task {task_id} needs a note: what was done.")
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id)
        task = write.session.get(IncidentTask, (incident_id, task_id))
        if task is None:
            raise UnknownRecordError(f"{incident_id} has no task {task_id}.")
        if task.done_at is not None:
            raise NotAllowedError(f"Task {task_id} was done by {task.done_by} already.")
        task.done_by, task.done_at, task.note = actor, at, note.strip()
        write.record(
            "incident_task_done", subject=incident_id, deployment_id=row.deployment_id, task_id=task_id
        )


def list_entries(store: Store, incident_id: str) -> tuple[EntryRecord, ...]:
    """The timeline, in the order in which things happened."""
    query = select(IncidentEntry).filter_by(incident_id=incident_id)
    with store.read() as session:
        rows = session.scalars(query.order_by(IncidentEntry.happened_at, IncidentEntry.entry_id))
        return tuple(EntryRecord(**columns_of(row, without="entry_id")) for row in rows)


def list_tasks(store: Store, incident_id: str) -> tuple[TaskRecord, ...]:
    """The tasks, those to be done first."""
    query = select(IncidentTask).filter_by(incident_id=incident_id)
    with store.read() as session:
        rows = session.scalars(
            query.order_by(IncidentTask.done_at.is_not(None), IncidentTask.due_on, IncidentTask.task_id)
        )
        return tuple(TaskRecord(**columns_of(row)) for row in rows)
