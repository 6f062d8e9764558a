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


def test_problems_of_several_files_are_told_at_once(home: Home) -> None:
    write(home, "detectors.yaml", "jugde: {}\n")
    write(home, "holds.yaml", "held: []\n")
    assert {one.partition(":")[0] for one in problems(home)} == {"detectors.yaml", "holds.yaml"}
