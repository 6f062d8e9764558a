"""Taking a register or checklist out of a store, and letting one in, which takes two people.

One brings the document, another lets it in, and only where nothing has been decided yet: an import never
overwrites a decision. What is imported is what somebody decided elsewhere; the audit keeps the hash of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, func, select

from risk_register.account.four_eyes import check_second_person
from risk_register.content import load_checklist, load_risks
from risk_register.database.model import Base, ChecklistState, Deployment, RiskChange, RiskState, columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store, Write
from risk_register.database.tables.register import (
    ItemEvidence,
    ItemTask,
    RiskAction,
    RiskComment,
    RiskControl,
)
from risk_register.database.tables.review import ImportProposal
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.exchange.document import (
    KEYS,
    ROWS,
    TABLES,
    Document,
    ExchangeKind,
    Row,
    check_document,
    find_key,
    list_rules,
    parse_row,
    write_cell,
)
from risk_register.exchange.formats import Format, parse_document, write_document
from risk_register.exchange.lawfulness import check_lawful
from risk_register.register.rating_evidence import withhold_figures

__all__ = [
    "Document",
    "ExchangeKind",
    "Format",
    "ImportRecord",
    "approve_import",
    "list_imports",
    "parse_document",
    "propose_import",
    "read_document",
    "write_document",
]


# What a deployment without decisions has none of; controls ship, and comments and evidence count no version.
ADDED: Mapping[ExchangeKind, tuple[type[Base], ...]] = MappingProxyType(
    {
        ExchangeKind.REGISTER: (RiskChange, RiskComment, RiskAction),
        ExchangeKind.CHECKLIST: (ItemEvidence, ItemTask),
    }
)

REASONS = frozenset({"rationale", "pending_rationale", "reason"})  # of a rating, which once held its evidence


@dataclass(frozen=True)
class ImportRecord:
    """A document that was brought, and who let it in."""

    import_id: int
    deployment_id: str
    kind: ExchangeKind
    content_hash: str
    proposed_by: str
    proposed_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None


def read_document(store: Store, *, kind: ExchangeKind, deployment_id: str) -> Document:
    """Everything that a deployment decided, in the order of the shipped content.

    Raises:
        UnknownRecordError: the register does not know the deployment.
    """
    with store.read() as session:
        deployment = session.get(Deployment, deployment_id)
        if deployment is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        tables = {}
        for table in TABLES[kind]:
            rows = session.scalars(select(ROWS[table]).filter_by(deployment_id=deployment_id))
            found = [columns_of(row) for row in rows]
            found.sort(key=_make_order(table))
            tables[table] = tuple(_write_row(table, row) for row in found)
        return Document(kind, deployment_id, deployment.title, tables)


def propose_import(
    store: Store, *, deployment_id: str, document: Document, actor: str, at: dt.datetime
) -> int:
    """Bring a document; nothing changes until another person lets it in. Returns its number there.

    Raises:
        ContentError: with every problem of the document.
        NotAllowedError: it is of another deployment, or the deployment has decisions of its own.
        UnknownRecordError: the register does not know the deployment.
    """
    check_document(document)
    check_lawful(document, on=at.date())
    if document.deployment_id != deployment_id:
        raise NotAllowedError(f"The document is of {document.deployment_id}, not of {deployment_id}.")
    content = write_document(document, Format.YAML)
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        _check_untouched(write, document.kind, deployment_id)
        row = ImportProposal(
            deployment_id=deployment_id,
            import_id=next_number(write.session, ImportProposal.import_id, deployment_id=deployment_id),
            kind=document.kind.value,
            content=content.decode(),
            content_hash=hashlib.sha256(content).hexdigest(),
            proposed_by=actor,
            proposed_at=at,
        )
        write.session.add(row)
        write.session.flush()
        write.record(
            "import_proposed",
            subject=document.kind.value,
            deployment_id=deployment_id,
            import_id=row.import_id,
            content_hash=row.content_hash,
        )
        return row.import_id


def approve_import(store: Store, *, deployment_id: str, import_id: int, actor: str, at: dt.datetime) -> None:
    """Let a document in, as the second person.

    Raises:
        ContentError: no people could have decided what it says.
        SelfApprovalError: who brought it cannot let it in.
        NotAllowedError: it is in already, or something was decided meanwhile.
        UnknownRecordError: the deployment has no such import.
    """
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(ImportProposal, (deployment_id, import_id))
        if row is None:
            raise UnknownRecordError(f"There is no import {import_id} in {deployment_id}.")
        if row.approved_by is not None:
            raise NotAllowedError(f"Import {import_id} was let in by {row.approved_by} already.")
        check_second_person(
            write,
            first=[row.proposed_by],
            message=f"Import {import_id} is yours; another person must let it in.",
            subject=row.kind,
            deployment_id=deployment_id,
        )
        kind = ExchangeKind(row.kind)
        _check_untouched(write, kind, row.deployment_id)
        document = parse_document(row.content.encode(), Format.YAML)
        check_lawful(document, on=at.date())  # it may have been brought before there were these rules
        _take_in(write, document)
        row.approved_by, row.approved_at = actor, at
        write.record(
            "import_approved",
            subject=row.kind,
            deployment_id=row.deployment_id,
            import_id=import_id,
            content_hash=row.content_hash,
            proposed_by=row.proposed_by,
        )


def list_imports(store: Store, deployment_id: str) -> tuple[ImportRecord, ...]:
    """Every document that was brought for a deployment, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(ImportProposal)
            .filter_by(deployment_id=deployment_id)
            .order_by(ImportProposal.import_id.desc())
        )
        return tuple(
            ImportRecord(
                **{
                    name: value
                    for name, value in {**columns_of(row), "kind": ExchangeKind(row.kind)}.items()
                    if name != "content"
                }
            )
            for row in rows
        )


