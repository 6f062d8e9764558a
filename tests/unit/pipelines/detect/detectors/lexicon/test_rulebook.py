"""What rule files may say, and how their shorthand is read."""

import re
from pathlib import Path

import pytest
import yaml

from pipelines.detect.detectors.lexicon.rulebook import RULES as RULE_FOLDER
from pipelines.detect.detectors.lexicon.rulebook import expand, hash_rule_files, load_rulebooks
from pipelines.errors import DefinitionError
from risk_register.content import load_taxonomy

LANGUAGE = "language: en\nguards:\n  negation: {effect: drop, before: 20, pattern: 'not $', reason: r}\n"
RULES = """role: user
drafted_by: a
checked_by: null
signals:
  u_self_harm:
    rules:
      - {id: en_a, pattern: 'a {{w2}}b', guards: [negation], positive: ['a b'], negative: ['b']}
"""


def write(folder: Path, *, language: str = LANGUAGE, rules: str = RULES) -> Path:
    (folder / "en").mkdir()
    (folder / "en" / "language.yaml").write_text(language)
    (folder / "en" / "user.yaml").write_text(rules)
    return folder


def test_a_rule_file_becomes_a_book(tmp_path: Path) -> None:
    (book,) = load_rulebooks(write(tmp_path))
    assert (book.language, book.role, [rule.id for rule in book.rules]) == ("en", "user", ["en_a"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("guards: [negation]", "guards: [absent]", "no guard is called absent"),
        ("{{w2}}", "{{w99}}", "no macro is called w99"),
        ("'a {{w2}}b'", "'a ('", "en_a"),
        ("id: en_a,", "id: en_a, colour: red,", "colour"),
        ("positive: ['a b']", "positive: []", "positive"),
        ("negative: ['b']", "negative: []", "negative"),
        ("role: user", "role: agent", "role"),
    ],
)
def test_a_wrong_rule_file_is_refused_with_the_reason(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in RULES
    with pytest.raises(DefinitionError, match=complaint):
        load_rulebooks(write(tmp_path, rules=RULES.replace(old, new)))


@pytest.mark.parametrize(
    ("signals", "names"), [("u_self_harm", ["negation", "all"]), ("other", ["negation"])]
)
def test_a_guard_of_a_signal_stands_before_each_of_its_rules_unnamed(
    tmp_path: Path, signals: str, names: list[str]
) -> None:
    shared = f"  all: {{effect: drop, before: 20, pattern: 'x', signals: [{signals}], reason: r}}\n"
    (book,) = load_rulebooks(write(tmp_path, language=LANGUAGE + shared))
    assert [guard.name for guard in book.rules[0].guards] == names


def test_an_id_is_used_once(tmp_path: Path) -> None:
    twice = RULES + RULES[RULES.index("      - {id") :]
    with pytest.raises(DefinitionError, match="used twice: en_a"):
        load_rulebooks(write(tmp_path, rules=twice))


def test_the_hash_changes_with_a_rule_and_not_without(tmp_path: Path) -> None:
    folder = write(tmp_path)
    before = hash_rule_files(folder)
    assert hash_rule_files(folder) == before
    (folder / "en" / "user.yaml").write_text(RULES + "# changed\n")
    assert hash_rule_files(folder) != before


@pytest.mark.parametrize("text", ["i don't know", "i dont know", "i don t know", "i  don't\nknow"])
def test_spaces_and_apostrophes_are_read_loosely(text: str) -> None:
    assert re.fullmatch(expand("i don't know", {}), text)


def test_an_optional_space_is_optional() -> None:
    assert re.fullmatch(expand("self ?harm", {}), "selfharm")
    assert re.fullmatch(expand("self ?harm", {}), "self harm")


def test_a_gap_takes_words_and_never_a_negation() -> None:
    (rule,) = (rule for book in load_rulebooks() for rule in book.rules if rule.id == "en_si_i_am_suicidal")
    assert rule.pattern.search("i am really very suicidal")
    assert not rule.pattern.search("i am really not suicidal")
    assert not rule.pattern.search("i really don't feel suicidal")


def test_guards_stand_before_signals_of_the_taxonomy_only() -> None:
    allowed = {signal.id for signal in load_taxonomy().signals}
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULE_FOLDER.glob("*/language.yaml")]
    named = {
        signal for file in files for guard in file["guards"].values() for signal in guard.get("signals", ())
    }
    assert named
    assert named <= allowed


def test_every_signal_and_level_is_one_the_taxonomy_allows() -> None:
    allowed = {signal.id: signal for signal in load_taxonomy().signals}
    rules = [rule for book in load_rulebooks() for rule in book.rules]
    wrong = [
        rule.id
        for rule in rules
        if rule.signal_id not in allowed
        or not allowed[rule.signal_id].minimum_level <= rule.level <= allowed[rule.signal_id].maximum_level
    ]
    assert len(rules) > 200
    assert wrong == []


def test_every_supported_language_reads_crises_and_care() -> None:
    signals: dict[str, set[str]] = {}
    for book in load_rulebooks():
        signals.setdefault(book.language, set()).update(rule.signal_id for rule in book.rules)
    assert set(signals) == {"de", "en", "es", "fr"}
    for language, seen in signals.items():
        assert seen >= {
            "u_suicidal_ideation",
            "u_self_harm",
            "u_acute_distress",
            "p_help_encouraged",
            "p_risk_question",
            "p_ai_disclosure",
            "a_refusal",
            "a_fosters_dependency",
            "a_out_of_scope_clinical",
            "a_validates_delusion",
            "a_discourages_help",
        }, language
