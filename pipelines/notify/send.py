"""One message to one address, through Apprise: mail, Slack, Teams, webhook, PagerDuty and what else it knows.

An address is a secret: it is never logged, and no error repeats it. When to try again is not decided here.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Protocol

import apprise
from apprise.plugins.email import NotifyEmail

from pipelines.notify.message import HEADER, Message

TIMEOUT_SECONDS = 20.0
"""For connecting, and again for each answer."""

LIMIT_SECONDS = 90.0
"""For a whole attempt, however many answers it takes; with the wait to note the outcome it lies within the
lease of a delivery. A server that is slow on purpose (against spam) needs more than a minute for one mail."""

ASSET = apprise.AppriseAsset(http_redirects=False, service_timeout=0)
"""An address that leads elsewhere is refused: a post would come there as a get, whose answer says "taken".
And there is no limit but the one above."""


class Outcome(StrEnum):
    """What became of an attempt."""

    ACCEPTED = "accepted"
    """A server took it."""
    NO_ADDRESS = "no_address"
    """The environment variable or file of the route is missing or empty."""
    BAD_ADDRESS = "bad_address"
    """No service knows such an address."""
    REFUSED = "refused"
    """The server could not be reached, or did not take it."""
    UNKNOWN = "unknown"
    """It was not over in time. It goes on, and the server may take it yet."""


class Sender(Protocol):
    """What sends: an address and a message in, what became of it out."""

    def __call__(self, address: str | None, message: Message) -> Outcome:
        """Try once."""
        ...


def send(address: str | None, message: Message) -> Outcome:
    """Try once to hand a message to the service of an address such as mailtos://, slack://, json://."""
    if address is None:
        return Outcome.NO_ADDRESS
    # Apprise logs hosts and answers; here the outcome is what is kept.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    try:
        service = apprise.Apprise.instantiate(address, asset=ASSET, suppress_exceptions=False)
    except (TypeError, ValueError):
        service = None
    if service is None:
        return Outcome.BAD_ADDRESS
    _mark(service, message)
    service.socket_connect_timeout = service.socket_read_timeout = TIMEOUT_SECONDS
    caller = apprise.Apprise()
    caller.add(service)
    # Mail would be sent as HTML, in which lines run together; elsewhere text would be escaped, ids included.
    body_format = apprise.NotifyFormat.TEXT if isinstance(service, NotifyEmail) else None
    found = caller.notify(
        title=message.title, body=message.body, body_format=body_format, timeout=LIMIT_SECONDS
    )
    if found:
        return Outcome.ACCEPTED
    return Outcome.UNKNOWN if found.status == apprise.AppriseResultStatus.TIMEOUT else Outcome.REFUSED


def _mark(service: object, message: Message) -> None:
    """Give the id to the receiver in the form that the service has for it; the body ends with it anyway."""
    if hasattr(service, "dedup"):  # PagerDuty opens one incident a key
        service.dedup = message.message_id
    headers = getattr(service, "headers", None)
    if isinstance(headers, dict):  # mail and webhooks
        headers[HEADER] = message.message_id
        headers["Idempotency-Key"] = message.message_id
