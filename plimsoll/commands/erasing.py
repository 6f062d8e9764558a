"""`plimsoll erase` and `plimsoll hold`: a person's data goes, unless a hold keeps it for now."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import HomeError, StateError
from pipelines.hold import add_hold, find_thread, load_holds, release_hold
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.pointer import find_current
from pipelines.privacy.erasure import erase as erase_subject
from pipelines.privacy.journal import find_begun
from pipelines.privacy.receipt import Document, is_genuine, read_receipt
from pipelines.privacy.request import Request, Surroundings
from pipelines.settings import Home
from pipelines.shown_text import show_line
from pipelines.tombstones import SubjectKind
from plimsoll.commands.acting import MaybeAsOption, act
from plimsoll.commands.option import HomeOption, JsonOption, open_home, write_json
from plimsoll.commands.running import show_progress
from risk_register.account.accounts import Action
from risk_register.account.administration import COMMAND_LINE
from risk_register.database.store import open_store

app = typer.Typer(no_args_is_help=True)
DeploymentOption = Annotated[str | None, typer.Option(help="Deployment; needed where there are several.")]


def erase(
    *,
    user: Annotated[
        str | None, typer.Option(help="'-': the operator's id of the user, on standard input.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Id of a conversation: its whole thread goes.")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="A receipt: only check that this home signed what it says.")
    ] = None,
    account: MaybeAsOption = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a user or a conversation everywhere, with a signed receipt; or check one."""
    if [user, conversation, verify].count(None) != 2:
        raise typer.BadParameter("name one of --user -, --conversation ID and --verify RECEIPT")
    if verify:
        print(say_genuine(open_home(home), verify))
        return
    if user not in (None, "-"):
        raise typer.BadParameter(
            "only '-': an id on the command line stays in histories and process lists", param_hint="--user"
        )
    place = open_home(home)
    allowed = None if account is None else act(home, account, deployment, Action.ERASE).deployment_id
    chosen = _choose_deployment(place, allowed or deployment)
    request = _ask_user(place, chosen) if user else _ask_conversation(place, chosen, str(conversation))
    receipt = erase_subject(
        place,
        open_store(place.governance_url),
        request,
        around=Surroundings(withdraw, lambda: publish_again(place), count_outside),
        actor=account or COMMAND_LINE,
        at=dt.datetime.now(dt.UTC),
    )
    if as_json:
        write_json(receipt)
    else:
        print(say(receipt))
    if receipt["state"] == "held":
        raise StateError(
            f"{receipt['threads_under_hold']} threads are under a legal hold and were not erased. "
            "Release the hold (`plimsoll hold list`) and run this again."
        )


