"""One HTTP endpoint of an operator's choice: paced, tried again, and given up on without quoting anything.

For the detectors and the canary runner that ask a model over the network. Nothing is asked unless the home's
settings name an address. Errors carry the status alone: neither the request nor the answer is ever logged.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import requests
from pydantic import BaseModel, ConfigDict, Field
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from pipelines.errors import DefinitionError, PlimsollError

TOO_MANY_REQUESTS = 429
SERVER_FAULT = 500
LONGEST_WAIT_SECONDS = 60.0
MOST_BYTES = 1_000_000
"""An answer longer than that is none."""


class EndpointError(PlimsollError):
    """The endpoint gave no usable answer."""


class _PassingError(EndpointError):
    """A fault that may be gone in a moment; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class EndpointSettings(BaseModel):
    """Where to ask and how often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://")]
    """The base address, such as https://models.example.org/v1."""
    model: str
    key_variable: str | None = None
    """The environment variable that holds the key; the key itself is in no file."""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    first_wait_seconds: Annotated[float, Field(ge=0, le=60)] = 1.0


class Endpoint:
    """Asks one endpoint; one thread at a time."""

    def __init__(self, settings: EndpointSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers.update(_headers(settings))
        self._free_at = 0.0

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that the endpoint answers with.

        Raises:
            EndpointError: no answer after all attempts, a refusal, or an answer that is no JSON object.
        """
        attempts = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        found: dict[str, Any] = attempts(self._post_once, path, body)
        return found

    def _post_once(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._pace()
        try:
            response = self._session.post(
                self._settings.url.rstrip("/") + path, json=body, timeout=self._settings.timeout_seconds
            )
        except requests.Timeout:
            raise _PassingError(
                f"{self._settings.url}: no answer in {self._settings.timeout_seconds} s."
            ) from None
        except requests.RequestException as error:
            raise _PassingError(f"{self._settings.url}: {type(error).__name__}.") from None
        status = response.status_code
        if status == TOO_MANY_REQUESTS or status >= SERVER_FAULT:
            raise _PassingError(f"{self._settings.url}: status {status}.", _asked_wait(response))
        if not response.ok:
            raise EndpointError(f"{self._settings.url}: status {status}; asking again would not help.")
        return _read(response, self._settings.url)

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


def _headers(settings: EndpointSettings) -> dict[str, str]:
    if settings.key_variable is None:
        return {}
    key = os.environ.get(settings.key_variable)
    if not key:
        raise DefinitionError(
            f"The environment variable {settings.key_variable} is empty; it must hold the key for "
            f"{settings.url}."
        )
    return {"Authorization": f"Bearer {key}"}


def _asked_wait(response: requests.Response) -> float | None:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else None


def _read(response: requests.Response, url: str) -> dict[str, Any]:
    if len(response.content) > MOST_BYTES:
        raise EndpointError(f"{url}: an answer of more than {MOST_BYTES} bytes.")
    try:
        found = response.json()
    except ValueError:
        raise EndpointError(f"{url}: the answer is not JSON.") from None
    if not isinstance(found, dict):
        raise EndpointError(f"{url}: the answer is not a JSON object.")
    return found
