"""The printed SQL runs as it stands, without bound parameters."""

import duckdb
import pytest

from pipelines.errors import DefinitionError
from pipelines.indicators.definition import load_definitions
from pipelines.indicators.show import show


def test_the_printed_text_runs_when_pasted_into_a_shell():
    connection = duckdb.connect()
    connection.execute("create schema fact")
    connection.execute(
        "create table fact.conversation as select 'a' as conversation_id, now() as started_at,"
        " false as is_escalated_at_risk, unnest([1, 2, 3]) as user_risk_level"
    )
    text = show("missed_escalation_rate")
    assert text.startswith("set variable escalation_level = 2;\n-- ")
    *settings, select = connection.extract_statements(text)
    for statement in settings:
        connection.execute(statement)
    assert len(connection.execute(select).fetchall()) == 2


def test_every_parameter_of_every_indicator_is_set_and_none_is_left_named():
    for one in load_definitions():
        if one.sql:
            text = show(one.indicator_id)
            assert "$" not in text
            assert text.count("set variable") == len(one.parameters)


def test_a_fact_is_shown_as_it_is():
    assert show("fact.event").startswith("-- Handoff stages and notices")


@pytest.mark.parametrize("name", ["drift_index", "no_such_rate", "fact.nothing"])
def test_what_sql_does_not_compute_is_refused_with_what_there_is(name: str):
    with pytest.raises(
        DefinitionError, match=f"{name} is computed by SQL.*missed_escalation_rate.*fact.event"
    ):
        show(name)
