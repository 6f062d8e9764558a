"""What is read from the text of a select."""

import pytest

from pipelines.errors import DefinitionError
from pipelines.statement import dependencies, read_statement

HEADER = "-- Messages.\n-- Grain: one row a message.\n-- Missing: nothing.\n\n"


def test_tables_are_read_from_joins_and_unions_and_nested_selects():
    sql = """
        with grave as (select * from fact.message_signal where level in (select level from finding.finding))
        select grave.level from grave left join fact.event on true
        union all select 1 from staging.message
    """
    assert dependencies(sql) == {"fact.message_signal", "finding.finding", "fact.event", "staging.message"}


def test_a_common_table_expression_is_not_a_table_but_a_layer_table_of_the_same_name_is():
    assert dependencies("with message as (select 1 as one) select * from message") == frozenset()
    assert dependencies("with message as (select * from fact.message) select * from message") == {
        "fact.message"
    }


def test_parameters_and_columns_are_read():
    statement = read_statement(
        "select a.x as unit_id, a.y from fact.event as a where a.z >= $level and a.q < $most"
    )
    assert statement.parameters == {"level", "most"}
    assert statement.columns == ("unit_id", "y")


@pytest.mark.parametrize(
    ("text", "is_sound"),
    [
        (HEADER, True),
        (HEADER.replace("nothing.", "nothing,\n-- really."), True),
        (HEADER.replace("-- Grain: one row a message.\n", ""), False),
        (HEADER.replace("-- Missing: nothing.\n", ""), False),
        ("\n" + HEADER, False),
    ],
)
def test_the_header_has_a_sentence_a_grain_and_what_is_missing(text: str, is_sound: bool):
    assert read_statement(text + "select 1 as one").has_header is is_sound


@pytest.mark.parametrize(
    "sql", ["", "select 1; select 2", "drop table fact.message", "insert into a select 1"]
)
def test_anything_but_one_select_is_refused(sql: str):
    with pytest.raises(DefinitionError, match="exactly one select"):
        read_statement(sql)


def test_what_is_no_sql_is_refused():
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_statement("select from where (")
