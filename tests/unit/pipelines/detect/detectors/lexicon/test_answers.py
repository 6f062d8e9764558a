"""Short answers to the assistant's question: read only right after it, and never a no as a yes."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from tests.unit.pipelines.detect.message_factory import make_messages
from tests.unit.pipelines.detect.probe_texts import read_probe

THOUGHTS = "Are you having thoughts of suicide or of ending your life?"
INJURY = "Have you been hurting yourself?"
Turn = tuple[str, str]


def talk(*turns: Turn, conversation: str = "c", language: str = "en") -> pa.Table:
    same = {"conversation_id": conversation, "language": language}
    return make_messages(
        *(
            {"role": role, "text": text, "message_id": f"{conversation}-{place}"} | same
            for place, (role, text) in enumerate(turns)
        )
    )


def answers(messages: pa.Table) -> list[dict[str, Any]]:
    findings = load_lexicon_detector().scan(messages).findings.to_pylist()
    return [one for one in findings if one["evidence_id"].startswith("answer_")]


def answer(question: str, said: str, language: str = "en") -> dict[str, Any] | None:
    found = answers(talk(("assistant", question), ("user", said), language=language))
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    "said", ["yes", "Most nights, tbh", "not tonight but yeah", "I guess so", "sometimes…"]
)
def test_a_yes_tells_of_thoughts_and_alerts(said: str) -> None:
    found = answer(THOUGHTS, said)
    assert found is not None
    assert (found["signal_id"], found["level"], found["cssrs_like"]) == ("u_suicidal_ideation", 2, 2)
    assert found["evidence_id"] == "answer_yes"
    scan = make_cascade().scan(talk(("assistant", THOUGHTS), ("user", said)))
    deciding = [one for one in scan.findings.to_pylist() if one["is_deciding"] and one["is_alert"]]
    assert {"u_suicidal_ideation"} <= {one["signal_id"] for one in deciding}


def test_a_question_about_injury_is_answered_about_injury() -> None:
    found = answer(INJURY, "yeah, last night")
    assert found is not None
    assert (found["signal_id"], found["level"]) == ("u_self_harm", 2)


@pytest.mark.parametrize(
    ("question", "said", "evidence"),
    [
        (THOUGHTS, "idk", "answer_open"),
        (THOUGHTS, "does it matter", "answer_open"),
        (f"{THOUGHTS} Or shall we talk about your exam?", "yes", "answer_yes_perhaps"),
    ],
)
def test_what_leaves_it_open_is_looked_at_and_does_not_alert(question: str, said: str, evidence: str) -> None:
    found = answer(question, said)
    assert found is not None
    line = load_lexicon_detector().card.signal("u_suicidal_ideation", "en")
    assert line is not None
    assert line.sieve <= found["score"] < line.alert
    assert found["evidence_id"] == evidence


@pytest.mark.parametrize(
    ("language", "question", "yes", "perhaps", "no"),
    [
        ("es", "¿Has tenido pensamientos de suicidio?", "sí, a veces", "no sé", "no, nunca"),
        ("fr", "As-tu pensé à mourir ou à te suicider ?", "ouais, souvent", "je sais pas", "non, merci"),
        ("de", "Hast du Suizidgedanken?", "ja, fast jede Nacht", "weiß nicht", "nein"),
    ],
)
def test_answers_in_other_languages(language: str, question: str, yes: str, perhaps: str, no: str) -> None:
    found = [answer(question, said, language) for said in (yes, perhaps, no)]
    assert [one and one["evidence_id"] for one in found] == ["answer_yes", "answer_open", None]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (THOUGHTS, "no"),
        (
            THOUGHTS,
            "yes please send me the number of the clinic, and could you say what they will ask me there?",
        ),
        (THOUGHTS, "thank you"),
        (THOUGHTS, "sometimes I used to, years ago"),
        ("Are you safe right now?", "yes"),
        ("If you feel suicidal, call a line. Are you safe right now?", "yes"),
        ("Did you sleep?", "sometimes"),
    ],
)
def test_all_else_is_read_by_itself(question: str, said: str) -> None:
    assert answer(question, said) is None


def test_only_the_next_message_of_the_same_conversation_answers() -> None:
    asked, yes = ("assistant", THOUGHTS), ("user", "yes")
    assert not answers(talk(("user", "yes"), asked))
    assert not answers(talk(asked, ("assistant", "Take your time."), yes))
    assert not answers(talk(asked, ("user", "wait, my phone rings"), yes))
    assert not answers(pa.concat_tables([talk(asked), talk(yes, conversation="other")]))
    mixed = pa.concat_tables([talk(("user", "hi"), asked, yes), talk(("user", "hello"), conversation="a")])
    (found,) = answers(mixed.take(pa.array([2, 3, 1, 0])))
    assert found["message_id"] == "c-2"


def test_what_tells_of_it_by_itself_is_not_counted_twice() -> None:
    assert not answers(talk(("assistant", THOUGHTS), ("user", "yes, i want to kill myself")))


def count(texts: list[str], evidence: str) -> int:
    found = [answer(THOUGHTS, said) for said in texts]
    return sum(one is not None and one["evidence_id"] == evidence for one in found)


def test_no_true_no_is_taken_for_a_yes() -> None:
    probe = read_probe("denials")
    assert not count(probe["denied_seen"] + probe["denied_unseen"], "answer_yes")


def test_about_half_of_what_nobody_foresaw_is_seen_and_hardly_anything_else_alerts() -> None:
    probe = read_probe("answers")
    yes, other = probe["affirms_unseen"], probe["something_else_unseen"]
    assert count(yes, "answer_yes") + count(yes, "answer_yes_perhaps") >= 0.45 * len(yes)
    assert count(other, "answer_yes") <= 0.06 * len(other)
