"""Tasks that data open: an indicator speaks against an answer, and somebody has to look.

The answer itself is never changed by data. An open task is not repeated, nor is one that was closed for the
same answer and the same indicators, as long as they have spoken against it ever since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.register import ItemTask
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from risk_register.item.checklist import ItemRecord, contradicted_by

EASED = frozenset({"within", "watch"})  # words of published observations: what is not known eases nothing


@dataclass(frozen=True)
class TaskRecord:
    """A task, and what came of it."""

    task_id: int
    deployment_id: str
    item_id: str
    item_version: int
    indicator_ids: tuple[str, ...]
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    closed_by: str | None
    outcome: str
    eased_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look."""
        return self.closed_at is None


def open_tasks(
    store: Store,
    *,
    deployment_id: str,
    items: Iterable[ItemRecord],
    statuses: Mapping[str, str],
    actor: str,
    at: dt.datetime,
) -> tuple[int, ...]:
    """Open a task for every answer that data contradict and nobody has looked at. Returns new numbers."""
    against = {item.item_id: (item, contradicted_by(item, statuses)) for item in items}
    against = {item_id: found for item_id, found in against.items() if found[1]}
    made = []
    with store.write(actor=actor, at=at) as write:
        rows = write.session.scalars(select(ItemTask).filter_by(deployment_id=deployment_id)).all()
        for row in rows:
            seen = [statuses.get(name) for name in row.indicator_ids.split()]
            if row.closed_at is not None and row.eased_at is None and EASED.issuperset(seen):
                row.eased_at = at
                write.record("contradiction_eased", subject=row.item_id, deployment_id=deployment_id,
                             task_id=row.task_id)  # fmt: skip
        for item_id, (item, indicators) in sorted(against.items()):
            named = " ".join(sorted(indicators))
            if any(
                row.item_id == item_id
                and (
                    row.closed_at is None
                    or (row.item_version, row.indicator_ids, row.eased_at) == (item.version, named, None)
                )
                for row in rows
            ):
                continue
            task = ItemTask(
                deployment_id=deployment_id,
                task_id=next_number(write.session, ItemTask.task_id, deployment_id=deployment_id),
                item_id=item_id,
                item_version=item.version,
                indicator_ids=named,
                opened_at=at,
            )
            write.session.add(task)
            write.session.flush()
            write.record("task_opened", subject=item_id, deployment_id=deployment_id, task_id=task.task_id,
                         indicators=sorted(indicators))  # fmt: skip
            made.append(task.task_id)
    return tuple(made)


def close_task(
    store: Store, *, deployment_id: str, task_id: int, outcome: str, actor: str, at: dt.datetime
) -> None:
    """Say what came of a task.

    Raises:
        NotAllowedError: it is closed already, or the outcome is blank.
        UnknownRecordError: the deployment has no such task.
    """
    if not outcome.strip():
        raise NotAllowedError(f"Closing task {task_id} needs an outcome: what was found, what was done.")
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(ItemTask, (deployment_id, task_id))
        if row is None:
            raise UnknownRecordError(f"There is no task {task_id} in {deployment_id}.")
        if row.closed_at is not None:
            when = row.closed_at.strftime("%Y-%m-%d %H:%M")
            raise ChangedMeanwhileError(
                f"Task {task_id} was closed by {row.closed_by} at {when} UTC; review and try again."
            )
        row.closed_at, row.closed_by, row.outcome = at, actor, outcome.strip()
        write.record("task_closed", subject=row.item_id, deployment_id=deployment_id, task_id=task_id)


def list_tasks(store: Store, deployment_id: str) -> tuple[TaskRecord, ...]:
    """Every task of a deployment, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(ItemTask).filter_by(deployment_id=deployment_id).order_by(ItemTask.task_id.desc())
        )
        return tuple(
            TaskRecord(**{**columns_of(row), "indicator_ids": tuple(row.indicator_ids.split())})
            for row in rows
        )
