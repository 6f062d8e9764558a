"""Records of typed files: no row is lost, and memory does not follow from the size of a file."""

import datetime as dt
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.files import parquet
from pipelines.ingest.files.document import read_items
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.files.rewriting import write_without
from pipelines.ingest.reason import Reason

MEGABYTE = 1024 * 1024


def write(path: Path, rows: list[dict]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")
    return path


@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize("is_repeated", [True, False])
def test_a_small_file_that_stands_for_much_is_read_a_part_at_a_time(
    tmp_path, monkeypatch, is_nested, is_repeated
):
    monkeypatch.setattr(parquet, "BYTES_AT_ONCE", 4 * MEGABYTE)
    words = ["x" * 2 * MEGABYTE + str(number * (not is_repeated)) for number in range(40)]
    rows = [{"body": {"words": one} if is_nested else one, "no": no} for no, one in enumerate(words)]
    path = write(tmp_path / "log.parquet", rows)
    assert path.stat().st_size < MEGABYTE
    tracemalloc.start()
    try:
        positions = [(item.position, item.record["no"], item.reason) for item in read_items(path)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert positions == [(number + 1, number, None) for number in range(40)]
    # A nested value that is repeated is told as often as it stands in what is read at once.
    assert peak < (120 if is_nested and is_repeated else 40) * MEGABYTE


def test_a_row_that_is_longer_than_a_line_may_be_is_rejected_alone(tmp_path):
    rows = [{"body": "hello"}, {"body": "x" * LONGEST_LINE}, {"body": None}]
    found = list(read_items(write(tmp_path / "log.parquet", rows)))
    assert [(item.position, item.reason) for item in found] == [
        (1, None),
        (2, Reason.LINE_TOO_LONG),
        (3, None),
    ]
    assert [item.record for item in found] == [{"body": "hello"}, {}, {"body": None}]
    assert found[1].raw  # an erasure looks for the person in it


def test_rows_are_the_same_however_they_are_packed(tmp_path):
    draw = np.random.default_rng(5)
    rows = [
        {
            "body": draw.choice(["a", "b", ""]) if number % 7 else None,
            "no": number,
            "tags": ["x"] * (number % 3),
        }
        for number in range(2_500)
    ]
    plain = tmp_path / "plain.parquet"
    pq.write_table(pa.Table.from_pylist(rows), plain, use_dictionary=False, row_group_size=900)
    for path in (plain, write(tmp_path / "packed.parquet", rows)):
        assert [item.record for item in read_items(path)] == rows


def test_a_file_for_which_memory_does_not_suffice_is_one_rejection(tmp_path, monkeypatch):
    def lack(_batch: pa.RecordBatch) -> list:
        raise MemoryError

    monkeypatch.setattr(parquet, "_read_batch", lack)
    (item,) = read_items(write(tmp_path / "log.parquet", [{"body": "hello"}]))
    assert (item.position, item.reason) == (0, Reason.FILE_TOO_LARGE)


@pytest.mark.parametrize("depth", [260, 700, 1020])
def test_a_record_that_is_nested_deeply_keeps_no_other_of_its_document_out(tmp_path, depth):
    path = tmp_path / "log.json"
    deep = "[" * depth + "]" * depth
    path.write_text(f'[{{"user": "ada"}}, {deep}, {{"more": {deep}}}, {{"user": "bea"}}]')
    items = list(read_items(path))
    expected = [None, Reason.MALFORMED_LINE, None if depth < 500 else Reason.MALFORMED_LINE, None]
    assert [item.reason for item in items] == expected
    assert all(item.raw for item in items if item.reason)
    if depth < 900:
        assert write_without(path, {1}, tmp_path / "left.json")
        assert [item.reason for item in read_items(tmp_path / "left.json")] == expected[1:]
    else:
        with pytest.raises(ValueError, match="nested too deeply to be written again"):
            write_without(path, {1}, tmp_path / "left.json")


def test_a_time_of_96_bits_is_of_utc_and_stays_so_when_a_row_is_taken_out(tmp_path):
    moment = dt.datetime(2026, 9, 14, 20, 0, tzinfo=dt.UTC)
    local = pa.array([moment.replace(tzinfo=None)] * 2, pa.timestamp("us"))
    said = pa.array([[{"at": moment, "body": "Hello"}]] * 2)
    columns = {
        "sent.at": pa.array([moment] * 2),
        "said": said,
        "of": pa.StructArray.from_arrays([said], ["it"]),
    }
    path, left = tmp_path / "log.parquet", tmp_path / "left.parquet"
    pq.write_table(pa.table(columns), path, use_deprecated_int96_timestamps=True)
    assert write_without(path, {1}, left)
    for item in (*read_items(path), *read_items(left)):
        told = [item.record["sent.at"], item.record["said"][0]["at"], item.record["of"]["it"][0]["at"]]
        assert told == [moment] * 3
    pq.write_table(pa.table({"at": local}), path)
    assert [item.record["at"].tzinfo for item in read_items(path)] == [None, None]
