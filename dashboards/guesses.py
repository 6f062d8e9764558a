"""Wrong passwords by the address they come from: after too many, that address waits for a while.

An account's own limit (`risk_register.credentials`) does not see somebody who tries one password on every
account. Counted in memory and apart in each worker, so that a stranger makes nobody write anything.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_WRONG = 20  # an office with one address may mistype; a list of passwords does not get far
WITHIN = timedelta(minutes=15)
MOST_ADDRESSES = 10_000  # of the newest; a stranger with more addresses does not fill the memory
NETWORK_BITS = 64  # what one customer is given of IPv6


class Guesses:
    """The wrong passwords of the last while, by address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, address: str | None, at: datetime) -> bool:
        """Whether a password from an address is looked at now; it counts as wrong until it was right.

        The machine itself is not limited: it is a proxy that does not say for whom it asks.
        """
        name = _name_network(address)
        if name is None:
            return True
        with self._lock:
            known = self._wrong.setdefault(name, deque())
            self._wrong.move_to_end(name)
            while known and at - known[0] >= WITHIN:
                known.popleft()
            if len(known) >= MOST_WRONG:
                return False
            known.append(at)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)
            return True

    def forgive(self, address: str | None) -> None:
        """Take back the newest attempt of an address: its password was right."""
        with self._lock:
            known = self._wrong.get(_name_network(address) or "")
            if known:
                known.pop()


def _name_network(address: str | None) -> str | None:
    """The address, or of IPv6 the network; None for the machine itself and for what is no address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, NETWORK_BITS), strict=False))
    return str(found)
