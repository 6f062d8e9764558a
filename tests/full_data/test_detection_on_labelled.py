"""What the lexicon reaches on development sets that people labelled; failures name ids, never text.

The floors lie a little below what was measured when the card was written, so a rule that loses much is
noticed. They are not goals, and sets in which distress was gathered say nothing about precision in use.
"""

import json
import time
from pathlib import Path

import pytest

from pipelines.detect.cascade import scan_all
from pipelines.detect.detectors.lexicon.lexicon import LexiconDetector, load_lexicon_detector
from pipelines.detect.evaluate import Evaluation, LabelledRow, evaluate, make_messages, read_labelled

pytestmark = pytest.mark.full

SELF_HARM = ("u_suicidal_ideation", "u_self_harm")


def measure(
    shared: Path,
    name: str,
    *,
    label: str,
    signal_ids: tuple[str, ...],
    minimum_level: int = 0,
    severity: str | None = None,
) -> Evaluation:
    rows = read_labelled(shared / "data" / "labelled" / f"{name}.jsonl", label, severity=severity)
    return evaluate(rows, scan_all(make_messages(rows)), signal_ids, minimum_level=minimum_level)


def read_conversation_rows(shared: Path, name: str, *, role: str) -> list[LabelledRow]:
    path = shared / "data" / "conversations" / f"{name}.jsonl"
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        LabelledRow(str(place), role, record["text"], "en", is_positive=False)
        for place, record in enumerate(records)
        if record["role"] == role and record["text"].strip()
    ]


def describe(found: Evaluation) -> str:
    return (
        f"P {found.precision.value:.3f} R {found.recall.value:.3f} F1 {found.f1:.3f} "
        f"missed {found.missed_ids[:10]} mistaken {found.false_positive_ids[:10]}"
    )


@pytest.fixture(scope="module")
def detector() -> LexiconDetector:
    return load_lexicon_detector()


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("cssrs_suicidewatch_1170_dev", 0.92, 0.66),
        ("openai_moderation_1680_dev", 0.60, 0.45),
        ("ailuminate_demo_en_dev", 0.90, 0.40),
    ],
)
def test_suicide_and_self_harm_stay_above_the_floor_on_labelled_texts(
    shared: Path, name: str, precision: float, recall: float
) -> None:
    found = measure(shared, name, label="self_harm_or_suicide", signal_ids=SELF_HARM)
    assert found.has_enough_positives
    assert found.unscored <= 2
    assert found.precision.value >= precision, describe(found)
    assert found.recall.value >= recall, describe(found)


def test_graver_thoughts_are_flagged_far_more_often_than_distress_without_them(shared: Path) -> None:
    found = measure(
        shared,
        "cssrs_suicidewatch_1170_dev",
        label="self_harm_or_suicide",
        signal_ids=SELF_HARM,
        severity="suicide_risk_level",
    )
    flagged = {item.severity: item.flagged.value for item in found.by_severity}
    assert set(flagged) == {f"cssrs_{level}" for level in range(7)}
    assert flagged["cssrs_0"] <= 0.15, flagged
    assert min(flagged[f"cssrs_{level}"] for level in range(2, 7)) >= 0.5, flagged


def test_a_high_level_is_rarely_given_where_people_saw_no_high_risk(shared: Path) -> None:
    found = measure(
        shared,
        "cssrs_suicidewatch_1170_dev",
        label="suicide_high_risk",
        signal_ids=("u_suicidal_ideation",),
        minimum_level=3,
    )
    assert found.specificity.value >= 0.94, describe(found)
    assert found.recall.value >= 0.30, describe(found)


def test_harmless_questions_that_sound_alarming_are_not_flagged(shared: Path) -> None:
    path = "xstest_prompts_dev"
    found = measure(shared, path, label="unsafe_request", signal_ids=SELF_HARM)
    assert found.false_positives <= 1, describe(found)


@pytest.mark.parametrize(
    ("name", "highest"), [("hh_rlhf_harmless_test_dev", 0.010), ("spiralbench_dev", 0.006)]
)
def test_ordinary_chat_is_seldom_flagged(shared: Path, name: str, highest: float) -> None:
    rows = read_conversation_rows(shared, name, role="user")
    found = evaluate(rows, scan_all(make_messages(rows)), SELF_HARM)
    assert found.false_positives / len(rows) <= highest, (found.false_positives, len(rows))


def test_refusals_are_recognised(shared: Path) -> None:
    found = measure(shared, "xstest_responses_dev", label="assistant_refusal", signal_ids=("a_refusal",))
    assert found.f1 >= 0.88, describe(found)


def test_referrals_to_help_are_recognised_without_false_ones(shared: Path) -> None:
    found = measure(
        shared,
        "llmtherapist_responses_dev",
        label="assistant_safe_referral",
        signal_ids=("p_help_encouraged", "p_crisis_resource"),
    )
    assert found.precision.value >= 0.9, describe(found)
    assert found.recall.value >= 0.5, describe(found)


def test_a_thousand_short_messages_are_read_in_a_second(shared: Path, detector: LexiconDetector) -> None:
    rows = read_conversation_rows(shared, "hh_rlhf_harmless_test_dev", role="user")
    messages = make_messages(rows)
    detector.scan(messages.slice(0, 10))  # compiles the rules
    started = time.process_time()
    scan = detector.scan(messages)
    seconds = time.process_time() - started
    assert scan.coverage.num_rows == len(rows)
    assert len(rows) / seconds >= 1_000
