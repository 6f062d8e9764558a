"""Wrong passwords by the address they come from: after too many, that address waits for a while.

An account's own limit (`risk_register.account.credentials`) does not see somebody who tries one password on
every account. Counted in a file without a name, of one size, that all workers share: a stranger makes nobody
write anything that stays, and cannot fill anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import os
import secrets
import struct
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

MOST_WRONG = 20  # an office with one address may mistype; a list of passwords does not get far
WITHIN = timedelta(minutes=15)
NETWORK_BITS = 64  # what one customer is given of IPv6
PLACES = 16_384  # two addresses share one by a chance of one in so many; which, nobody can know
MOMENTS = struct.Struct(f"{MOST_WRONG}d")  # of the wrong ones, in seconds since 1970, the oldest first


class Guesses:
    """The wrong passwords of the last while, by address; made before the workers, it is one for all."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp()
        Path(path).unlink()
        weakref.finalize(self, os.close, self._file)
        os.truncate(self._file, PLACES * MOMENTS.size)
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()  # that of the file keeps processes apart, and not threads of one

    def admit(self, address: str | None, at: datetime) -> bool:
        """Whether a password from an address is looked at now; it counts as wrong until it was right.

        The machine itself is not limited: it is a proxy that does not say for whom it asks.
        """
        name = _name_network(address)
        if name is None:
            return True
        now = at.timestamp()
        with self._hold(name) as place:
            known = [moment for moment in self._read(place) if now - moment < WITHIN.total_seconds()]
            if len(known) >= MOST_WRONG:
                return False
            self._write(place, [*known, now])
            return True

    def forgive(self, address: str | None) -> None:
        """Take back the newest attempt of an address: its password was right."""
        name = _name_network(address)
        if name is not None:
            with self._hold(name) as place:
                self._write(place, self._read(place)[:-1])

    @contextmanager
    def _hold(self, name: str) -> Iterator[int]:
        """The place of an address, for this thread of this process alone; a lock ends with its process."""
        digest = hashlib.blake2b(name.encode(), digest_size=8, key=self._key).digest()
        place = int.from_bytes(digest) % PLACES * MOMENTS.size
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, MOMENTS.size, place)
            try:
                yield place
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, MOMENTS.size, place)

    def _read(self, place: int) -> list[float]:
        found = MOMENTS.unpack(os.pread(self._file, MOMENTS.size, place))
        return [moment for moment in found if moment]

    def _write(self, place: int, moments: list[float]) -> None:
        filled = [*moments, *[0.0] * (MOST_WRONG - len(moments))]
        os.pwrite(self._file, MOMENTS.pack(*filled), place)


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
