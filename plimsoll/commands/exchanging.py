"""What `register` and `checklist` share: writing an export, bringing an import, letting it in."""

from __future__ import annotations

from pathlib import Path

import typer

from plimsoll.commands.acting import Acting, act
from plimsoll.commands.taken_file import write_taken
from risk_register.account.accounts import Action
from risk_register.database import audit
from risk_register.errors import ContentError, UnknownRecordError
from risk_register.exchange import exchange
from risk_register.exchange.exchange import ExchangeKind, Format

ACTIONS = {
    ExchangeKind.REGISTER: (Action.EDIT_REGISTER, Action.APPROVE_REGISTER),
    ExchangeKind.CHECKLIST: (Action.ATTEST, Action.APPROVE_ATTESTATION),
}
"""What bringing an import needs, and what letting it in."""


def take_out(acting: Acting, kind: ExchangeKind, out: Path, *, reason: str) -> None:
    """Write an export; the trace comes first, so that nothing leaves without one."""
    file_format = find_format(out)
    document = exchange.read_document(acting.store, kind=kind, deployment_id=acting.deployment_id)
    content = exchange.write_document(document, file_format)
    audit.record_access(
        acting.store,
        action=f"{kind.value}_exported",
        subject=out.name,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=acting.account,
        at=acting.at,
    )
    write_taken(out, content)
    counts = ", ".join(f"{len(rows)} rows of {table}" for table, rows in document.tables.items())
    print(f"{out}: {counts}")


def bring_or_let_in(
    home: Path | None,
    account: str,
    deployment: str | None,
    kind: ExchangeKind,
    *,
    source: Path | None,
    number: int | None,
) -> None:
    """Bring a file, or let in what somebody else brought: one of the two."""
    if (source is None) == (number is None):
        raise typer.BadParameter("name a file, or --approve NUMBER")
    brings, lets_in = ACTIONS[kind]
    if source is not None:
        bring(act(home, account, deployment, brings), kind, source)
    if number is not None:
        let_in(act(home, account, deployment, lets_in), kind, number)


def bring(acting: Acting, kind: ExchangeKind, source: Path) -> None:
    """Bring a file; another person lets it in.

    Raises:
        ContentError: the file cannot be read, or is not what this command imports.
    """
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ContentError(f"{source}: cannot be read: {error.strerror}") from error
    document = exchange.parse_document(content, find_format(source))
    if document.kind is not kind:
        raise ContentError(f"{source}: is a {document.kind}. Use `plimsoll {document.kind} import`.")
    number = exchange.propose_import(
        acting.store,
        deployment_id=acting.deployment_id,
        document=document,
        actor=acting.account,
        at=acting.at,
    )
    print(f"Import {number} waits for another person: plimsoll {kind} import --approve {number} --as ...")


def let_in(acting: Acting, kind: ExchangeKind, number: int) -> None:
    """Let an import in, as the second person.

    Raises:
        UnknownRecordError: the deployment has no such import of that kind.
    """
    known = exchange.list_imports(acting.store, acting.deployment_id)
    if not any(found.import_id == number and found.kind is kind for found in known):
        raise UnknownRecordError(f"There is no import {number} of a {kind} in {acting.deployment_id}.")
    exchange.approve_import(
        acting.store, deployment_id=acting.deployment_id, import_id=number, actor=acting.account, at=acting.at
    )
    print(f"Import {number} is in.")


def find_format(path: Path) -> Format:
    """The format that a file's name says."""
    suffix = path.suffix.lower().removeprefix(".").replace("yml", "yaml")
    if suffix not in list(Format):
        raise typer.BadParameter(f"{path.name} must end in .yaml, .csv or .xlsx")
    return Format(suffix)
