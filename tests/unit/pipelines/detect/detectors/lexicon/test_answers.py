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


GRADED = {
    "plan": "Do you have a plan?",
    "intent": "Are you going to act on these thoughts?",
    "method": "Have you thought about how you might do it?",
    "means": "Do you have access to what you would use?",
    "behaviour": "Have you done anything to hurt yourself tonight?",
    "ever": "Have you ever tried to end your life before?",
    "safety": "Are you safe right now?",
}
TOLD = ("user", "I want to kill myself")


def graded(question: str, said: str) -> dict[str, Any] | None:
    """The answer to a question in a talk in which thoughts of suicide are known."""
    found = answers(talk(TOLD, ("assistant", f"I am so sorry. {question}"), ("user", said)))
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("kind", "said", "level", "cssrs_like", "time"),
    [
        ("plan", "yes", 4, 5, "current"),
        ("intent", "probably tonight", 3, 4, "current"),
        ("method", "i guess so", 2, 3, "current"),
        ("means", "they're right here", 2, 3, "current"),
        ("behaviour", "yes", 4, 6, "current"),
        ("ever", "twice", 4, 6, "past"),
        ("safety", "no", 3, 4, "current"),
    ],
)
def test_an_answer_is_as_grave_as_what_was_asked(
    kind: str, said: str, level: int, cssrs_like: int, time: str
) -> None:
    found = graded(GRADED[kind], said)
    assert found is not None
    assert (found["level"], found["cssrs_like"], found["time"]) == (level, cssrs_like, time)
    assert found["is_alert"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("plan", "no"), ("safety", "yes"), ("safety", "no worries, i'm fine"), ("intent", "very unlikely")],
)
def test_an_answer_that_reassures_tells_of_nothing(kind: str, said: str) -> None:
    assert graded(GRADED[kind], said) is None


@pytest.mark.parametrize("question", list(GRADED.values())[:3])
def test_without_a_known_risk_a_question_may_be_about_anything(question: str) -> None:
    assert not answers(talk(("user", "I have an exam"), ("assistant", question), ("user", "yes")))


@pytest.mark.parametrize(
    "question",
    ["Do you have a plan for dinner?", "Do you have a safety plan?", "Do you feel safe at home with him?"],
)
def test_with_one_too_some_plans_are_other_plans(question: str) -> None:
    assert graded(question, "yes") is None
    assert graded(question, "no") is None


def test_a_risk_is_known_from_the_answer_before() -> None:
    asked, plan = ("assistant", THOUGHTS), ("assistant", GRADED["plan"])
    found = answers(talk(asked, ("user", "yes"), plan, ("user", "kind of")))
    assert [one["evidence_id"] for one in found] == ["answer_yes", "answer_yes_plan"]
    assert not answers(talk(asked, ("user", "no"), plan, ("user", "kind of")))


def test_of_two_questions_the_milder_is_answered_and_a_no_may_be_to_either() -> None:
    both = graded(f"{THOUGHTS} Do you have a plan?", "yes")
    assert both is not None
    assert (both["evidence_id"], both["level"], both["is_alert"]) == ("answer_yes", 2, True)
    either = graded("Do you have a plan? Are you safe right now?", "no")
    assert either is not None
    assert (either["evidence_id"], either["is_alert"]) == ("answer_perhaps_safety", False)


def test_what_leaves_a_grave_question_open_is_looked_at_as_a_thought() -> None:
    for kind in ("plan", "safety"):
        found = graded(GRADED[kind], "i don't know")
        assert found is not None
        assert (found["level"], found["is_alert"]) == (2, False)


@pytest.mark.parametrize(("kind", "said"), [("intent", "yes"), ("safety", "no"), ("plan", "yes")])
def test_the_cascade_counts_a_high_risk_where_an_answer_tells_it(kind: str, said: str) -> None:
    scan = make_cascade().scan(talk(TOLD, ("assistant", GRADED[kind]), ("user", said)))
    counted = [
        one["level"]
        for one in scan.findings.to_pylist()
        if one["is_deciding"] and one["is_alert"] and one["message_id"] == "c-2"
    ]
    assert max(counted) >= 3


def share(group: str, *, half: str = "unseen") -> tuple[int, int]:
    """Answers to questions that grade which alert, and how many there are."""
    probe = read_probe("answers_graded")
    found = [graded(GRADED[kind], said) for kind in GRADED for said in probe[f"{kind}_{group}_{half}"]]
    return sum(one is not None and one["is_alert"] for one in found), len(found)


def test_of_worrying_answers_that_nobody_foresaw_about_half_alert_and_few_others() -> None:
    alerts, count = share("worrying")
    assert alerts >= 0.45 * count
    for group in ("reassuring", "other"):
        alerts, count = share(group)
        assert alerts <= 0.04 * count


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
