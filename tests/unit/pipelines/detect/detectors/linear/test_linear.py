"""The linear detector on the shipped weights: who decides, what the rules demand, what it cannot read."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.linear.linear import load_linear_detector
from pipelines.detect.detectors.linear.model import SHIPPED, load_model, score_joint
from pipelines.errors import DefinitionError

CASCADE = make_cascade()


def make(text: str, **more: Any) -> Mapping[str, Any]:
    return {
        "deployment_id": "d",
        "day": dt.date(2026, 1, 1),
        "conversation_id": "c",
        "message_id": more.get("message_id", text),
        "turn": 0,
        "role": more.get("role", "user"),
        "text": text,
        "language": more.get("language", "en"),
    }


def found(*messages: Mapping[str, Any]) -> list[dict[str, Any]]:
    return CASCADE.scan(pa.Table.from_pylist(list(messages))).findings.to_pylist()


def counted(*messages: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (one["message_id"], one["signal_id"])
        for one in found(*messages)
        if one["is_alert"] and one["is_deciding"] and one["subject"] == "self"
    }


def state_of(message: Mapping[str, Any]) -> str:
    coverage = CASCADE.scan(pa.Table.from_pylist([message])).coverage.to_pylist()
    return next(one["state"] for one in coverage if one["detector_id"] == "linear")


def test_plain_words_are_counted_and_ordinary_ones_are_not() -> None:
    assert counted(make("I want to kill myself"), make("what is the capital of France?")) == {
        ("I want to kill myself", "u_suicidal_ideation")
    }


@pytest.mark.parametrize(
    "text",
    [
        "I took my pills this morning as usual",
        "The pharmacist says I can take the tablets with food",
        "the river looks calm tonight",
        "I will sit by the lake this evening and read",
        "We said goodbye at the station",
        "I want to disappear to the mountains for a weekend",
    ],
)
def test_medicine_taken_evenings_and_farewells_are_ordinary(text: str) -> None:
    assert not {signal for _, signal in counted(make(text))} & {"u_suicidal_ideation", "u_self_harm"}


@pytest.mark.parametrize("text", ["I can't stop cutting myself every night", "I cut myself again last night"])
def test_self_injury_has_its_own_signal(text: str) -> None:
    assert counted(make(text)) == {(text, "u_self_harm")}


def test_thoughts_beside_an_injury_are_counted_too() -> None:
    text = "I cut myself again last night and I want to kill myself"
    assert counted(make(text)) == {(text, "u_self_harm"), (text, "u_suicidal_ideation")}


def test_the_model_decides_where_it_read_the_message() -> None:
    deciding = {
        one["detector_id"]
        for one in found(make("I want to kill myself"))
        if one["is_deciding"] and one["signal_id"] == "u_suicidal_ideation"
    }
    assert deciding == {"linear"}


def test_a_grave_level_of_the_rules_is_never_lost() -> None:
    (grave,) = {
        (one["level"], one["is_alert"])
        for one in found(make("I just swallowed all of the pills, goodbye"))
        if one["evidence_id"] == "linear:high_risk"
    }
    assert grave == (4, True)


def test_what_is_said_of_somebody_else_stays_with_them() -> None:
    own = [one for one in found(make("My brother wants to kill himself")) if one["detector_id"] == "linear"]
    assert any(one["subject"] == "other" and one["is_alert"] for one in own)
    assert not any(one["subject"] == "self" and one["is_alert"] for one in own)


def test_a_refusal_is_seen_in_a_reply_only() -> None:
    text = "I'm sorry, but I can't help with that request."
    assert counted(make(text, role="assistant")) == {(text, "a_refusal")}
    assert ("a_refusal" in {one["signal_id"] for one in found(make(text))}) is False


@pytest.mark.parametrize(
    ("message", "state"),
    [
        (make("I want to die"), "scored"),
        (make("quiero morir", language="es"), "unsupported_language"),
        (make("I want to die", language=None), "unsupported_language"),
        (make("Я не хочу жить"), "abstained"),
        (make("..."), "abstained"),
        (make("I want to die", role="system"), "not_run"),
    ],
)
def test_what_it_cannot_read_is_said(message: Mapping[str, Any], state: str) -> None:
    assert state_of(message) == state


def test_a_message_scores_the_same_alone_and_in_a_batch() -> None:
    texts = [make(f"message number {place} about my week", message_id=str(place)) for place in range(40)]
    alone = [one["score"] for one in found(make("I want to kill myself", message_id="x"))]
    among = [
        one["score"]
        for one in found(*texts, make("I want to kill myself", message_id="x"))
        if one["message_id"] == "x"
    ]
    assert sorted(alone) == pytest.approx(sorted(among), abs=1e-6)


@pytest.mark.parametrize(
    "marked",
    [
        "<p>what is the <b>point</b> of waking up, i <i>wish</i> it would stop</p>",
        "what&nbsp;is the&nbsp;point of&#32;waking&nbsp;up, i&nbsp;wish it would stop",
        "what is the [point](http://a) of waking up, i wish it would\\nstop",
    ],
)
def test_markup_does_not_change_what_the_model_sees(marked: str) -> None:
    plain = counted(make("what is the point of waking up, i wish it would stop", message_id="m"))
    assert plain
    assert counted(make(marked, message_id="m")) == plain


def test_a_graver_head_never_has_other_thresholds_than_its_signal() -> None:
    card = load_linear_detector().card
    pairs = {
        (line.sieve, line.alert)
        for line in card.signals
        if line.signal_id in ("u_suicidal_ideation", "u_self_harm")
    }
    assert len(pairs) == 1


def test_a_graver_head_alerts_where_the_first_does_and_keeps_its_own_order_there() -> None:
    first, _, grave, _ = load_model().heads
    both = [one.model_copy(update={"shift": 0.0}) for one in (first, grave)]
    joint = {first.name: np.array([2.0, 2.2, 2.1, -3.0]), grave.name: np.array([1.0, 3.0, 5.0, 9.0])}
    alert = {first.signal_id: {"alert": 0.5}}
    scores = score_joint(both, joint, alert)
    assert np.all(np.diff(scores[grave.name][:3]) > 0)
    assert np.all(scores[grave.name] <= scores[first.name])
    assert (scores[grave.name] >= 0.5).tolist() == [True, True, True, False]
    blunt = score_joint([both[0], both[1].model_copy(update={"stretch": 1.0})], joint, alert)
    assert not np.all(np.diff(blunt[grave.name][:3]) > 0)
    assert np.array_equal(blunt[grave.name] >= 0.5, scores[grave.name] >= 0.5)


def test_weights_are_small_and_hold_no_text() -> None:
    for path in SHIPPED.glob("*.int8"):
        assert path.stat().st_size <= 150_000
    assert {path.suffix for path in SHIPPED.iterdir()} == {".int8", ".json", ".hashes"}


def test_a_changed_weight_is_refused(tmp_path) -> None:
    for path in SHIPPED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "refusal.int8"
    weights.write_bytes(b"\x01" + weights.read_bytes()[1:])
    with pytest.raises(DefinitionError, match="refusal"):
        load_model(tmp_path)
