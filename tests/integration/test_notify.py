"""Pages reach people through real servers: mail over SMTP, webhooks over HTTP; also after a kill."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from pipelines.notify.dispatch import dispatch
from pipelines.notify.message import HEADER
from pipelines.notify.routing import Routing, load_routing
from risk_register.database.store import Store
from risk_register.notice.deliveries import LEASE, DeliveryState, list_deliveries
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice
from risk_register.register.deployments import ensure_deployment

START = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


class Mailbox:
    """What an SMTP server took; while it is down it refuses for the time being."""

    def __init__(self) -> None:
        self.is_down = False
        self.mails: list[Mail] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  the name that aiosmtpd calls
        if self.is_down:
            return "451 Try again later"
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as probe:  # the controller cannot be asked for any free port
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


class Hook(ThreadingHTTPServer):
    """A webhook that keeps ids and bodies; it can hold its answer back after it took a call."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.answers = threading.Event()
        self.answers.set()
        self.status = 200


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.calls.append((self.headers[HEADER] or self.headers["Idempotency-Key"], body))
        self.server.answers.wait(20)
        try:
            self.send_response(self.server.status)
            self.end_headers()
        except BrokenPipeError:
            return

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.answers.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'governance.sqlite'}")
    store.upgrade()
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=START)
    with store.write(actor="assess", at=START) as write:
        queue_notice(
            write,
            key="alarm:one",
            deployment_id="demo",
            kind=NoticeKind.NEEDS_EYES,
            severity=NoticeSeverity.PAGE,
            reference_id="critical:demo:2026-11-22",
            link="/alarms?deployment=demo",
            figures={"detector_precision": 0.62},
        )
    return store


@pytest.fixture
def routing(tmp_path: Path, mailbox: tuple[Mailbox, int], hook: Hook, monkeypatch) -> Routing:
    definitions = tmp_path / "definitions"
    definitions.mkdir()
    monkeypatch.setenv(
        "PLIMSOLL_ROUTE_MAIL", f"mailto://127.0.0.1:{mailbox[1]}/?from=plimsoll@example.org&to=a@example.org"
    )
    monkeypatch.setenv("PLIMSOLL_ROUTE_HOOK", f"json://127.0.0.1:{hook.server_address[1]}/s3cret-path")
    (definitions / "notify.yaml").write_text(
        "dashboard: https://plimsoll.example.org\n"
        "routes: {mail: {env: PLIMSOLL_ROUTE_MAIL}, hook: {env: PLIMSOLL_ROUTE_HOOK}}\n"
        "people: {first: [mail], second: [hook]}\n"
        "rules: [{people: [first, second]}]\n"
    )
    routing = load_routing(definitions)
    assert routing is not None
    return routing


def test_mail_then_a_webhook_for_the_second_person(store, routing, mailbox, hook, capfd) -> None:
    box, _ = mailbox
    dispatch(store, routing, clock=lambda: START)
    dispatch(store, routing, clock=lambda: START + dt.timedelta(minutes=15))
    (mail,), ((hook_id, body),) = box.mails, hook.calls
    first, second = list_deliveries(store)
    assert (mail[HEADER], hook_id) == (first.message_id, second.message_id)
    assert mail["To"] == "a@example.org"
    lines = mail.get_payload(decode=True).decode().splitlines()
    assert {"Deployment: demo", "detector precision: 0.62"} <= set(lines)  # a line each, in any mail program
    assert "detector precision: 0.62" in str(body["message"])
    assert {one.state for one in (first, second)} == {DeliveryState.ACCEPTED}
    said = "".join(capfd.readouterr())
    assert "s3cret" not in said
    assert "mailto" not in said


def test_an_hour_of_failing_mail_ends_in_one_mail(store, routing, mailbox, hook) -> None:
    box, _ = mailbox
    box.is_down, hook.status = True, 503
    moments = [START + dt.timedelta(minutes=minute) for minute in range(0, 90, 6)]
    for moment in moments[:10]:
        dispatch(store, routing, clock=lambda moment=moment: moment)
    assert (box.mails, hook.calls) == ([], [])
    box.is_down, hook.status = False, 200
    for moment in moments[10:]:
        dispatch(store, routing, clock=lambda moment=moment: moment)
    sent = [mail[HEADER] for mail in box.mails] + [hook_id for hook_id, _ in hook.calls]
    assert len(sent) == len(set(sent))
    assert set(sent) == {one.message_id for one in list_deliveries(store)}


SENDER = """
import datetime as dt, sys
from pathlib import Path
from pipelines.notify.dispatch import dispatch
from pipelines.notify.routing import load_routing
from risk_register.database.store import Store
folder = Path(sys.argv[1])
moment = dt.datetime.fromisoformat(sys.argv[2])
print(dispatch(Store(f"sqlite:///{folder / 'governance.sqlite'}"), load_routing(folder / "definitions"),
               clock=lambda: moment), flush=True)
"""


def test_a_sender_that_is_killed_while_the_server_answers_loses_nothing(
    store, routing, mailbox, hook, tmp_path
) -> None:
    """The server took the call and the sender died: it is repeated, and its id tells the receiver so."""
    minute = START + dt.timedelta(minutes=15)
    dispatch(store, routing, clock=lambda: START)
    hook.answers.clear()
    sender = subprocess.Popen([sys.executable, "-c", SENDER, str(tmp_path), minute.isoformat()])
    deadline = time.monotonic() + 60
    while not hook.calls and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait()
    hook.answers.set()
    assert len(hook.calls) == 1
    dispatch(store, routing, clock=lambda: minute + dt.timedelta(seconds=1))
    assert len(hook.calls) == 1
    dispatch(store, routing, clock=lambda: minute + LEASE)
    ids = [hook_id for hook_id, _ in hook.calls]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert [one.state for one in list_deliveries(store)] == [DeliveryState.ACCEPTED] * 2
    assert len(mailbox[0].mails) == 1
