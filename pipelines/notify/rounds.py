"""What schedules and the command line do with a home's outbox: one round, a test, a sign of life.

Every way out of a home leads through here, and a silent one has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.errors import DefinitionError, StateError
from pipelines.hold import load_holds
from pipelines.lake.lake import Lake
from pipelines.notify.dispatch import Sent, dispatch, needs_pass, queue_test
from pipelines.notify.heartbeat import beat, check_health
from pipelines.notify.routing import FILE, Routing, load_routing
from pipelines.settings import Home
from pipelines.silence import check_calls, tell_silence
from pipelines.zone import read_zones
from risk_register.database.store import open_store
from risk_register.deadlines import OrderedHold, queue_deadlines
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice

NOT_VALID = "definitions_not_valid"
"""What the notice is about that tells of definitions which keep a home from counting."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def send_round(home: Home) -> Sent | None:
    """Send what is due; None where the home has no routing or is silent, so that nothing can leave."""
    routing = _find_way_out(home)
    if routing is None:
        return None
    return dispatch(open_store(home.governance_url), routing, clock=lambda: dt.datetime.now(dt.UTC))


def is_round_due(home: Home, *, at: dt.datetime) -> bool:
    """Whether a round now would send anything."""
    routing = _find_way_out(home)
    return routing is not None and needs_pass(open_store(home.governance_url), routing, at=at)


def queue_weekly_test(home: Home, *, at: dt.datetime) -> int | None:
    """Queue this week's test page once its hour has come; None before it, or without a way out."""
    routing = _find_way_out(home)
    if routing is None:
        return None
    due = (WEEKDAYS.index(routing.test.weekday), routing.test.hour)
    return (
        queue_test(open_store(home.governance_url), actor="notify", at=at)
        if (at.weekday(), at.hour) >= due
        else None
    )


def queue_what_runs_out(home: Home, *, at: dt.datetime) -> int:
    """Queue what is near its end or past it; returns how many notices came. Without a routing they wait."""
    lake = Lake(home.lake)
    changes = lake.read("assessment.change")
    return queue_deadlines(
        open_store(home.governance_url),
        actor="notify",
        at=at,
        zones=read_zones(lake),
        changes=[] if changes is None else changes.to_pylist(),
        holds=_list_holds(home),
    )


@contextmanager
def told_not_valid(home: Home, *, at: dt.datetime) -> Iterator[None]:
    """Count, and where a definition of the operator's keeps it from that, queue a notice a day to engineers.

    Raises:
        DefinitionError: as it was raised within.
    """
    try:
        yield
    except DefinitionError:
        with open_store(home.governance_url).write(actor="notify", at=at) as write:
            queue_notice(
                write,
                key=f"fault:{NOT_VALID}:{at.date()}",
                deployment_id=None,
                kind=NoticeKind.DATA_FAULT,
                severity=NoticeSeverity.ATTENTION,
                audience=Audience.ENGINEERING,
                reference_id=NOT_VALID,
                link="/data-health",
            )
        raise


def _list_holds(home: Home) -> list[OrderedHold]:
    """Those of counsel; where the file is not valid, retention stops and says so, and the rest is told."""
    try:
        found = load_holds(home)
    except DefinitionError:
        return []
    return [OrderedHold(one.deployment_id, one.hold_id, one.expires_on) for one in found]


def has_heartbeat(home: Home) -> bool:
    """Whether an address for signs of life is set."""
    routing = load_routing(home.definitions)
    return routing is not None and routing.heartbeat is not None


def send_heartbeat(home: Home, *, at: dt.datetime) -> None:
    """Send a sign of life, unless something speaks against it.

    Raises:
        StateError: no address is set, the home is silent or not well, or the address did not take it.
    """
    check_calls(home)
    routing = require_routing(home)
    if routing.heartbeat is None:
        raise StateError(f"{home.definitions / FILE} sets no heartbeat: address.")
    health = check_health(home, open_store(home.governance_url), routing, at=at)
    if not health.is_alive:
        raise StateError(f"No sign of life was sent: {'; '.join(health.faults)}.")
    address = routing.heartbeat.address.read()
    if address is None:
        raise StateError("The address of the heartbeat is not there: its variable or file is empty.")
    if not beat(address):
        raise StateError("The address of the heartbeat did not take the sign of life.")


def _find_way_out(home: Home) -> Routing | None:
    return load_routing(home.definitions) if tell_silence(home) is None else None


def require_routing(home: Home) -> Routing:
    """The routing of a home.

    Raises:
        StateError: nobody has written one.
    """
    routing = load_routing(home.definitions)
    if routing is None:
        raise StateError(
            f"{home.definitions / FILE} is missing, so nobody is told. docs/operations.md shows one."
        )
    return routing
