"""How readers reach the dashboard: by which address, through which proxies, and from where.

Set before anything else sees a request, so that host, scheme, path and the reader's address are what they are
for the reader. A header about them counts from a proxy that the operator named, and from nobody else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
OWN_MACHINE = ("127.0.0.0/8", "::1/128")
HEALTH, READY = "/health", "/ready"
"""Answered without the path of the address, too: who asks is on the machine itself."""
PORTS = {"http": 80, "https": 443}
MOST_READ_ON = 32 * 1024 * 1024  # bytes; more than a proxy should let through
PART = 64 * 1024
NOT_AN_ADDRESS = (
    "{given!r} is not where readers reach the dashboard. Allowed: https://<host>, with a port and a path if "
    "they see one, such as https://portal.example.org/plimsoll."
)


@dataclass(frozen=True)
class Reach:
    """What the operator said about the way to the dashboard."""

    scheme: str | None = None
    host: str | None = None
    """As readers see it, with a port that is not the usual one; None: as each request names it."""
    root: str = ""
    """The path before every page, such as `/plimsoll`; a proxy passes it on as it is."""
    proxies: tuple[Network, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether readers come over TLS."""
        return self.scheme == "https"


def read_reach(address: str | None, *, is_https: bool, proxies: Sequence[str] = ()) -> Reach:
    """What an operator's words mean; without `proxies`, one on the machine itself is believed.

    Raises:
        ValueError: the address or a proxy cannot be understood; it says what is allowed.
    """
    is_behind = is_https or address is not None or bool(proxies)
    believed = _read_networks(proxies or OWN_MACHINE) if is_behind else ()
    if address is None:
        return Reach("https" if is_https else None, None, "", believed)
    parts = urlsplit(address)
    root = parts.path.rstrip("/")
    extra = parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in PORTS or not parts.hostname or extra or "//" in root:
        raise ValueError(NOT_AN_ADDRESS.format(given=address))
    if is_https and parts.scheme != "https":
        raise ValueError(f"{address!r} does not begin with https://, although --https was given.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    return Reach(
        parts.scheme, host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}", root, believed
    )


def _read_networks(given: Iterable[str]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one) for one in given)
    except ValueError as error:
        raise ValueError(
            f"{error}. A proxy is named by its address or network: 10.0.0.7, 10.0.0.0/24."
        ) from None


def spell_host(host: str, port: int) -> str:
    """Host and port as they stand in an address: IPv6 in brackets, whether or not it came in them."""
    name = bare_host(host)
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def is_this_machine(host: str) -> bool:
    """Whether nobody else can reach what listens there."""
    try:
        return ipaddress.ip_address(bare_host(host)).is_loopback
    except ValueError:
        return host == "localhost"


def bare_host(host: str) -> str:
    """A host as programs take it: IPv6 without brackets."""
    return host.removeprefix("[").removesuffix("]")


def find_reader(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """The address of whoever asked: the nearest one that no proxy of ours has.

    Args:
        peer: who opened the connection; empty for a socket in the file system.
        forwarded: X-Forwarded-For, each proxy's addition behind those of the ones before.
        proxies: whose additions are believed; what stands before them anybody may have written.
    """
    if not proxies:
        return peer
    nearest = peer
    for hop in ["", *forwarded.split(",")][::-1]:
        if nearest and not _is_proxy(nearest, proxies):
            return nearest
        if (found := _read_hop(hop)) is None:
            return nearest
        nearest = found
    return nearest


def _read_hop(hop: str) -> str | None:
    name = hop.strip()
    if name.startswith("["):  # [2001:db8::1]:4711
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:  # 203.0.113.7:4711
        name = name.partition(":")[0]
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return None


def _is_proxy(address: str, proxies: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in proxies)


class Front:
    """Stands before the application, and makes a request what it was for the reader."""

    def __init__(self, application: WSGIApplication, reach: Reach) -> None:
        self._application = application
        self._reach = reach

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; one outside the path of the address finds nothing."""
        reach, path = self._reach, environ.get("PATH_INFO", "")
        # Others read this header, too, and would believe whoever wrote it.
        forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = find_reader(environ.get("REMOTE_ADDR", ""), forwarded, reach.proxies)
        if reach.scheme is not None:
            environ["wsgi.url_scheme"] = reach.scheme
        if reach.host is not None:
            environ["HTTP_HOST"] = reach.host
        environ["SCRIPT_NAME"] = reach.root
        if path == reach.root or path.startswith(f"{reach.root}/"):
            environ["PATH_INFO"] = path.removeprefix(reach.root) or "/"
        elif path not in (HEALTH, READY):
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"The dashboard is at {reach.root}/\n".encode()]
        answer = self._application(environ, start_response)
        _read_on(environ)
        return answer


def _read_on(environ: WSGIEnvironment) -> None:
    """Take what nobody looked at: a proxy that cannot get rid of it shows its own error, not our answer."""
    left = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_READ_ON)
    while left > 0 and (part := environ["wsgi.input"].read(min(left, PART))):
        left -= len(part)
