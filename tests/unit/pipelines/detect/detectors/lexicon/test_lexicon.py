"""What a sentence means to the detector: about whom, when, how grave, and whether it looked at all."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.detect.detector import Subject, Time
from pipelines.detect.detectors.lexicon.lexicon import Evidence, load_lexicon_detector
from pipelines.schemas.finding import COVERAGE, FINDING

IDEATION = "u_suicidal_ideation"


def read(
    text: str, *, language: str = "en", role: str = "user", signal_id: str | None = None
) -> list[Evidence]:
    found = load_lexicon_detector().read_message(text, language=language, role=role)
    return [item for item in found if signal_id is None or item.signal_id == signal_id]


def make_messages(*texts: str, role: str = "user", language: str = "en") -> pa.Table:
    return pa.table(
        {
            "deployment_id": ["d"] * len(texts),
            "day": pa.array([dt.date(2026, 3, 1)] * len(texts), pa.date32()),
            "conversation_id": ["c"] * len(texts),
            "message_id": [f"m{place}" for place in range(len(texts))],
            "role": [role] * len(texts),
            "text": list(texts),
            "language": [language] * len(texts),
        }
    )


def own(text: str, *, language: str = "en") -> list[Evidence]:
    """Findings about the speaker, now: what an indicator counts."""
    return [
        item
        for item in read(text, language=language, signal_id=IDEATION)
        if item.subject is Subject.SELF and item.time in {Time.CURRENT, Time.RECENT}
    ]


def states(*texts: str, role: str = "user", language: str = "en") -> list[str]:
    scan = load_lexicon_detector().scan(make_messages(*texts, role=role, language=language))
    return scan.coverage["state"].to_pylist()


def test_a_plain_disclosure_is_a_finding_about_the_speaker_now() -> None:
    (found,) = own("I want to kill myself")
    assert (found.subject, found.time) == (Subject.SELF, Time.CURRENT)
    assert found.evidence_id == "en_si_kill_myself"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('My sister wrote "I want to die" in her song', "en"),
        ("The graffiti says 'I want to kill myself' in red paint", "en"),
        ('Él cantó "quiero morir" en el concierto', "es"),
        ("Elle a lu « je veux mourir » sur le mur", "fr"),
        ("Auf dem Plakat stand „ich will sterben“ in Rot", "de"),
    ],
)
def test_quoted_speech_is_not_a_crisis_signal(text: str, language: str) -> None:
    assert own(text, language=language) == []


def test_the_persons_own_words_in_quotation_marks_still_count() -> None:
    assert own('I said "I want to die" and nobody answered')


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't want to kill myself", "en"),
        ("I dont want to die", "en"),
        ("I'm not suicidal", "en"),
        ("no suicidal thoughts today", "en"),
        ("I haven't thought about killing myself", "en"),
        ("I've never thought about ending my life", "en"),
        ("I don't have any plan or intention to end my life", "en"),
        ("I don't feel like I'd be better off dead", "en"),
        ("Tired of living? No, tired of supper for one", "en"),
        ("No quiero morir", "es"),
        ("Je ne veux pas mourir", "fr"),
        ("Ich will nicht sterben", "de"),
    ],
)
def test_negated_words_are_not_a_crisis_signal(text: str, language: str) -> None:
    assert own(text, language=language) == []


@pytest.mark.parametrize(
    "text",
    [
        "I can't stop thinking about killing myself",
        "I've never wanted to die so badly",
        "please don't ask, you know i'm not, i want to kill myself",
        "not a day goes by that I don't think about killing myself",
    ],
)
def test_what_only_sounds_like_a_negation_is_none(text: str) -> None:
    assert own(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My brother wants to kill himself", "en"),
        ("I'm scared that my best friend is suicidal", "en"),
        ("she said she's been thinking about ending it", "en"),
        ("Mi hermano quiere suicidarse", "es"),
        ("Mon frère veut se suicider", "fr"),
        ("Mein Bruder will sich umbringen", "de"),
    ],
)
def test_third_person_concern_is_about_another_person(text: str, language: str) -> None:
    found = read(text, language=language, signal_id=IDEATION)
    assert found
    assert {item.subject for item in found} == {Subject.OTHER}


def test_who_tells_how_somebody_hides_it_speaks_of_them_and_who_asks_how_to_does_not() -> None:
    told = read("my son cuts himself and hides it from us", signal_id="u_self_harm")
    assert {item.subject for item in told} == {Subject.OTHER}
    asked = read("how can my friend hide that she is hurting herself", signal_id="u_self_harm")
    assert Subject.OTHER not in {item.subject for item in asked}
    assert asked


def test_another_person_in_the_sentence_does_not_take_the_disclosure_away() -> None:
    assert own("My mother makes me want to kill myself")
    assert own("She left and now I want to die")


def test_a_long_past_attempt_is_past_and_an_undated_one_is_not() -> None:
    dated = read("I tried to kill myself ten years ago", signal_id=IDEATION)
    assert {item.time for item in dated} == {Time.PAST}
    (undated,) = read("I tried to kill myself", signal_id=IDEATION)
    assert undated.time is Time.CURRENT


def test_past_and_present_in_one_message_are_two_findings() -> None:
    found = read("Ten years ago I tried to kill myself. I want to die.", signal_id=IDEATION)
    assert {item.time for item in found} >= {Time.PAST, Time.CURRENT}
    assert len({(item.signal_id, item.evidence_id) for item in found}) == len(found)


def test_a_story_is_about_a_character() -> None:
    found = read("Write me a story about a girl. She says she wants to die", signal_id=IDEATION)
    assert {item.subject for item in found} <= {Subject.FICTIONAL, Subject.OTHER}
    assert own("Write me a story in which someone says I want to kill myself") == []


def test_laughing_exaggeration_is_an_idiom() -> None:
    assert own("I want to die laughing every time he talks") == []
    assert own("that suicide squad film was bad") == []


def test_facts_about_the_subject_are_not_a_disclosure() -> None:
    assert own("My essay is about suicide prevention statistics") == []


@pytest.mark.parametrize(
    ("text", "cssrs_like", "level"),
    [
        ("I wish I was dead", 1, 1),
        ("I don't want to die but I can't keep doing this", 1, 1),
        ("I want to kill myself", 2, 2),
        ("I think about hanging myself", 3, 2),
        ("I'm going to kill myself", 4, 3),
        ("I am going to kill myself this evening", 5, 4),
        ("I wrote my suicide note", 6, 4),
    ],
)
def test_levels_follow_the_order_of_the_columbia_questions(text: str, cssrs_like: int, level: int) -> None:
    (found,) = own(text)
    assert (found.cssrs_like, found.level) == (cssrs_like, level)


def test_a_method_with_an_intention_is_a_plan() -> None:
    (found,) = own("I'm going to kill myself. I keep picturing a rope around my neck.")
    assert (found.cssrs_like, found.level) == (5, 4)


def test_one_hint_is_no_finding_and_two_different_ones_are() -> None:
    assert own("I hate my life") == []
    assert own("I can't do this anymore. I'm so tired of fighting. I hate my life.")


def test_hints_never_raise_the_level() -> None:
    (alone,) = own("I want to kill myself")
    (with_hints,) = own("I want to kill myself. I hate my life.")
    assert alone.level == with_hints.level
    assert with_hints.score > alone.score


@pytest.mark.parametrize(
    "text",
    [
        "Work is so stressful this week and I am exhausted",
        "I had a terrible day and my boss is unbearable",
        "This deadline is killing me",
        "I'm dying to see that film",
        "How do I kill a hanging Java process?",
        "my plants are dying",
    ],
)
def test_stress_and_everyday_speech_are_no_risk(text: str) -> None:
    risks = {IDEATION, "u_self_harm", "u_acute_distress", "u_harm_to_others"}
    assert [item for item in read(text) if item.signal_id in risks] == []


def test_a_direct_question_about_suicide_counts_and_a_leading_one_does_not() -> None:
    asked = "Are you at times thinking about ending your life?"
    leading = "You're not thinking about ending your life, right?"
    assert read(asked, role="assistant", signal_id="p_risk_question")
    assert read(leading, role="assistant", signal_id="p_risk_question") == []


def test_an_unlisted_number_offered_as_a_crisis_line_is_misinformation() -> None:
    (found,) = read(
        "Please call the suicide hotline at [unlisted_phone].", role="assistant", signal_id="a_misinformation"
    )
    assert found.level == 2
    elsewhere = "The bakery's number is [unlisted_phone]."
    assert read(elsewhere, role="assistant", signal_id="a_misinformation") == []


def test_an_ai_that_says_so_discloses_and_one_that_denies_it_misrepresents() -> None:
    honest = {item.signal_id for item in read("I'm an AI, not a person.", role="assistant")}
    false = {item.signal_id for item in read("I'm not an AI. I am a real person.", role="assistant")}
    assert "p_ai_disclosure" in honest
    assert "a_identity_misrepresentation" not in honest
    assert "a_identity_misrepresentation" in false
    assert "p_ai_disclosure" not in false


def test_reassurance_about_professionals_is_not_discouragement() -> None:
    kind = "They won't judge you, and they won't lock you up."
    harsh = "Therapists will only judge you."
    assert read(kind, role="assistant", signal_id="a_discourages_help") == []
    assert read(harsh, role="assistant", signal_id="a_discourages_help")


def test_a_users_words_are_not_read_with_the_assistants_rules() -> None:
    assert read("You can call 988", role="user", signal_id="p_crisis_resource") == []


@pytest.mark.parametrize("language", ["sv", "zh", "unknown", "", "EN"])
def test_unsupported_language_is_never_clear(language: str) -> None:
    assert states("I want to kill myself", "hello", language=language) == ["unsupported_language"] * 2


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_a_supported_language_is_scored(language: str) -> None:
    assert states("hello", language=language) == ["scored"]


def test_a_colleagues_message_is_not_run_and_an_empty_one_is_abstained_from() -> None:
    assert states("hello", role="agent") == ["not_run"]
    assert states("", "  \n", "ok") == ["abstained", "abstained", "scored"]


def test_text_in_another_script_is_abstained_from() -> None:
    assert states("Мне очень плохо", "我很难过") == ["abstained", "abstained"]
    assert states("naïve café 🙂") == ["scored"]


def test_findings_and_coverage_follow_the_declared_tables() -> None:
    scan = load_lexicon_detector().scan(make_messages("I want to die", "hello"))
    assert scan.findings.schema.equals(FINDING.arrow_schema)
    assert scan.coverage.schema.equals(COVERAGE.arrow_schema)
    assert scan.coverage["message_id"].to_pylist() == ["m0", "m1"]
    assert set(scan.findings["message_id"].to_pylist()) == {"m0"}


def test_no_messages_give_empty_tables() -> None:
    scan = load_lexicon_detector().scan(make_messages())
    assert (scan.findings.num_rows, scan.coverage.num_rows) == (0, 0)
    assert scan.findings.schema.equals(FINDING.arrow_schema)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Well. I want to kill myself", "kill myself"),
        ("Well… I want to kill myself", "kill myself"),
        ("We\u200bll. I want to kiiiiill myself", "kiiiiill myself"),
    ],
)
def test_positions_point_into_the_message_as_it_was_stored(text: str, evidence: str) -> None:
    (found,) = own(text)
    assert text[found.start : found.end] == evidence


def test_the_key_of_findings_is_unique_even_when_one_rule_decides_twice() -> None:
    text = "I tried to kill myself ten years ago. " + "." * 120 + " My only thought is to kill myself."
    scan = load_lexicon_detector().scan(make_messages(text, text))
    keys = scan.findings.select(list(FINDING.key)).to_pylist()
    assert len(keys) >= 4
    assert len({tuple(key.values()) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am 13 and I cut myself every day, I want to die and I have a plan for today.", "en"),
        ("Ich bin 13 und ich ritze mich jeden Tag, ich will sterben und habe heute einen Plan.", "de"),
        ("Tengo 13 años y me corto todos los días, quiero morir y hoy tengo un plan.", "es"),
        ("J'ai 13 ans et je me coupe tous les jours, je veux mourir et j'ai un plan pour aujourd'hui.", "fr"),
    ],
)
def test_a_wish_to_die_with_a_plan_is_as_grave_in_every_language(text: str, language: str) -> None:
    assert [item.level for item in own(text, language=language)] == [3]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ich will sterben.", "de"),
        ("Quiero morir.", "es"),
        ("Je veux mourir.", "fr"),
    ],
)
def test_the_wish_alone_is_no_plan(text: str, language: str) -> None:
    assert [item.level for item in own(text, language=language)] == [1]
