"""Signals and patterns of an operator's own: scored like the others, refused with the line that is wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.definition_file import InvalidFileError
from pipelines.detect.extras import make_home_cascade
from pipelines.detect.own import load_own_detectors
from pipelines.detect.sight import name_sights
from pipelines.settings import Home, HomeKind, make_home
from tests.unit.pipelines.detect.message_factory import make_messages

SIGNAL = """\
title: Worry about work
polarity: user_risk
family: distress
definition: The person fears to lose their work.
minimum_level: 1
maximum_level: 2
rules: Fear 1; notice given 2.
source: Asked for by the service.
owner: clinical safety
drafted_by: clinical safety
added_on: 2026-11-01
review_due_on: 2027-05-01
"""
PATTERNS = """\
role: user
drafted_by: clinical safety
checked_by: null
signals:
  x_work_worry:
    level: 1
    guards: [quotation]
    rules:
      - id: x.lose_job
        pattern: "(?:afraid|scared) (?:i will|i'll|to) lose my job"
        weight: 0.8
        positive: ["I'm scared I'll lose my job."]
        negative: ["I lost my keys."]
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    write(made, "signals/x_work_worry.yaml", SIGNAL)
    write(made, "patterns/en/work.yaml", PATTERNS)
    return made


def write(home: Home, name: str, text: str) -> Path:
    path = home.definitions / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def scan(home: Home, *texts: str, **more: Any) -> dict[str, list[dict[str, Any]]]:
    found = make_home_cascade(home).scan(
        make_messages(*({"text": text, "role": "user"} | more for text in texts))
    )
    return {"findings": found.findings.to_pylist(), "coverage": found.coverage.to_pylist()}


def refusal(home: Home) -> str:
    with pytest.raises(InvalidFileError) as refused:
        load_own_detectors(home.definitions)
    return str(refused.value)


def test_an_own_signal_is_found_counted_and_decided_by_its_own_patterns(home: Home) -> None:
    found = scan(home, "I'm scared I'll lose my job.", "I had soup.")
    (own,) = (row for row in found["findings"] if row["signal_id"] == "x_work_worry")
    assert (own["level"], own["is_alert"], own["is_deciding"]) == (1, True, True)
    states = [row["state"] for row in found["coverage"] if row["detector_id"] == "x_work_worry"]
    assert states == ["scored", "scored"]


def test_a_language_without_patterns_is_unsupported_and_never_clear(home: Home) -> None:
    found = scan(home, "Tengo miedo de perder mi trabajo.", language="es")
    states = [row["state"] for row in found["coverage"] if row["detector_id"] == "x_work_worry"]
    assert states == ["unsupported_language"]


def test_an_own_detector_does_not_say_that_a_message_was_looked_at(home: Home) -> None:
    found = scan(home, "I had soup.")
    assert not any(row["is_basis"] for row in found["coverage"] if row["detector_id"] == "x_work_worry")


def test_the_card_is_unvalidated_and_says_so(home: Home) -> None:
    (detector,) = load_own_detectors(home.definitions)
    (line,) = detector.card.signals
    assert line.badge == "unvalidated"
    assert "call nobody" in line.note


def test_patterns_for_a_shipped_signal_are_kept_beside_and_never_decide(home: Home) -> None:
    text = PATTERNS.replace("x_work_worry", "u_acute_distress")
    write(home, "patterns/en/slang.yaml", text.replace("x.lose_job", "x.slang"))
    found = scan(home, "I'm scared I'll lose my job.")
    beside = [row for row in found["findings"] if row["detector_id"] == "own_patterns"]
    assert [(row["signal_id"], row["is_deciding"]) for row in beside] == [("u_acute_distress", False)]


def test_a_pattern_that_never_decides_has_not_looked(home: Home) -> None:
    text = PATTERNS.replace("x_work_worry", "u_harm_to_others").replace("x.lose_job", "x.slang")
    text = text.replace("    level: 1", "    level: 2")
    write(home, "patterns/de/slang.yaml", re.sub("guards: .*", "guards: []", text))
    cascade = make_home_cascade(home)
    messages = make_messages({"text": "Guten Tag, wie geht es?", "language": "de"})
    coverage = cascade.scan(messages).coverage
    states = {row["detector_id"]: row["state"] for row in coverage.to_pylist()}
    assert states["own_patterns"] == "scored"
    _, sights = name_sights(messages, coverage, cascade)
    assert "u_suicidal_ideation" in sights["signal_id"].to_pylist()
    assert "u_harm_to_others" not in sights["signal_id"].to_pylist()


