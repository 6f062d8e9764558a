"""Definitions are read whole or refused whole, with every problem of every file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.errors import DefinitionError
from pipelines.indicators.definition import definitions_table, load_definitions
from pipelines.indicators.vocabulary import Computer, Direction
from pipelines.schemas.indicator import DEFINITION
from risk_register.content import load_taxonomy

SQL = """\
-- Conversations.
-- Grain: one row a conversation.
-- Missing: nothing.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    1 as numerator,
    1 as denominator
from fact.conversation
where conversation.user_risk_level >= $level
"""
YAML = """\
title: Risk
question: How much risk is there?
numerator: conversations at risk
denominator: conversations
kind: proportion
direction: lower_is_better
family: use
minimum_denominator: 20
parameters: {level: 2}
unit: conversation
appetite:
  watch: {above: 0.1, reason: Too much., source: a person}
owner: clinical safety
status: draft
drafted_by: one
checked_by: null
review_due_on: 2027-05-20
changes: [{on: 2026-11-22, what: First draft., by: one}]
"""


def write(folder: Path, *, sql: str | None = SQL, text: str = YAML, name: str = "risk_share") -> Path:
    if sql is not None:
        (folder / f"{name}.sql").write_text(sql)
    (folder / f"{name}.yaml").write_text(text)
    return folder


def test_a_definition_is_its_two_files(tmp_path: Path):
    (one,) = load_definitions(write(tmp_path))
    assert (one.indicator_id, one.sql, one.parameters) == ("risk_share", SQL, {"level": 2})
    assert one.changes[0].on.isoformat() == "2026-11-22"


def test_the_version_changes_with_either_file_and_with_nothing_else(tmp_path: Path):
    (first,) = load_definitions(write(tmp_path))
    (same,) = load_definitions(write(tmp_path))
    (sql_changed,) = load_definitions(write(tmp_path, sql=SQL.replace(">=", ">")))
    (text_changed,) = load_definitions(write(tmp_path, text=YAML.replace("Risk", "Danger")))
    assert first.definition_version == same.definition_version
    assert len({one.definition_version for one in (first, sql_changed, text_changed)}) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: Risk", "titel: Risk", "titel"),
        ("direction: lower_is_better", "direction: down", "direction"),
        ("owner: clinical safety", "owner: ' '", "owner"),
        ("minimum_denominator: 20", "minimum_denominator: 0", "minimum_denominator"),
        ("parameters: {level: 2}", "parameters: {levle: 2}", "the SQL's parameters are level"),
        ("parameters: {level: 2}\n", "", "the SQL's parameters are level"),
        ("unit: conversation", "unit: day", "what assess computes"),
        ("unit: conversation", "unit: conversation\nbins: [0, 1]", "a distribution has bins"),
        ("kind: proportion", "kind: distribution", "a distribution has bins"),
        ("kind: proportion", "kind: distribution\nbins: [0, 1]", "what its values are counted in"),
        ("kind: proportion", "kind: proportion\nvalue_unit: seconds", "has no value_unit"),
        ("above: 0.1", "below: 0.1", "needs limits of the form `above:`"),
        ("direction: lower_is_better", "direction: neither", "has no appetite"),
        ("status: draft", "status: published", "another person"),
        ("checked_by: null", "checked_by: one\nneeds: [handoff]", "needs"),
        ("unit: conversation", "unit: conversation\ncomputed_by: assess", "no SQL beside it"),
        ("title: Risk", "title: Risk\nsql: select 1", "follows from the files"),
        ("title: Risk", "title: [Risk", "is not YAML"),
    ],
)
def test_a_definition_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, message: str):
    assert old in YAML
    with pytest.raises(DefinitionError, match=re.escape(message)) as caught:
        load_definitions(write(tmp_path, text=YAML.replace(old, new)))
    assert "risk_share.yaml" in str(caught.value)


def test_a_published_definition_was_checked_by_another_person(tmp_path: Path):
    text = YAML.replace("status: draft", "status: published")
    with pytest.raises(DefinitionError, match="another person"):
        load_definitions(write(tmp_path, text=text.replace("checked_by: null", "checked_by: one")))
    (one,) = load_definitions(write(tmp_path, text=text.replace("checked_by: null", "checked_by: two")))
    assert one.checked_by == "two"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1 as numerator", "1 as counted", "it must return unit_id"),
        ("fact.conversation\n", "staging.message as conversation\n", "an indicator reads facts only"),
        ("-- Grain: one row a conversation.\n", "", "must open with a sentence"),
        ("from fact", "fron fact", "cannot be read"),
    ],
)
def test_sql_that_breaks_the_promise_is_refused(tmp_path: Path, old: str, new: str, message: str):
    assert old in SQL
    with pytest.raises(DefinitionError, match=message):
        load_definitions(write(tmp_path, sql=SQL.replace(old, new)))


def test_sql_and_yaml_without_each_other_are_refused(tmp_path: Path):
    write(tmp_path, sql=None)
    (tmp_path / "lonely.sql").write_text(SQL)
    with pytest.raises(DefinitionError) as caught:
        load_definitions(tmp_path)
    assert "there is no SQL file of this name" in str(caught.value)
    assert "has no lonely.yaml beside it" in str(caught.value)


def test_all_problems_of_all_files_come_at_once(tmp_path: Path):
    write(
        tmp_path, name="first", text=YAML.replace("family: use", "family: fun").replace("title: Risk\n", "")
    )
    write(tmp_path, name="second", text="- a list\n")
    with pytest.raises(DefinitionError) as caught:
        load_definitions(tmp_path)
    for part in ("first.yaml", "family", "title", "second.yaml", "mapping of fields"):
        assert part in str(caught.value)


def test_an_empty_folder_has_no_definitions(tmp_path: Path):
    assert load_definitions(tmp_path) == ()


def test_the_table_says_what_the_definitions_say(tmp_path: Path):
    rows = definitions_table(load_definitions(write(tmp_path))).to_pylist()
    (row,) = rows
    assert list(row) == DEFINITION.arrow_schema.names
    assert (row["watch"], row["breach"], row["side"]) == (0.1, None, "above")
    assert row["appetite_reason"] == "Too much. Source: a person."
    assert (row["lifecycle"], row["bins"], json.loads(row["parameters"])) == ("draft", "", {"level": 2})


def test_the_shipped_definitions_load_and_fit_the_declared_table():
    definitions = load_definitions()
    table = definitions_table(definitions)
    table.validate(full=True)
    nullable = {column.name for column in DEFINITION.columns if column.nullable}
    assert {name for name in table.column_names if table[name].null_count} <= nullable
    assert len({one.indicator_id for one in definitions}) == table.num_rows > 0
    assessed = {one.indicator_id for one in definitions if one.computed_by is Computer.ASSESS}
    assert assessed == {one.indicator_id for one in definitions if not one.sql}
    assert assessed >= {
        "drift_index", "checklist_completion", "checklist_overdue", "checklist_contradicted",
        "register_overdue", "data_rejected_share", "data_unscored_share", "data_late_share",
    }  # fmt: skip


def test_shipped_context_has_no_appetite_and_every_need_names_a_signal_of_the_taxonomy():
    definitions = load_definitions()
    signals = {signal.id for signal in load_taxonomy().signals}
    needed = {
        need.partition(":")[2] for one in definitions for need in one.needs if need.startswith("signal:")
    }
    assert needed != set()
    assert needed <= signals
    assert [one for one in definitions if one.direction is Direction.NEITHER and one.appetite] == []


def test_no_two_indicators_share_a_title():
    titles = [definition.title for definition in load_definitions()]
    assert sorted(titles) == sorted(set(titles))
