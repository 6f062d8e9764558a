"""`definitions check`: everything below the definitions is read, and what nothing reads is told."""

from pathlib import Path

import pytest

from pipelines.definition_check import check_definitions
from pipelines.settings import Home, HomeKind, make_home

COUNT = """\
-- Conversations with risk.
-- Grain: one row a conversation.
-- Missing: nothing.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.user_risk_level > 0 as integer) as numerator,
    1 as denominator
from fact.conversation
"""
WORDS = """\
title: Risk
question: How often?
numerator: those with risk
denominator: all
kind: proportion
direction: neither
family: own
minimum_denominator: 20
unit: conversation
owner: clinical safety
status: draft
drafted_by: clinical safety
checked_by: null
review_due_on: 2027-05-20
changes: [{on: 2026-11-28, what: First draft., by: clinical safety}]
"""


SIGNAL = """\
title: Worry about work
polarity: user_risk
family: distress
definition: Somebody worries about work.
minimum_level: 1
maximum_level: 2
rules: About the person.
source: This home.
owner: clinical safety
drafted_by: clinical safety
added_on: 2026-11-28
review_due_on: 2027-05-20
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    write(home, "indicators/x_risk_share.sql", COUNT)
    write(home, "indicators/x_risk_share.yaml", WORDS)
    return home


def write(home: Home, name: str, text: str) -> None:
    path = home.definitions / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def problems(home: Home) -> list[str]:
    return [str(one).removeprefix(f"{home.definitions}/") for one in check_definitions(home).problems]


def test_what_is_whole_is_told_and_nothing_is_wrong(home: Home) -> None:
    write(home, "retention.yaml", "text_days: 30\n")
    found = check_definitions(home)
    assert found.checked == ("indicators", "retention.yaml")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("detectors.yaml", "jugde: {}", "detectors.yaml:1: jugde: there is no such field; allowed: judge"),
        ("notify.yaml", "routes: 3", "notify.yaml:1: (whole file): "),
        ("retention.yaml", "text_days: 0", "retention.yaml:1: (whole file): "),
        ("signal.yml", "", "signal.yml:1: (whole file): nothing reads this; allowed: detectors.yaml (judge"),
        ("indicators/note.txt", "", "indicators/note.txt:1: (whole file): nothing reads this"),
        ("patterns/work.yaml", "", "patterns/work.yaml:1: (whole file): patterns lie in the folder"),
        ("indicators/refusal_rate.yaml", WORDS, "refusal_rate.yaml:1: (whole file): an id of your own"),
        ("indicators/x_risk_share.sql", COUNT.replace("user_risk_level", "risk"), "x_risk_share.sql:9: "),
        ("indicators/x_risk_share.sql", COUNT.replace("1 as d", "1 as e"), "x_risk_share.yaml:1: "),
        ("indicators/x_risk_share.yaml", WORDS.replace("proportion", "share"), "x_risk_share.yaml:5: kind: "),
        ("indicators/x_risk_share.yaml", WORDS.replace("what: First", "wat: First"), "allowed: on, what, by"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_field(home: Home, name: str, text: str, said: str) -> None:
    write(home, name, text)
    found = problems(home)
    assert any(said in one for one in found), found


WITHIN = """\
where conversation.conversation_id in (
    select message_signal.conversation_id from fact.message_signal
    where CONDITION
)
and conversation.conversation_id in (select own_signal.conversation_id from fact.own_signal)
"""
NEEDS = "needs: ['signal:x_work_worry', 'signal:u_suicidal_ideation']\n"


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("signal_id = 'x_wrok_worry'", 14),
        ("message_signal.signal_id in ('x_work_worry', 'x_wrok_worry')", 14),
        ("signal_id <> 'x_wrok_worry'", 14),
        ("signal_id = $signal_id", 1),
        ("signal_id in ('x_work_worry', 'u_suicidal_ideation')", None),
        ("left(message_signal.signal_id, 2) = 'x_'", None),
    ],
)
def test_a_signal_that_nobody_looks_for_is_told(home: Home, condition: str, line: int | None) -> None:
    write(home, "signals/x_work_worry.yaml", SIGNAL)
    write(home, "indicators/x_risk_share.sql", COUNT + WITHIN.replace("CONDITION", condition))
    needs = NEEDS if line is None else NEEDS.replace("x_work", "x_wrok")
    needs = NEEDS.replace("['", "['signal:x_wrok_worry', '") if "('x_work" in condition and line else needs
    parameters = "parameters: {signal_id: x_wrok_worry}\n" if "$" in condition else ""
    write(home, "indicators/x_risk_share.yaml", WORDS + needs + parameters)
    said = "there is no signal x_wrok_worry, so it would count nothing"
    found = [one for one in problems(home) if one.startswith("indicators/x_risk_share.sql")]
    assert len(found) == (line is not None)
    assert all(one.startswith(f"indicators/x_risk_share.sql:{line}: ") and said in one for one in found)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            COUNT.replace("conversation.user_risk_level > 0", "conversation.substance_crisis_level > 0"),
            "`needs` must hold `signal:u_substance_crisis`",
        ),
        (COUNT + WITHIN.replace("CONDITION", "signal_id = 'a_refusal'"), "hold `signal:a_refusal`"),
        (
            COUNT + WITHIN.replace("CONDITION", "signal_id = 'x_work_worry'").partition("and conv")[0],
            "without fact.own_signal, which says where it was looked for",
        ),
    ],
)
def test_an_indicator_of_ones_own_says_on_what_signals_it_rests(home: Home, sql: str, said: str) -> None:
    write(home, "signals/x_work_worry.yaml", SIGNAL)
    write(home, "indicators/x_risk_share.sql", sql)
    assert any(said in one for one in problems(home)), problems(home)


def test_a_need_for_a_signal_that_is_not_there_is_told(home: Home) -> None:
    write(home, "indicators/x_risk_share.yaml", WORDS + "needs: ['signal:x_wrok_worry']\n")
    assert any("x_risk_share.yaml:1: needs: there is no signal x_wrok" in one for one in problems(home))


JUDGE = """\
judge:
  endpoint: {url: "https://models.example.org/v1", model: m, key_variable: A_KEY_THAT_IS_NOT_HERE}
  prices: {input_per_million: 1, output_per_million: 1, cap_per_run: 2}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            JUDGE + "  signals: [u_nothing]\n",
            ":4: judge.signals: judge: no message carries a signal called u_not",
        ),
        ("classifier: {folder: /nope}\n", ":1: classifier.folder: /nope: model.onnx, tokenizer.json, labels"),
        (
            JUDGE + "plan: {judge: {share: 5}}\n",
            ":4: plan.judge.share: Input should be less than or equal to 1",
        ),
        (JUDGE + "plan: {judge: {share: -1}}\n", ":4: plan.judge.share: Input should be greater than 0"),
        (JUDGE + "plan: {judge: {neighbours: 21}}\n", ":4: plan.judge.neighbours: Input should be less than"),
        (JUDGE + "plan: {judge: {minimum: -1}}\n", ":4: plan.judge.minimum: Input should be greater than"),
        (
            JUDGE + "plan:\n  nobody: {share: 0.1}\n",
            ":5: plan.nobody: the plan has no step for nobody; allowed: ",
        ),
        ("plan: {judge: {share: 0.1}}\n", ":1: plan.judge: has no effect, for judge is not switched on"),
        (
            JUDGE + "plan: {lexicon: {share: 0.1}}\n",
            ":4: plan.lexicon: has no effect, for lexicon sees every",
        ),
        (JUDGE.replace("https://models.example.org/v1", "http://"), ":2: judge.endpoint.url: no request can"),
        (JUDGE.replace("models.example", " models.example"), ":2: judge.endpoint.url: no request can"),
        (JUDGE.replace("org/v1", "org:99999/v1"), ":2: judge.endpoint.url: no request can"),
        (JUDGE.replace("model: m", 'model: " "'), ":2: judge.endpoint.model: String should have at least 1"),
        (JUDGE.replace("run: 2", "run: .inf"), ":3: judge.prices.cap_per_run: Input should be a finite"),
    ],
)
def test_what_would_stop_detection_or_change_nothing_is_told(home: Home, text: str, said: str) -> None:
    write(home, "detectors.yaml", text)
    (problem,) = problems(home)
    assert problem.startswith(f"detectors.yaml{said}"), problem


def test_extras_that_a_run_can_use_are_right_without_their_keys(home: Home) -> None:
    write(home, "detectors.yaml", JUDGE + "  signals: [u_self_harm]\nplan: {judge: {share: 1, minimum: 0}}\n")
    assert problems(home) == []


def test_a_home_without_any_delivery_says_nothing_of_the_canarys_deployment(home: Home) -> None:
    write(home, "detectors.yaml", 'canary: {deployment: one, endpoint: {url: "http://a/v1", model: m}}\n')
    assert problems(home) == []


def test_problems_of_several_files_are_told_at_once(home: Home) -> None:
    write(home, "detectors.yaml", "jugde: {}\n")
    write(home, "holds.yaml", "held: []\n")
    assert {one.partition(":")[0] for one in problems(home)} == {"detectors.yaml", "holds.yaml"}
