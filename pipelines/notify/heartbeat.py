"""A sign of life to an outside address, which calls somebody when the signs stop.

None is sent when the newest generation is old, a page waits, or one of the two is from a moment to come: then
the silence says what this machine can no longer say by itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.notify.routing import Routing
from pipelines.pointer import current_since
from pipelines.settings import Home
from risk_register.database.store import Store
from risk_register.notice.kinds import NoticeSeverity, NoticeState
from risk_register.notice.notices import list_notices

STUCK_AFTER = dt.timedelta(minutes=30)
"""A page that no server has taken for so long means that people are not reached."""
AHEAD = dt.timedelta(minutes=5)
"""How far ahead a moment may lie, for the clocks of two machines differ. Further, the clock was or is wrong:
until that moment comes nobody can say how old anything is."""
ADVICE = "check the clock of this machine"
ATTEMPTS, TIMEOUT_SECONDS = 3, 10.0


@dataclass(frozen=True)
class Health:
    """Whether a sign of life may be sent, and why not."""

    faults: tuple[str, ...]

    @property
    def is_alive(self) -> bool:
        """Nothing speaks against it."""
        return not self.faults


def check_health(home: Home, store: Store, routing: Routing | None, *, at: dt.datetime) -> Health:
    """Whether runs are recent and pages leave."""
    stale_hours = routing.heartbeat.stale_hours if routing and routing.heartbeat else 26
    faults = []
    since = current_since(home.published)
    if since is None:
        faults.append("nothing is published yet")
    elif since - at > AHEAD:
        faults.append(
            f"the newest generation is of {since:%Y-%m-%d %H:%M} UTC, which is yet to come: {ADVICE} and run"
        )
    elif at - since > dt.timedelta(hours=stale_hours):
        hours = (at - since).total_seconds() / 3600
        faults.append(f"the newest generation is {hours:.0f} h old, allowed are {stale_hours} h")
    waiting = [
        one
        for one in list_notices(store, is_waiting=True)
        if one.severity is NoticeSeverity.PAGE and one.state in {NoticeState.QUEUED, NoticeState.FAILED}
    ]
    if stuck := sum(at - one.queued_at > STUCK_AFTER for one in waiting):
        faults.append(f"{stuck} page(s) wait for more than {STUCK_AFTER.seconds // 60} min")
    if ahead := sum(one.queued_at - at > AHEAD for one in waiting):
        faults.append(f"{ahead} page(s) that wait were queued at a moment which is yet to come: {ADVICE}")
    return Health(tuple(faults))


def beat(address: str, *, session: Any = requests) -> bool:
    """Send a sign of life, trying three times; whether the address took it. It carries nothing else."""
    tries = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=0.2, max=2),
        retry=retry_if_exception_type(requests.RequestException),
        reraise=True,
    )
    try:
        tries(_post, session, address)
    except requests.RequestException:
        return False
    return True


def _post(session: Any, address: str) -> None:
    answer = session.post(address, data=b"", timeout=TIMEOUT_SECONDS, allow_redirects=False)
    answer.raise_for_status()
    if answer.is_redirect:  # a post that is led elsewhere arrives as a get, or at nobody who watches
        raise requests.HTTPError
