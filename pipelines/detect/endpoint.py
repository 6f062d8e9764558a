"""One HTTP endpoint of an operator's choice: paced, tried again, and given up on without quoting anything.

For the detectors and the canary runner that ask a model over the network. Nothing is asked unless the home's
settings name an address. Errors carry the status alone: neither the request nor the answer is ever logged.
"""

from __future__ import annotations

import json
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import requests
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import HTTPError

from pipelines.discretion import Discretion, UnforeseenError
from pipelines.errors import DefinitionError, PlimsollError

TOO_MANY_REQUESTS = 429
FAULT = 400
SERVER_FAULT = 500
SHUT_OUT = frozenset({401, 402, 403, 404, 405, 407})
"""The key, the bill, the address or the model's name is at fault: nothing that is asked gets an answer."""
MOVED = range(300, 400)
"""What was said goes to the address that somebody named, and to none that this one names."""
LONGEST_WAIT_SECONDS = 60.0
MOST_BYTES = 1_000_000
"""An answer longer than that is none, and is not read to its end."""
BYTES_AT_ONCE = 65_536
SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
KEY_MARKS = frozenset(map(chr, range(0x21, 0x7F)))
"""What may stand in a key: visible ASCII, for it goes into a header."""


class EndpointError(PlimsollError):
    """The endpoint gave no usable answer, and that may be for what was asked: others may get theirs."""

    byte_count = 0
    """Of an answer that was too long: how much of it was read."""


class OutageError(EndpointError):
    """The endpoint gave no usable answer, and not for what was asked: others would not get theirs either."""


