"""What Slack, Teams, PagerDuty and a webhook are handed, as a server on the other side of HTTP reads it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests

from pipelines.notify.message import HEADER, Message
from pipelines.notify.send import Outcome, send

MESSAGE = Message("Plimsoll page: alarm in demo", "About: appetite:demo:x\nId: plimsoll-1-0", "plimsoll-1-0")
ADDRESSES = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23safety",
    "teams": "workflows://prod-1.logic.example.org:443/643ec20e8f54/tsQpNGdRCKJ",
    "webhook": "json://hook.example.org/plimsoll",
    "pagerduty": "pagerduty://aGVsbG8gd29ybGQ@aGVsbG8gd29ybGQ",
}
HOSTS = {
    "slack": "hooks.slack.com",
    "teams": "prod-1.logic.example.org",
    "webhook": "hook.example.org",
    "pagerduty": "events.pagerduty.com",
}


class Service(ThreadingHTTPServer):
    """Takes every call, or answers each with a status, and keeps headers and bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status: int | None = None
        self.calls: list[tuple[dict[str, str], dict[str, object]]] = []
        self.hosts: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append((dict(self.headers), body))
        accepted = 200 if self.server.hosts[-1] == HOSTS["slack"] else 202  # as these services answer
        self.send_response(self.server.status or accepted)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The far side of every service: names are led to one local server, all else is as it is sent."""
    server = Service()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    plain = requests.adapters.HTTPAdapter.send

    def lead_here(self, request, **given):
        parts = urlsplit(request.url)
        server.hosts.append(parts.hostname)
        request.url = urlunsplit(("http", f"127.0.0.1:{server.server_port}", parts.path, parts.query, ""))
        return plain(self, request, **given)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lead_here)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_service_gets_title_words_and_id_in_one_call(name: str, service: Service) -> None:
    assert send(ADDRESSES[name], MESSAGE) is Outcome.ACCEPTED
    assert service.hosts == [HOSTS[name]]
    ((headers, body),) = service.calls
    text = json.dumps(body)
    for words in (MESSAGE.title, "About: appetite:demo:x", MESSAGE.message_id):
        assert words in text
    if name == "pagerduty":  # one incident a call, however often it is tried
        assert body["dedup_key"] == MESSAGE.message_id
        assert body["event_action"] == "trigger"
    if name == "webhook":
        assert headers[HEADER] == headers["Idempotency-Key"] == MESSAGE.message_id


@pytest.mark.parametrize("status", [403, 429, 500])
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_service_that_does_not_take_it_is_a_refusal(name: str, status: int, service: Service) -> None:
    service.status = status
    assert send(ADDRESSES[name], MESSAGE) is Outcome.REFUSED
    assert service.calls
