"""Whether a store could have come to hold the rows of a document, by the rules that people decide by.

What a single cell may hold is `document`. Limits count from the day of the import, for the day of the
decision is not always carried: an acceptance or a waiver that has run out is lawful, one that ends later than
anybody could grant today is not. An answer may be older than the limit of how long one holds; it counts for
that long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from risk_register.errors import ContentError, NotAllowedError
from risk_register.exchange.document import Document, find_key, parse_row
from risk_register.item.proposals import LONGEST_WAIVER_DAYS
from risk_register.item.record import LONGEST_ANSWER, ItemStatus, PendingKind, check_answer
from risk_register.register.actions import ActionStatus
from risk_register.register.controls import Effectiveness
from risk_register.register.deployments import FIRST_REVIEW_DAYS
from risk_register.register.register import ACCEPTANCE_DAYS
from risk_register.register.transitions import NEEDS_RATING, NEEDS_SECOND_PERSON, RiskStatus

Values = Mapping[str, Any]
Tables = Mapping[str, Sequence[Values]]

# Fields that are given together, or not at all.
TOGETHER: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "risk": (
            ("severity", "probability", "rated_by"),
            ("pending_severity", "pending_probability", "pending_by"),
        ),
        "checklist_item": (
            ("attested_by", "attested_on"),
            ("pending_by", "pending_reason"),
            ("waived_until", "waived_by", "waiver_approved_by"),
        ),
        "item_evidence": (("withdrawn_by", "withdrawn_at"),),
        "item_task": (("closed_by", "closed_at"),),
    }
)
# What happened, and so on no day that is still to come.
PAST = frozenset(
    {"at", "attested_on", "tested_on", "ended_on", "added_at", "withdrawn_at", "opened_at", "closed_at",
     "eased_at"}
)  # fmt: skip
EARLIEST = dt.date(2000, 1, 1)  # no store is older; days of the year 1 could not be reckoned with
NAMES = frozenset({"actor", "owner"})


def check_lawful(document: Document, *, on: dt.date) -> None:
    """Raise if no people could have decided what a document says; its cells are checked before.

    Raises:
        ContentError: with every problem, its table and row.
    """
    tables = {name: [parse_row(name, row) for row in rows] for name, rows in document.tables.items()}
    problems = []
    for table, rows in tables.items():
        find_more = FINDERS.get(table)
        for number, row in enumerate(rows, start=1):
            where = f"{table} {row.get(find_key(table)) or number}"
            problems += [f"{where}: {fault}" for fault in _find_faults(table, row, on)]
            if find_more is not None:
                problems += [f"{where}: {fault}" for fault in find_more(row, tables, on)]
    if problems:
        raise ContentError("\n".join(problems))


def _find_faults(table: str, row: Values, on: dt.date) -> Iterator[str]:
    """What is wrong with a row of any table."""
    for names in TOGETHER.get(table, ()):
        if len({row[name] is None for name in names}) > 1:
            yield f"{', '.join(names)} are given together or not at all"
    for name, value in row.items():
        if (name in NAMES or name.endswith("_by")) and value is not None and not value.strip():
            yield f"{name} is blank"
        if name in PAST and value is not None:
            day = value.date() if isinstance(value, dt.datetime) else value
            if day > on:
                yield f"{name} {day} is after {on}, the day of the import"


def _find_risk_faults(row: Values, tables: Tables, on: dt.date) -> Iterator[str]:
    state, latest = RiskStatus(row["state"]), on + dt.timedelta(days=ACCEPTANCE_DAYS)
    if state in NEEDS_RATING and row["severity"] is None:
        yield f"it is {state} without a residual rating"
    if state is RiskStatus.ACCEPTED and row["accepted_until"] is None:
        yield "it is accepted without a day until which"
    for name in ("accepted_until", "review_due_on"):
        if row[name] is not None and not EARLIEST < row[name] <= latest:
            yield f"{name} {row[name]} is not up to {latest}, the latest that somebody could set today"
    if state in NEEDS_SECOND_PERSON and (
        row["moved_by"] is None or (row["moved_by"] == row["rated_by"] and not _was_rated_since(row, tables))
    ):
        yield f"it is {state}, which takes a second person beside {row['rated_by'] or 'who rated it'}"
    if state is not RiskStatus.DRAFT and row["version"] == 1:
        yield f"it is {state} at version 1, at which nothing was decided"


def _was_rated_since(risk: Values, tables: Tables) -> bool:
    """Whether a risk was rated again after it was last moved: whoever accepted it may do that."""
    changes = [
        row["field"]
        for row in tables["risk_change"]
        if row["risk_id"] == risk["risk_id"] and row["part"] is None
    ]
    last_move = max((place for place, field in enumerate(changes) if field == "state"), default=len(changes))
    return "residual" in changes[last_move:]


def _find_item_faults(row: Values, tables: Tables, on: dt.date) -> Iterator[str]:
    status = ItemStatus(row["state"])
    first_due = on + dt.timedelta(days=FIRST_REVIEW_DAYS)
    if row["due_on"] > first_due:
        yield f"due_on {row['due_on']} is after {first_due}, that of a deployment that begins today"
    yield from _find_answer_faults(row, status, tables, on)
    if status is ItemStatus.NOT_APPLICABLE and row["approved_by"] in {None, row["attested_by"]}:
        yield "not_applicable takes two people: attested_by and approved_by"
    if row["waived_until"] is not None:
        if row["waived_by"] == row["waiver_approved_by"] or not row["waiver_reason"].strip():
            yield "a waiver takes a reason and two people: waived_by and waiver_approved_by"
        yield from _find_late("waived_until", row["waived_until"], on)
    if row["pending_by"] is not None and not (row["pending_reason"] or "").strip():
        yield "what waits for a second person needs a reason"
    if row["pending_kind"] == PendingKind.WAIVER:
        yield from _find_late("pending_until", row["pending_until"], on)
    if status is not ItemStatus.NOT_STARTED and row["version"] == 1:
        yield f"it is {status} at version 1, at which nothing was decided"


def _find_answer_faults(row: Values, status: ItemStatus, tables: Tables, on: dt.date) -> Iterator[str]:
    if status is ItemStatus.NOT_STARTED:
        return
    answered_on, expires_on = row["attested_on"], row["expires_on"]
    if answered_on is None:
        yield f"{status} needs attested_by and attested_on"
        return
    if answered_on > on:
        return  # said already, and a day of the year 9999 could not be reckoned with
    # Evidence that was withdrawn since counts too: it was there when the answer was given.
    kept = any(one["item_id"] == row["item_id"] for one in tables["item_evidence"])
    if expires_on is not None:
        expires_on = min(expires_on, answered_on + LONGEST_ANSWER)
    try:
        check_answer(
            row["item_id"], status, has_evidence=bool(row["evidence"].strip()) or kept, note=row["note"],
            on=answered_on, expires_on=expires_on,
        )  # fmt: skip
    except NotAllowedError as error:
        yield str(error)


def _find_late(name: str, day: dt.date | None, on: dt.date) -> Iterator[str]:
    latest = on + dt.timedelta(days=LONGEST_WAIVER_DAYS)
    if day is None or day > latest:
        yield f"{name} {day} is not up to {latest}, the latest that somebody could set today"


def _find_control_faults(row: Values, tables: Tables, on: dt.date) -> Iterator[str]:
    if (row["effectiveness"] == Effectiveness.NOT_TESTED) is not (row["tested_on"] is None):
        yield "a control has a day of its test when it was tested, and no other"
    if row["tested_on"] is not None and (
        row["test_due_on"] is None or row["test_due_on"] <= row["tested_on"]
    ):
        yield "the next test of a control comes after the last one"


def _find_action_faults(row: Values, tables: Tables, on: dt.date) -> Iterator[str]:
    if (row["state"] == ActionStatus.OPEN) is not (row["ended_on"] is None):
        yield "an action has a day on which it ended when it is not open, and no other"


FINDERS: Mapping[str, Callable[[Values, Tables, dt.date], Iterator[str]]] = MappingProxyType(
    {
        "risk": _find_risk_faults,
        "risk_control": _find_control_faults,
        "risk_action": _find_action_faults,
        "checklist_item": _find_item_faults,
    }
)