class _PassingError(OutageError):
    """A fault that may be gone in a moment; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class EndpointSettings(BaseModel):
    """Where to ask and how often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://")]
    """The base address, such as https://models.example.org/v1; a query stays behind the path."""
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    key_variable: str | None = None
    """The environment variable that holds the key; the key itself is in no file."""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    """From the request to the last byte of the answer, however slowly that comes."""
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    first_wait_seconds: Annotated[float, Field(ge=0, le=60)] = 1.0

    @property
    def address(self) -> str:
        """Host and path alone, for versions and messages: a password or a key in the URL is left out."""
        parts = urlsplit(self.url)
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.hostname}{port}{parts.path.rstrip('/')}"

    @field_validator("url")
    @classmethod
    def _has_host(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            is_usable = bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port or an address in brackets that is none
            is_usable = False
        if not is_usable or any(mark.isspace() for mark in url):
            raise ValueError(
                "no request can be sent there: a host is needed, such as https://models.example.org/v1, and "
                "no space"
            )
        if "#" in url:
            raise ValueError("no server is sent what stands behind a #: take it out")
        return url

    def locate(self, path: str) -> str:
        """Where to ask for a path: behind that of the base address, before its query."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path))


@dataclass(frozen=True)
class _Answer:
    status: int
    asked_wait: float | None
    content: bytes


class Endpoint:
    """Asks one endpoint; one thread at a time."""

    def __init__(self, settings: EndpointSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._auth = _make_auth(settings)
        self._session = self._open_session()
        self._free_at = 0.0

    def post(
        self, path: str, body: Mapping[str, Any], *, before_sending: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """The JSON object that the endpoint answers with.

        `before_sending` is called for each attempt; what it raises ends the asking.

        Raises:
            OutageError: no answer after all attempts, nobody is let in, or what answers speaks no JSON.
            EndpointError: this request was refused, or its answer is too long.
        """
        attempts = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        found: dict[str, Any] = attempts(self._post_once, path, body, before_sending)
        return found

    def _open_session(self) -> requests.Session:
        session = _Session()
        session.auth = self._auth
        return session

    def _post_once(
        self, path: str, body: Mapping[str, Any], before_sending: Callable[[], None]
    ) -> dict[str, Any]:
        before_sending()
        self._pace()
        answer = self._exchange_in_time(path, body)
        status, address = answer.status, self._settings.address
        if status == TOO_MANY_REQUESTS or status >= SERVER_FAULT:
            raise _PassingError(f"{address}: status {status}.", answer.asked_wait)
        if status in MOVED:
            raise OutageError(
                f"{address}: status {status}, it answers from another address. Nothing was sent there; name "
                "the address that answers."
            )
        if status in SHUT_OUT:
            raise OutageError(f"{address}: status {status}; asking again would not help.")
        if status >= FAULT:
            raise EndpointError(f"{address}: status {status}; asking again would not help.")
        if len(answer.content) > MOST_BYTES:
            too_long = EndpointError(f"{address}: an answer of more than {MOST_BYTES} bytes.")
            too_long.byte_count = len(answer.content)
            raise too_long
        return _read(answer.content, address)

    def _exchange_in_time(self, path: str, body: Mapping[str, Any]) -> _Answer:
        """The answer within the time: requests bounds each read alone, and a slow server gives many."""
        url, seconds = self._settings.locate(path), self._settings.timeout_seconds
        address, session = self._settings.address, self._session
        outcome = queue.SimpleQueue[_Answer | Exception]()

        def exchange() -> None:
            try:
                with Discretion("asking"):  # a thread prints what it does not catch, with its values
                    outcome.put(_try(session, url, body, seconds))
            except UnforeseenError as error:
                outcome.put(error)

        threading.Thread(target=exchange, daemon=True).start()
        try:
            found = outcome.get(timeout=seconds)
        except queue.Empty:
            self._session = self._open_session()  # the other one is still in use
            raise _PassingError(f"{address}: no answer in {seconds} s.") from None
        if isinstance(found, requests.Timeout):
            raise _PassingError(f"{address}: no answer in {seconds} s.")
        if isinstance(found, UnforeseenError):
            raise _PassingError(f"{address}: {found}")
        if isinstance(found, Exception):
            raise _PassingError(f"{address}: {type(found).__name__}.")
        return found

    def _pace(self) -> None:
        now = time.monotonic()
        if now < self._free_at:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + 60 / self._settings.requests_per_minute

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, _PassingError) and error.wait is not None:
            return min(error.wait, LONGEST_WAIT_SECONDS)
        doubled: float = self._settings.first_wait_seconds * 2 ** (state.attempt_number - 1)
        return min(doubled, LONGEST_WAIT_SECONDS)


class _Session(requests.Session):
    """Looks at no address that an answer names, for one that is none would raise with its words."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None, whatever the answer says."""
        return None


class _KeyAuth(AuthBase):
    """Sends the key: a header alone would give way to a password that a .netrc has for the host."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _make_auth(settings: EndpointSettings) -> AuthBase | None:
    if settings.key_variable is None:
        return None
    key = os.environ.get(settings.key_variable)
    if not key:
        raise DefinitionError(
            f"The environment variable {settings.key_variable} is empty; it must hold the key for "
            f"{settings.address}."
        )
    if (
        place := next((at for at, mark in enumerate(key, start=1) if mark not in KEY_MARKS), None)
    ) is not None:
        raise DefinitionError(
            f"The environment variable {settings.key_variable} holds a character that no key has, the "
            f"{place}. of {len(key)}: a line break, a space or a typographic quote. It must hold the key for "
            f"{settings.address} and nothing else."
        )
    return _KeyAuth(key)


def _try(session: requests.Session, url: str, body: Mapping[str, Any], seconds: float) -> _Answer | Exception:
    try:
        return _exchange(session, url, body, seconds)
    except (requests.RequestException, HTTPError, OSError) as error:
        return error


def _exchange(session: requests.Session, url: str, body: Mapping[str, Any], seconds: float) -> _Answer:
    """One request and its answer, of which no more is read than counts, nor for longer."""
    ends_at = time.monotonic() + seconds
    with session.post(url, json=body, timeout=seconds, stream=True, allow_redirects=False) as response:
        content = bytearray()
        while len(content) <= MOST_BYTES and time.monotonic() < ends_at:
            part = response.raw.read1(BYTES_AT_ONCE, decode_content=True)
            if not part:
                return _Answer(response.status_code, _asked_wait(response), bytes(content))
            content += part
        if len(content) <= MOST_BYTES:
            raise requests.Timeout
        return _Answer(response.status_code, _asked_wait(response), bytes(content))


def _asked_wait(response: requests.Response) -> float | None:
    """Seconds, or a moment, as RFC 9110 has it; some servers send parts of a second."""
    asked = response.headers.get("Retry-After", "").strip()
    if SECONDS.fullmatch(asked):
        return float(asked)
    moment = parsedate_tz(asked)
    return None if moment is None else max(0.0, mktime_tz(moment) - time.time())


def _read(content: bytes, address: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # the latter of lists within lists, some thousand deep
        raise OutageError(f"{address}: the answer is not JSON.") from None
    if not isinstance(found, dict):
        raise OutageError(f"{address}: the answer is not a JSON object.")
    return found