def test_without_definitions_nothing_changes(tmp_path: Path, home: Home) -> None:
    bare = make_home(Home(tmp_path / "bare"), HomeKind.REAL)
    assert load_own_detectors(bare.definitions) == ()
    assert make_home_cascade(bare).version != make_home_cascade(home).version


def test_a_changed_pattern_changes_the_version_of_its_signal_alone(home: Home) -> None:
    write(home, "signals/x_other.yaml", SIGNAL)
    write(home, "patterns/en/other.yaml", PATTERNS.replace("x_work_worry", "x_other"))
    before = {one.card.detector_id: one.card.version for one in load_own_detectors(home.definitions)}
    write(home, "patterns/en/work.yaml", PATTERNS.replace("0.8", "0.7"))
    after = {one.card.detector_id: one.card.version for one in load_own_detectors(home.definitions)}
    assert before["x_work_worry"] != after["x_work_worry"]
    assert before["x_other"] == after["x_other"]


def test_rules_of_a_language_that_does_not_ship_are_read(home: Home) -> None:
    content = yaml.safe_load(PATTERNS)
    own = content["signals"]["x_work_worry"]
    own["guards"] = []
    own["rules"] = [{"id": "x.pt", "pattern": "medo de perder o emprego",
                     "positive": ["Tenho medo de perder o emprego."], "negative": ["Bom dia."]}]  # fmt: skip
    write(home, "patterns/pt/work.yaml", yaml.safe_dump(content))
    found = scan(home, "Tenho medo de perder o emprego.", language="pt")
    assert [row["evidence_id"] for row in found["findings"] if row["is_deciding"]] == ["x.pt"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("polarity: user_risk", "polarity: risky", 2, "polarity: Input should be"),
        ("minimum_level: 1", "minimum_level: 7", 5, "minimum_level: Input should be less"),
        (
            "owner: clinical safety",
            "owners: clinical safety",
            9,
            "owners: there is no such field; allowed: id, title",
        ),
        ("review_due_on: 2027-05-01\n", "", 1, "review_due_on: is missing"),
        ("title: Worry about work", "title: Worry\nid: x_work_worry", 2, "id: follows from the files"),
        ("title: Worry about work", "title: [Worry", 2, "is not YAML"),
        ("family: distress", "family: distress\nfamily: violence", 4, "family: is written twice"),
    ],
)
def test_a_signal_that_is_not_valid_is_refused_with_its_line(
    home: Home, old: str, new: str, line: int, said: str
) -> None:
    path = write(home, "signals/x_work_worry.yaml", SIGNAL.replace(old, new))
    message = refusal(home)
    assert f"{path}:{line}: " in message
    assert said in message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("x_work_worry:", "x_work_wory:", 5, "there is no signal of this id that a message of user carries"),
        ("role: user", "role: assistant", 5, "there is no signal of this id"),
        ("[quotation]", "[quotd]", 9, "no guard is called quotd; allowed: "),
        ('lose my job"', 'lose my job+"', 10, "+ has no bound; write {0,n} or {1,n}"),
        ("(?:afraid|scared)", "(?:afraid|scared", 10, "missing )"),
        ("weight: 0.8", "wieght: 0.8", 11, "there is no such field; allowed: id, pattern, weight"),
        ("    level: 1", "    level: 3", 9, "is 3; x_work_worry lies between 1 and 2"),
        ("I'll lose my job.", "I like my job.", 12, "the rule does not find this sentence"),
        ("I lost my keys.", "I'm afraid to lose my job.", 13, "the rule finds this sentence"),
        ("checked_by: null\n", "", 1, "checked_by: is missing"),
    ],
)
def test_a_pattern_that_is_not_valid_is_refused_with_its_line(
    home: Home, old: str, new: str, line: int, said: str
) -> None:
    path = write(home, "patterns/en/work.yaml", PATTERNS.replace(old, new))
    message = refusal(home)
    assert f"{path}:{line}: " in message
    assert said in message


