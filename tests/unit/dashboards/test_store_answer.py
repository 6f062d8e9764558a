"""What a program that watches the dashboard is told of the database of decisions: soon, and no more."""

import os
import socket
import threading
from logging import getLogger

import pytest

from dashboards import store_answer
from dashboards.app import create_app
from dashboards.store_answer import Answer, StoreAnswer
from risk_register.errors import StoreError

SECRET = b"a secret of the tests, long enough to sign"
AWAY = "postgresql://plimsoll:hush@127.0.0.1:1/decisions"
LOGGER = getLogger("test_store_answer")


@pytest.fixture
def make_watcher(tmp_path):
    """Somebody who asks a dashboard without signing in."""

    def make(url: str):
        app = create_app(published=tmp_path / "published", governance_url=url, secret=SECRET)
        return app.server.test_client()

    return make


@pytest.fixture
def silent_server():
    """A database that lets one in and then says nothing, as a frozen one does; how often it was asked."""
    callers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def let_in() -> None:
            while True:
                try:
                    callers.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=let_in, daemon=True).start()
        yield f"postgresql://plimsoll:hush@127.0.0.1:{server.getsockname()[1]}/decisions", callers
        server.shutdown(socket.SHUT_RDWR)
        for caller in callers:
            caller.close()


def test_a_database_that_answers_is_ready(make_watcher, empty_store):
    answer = make_watcher(f"sqlite:///{empty_store}").get("/ready")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_one_that_is_away_is_not_and_the_process_lives(make_watcher, caplog):
    watcher = make_watcher(AWAY)
    answer = watcher.get("/ready")
    assert (answer.status_code, answer.text) == (503, f"{Answer.SILENT}\n")
    assert answer.headers["Retry-After"]
    assert watcher.get("/health").text == "ok\n"
    assert "127.0.0.1:1/decisions refused" in caplog.text
    assert "hush" not in caplog.text


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_one_that_is_read_and_not_written_is_not_ready(
    make_watcher, empty_store, monkeypatch, caplog, closed
):
    locked = {"file": empty_store, "folder": empty_store.parent}[closed]
    access = os.access

    def refuse(path, mode):
        return access(path, mode) and not (path == locked and mode == os.W_OK)

    monkeypatch.setattr(os, "access", refuse)  # whoever runs the tests may be root, who may write anything
    answer = make_watcher(f"sqlite:///{empty_store}").get("/ready")
    assert (answer.status_code, answer.text) == (503, f"{Answer.READ_ONLY}\n")
    assert "read-only" in caplog.text


def test_one_of_another_version_is_told_apart(make_watcher, tmp_path):
    answer = make_watcher(f"sqlite:///{tmp_path / 'empty.sqlite'}").get("/ready")
    assert (answer.status_code, answer.text) == (503, f"{Answer.OTHER_VERSION}\n")


def test_one_that_hangs_is_asked_once_however_many_want_to_know(make_watcher, silent_server, monkeypatch):
    monkeypatch.setattr(store_answer, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(store_answer, "KEEP_SECONDS", 0.0)
    url, callers = silent_server
    watcher = make_watcher(url)
    assert [watcher.get("/ready").status_code for _ in range(5)] == [503] * 5
    assert len(callers) == 1


def test_an_answer_is_kept_for_a_while_and_then_asked_for_anew(monkeypatch):
    asked: list[int] = []
    kept = StoreAnswer(lambda: asked.append(1), LOGGER)
    assert [kept.get() for _ in range(3)] == [Answer.READY] * 3
    assert len(asked) == 1
    monkeypatch.setattr(store_answer, "KEEP_SECONDS", 0.0)
    kept.get()
    assert len(asked) == 2


def test_the_log_tells_a_change_once(monkeypatch, caplog):
    monkeypatch.setattr(store_answer, "KEEP_SECONDS", 0.0)
    is_away = [True, True, True, False, False]

    def check() -> None:
        if is_away.pop(0):
            raise StoreError("it refused")

    asked = StoreAnswer(check, LOGGER)
    assert [asked.get() for _ in range(5)] == [Answer.SILENT] * 3 + [Answer.READY] * 2
    assert [record.message for record in caplog.records] == [f"{Answer.SILENT} (it refused)", "ready"]
