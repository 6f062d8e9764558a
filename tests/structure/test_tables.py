"""Declared tables: every table and column says what it means, and keys name columns that exist."""

from dataclasses import replace

import pytest

from pipelines.schemas import LAKE_TABLES, PUBLISHED_TABLES
from pipelines.schemas.table import Table

SHORTEST_MEANING = 3  # characters; "Id." says enough of an id
TABLES = [*LAKE_TABLES.values(), *PUBLISHED_TABLES.values()]


def find_undescribed(table: Table) -> list[str]:
    meanings = {table.full_name: table.meaning} | {
        f"{table.full_name}.{column.name}": column.meaning for column in table.columns
    }
    return [
        name
        for name, meaning in meanings.items()
        if len(meaning) < SHORTEST_MEANING or not meaning.endswith(".")
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_the_table_and_its_columns_are_described(table: Table):
    assert find_undescribed(table) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_the_key_names_columns_of_the_table(table: Table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) <= set(names)
    assert table.key


def test_a_column_without_a_meaning_is_found():
    table = PUBLISHED_TABLES["observation"]
    first, *others = table.columns
    planted = replace(table, columns=(replace(first, meaning=""), *others))
    assert find_undescribed(planted) == [f"published.observation.{first.name}"]


def test_the_published_tables_are_those_that_other_people_script_against():
    promised = {
        *("observation", "indicator", "appetite", "alarm", "change", "risk", "checklist_item", "incident"),
        *("finding_summary", "data_quality", "readiness", "detector", "drift", "equity", "lineage"),
    }
    assert promised <= PUBLISHED_TABLES.keys()