def test_every_problem_of_every_file_is_said_at_once(home: Home) -> None:
    write(home, "signals/u_suicidal_ideation.yaml", SIGNAL)
    write(home, "signals/x_other.yaml", SIGNAL.replace("title", "titel"))
    message = refusal(home)
    assert "an id of your own begins with x_; a shipped definition cannot be replaced here" in message
    assert "titel: there is no such field" in message


def test_a_signal_that_nothing_looks_for_is_refused(home: Home) -> None:
    write(home, "signals/x_other.yaml", SIGNAL)
    assert "x_other.yaml:1: (whole file): no pattern looks for it" in refusal(home)


def test_a_macro_of_ones_own_stands_beside_the_shipped_ones(home: Home) -> None:
    write(home, "patterns/en/language.yaml", "macros: {x_fear: '(?:afraid|scared)'}\n")
    write(home, "patterns/en/work.yaml", PATTERNS.replace("(?:afraid|scared)", "{{x_fear}}"))
    assert scan(home, "I'm scared I'll lose my job.")["findings"]
    path = write(
        home, "patterns/en/language.yaml", "guards:\n  quotation: {effect: drop, pattern: a, reason: b}\n"
    )
    assert f"{path}:2: guards.quotation: a shipped one has this name" in refusal(home)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [("", "empty"), ("(?:)", "empty"), ("x?", "empty"), (r"(lose) my job\1?", "[Bb]ack-references")],
)
def test_a_pattern_that_the_engine_refuses_is_named_with_its_line(home: Home, pattern: str, why: str) -> None:
    written = PATTERNS.replace(
        "(?:afraid|scared) (?:i will|i'll|to) lose my job", pattern.replace("\\", "\\\\")
    )
    path = write(home, "patterns/en/work.yaml", written)
    said = refusal(home)
    assert said.startswith(f"{path}:10: signals.x_work_worry.rules.0.pattern: ")
    assert re.search(why, said)
    assert "at least one character" in said


def test_every_pattern_that_the_engine_refuses_is_named(home: Home) -> None:
    more = PATTERNS.replace("(?:afraid|scared) (?:i will|i'll|to) lose my job", "x?")
    write(home, "patterns/en/work.yaml", more)
    write(home, "signals/x_other.yaml", SIGNAL)
    write(
        home, "patterns/fr/other.yaml", more.replace("x_work_worry", "x_other").replace("[quotation]", "[]")
    )
    assert refusal(home).count("at least one character") == 2


@pytest.mark.parametrize(
    ("pattern", "quantifier"),
    [
        (r"(?:[a-z]{1,30} ?){1,30}job", "{1,30}"),
        (r"(?:(?:a|aa){1,30}){1,30}job", "{1,30}"),
        (r"(?:.{1,20} ){0,9}my job", "{0,9}"),
        (r"lose(?:.{0,200}lose){0,100} my job", "{0,100}"),
    ],
)
def test_a_pattern_that_a_hostile_text_could_hold_for_ever_is_refused_with_its_line(
    home: Home, pattern: str, quantifier: str
) -> None:
    said = PATTERNS.replace("(?:afraid|scared) (?:i will|i'll|to) lose my job", pattern)
    path = write(home, "patterns/en/work.yaml", said)
    told = refusal(home)
    assert f"{path}:10: signals.x_work_worry.rules.0.pattern: {quantifier} reads one text" in told


@pytest.mark.parametrize(
    "pattern", [r"(?:[a-z']{1,18} ){0,9}my job", r"(?:very ?){0,3}(?:i'll )?lose my job", r"{{any8}}my job"]
)
def test_rounds_that_a_text_can_be_cut_into_in_one_way_are_taken(home: Home, pattern: str) -> None:
    said = PATTERNS.replace("(?:afraid|scared) (?:i will|i'll|to) lose my job", pattern)
    write(home, "patterns/en/work.yaml", said)
    assert load_own_detectors(home.definitions)


def test_a_guard_of_ones_own_is_asked_the_same(home: Home) -> None:
    guard = r"{effect: drop, before: 200, pattern: '(?:[a-z]{1,30} ?){1,30}!', reason: Not meant.}"
    write(home, "patterns/en/language.yaml", f"guards:\n  x_shout: {guard}\n")
    assert "x_shout: {1,30} reads one text" in refusal(home)


def test_a_language_without_guards_says_where_to_write_them(home: Home) -> None:
    write(home, "patterns/tr/work.yaml", PATTERNS)
    assert "no guard is called quotation; allowed: none, for the language has no guard" in refusal(home)
