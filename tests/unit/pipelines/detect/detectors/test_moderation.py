"""Scores of a moderation endpoint become findings; without a whole answer a message is failed, not clear."""

import json
from typing import Any

import pytest

from pipelines.detect.detectors.moderation import ModerationDetector, ModerationSettings
from pipelines.detect.endpoint import Endpoint
from tests.unit.pipelines.detect.message_factory import make_messages
from tests.unit.pipelines.detect.model_server import ModelServer


def make_detector(server: ModelServer) -> ModerationDetector:
    settings = ModerationSettings.model_validate(
        {"endpoint": {"url": server.url, "model": "m", "attempts": 1, "requests_per_minute": 100_000}}
    )
    return ModerationDetector(settings, endpoint=Endpoint(settings.endpoint, sleep=lambda seconds: None))


def answer_scores(*scores: dict[str, Any]) -> Any:
    content = json.dumps({"results": [{"category_scores": each} for each in scores]}).encode()
    return lambda path, body: (200, {}, content)


def test_categories_become_signals_of_who_spoke(model_server: ModelServer) -> None:
    model_server.answer = answer_scores(
        {"self-harm/intent": 0.9, "self-harm": 0.95, "sexual": 0.1}, {"self-harm/instructions": 0.4}
    )
    scan = make_detector(model_server).scan(make_messages({"text": "one"}, {"text": "two"}))
    rows = [
        (row["message_id"], row["signal_id"], row["score"], row["is_alert"])
        for row in scan.findings.to_pylist()
    ]
    assert rows == [("m0", "u_suicidal_ideation", 0.95, True), ("m1", "a_method_info", 0.4, False)]
    assert scan.coverage["state"].to_pylist() == ["scored", "scored"]
    assert model_server.requests[0][2] == {"model": "m", "input": ["one", "two"]}


@pytest.mark.parametrize(
    "answer",
    [
        lambda path, body: (500, {}, b""),
        lambda path, body: (200, {}, b"{}"),
        answer_scores({"self-harm": 0.9}),
        answer_scores({"self-harm": 0.9}, {}),
        answer_scores({"self-harm": 0.9}, {"self-harm": "high"}),
        answer_scores({"self-harm": 0.9}, {"self-harm": 7}),
        answer_scores({"dangerous content": 0.9}, {"dangerous content": 0.1}),
    ],
)
def test_half_an_answer_is_none(model_server: ModelServer, answer: Any) -> None:
    model_server.answer = answer
    scan = make_detector(model_server).scan(make_messages({"text": "one"}, {"text": "two"}))
    assert scan.coverage["state"].to_pylist() == ["failed", "failed"]
    assert scan.findings.num_rows == 0


def test_an_endpoint_that_is_down_is_left_alone_after_some_faults(model_server: ModelServer) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 6)])
    scan = make_detector(model_server).scan(messages)
    assert set(scan.coverage["state"].to_pylist()) == {"failed"}
    assert len(model_server.requests) == 3


def test_the_next_days_of_a_run_do_not_ask_an_endpoint_that_is_down_again(model_server: ModelServer) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 6)])
    detector = make_detector(model_server)
    for _ in range(2):
        assert set(detector.scan(messages).coverage["state"].to_pylist()) == {"failed"}
    assert len(model_server.requests) == 3


def test_a_message_without_a_word_is_abstained(model_server: ModelServer) -> None:
    scan = make_detector(model_server).scan(make_messages({"text": " \n"}, {"text": "x", "role": "agent"}))
    assert scan.coverage["state"].to_pylist() == ["abstained", "not_run"]
    assert model_server.requests == []
