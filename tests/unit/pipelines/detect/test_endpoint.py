"""An endpoint is asked again where that may help, and given up on without a word of what was sent."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings, OutageError
from pipelines.errors import DefinitionError
from tests.unit.pipelines.detect.model_server import Answer, ModelServer, serve_model

SECRET = "a sentence that must not come back"


def make_endpoint(server: ModelServer, **more: Any) -> tuple[Endpoint, list[float]]:
    waits: list[float] = []
    settings = EndpointSettings.model_validate(
        {"url": server.url, "model": "m", "requests_per_minute": 100_000, "attempts": 3} | more
    )
    return Endpoint(settings, sleep=waits.append), waits


def answer_with(*answers: Answer) -> Any:
    left = list(answers)
    return lambda path, body: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serve_drops(length: str | None) -> Iterator[str]:
    """A server whose answer never ends: a byte every tenth of a second, in the head if it has no length."""
    listening = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            body = "" if length is None else f"Content-Length: {length}\r\n\r\n"
            connection.sendall(f"HTTP/1.1 200 OK\r\nX-Slow: {body}".encode())
            while not is_over.wait(0.1):
                connection.sendall(b" ")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        is_over.set()
        thread.join()
        listening.close()


OK: Answer = (200, {}, b'{"fine": true}')


def test_an_answer_comes_back_as_an_object(model_server: ModelServer) -> None:
    model_server.answer = answer_with(OK)
    endpoint, _ = make_endpoint(model_server)
    assert endpoint.post("/chat/completions", {"a": 1}) == {"fine": True}
    ((path, _, body),) = model_server.requests
    assert (path, body) == ("/v1/chat/completions", {"a": 1})


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_asked_again_with_growing_waits(model_server: ModelServer, status: int) -> None:
    model_server.answer = answer_with((status, {}, b""), (status, {}, b""), OK)
    endpoint, waits = make_endpoint(model_server)
    assert endpoint.post("/x", {}) == {"fine": True}
    assert [wait for wait in waits if wait >= 1] == [1.0, 2.0]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_is_asked_is_not_sent_to_an_address_that_nobody_named(
    model_server: ModelServer, status: int
) -> None:
    with serve_model() as elsewhere:
        elsewhere.answer = answer_with(OK)
        model_server.answer = answer_with((status, {"Location": f"{elsewhere.url}/x"}, b""))
        endpoint, _ = make_endpoint(model_server)
        with pytest.raises(OutageError, match=f"status {status}, it answers from another address") as told:
            endpoint.post("/x", {"text": SECRET})
        assert (len(model_server.requests), elsewhere.requests) == (1, [])
    assert SECRET not in str(told.value)


def test_the_wait_that_the_server_asks_for_is_kept_within_reason(model_server: ModelServer) -> None:
    model_server.answer = answer_with(
        (429, {"Retry-After": "7"}, b""), (429, {"Retry-After": "86400"}, b""), OK
    )
    endpoint, waits = make_endpoint(model_server)
    endpoint.post("/x", {})
    assert [wait for wait in waits if wait >= 1] == [7.0, 60.0]


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ("1.5", 1.5, 1.5),
        ("0.25", 0.25, 0.25),
        ("in 20", 17, 20),
        ("ago 20", 0, 0),
        ("in 5000", 60, 60),
        ("soon", 1, 1),  # as if nothing were said
        ("-3", 1, 1),
        ("1e9", 1, 1),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 1, 1),
    ],
)
def test_a_wait_may_be_a_moment_or_parts_of_a_second(
    model_server: ModelServer, asked: str, low: float, high: float
) -> None:
    way, _, seconds = asked.partition(" ")
    if way in {"in", "ago"}:
        asked = formatdate(time.time() + float(seconds) * (1 if way == "in" else -1), usegmt=True)
    model_server.answer = answer_with((429, {"Retry-After": asked}, b""), OK)
    endpoint, waits = make_endpoint(model_server)
    endpoint.post("/x", {})
    # The first pause is the asked one; the other is the pace.
    assert low <= waits[0] <= high


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ("", "/v1/x"),
        ("/", "/v1/x"),
        ("?api-version=2026-01-01", "/v1/x?api-version=2026-01-01"),
        ("/?a=1&b=/2/", "/v1/x?a=1&b=/2/"),
    ],
)
def test_a_query_stays_behind_the_path(model_server: ModelServer, more: str, path: str) -> None:
    model_server.answer = answer_with(OK)
    endpoint, _ = make_endpoint(model_server, url=model_server.url + more)
    endpoint.post("/x", {})
    assert model_server.requests[0][0] == path


def test_what_no_server_is_sent_is_refused() -> None:
    with pytest.raises(ValidationError, match="stands behind a #"):
        EndpointSettings(url="https://models.example.org/v1#part", model="m")


@pytest.mark.parametrize(
    ("answer", "problem", "asked"),
    [
        ((500, {}, SECRET.encode()), "status 500", 3),
        ((400, {}, SECRET.encode()), "would not help", 1),
        ((401, {}, SECRET.encode()), "would not help", 1),
        ((200, {}, SECRET.encode()), "not JSON", 1),
        ((200, {}, json.dumps([SECRET]).encode()), "not a JSON object", 1),
        ((200, {}, b"[" * 200_000), "not JSON", 1),
        ((200, {}, b" " * 1_000_001), "more than", 1),
    ],
)
def test_what_is_no_answer_is_an_error_that_quotes_nothing(
    model_server: ModelServer, answer: Answer, problem: str, asked: int
) -> None:
    model_server.answer = answer_with(answer)
    endpoint, _ = make_endpoint(model_server)
    with pytest.raises(EndpointError, match=problem) as caught:
        endpoint.post("/x", {"text": SECRET})
    assert SECRET not in str(caught.value)
    assert len(model_server.requests) == asked


@pytest.mark.parametrize(
    "answer",
    [
        *((status, {}, b"") for status in (307, 400, 401, 429, 503)),
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, b" " * 1_000_001),
        None,
    ],
)
def test_no_message_repeats_what_lets_one_in(model_server: ModelServer, answer: Answer | None) -> None:
    url = (model_server.url if answer else "http://127.0.0.1:9/v1").replace(
        "//", "//reader:pass-1@"
    ) + "?key=pass-2"
    model_server.answer = answer_with(answer or OK)
    endpoint, _ = make_endpoint(model_server, url=url, attempts=1)
    with pytest.raises(EndpointError, match=r"^127\.0\.0\.1:\d+/v1: ") as caught:
        endpoint.post("/x", {})
    assert "pass-" not in str(caught.value)


def test_a_silent_server_and_a_missing_key_do_not_repeat_it_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_drops(None) as url:
        settings = EndpointSettings(
            url=url.replace("//", "//reader:pass-1@"), model="m", attempts=1, timeout_seconds=0.3
        )
        with pytest.raises(OutageError, match="no answer") as silent:
            Endpoint(settings).post("/x", {})
    monkeypatch.delenv("TEST_KEY", raising=False)
    with pytest.raises(DefinitionError, match="TEST_KEY is empty") as missing:
        Endpoint(settings.model_copy(update={"key_variable": "TEST_KEY"}))
    assert "pass-" not in f"{silent.value} {missing.value}"


def test_a_server_that_is_silent_or_gone_is_an_error(model_server: ModelServer) -> None:
    endpoint, _ = make_endpoint(model_server, url="http://127.0.0.1:9/v1")
    with pytest.raises(EndpointError, match="ConnectionError"):
        endpoint.post("/x", {})


@pytest.mark.parametrize("length", ["1000", None])
def test_an_endpoint_that_drips_is_given_up_on_when_the_whole_time_is_over(length: str | None) -> None:
    with serve_drops(length) as url:
        settings = EndpointSettings(url=url, model="m", attempts=1, timeout_seconds=0.6)
        started = time.monotonic()
        with pytest.raises(OutageError, match=r"no answer in 0\.6 s"):
            Endpoint(settings).post("/x", {})
        assert time.monotonic() - started < 2


def test_an_answer_without_an_end_is_not_read_to_its_end(model_server: ModelServer) -> None:
    model_server.answer = answer_with((200, {"Content-Length": "1000000000000"}, b" " * 1_200_000))
    endpoint, _ = make_endpoint(model_server)
    with pytest.raises(EndpointError, match="more than 1000000 bytes"):
        endpoint.post("/x", {})


@pytest.mark.parametrize(
    ("answer", "is_outage"),
    [
        ((400, {}, b"{}"), False),
        ((413, {}, b"{}"), False),
        ((422, {}, b"{}"), False),
        ((200, {}, b" " * 1_000_001), False),
        ((401, {}, b"{}"), True),
        ((403, {}, b"{}"), True),
        ((404, {}, b"{}"), True),
        ((429, {}, b"{}"), True),
        ((500, {}, b"{}"), True),
        ((200, {}, b"<html>"), True),
    ],
)
def test_a_refusal_of_one_request_is_told_from_an_outage(
    model_server: ModelServer, answer: Answer, is_outage: bool
) -> None:
    model_server.answer = answer_with(answer)
    endpoint, _ = make_endpoint(model_server, attempts=1)
    with pytest.raises(EndpointError) as caught:
        endpoint.post("/x", {})
    assert isinstance(caught.value, OutageError) is is_outage


def test_requests_are_paced(model_server: ModelServer) -> None:
    model_server.answer = answer_with(OK)
    endpoint, waits = make_endpoint(model_server, requests_per_minute=60)
    for _ in range(3):
        endpoint.post("/x", {})
    assert len(waits) == 2
    assert sum(waits) == pytest.approx(3, abs=0.5)  # the second waits one second, the third two: none passed


def test_the_key_comes_from_the_environment_alone(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.answer = answer_with(OK)
    monkeypatch.setenv("TEST_KEY", "k-1")
    endpoint, _ = make_endpoint(model_server, key_variable="TEST_KEY")
    endpoint.post("/x", {})
    assert model_server.requests[0][1]["Authorization"] == "Bearer k-1"
    monkeypatch.delenv("TEST_KEY")
    with pytest.raises(DefinitionError, match="TEST_KEY is empty"):
        make_endpoint(model_server, key_variable="TEST_KEY")


@pytest.mark.parametrize("user", ["", "reader:pass-1@"])
def test_no_password_is_sent_in_the_place_of_the_key(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password pass-2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("TEST_KEY", "k-1")
    model_server.answer = answer_with(OK)
    url = model_server.url.replace("//", f"//{user}")
    endpoint, _ = make_endpoint(model_server, url=url, key_variable="TEST_KEY")
    endpoint.post("/x", {})
    assert model_server.requests[0][1]["Authorization"] == "Bearer k-1"


@pytest.mark.parametrize(
    ("key", "place"), [("k-1\n", "4. of 4"), ("k 1", "2. of 3"), ("\u201ck-1", "1. of 4"), ("  ", "1. of 2")]
)
def test_a_key_that_cannot_be_one_is_told_before_anything_is_asked(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, key: str, place: str
) -> None:
    monkeypatch.setenv("TEST_KEY", key)
    with pytest.raises(DefinitionError, match=f"TEST_KEY holds a character .*{place}") as told:
        make_endpoint(model_server, key_variable="TEST_KEY")
    assert "k-1" not in str(told.value)
    assert model_server.requests == []


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("address", ["http://[::1/secret-word", "http://\u00e4..secret-word/", "//["])
def test_an_answer_that_points_nowhere_is_told_like_any_other_that_points_elsewhere(
    model_server: ModelServer, capfd: pytest.CaptureFixture[str], address: str
) -> None:
    model_server.answer = answer_with((307, {"Location": address}, b""))
    endpoint, _ = make_endpoint(model_server, attempts=1, timeout_seconds=5)
    started = time.monotonic()
    with pytest.raises(OutageError, match="status 307, it answers from another address") as told:
        endpoint.post("/x", {"text": SECRET})
    assert time.monotonic() - started < 4  # and it is told when it happens, not when the time is over
    out, err = capfd.readouterr()
    assert "secret-word" not in f"{told.value}{out}{err}"
    assert "Traceback" not in err


def test_an_error_that_nobody_foresaw_is_an_outage_that_names_its_kind_alone(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("pipelines.detect.endpoint._exchange", fail)
    endpoint, _ = make_endpoint(model_server, attempts=1, timeout_seconds=5)
    with pytest.raises(OutageError, match="/v1: asking failed: KeyError at "):
        endpoint.post("/x", {"text": SECRET})
    assert SECRET not in "".join(capfd.readouterr())
