"""`plimsoll notify` and `plimsoll heartbeat`: send what waits, test the way, show signs of life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

import typer

from pipelines.errors import DefinitionError, StateError
from pipelines.settings import Home
from pipelines.silence import check_calls, end_silence, tell_silence
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json
from risk_register.account.accounts import Action
from risk_register.account.administration import COMMAND_LINE
from risk_register.errors import UnknownRecordError
from risk_register.incident.danger import find_needed
from risk_register.notice.notices import acknowledge_notice, list_notices

app = typer.Typer(no_args_is_help=True)
COLUMNS = {
    "notice_id": "notice",
    "deployment_id": "deployment",
    "severity": "severity",
    "kind": "kind",
    "state": "state",
    "queued_at": "queued",
    "sent_at": "sent",
    "acknowledged_by": "acknowledged by",
    "reference_id": "about",
}


@app.command("send")
def send(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Send what is due, once; safe to call every minute, and from several places."""
    from pipelines.notify.rounds import (
        queue_weekly_test,
        queue_what_runs_out,
        require_routing,
        send_round,
    )

    place, now = open_home(home), dt.datetime.now(dt.UTC)
    require_routing(place)
    check_calls(place)
    queue_weekly_test(place, at=now)
    queue_what_runs_out(place, at=now)
    sent = send_round(place)
    accepted, refused = (sent.accepted, sent.refused) if sent else (0, 0)
    if as_json:
        write_json({"accepted": accepted, "refused": refused})
    else:
        print(f"{accepted} accepted, {refused} refused; what was refused is tried again.")


@app.command("list")
def list_waiting(
    account: AsOption,
    deployment: DeploymentOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was acknowledged.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What waits for somebody to acknowledge it, of one deployment and of the home."""
    acting = act(home, account, deployment, Action.VIEW)
    found = [
        one
        for one in list_notices(acting.store, is_waiting=not everything)
        if one.deployment_id in {None, acting.deployment_id}
    ]
    show(found, COLUMNS, as_json=as_json, nothing="Nothing waits.")


@app.command("acknowledge")
def acknowledge(
    number: Annotated[int, typer.Argument(metavar="NOTICE", help="Number of the notice.")],
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say "I have it": nobody else is called for it."""
    acting = act(home, account, deployment, Action.ACKNOWLEDGE_ALARM)
    known = {one.notice_id: one for one in list_notices(acting.store)}
    if number not in known or known[number].deployment_id not in {None, acting.deployment_id}:
        raise UnknownRecordError(f"There is no notice {number} in {acting.deployment_id}.")
    act(home, account, deployment, find_needed(known[number].kind))
    acknowledge_notice(acting.store, notice_id=number, actor=account, at=acting.at)
    print(f"Notice {number}: acknowledged")


@app.command("test")
def try_the_way(home: HomeOption = None) -> None:
    """Queue a test page now and send it; whoever gets it acknowledges it."""
    from pipelines.notify.dispatch import queue_test
    from pipelines.notify.rounds import require_routing, send_round
    from risk_register.database.store import open_store

    place = open_home(home)
    require_routing(place)
    check_calls(place)
    now = dt.datetime.now(dt.UTC)
    number = queue_test(
        open_store(place.governance_url), actor=COMMAND_LINE, at=now, key=f"test:{now:%Y%m%dT%H%M%S}"
    )
    sent = send_round(place)
    tell(
        f"Test page {number} is queued; with what waited beside it, {sent.accepted if sent else 0} calls "
        f"were accepted and {sent.refused if sent else 0} refused."
    )
    print(number)


@app.command("check")
def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check the routing, say whose turn it is, and which routes have no address. Nothing is sent."""
    from pipelines.notify.rounds import require_routing

    place = open_home(home)
    routing = require_routing(place)
    now = dt.datetime.now(dt.UTC)
    turns = {name: list(rota.order_at(now)) for name, rota in routing.rotas.items()}
    silent = [name for name, one in routing.routes.items() if one.read() is None]
    if as_json:
        write_json(
            {
                "on_call": turns,
                "routes_without_address": silent,
                "escalation_minutes": list(routing.escalation_minutes),
                "has_heartbeat": routing.heartbeat is not None,
                "is_silent": tell_silence(place) is not None,
            }
        )
        return
    for name, order in turns.items():
        print(f"{name}: {', then '.join(order)}")
    print(f"Routes without an address: {', '.join(silent) or 'none'}")
    faults = [] if (words := tell_silence(place)) is None else [words]
    if silent:
        faults += ["Nobody can be called by these; set the variable or write the file that each names."]
    if faults:
        raise StateError("\n".join(faults))


@app.command("live")
def make_live(
    account: AsOption, reason: ReasonOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Say that a restored home is the live one: from now on people are called from it."""
    acting = act(home, account, deployment, Action.ACKNOWLEDGE_ALARM)
    end_silence(
        acting.home,
        acting.store,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    waiting = len(list_notices(acting.store, is_waiting=True))
    print(f"{acting.home.path} is the live home. {waiting} notices wait; the next run or round sends them.")


def heartbeat(home: HomeOption = None) -> None:
    """Send a sign of life to the address set outside, unless runs are old or a page is stuck."""
    from pipelines.notify.rounds import send_heartbeat

    send_heartbeat(open_home(home), at=dt.datetime.now(dt.UTC))
    print("A sign of life was sent.")


def make_way_to_on_call(home: Home) -> Callable[[], bool]:
    """Whether a call can leave this home, asked anew each time: by a file that holds a fault none leaves."""

    def has_way() -> bool:
        from pipelines.notify.routing import load_routing

        try:
            return load_routing(home.definitions) is not None and tell_silence(home) is None
        except DefinitionError:
            return False

    return has_way
