"""How rows lie in data files: in groups, packed where it is worth it, and no text in a footer."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyarrow import parquet

from pipelines.lake.data_file import LARGE, LAYOUTS, Layout, make_table, replace_partitions

DAYS = [dt.date(2026, 8, 3), dt.date(2026, 8, 4)]
LAYOUT = LAYOUTS["staging.message"]


def make_rows(count: int, word: str = "heron") -> pa.Table:
    return pa.table(
        {
            "deployment_id": ["one"] * count,
            "day": pa.array([DAYS[number % 2] for number in range(count)], pa.date32()),
            "conversation_id": [f"{number:06d}" for number in range(count)],
            "text": [f"{word} {number}" for number in range(count)],
        }
    )


def write(path: Path, count: int, layout: Layout = LAYOUT) -> list[parquet.FileMetaData]:
    make_table(path, make_rows(count), layout, {})
    return [parquet.read_metadata(file) for file in sorted(path.rglob("*.parquet"))]


def test_rows_lie_in_groups_and_the_footer_tells_conversations_but_no_text(tmp_path: Path):
    monday, tuesday = write(tmp_path, 2 * 8_192 + 2)
    assert [monday.row_group(place).num_rows for place in range(monday.num_row_groups)] == [8_192, 1]
    assert monday.num_rows == tuesday.num_rows
    conversation, text = monday.row_group(0).column(0), monday.row_group(0).column(1)
    assert conversation.path_in_schema == "conversation_id"
    assert conversation.statistics.min == "000000"
    assert text.path_in_schema == "text"
    assert text.statistics is None
    assert not text.has_dictionary_page


@pytest.mark.parametrize(
    ("together", "tells"),
    [
        (None, [True, False]),
        (frozenset({"conversation_id"}), [True, False]),
        (frozenset({"text"}), [False, False]),
    ],
)
def test_a_footer_tells_least_and_greatest_where_equal_values_lie_together(
    tmp_path: Path, together: frozenset[str] | None, tells: list[bool]
):
    monday, _ = write(tmp_path, 4, Layout(8_192, frozenset({"text"}), together))
    assert [monday.row_group(0).column(place).statistics is not None for place in range(2)] == tells


@pytest.mark.parametrize(("count", "packing"), [(4, "UNCOMPRESSED"), (LARGE // 8, "ZSTD")])
def test_only_what_is_large_is_packed(tmp_path: Path, count: int, packing: str):
    assert [one.row_group(0).column(1).compression for one in write(tmp_path, count)] == [packing] * 2


def test_partitions_are_replaced_and_the_others_stay(tmp_path: Path):
    write(tmp_path, 4)
    table = DeltaTable(str(tmp_path))
    before = set(table.file_uris())
    replace_partitions(table, tmp_path, make_rows(4, "stork"), {("one", DAYS[0])}, LAYOUT)
    assert len(before & set(table.file_uris())) == 1
    texts = sorted(pa.table(table.to_pyarrow_table())["text"].to_pylist())
    assert texts == ["heron 1", "heron 3", "stork 0", "stork 2"]