@app.command()
def add(
    *,
    conversation: Annotated[str, typer.Option(help="Id of the conversation; its whole thread is held.")],
    reason: Annotated[str, typer.Option(help="Why, without words of the conversation.")],
    requested_by: Annotated[str, typer.Option(help="The account that asks for it.")],
    approved_by: Annotated[str, typer.Option(help="The account that approves it; another person.")],
    until: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the hold.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Put a conversation under hold."""
    place = open_home(home)
    hold = add_hold(
        place,
        open_store(place.governance_url),
        deployment_id=_choose_deployment(place, deployment),
        conversation_id=conversation,
        reason=reason,
        requested_by=requested_by,
        approved_by=approved_by,
        expires_on=until.date(),
        at=dt.datetime.now(dt.UTC),
    )
    print(f"{hold.hold_id}: held until {hold.expires_on}")


@app.command()
def release(
    hold: Annotated[str, typer.Argument(help="Id of the hold, as `hold list` shows it.")],
    reason: Annotated[str, typer.Option(help="Why it ends.")],
    by: Annotated[str, typer.Option(help="The account that asks for its end.")],
    approved_by: Annotated[str, typer.Option(help="The account that approves that; another person.")],
    home: HomeOption = None,
) -> None:
    """End a hold."""
    place = open_home(home)
    release_hold(
        place,
        open_store(place.governance_url),
        hold_id=hold,
        reason=reason,
        requested_by=by,
        approved_by=approved_by,
        at=dt.datetime.now(dt.UTC),
    )
    print(f"{hold}: released. What it kept goes with the next `plimsoll retention` or `plimsoll erase`.")


@app.command("list")
def list_holds(home: HomeOption = None) -> None:
    """The holds, in force and expired."""
    today = dt.datetime.now(dt.UTC).date()
    for one in load_holds(open_home(home)):
        state = "until" if one.is_in_force(today) else "EXPIRED"
        print(
            f"{one.hold_id}: {one.deployment_id} {one.conversation_id} {state} {one.expires_on}, asked by "
            f"{one.requested_by}, approved by {one.approved_by}: {one.reason}"
        )


def say_genuine(home: Home, path: Path) -> str:
    """That a receipt is this home's and unchanged.

    Raises:
        StateError: it is not, or is no receipt.
        HomeError: the home has no key to check it with.
    """
    if not is_genuine(home, read_receipt(path)):
        raise StateError(
            f"{path} was not signed by {home.path}, or was changed since. What it says is not proven."
        )
    return f"{path}: signed by {home.path} and unchanged since."


def publish_again(home: Home) -> None:
    """Count the changed days again and publish; nothing where nothing was ever published."""
    if find_current(home.published) is None and "indicator.indicator_day" not in Lake(home.lake).names():
        return
    show_progress()
    from pipelines import automation
    from pipelines.stale import stale_days

    automation.run(home, stale_days(home))


def say(receipt: Document) -> str:
    """The receipt for a reader."""
    lines = [f"{receipt['receipt_id']}: {receipt['state']}, receipt in {receipt['path']}"]
    lines.append(f"  asked for by {receipt['asked_by']}")
    lines += [
        f"  {one['store']}: {one['rows_before']} rows, {one['rows_erased']} erased, {one['rows_after']} left"
        for one in receipt["stores"]
        if one["rows_erased"]
    ]
    lines += [f"  stays: {one['what']} ({one['why']})" for one in receipt["kept"]]
    lines += [
        f"  backup {one['backup_id']}, expires {one['expires_on']}: {one['state']}"
        for one in receipt["backups"]
    ]
    return "\n".join(map(show_line, lines))


def _ask_user(home: Home, deployment: str) -> Request:
    said = sys.stdin.read()  # an id may begin or end with a blank, which an ingest keeps
    raw = said.removesuffix("\n").removesuffix("\r") if said.endswith("\n") else said
    if not raw or "\n" in raw:
        raise StateError("Give one id of one user on standard input.")
    pseudonym = _pseudonymiser(home).identify("user", deployment, raw)
    return Request(deployment, SubjectKind.USER, pseudonym, frozenset({raw}))


def _ask_conversation(home: Home, deployment: str, conversation: str) -> Request:
    """Our id of a conversation, or the operator's own of its thread."""
    thread = _pseudonymiser(home).identify("thread", deployment, conversation)
    begun = find_begun(home, deployment, conversation)
    if begun is not None:
        return Request(deployment, SubjectKind.THREAD, begun)
    try:
        return Request(deployment, SubjectKind.THREAD, find_thread(Lake(home.lake), deployment, conversation))
    except StateError:
        return Request(deployment, SubjectKind.THREAD, thread, frozenset({conversation}))


def _pseudonymiser(home: Home) -> Pseudonymiser:
    if not (home.keys / "pseudonym.key").exists():
        raise HomeError(
            f"{home.keys} holds no key, so no id can be found. Put the home's pseudonym.key there."
        )
    return Pseudonymiser(load_key(home.keys))


def _choose_deployment(home: Home, deployment: str | None) -> str:
    rows = Lake(home.lake).read("ledger.deployment")
    known = [] if rows is None else sorted(rows["deployment_id"].to_pylist())
    if deployment is None and len(known) == 1:
        return str(known[0])
    if deployment not in known:
        raise StateError(
            f"Say which deployment with --deployment. Held are: {', '.join(known) or 'none'}."
            if deployment is None
            else f"There is no deployment {deployment}. Held are: {', '.join(known) or 'none'}."
        )
    return str(deployment)
