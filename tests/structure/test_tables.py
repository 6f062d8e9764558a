"""Declared tables: every table and column says what it means, and keys name columns that exist."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pipelines.indicators.own import load_shipped_definitions
from pipelines.schemas import LAKE_TABLES, PUBLISHED_TABLES
from pipelines.schemas.table import Table
from risk_register.content import load_taxonomy

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


NAMES = Path(__file__).parent / "published_names.yaml"


def list_names() -> set[str]:
    """The names that there are: of a column with its table, and ids with what they are ids of."""
    return {
        *(f"{table.name}.{one.name}" for table in PUBLISHED_TABLES.values() for one in table.columns),
        *(f"signals: {one.id}" for one in load_taxonomy().signals),
        *(f"indicators: {one.indicator_id}" for one in load_shipped_definitions()),
    }


def list_promised(text: str) -> set[str]:
    """The names that the file promises."""
    told = yaml.safe_load(text)
    return {
        *(f"{table}.{name}" for table, names in told["columns"].items() for name in names.split()),
        *(f"{kind}: {name}" for kind in ("signals", "indicators") for name in told[kind].split()),
    }


def test_no_published_column_and_no_id_is_taken_away_or_renamed():
    assert sorted(list_promised(NAMES.read_text(encoding="utf-8")) - list_names()) == []


def test_every_new_column_and_id_is_written_down_so_that_it_stays():
    assert sorted(list_names() - list_promised(NAMES.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "name", ["observation.indicator_id", "signals: a_refusal", "indicators: refusal_rate"]
)
def test_a_name_that_is_taken_away_is_found(name: str):
    assert list_promised(NAMES.read_text(encoding="utf-8")) - (list_names() - {name}) == {name}