def _take_in(write: Write, document: Document) -> None:
    if document.kind is ExchangeKind.REGISTER:
        # Controls that ship are there already; the document brings its own, with the same numbers.
        write.session.execute(delete(RiskControl).filter_by(deployment_id=document.deployment_id))
    for table in TABLES[document.kind]:
        for cells in document.tables[table]:
            values = parse_row(table, cells)
            if table not in KEYS:
                if ROWS[table] is ItemTask:  # numbered in the order in which they were opened
                    values["task_id"] = next_number(
                        write.session, ItemTask.task_id, deployment_id=document.deployment_id
                    )
                write.session.add(ROWS[table](deployment_id=document.deployment_id, **values))
                continue
            found = write.session.get_one(ROWS[table], (document.deployment_id, values[KEYS[table]]))
            for name, value in values.items():
                setattr(found, name, value)
    write.session.flush()


def _check_untouched(write: Write, kind: ExchangeKind, deployment_id: str) -> None:
    table = RiskState if kind is ExchangeKind.REGISTER else ChecklistState
    touched = write.session.scalar(
        select(func.count()).select_from(table).where(table.deployment_id == deployment_id, table.version > 1)
    )
    touched = (touched or 0) + sum(
        write.session.scalar(select(func.count()).select_from(each).filter_by(deployment_id=deployment_id))
        or 0
        for each in ADDED[kind]
    )
    if touched:
        raise NotAllowedError(
            f"The {kind} of {deployment_id} holds {touched} entries that people have decided on; an import "
            "would overwrite them. Import into a deployment without decisions."
        )


def _make_order(table: str) -> Callable[[dict[str, Any]], tuple[int, int]]:
    """Rows in the order of the shipped content; the history and tasks as they were written."""
    for name in ("change_id", "task_id"):
        if name in ROWS[table].__table__.columns:
            return lambda row: (0, int(row[name]))
    key = find_key(table)
    shipped = load_risks() if key == "risk_id" else load_checklist()
    order = {entry.id: position for position, entry in enumerate(shipped)}
    return lambda row: (order[row[key]], int(row.get("number", 0)))


def _write_row(table: str, values: dict[str, object]) -> Row:
    shown = _shown_texts(table).get(str(values.get(KEYS.get(table, ""))), {})
    values = {
        name: withhold_figures(value) if name in REASONS and isinstance(value, str) else value
        for name, value in values.items()
    }
    row: dict[str, str | None] = {}
    for rule in list_rules(table):
        cell = shown[rule.name] if rule.is_shown_only else write_cell(values[rule.name])
        row[rule.name] = None if rule.is_optional and not cell else cell
    return row


def _shown_texts(table: str) -> dict[str, dict[str, str]]:
    if table == "risk":
        return {risk.id: {"reference": risk.reference, "title": risk.title} for risk in load_risks()}
    if table == "checklist_item":
        return {
            item.id: {"reference": item.reference, "question": item.question} for item in load_checklist()
        }
    return {}
