"""Scores of a moderation endpoint become findings; without a whole answer a message is failed, not clear."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.detect.category import MAPPED
from pipelines.detect.detectors.moderation import ModerationDetector, ModerationSettings
from pipelines.detect.endpoint import Endpoint
from tests.unit.pipelines.detect.message_factory import make_messages
from tests.unit.pipelines.detect.model_server import Answer, ModelServer

WHOLE = {mapped.category: 0.0 for mapped in MAPPED}
"""Every category, none of it seen."""


def leave_out(*categories: str) -> dict[str, float]:
    return {name: score for name, score in WHOLE.items() if name not in categories}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "moderation"


def make_detector(server: ModelServer, folder: Path, url: str | None = None) -> ModerationDetector:
    settings = ModerationSettings.model_validate(
        {"endpoint": {"url": url or server.url, "model": "m", "attempts": 1, "requests_per_minute": 100_000}}
    )
    return ModerationDetector(
        settings, cache=folder, endpoint=Endpoint(settings.endpoint, sleep=lambda seconds: None)
    )


def answer_scores(*scores: dict[str, Any]) -> Any:
    content = json.dumps({"results": [{"category_scores": each} for each in scores]}).encode()
    return lambda path, body: (200, {}, content)


def test_categories_become_signals_of_who_spoke(model_server: ModelServer, folder: Path) -> None:
    model_server.answer = answer_scores(
        WHOLE | {"self-harm/intent": 0.9, "self-harm": 0.95, "sexual": 0.1},
        WHOLE | {"self-harm/instructions": 0.4},
    )
    scan = make_detector(model_server, folder).scan(make_messages({"text": "one"}, {"text": "two"}))
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
        answer_scores(WHOLE),
        answer_scores({}, {}),
        answer_scores(*[WHOLE | {"self-harm": "high"}] * 2),
        answer_scores(*[WHOLE | {"self-harm": 7}] * 2),
        answer_scores(*[WHOLE | {"self-harm": False}] * 2),
        answer_scores(*[dict.fromkeys(WHOLE, True)] * 2),
        answer_scores({"dangerous content": 0.9}, {"dangerous content": 0.1}),
    ],
)
def test_half_an_answer_is_none(model_server: ModelServer, folder: Path, answer: Any) -> None:
    model_server.answer = answer
    scan = make_detector(model_server, folder).scan(make_messages({"text": "one"}, {"text": "two"}))
    assert scan.coverage["state"].to_pylist() == ["failed", "failed"]
    assert scan.findings.num_rows == 0


@pytest.mark.parametrize(
    ("categories", "states"),
    [
        ((), ["scored", "scored"]),
        (("self-harm", "self-harm/intent", "self-harm/instructions"), ["failed", "failed"]),
        (("sexual", "sexual/minors"), ["scored", "failed"]),
        (("self-harm", "violence"), ["scored", "scored"]),  # others stand for the same signals
        (tuple(WHOLE.keys() - {"hate", "sexual"}), ["failed", "failed"]),
    ],
)
def test_without_a_category_for_each_signal_of_who_spoke_a_message_is_failed(
    model_server: ModelServer, folder: Path, categories: tuple[str, ...], states: list[str]
) -> None:
    model_server.answer = answer_scores(leave_out(*categories), leave_out(*categories))
    messages = make_messages({"text": "one"}, {"text": "two"})
    scan = make_detector(model_server, folder).scan(messages)
    assert messages["role"].to_pylist() == ["user", "assistant"]
    assert scan.coverage["state"].to_pylist() == states
    model_server.requests.clear()  # nor is a part kept
    make_detector(model_server, folder).scan(messages)
    assert sum(len(body["input"]) for _, _, body in model_server.requests) == states.count("failed")


def test_an_answer_that_is_whole_for_a_person_is_none_for_the_same_words_of_the_assistant(
    model_server: ModelServer, folder: Path
) -> None:
    model_server.answer = answer_scores(leave_out("sexual", "sexual/minors"))
    messages = make_messages({"text": "one"}, {"text": "one"})
    states = [
        make_detector(model_server, folder).scan(messages.slice(place, 1)).coverage["state"].to_pylist()
        for place in range(2)
    ]
    assert states == [["scored"], ["failed"]]


def test_an_endpoint_that_answers_without_use_is_left_alone(model_server: ModelServer, folder: Path) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 104)])
    model_server.answer = lambda path, body: (200, {}, b"{}")
    make_detector(model_server, folder).scan(messages)
    assert len(model_server.requests) == 100


def test_an_endpoint_that_is_down_is_left_alone_after_some_faults(
    model_server: ModelServer, folder: Path
) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 6)])
    scan = make_detector(model_server, folder).scan(messages)
    assert set(scan.coverage["state"].to_pylist()) == {"failed"}
    assert len(model_server.requests) == 3


def test_the_next_days_of_a_run_do_not_ask_an_endpoint_that_is_down_again(
    model_server: ModelServer, folder: Path
) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 6)])
    detector = make_detector(model_server, folder)
    for _ in range(2):
        assert set(detector.scan(messages).coverage["state"].to_pylist()) == {"failed"}
    assert len(model_server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda path, body: (503, {}, b"Message"), "/v1: status 503."),
        (lambda path, body: (422, {}, b"Message"), "/v1: status 422; asking again would not help."),
        (lambda path, body: (200, {}, b"{}"), "An answer without a score for each signal."),
        (answer_scores(WHOLE), ""),
    ],
)
def test_why_a_text_got_no_scores_is_known_afterwards(
    model_server: ModelServer, folder: Path, answer: Any, why: str
) -> None:
    model_server.answer = answer
    detector = make_detector(model_server, folder)
    detector.scan(make_messages({"text": "Message"}))
    assert detector.trouble.endswith(why)
    assert bool(detector.trouble) is bool(why)
    assert "Message" not in detector.trouble


def test_a_message_without_a_word_is_abstained(model_server: ModelServer, folder: Path) -> None:
    scan = make_detector(model_server, folder).scan(
        make_messages({"text": " \n"}, {"text": "x", "role": "agent"})
    )
    assert scan.coverage["state"].to_pylist() == ["abstained", "not_run"]
    assert model_server.requests == []


def score_all_but(is_bad: Callable[[list[str]], bool], status: int) -> Any:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        results = [{"category_scores": WHOLE | {"self-harm": 0.9}} for _ in body["input"]]
        return (
            (status, {}, b"{}")
            if is_bad(body["input"])
            else (200, {}, json.dumps({"results": results}).encode())
        )

    return answer


NUMBERED = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 3)])


def test_what_was_answered_is_not_asked_again(model_server: ModelServer, folder: Path) -> None:
    model_server.answer = score_all_but(lambda texts: "Message 40." in texts, 500)
    states = make_detector(model_server, folder).scan(NUMBERED).coverage["state"].to_pylist()
    assert states == ["scored"] * 32 + ["failed"] * 32 + ["scored"] * 32
    model_server.requests.clear()
    model_server.answer = score_all_but(lambda texts: False, 500)
    scan = make_detector(model_server, folder).scan(NUMBERED)
    assert set(scan.coverage["state"].to_pylist()) == {"scored"}
    assert scan.findings.num_rows > 0
    asked = [text for _, _, body in model_server.requests for text in body["input"]]
    assert asked == NUMBERED["text"].to_pylist()[32:64]


def test_another_address_with_the_same_model_is_asked_anew(model_server: ModelServer, folder: Path) -> None:
    model_server.answer = score_all_but(lambda texts: False, 500)
    first = make_detector(model_server, folder)
    first.scan(NUMBERED)
    asked = len(model_server.requests)
    other = make_detector(model_server, folder, model_server.url.replace("/v1", "/v2"))
    other.scan(NUMBERED)
    assert len(model_server.requests) == 2 * asked
    assert other.card.version != first.card.version


def test_a_text_that_is_refused_fails_alone(model_server: ModelServer, folder: Path) -> None:
    model_server.answer = score_all_but(lambda texts: "Message 40." in texts, 400)
    states = make_detector(model_server, folder).scan(NUMBERED).coverage["state"].to_pylist()
    assert [place for place, state in enumerate(states) if state != "scored"] == [40]
    assert states[40] == "failed"


@pytest.mark.parametrize("poison", [None, {}, {"category_scores": WHOLE | {"self-harm": None}}, 5])
def test_a_result_that_is_none_takes_no_other_with_it(
    model_server: ModelServer, folder: Path, poison: Any
) -> None:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        results = [poison if text == "Message 40." else {"category_scores": WHOLE} for text in body["input"]]
        return 200, {}, json.dumps({"results": results}).encode()

    model_server.answer = answer
    states = make_detector(model_server, folder).scan(NUMBERED).coverage["state"].to_pylist()
    assert [place for place, state in enumerate(states) if state != "scored"] == [40]
    assert len(model_server.requests) == 3


@pytest.mark.parametrize("place", [32, 40, 63])
def test_a_text_that_brings_the_endpoint_down_fails_alone_in_the_end(
    model_server: ModelServer, folder: Path, place: int
) -> None:
    model_server.answer = score_all_but(lambda texts: f"Message {place}." in texts, 500)
    counts = []
    for _ in range(6):
        states = make_detector(model_server, folder).scan(NUMBERED).coverage["state"].to_pylist()
        counts.append(states.count("failed"))
    assert counts[0] == 32
    assert counts == sorted(counts, reverse=True)
    assert [place for place, state in enumerate(states) if state != "scored"] == [place]
    model_server.requests.clear()
    make_detector(model_server, folder).scan(NUMBERED)
    assert [body["input"] for _, _, body in model_server.requests] == [[f"Message {place}."]]


def test_what_failed_before_is_not_asked_by_halves_of_an_endpoint_that_is_down(
    model_server: ModelServer, folder: Path
) -> None:
    make_detector(model_server, folder).scan(NUMBERED)
    model_server.requests.clear()
    make_detector(model_server, folder).scan(NUMBERED)
    assert len(model_server.requests) == 3


def test_an_endpoint_that_refuses_everything_is_left_alone(model_server: ModelServer, folder: Path) -> None:
    messages = make_messages(*[{"text": f"Message {place}."} for place in range(32 * 6)])
    model_server.answer = score_all_but(lambda texts: True, 400)
    scan = make_detector(model_server, folder).scan(messages)
    assert set(scan.coverage["state"].to_pylist()) == {"failed"}
    assert len(model_server.requests) == 100


def test_what_failed_before_is_asked_after_what_was_never_asked(
    model_server: ModelServer, folder: Path
) -> None:
    make_detector(model_server, folder).scan(NUMBERED.slice(0, 32))
    model_server.requests.clear()
    model_server.answer = score_all_but(lambda texts: False, 500)
    make_detector(model_server, folder).scan(NUMBERED)
    asked = [text for _, _, body in model_server.requests for text in body["input"]]
    assert asked[-32:] == NUMBERED["text"].to_pylist()[:32]


def test_the_cache_holds_no_text_and_lies_in_a_folder_a_conversation(
    model_server: ModelServer, folder: Path
) -> None:
    model_server.answer = score_all_but(lambda texts: False, 500)
    make_detector(model_server, folder).scan(NUMBERED)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == {"c"}
    assert not any(b"Message" in path.read_bytes() for path in files)
