"""Rows of CSV in the lines that they stand in, and what becomes of lines that are too much."""

import tracemalloc
from pathlib import Path

import pytest

from pipelines.ingest.files.document import read_items
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.files.rows import Row, read_rows
from pipelines.ingest.reason import Reason

MEGABYTE = 1024 * 1024


def rows_of(folder: Path, content: bytes) -> list[Row]:
    path = folder / "a.csv"
    path.write_bytes(content)
    return list(read_rows(path))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_knows_its_lines_whatever_ends_them(tmp_path: Path, end: str) -> None:
    content = end.join(["a;b", '1;"two', 'lines"', "", '2;"x"y', "3;last"])
    found = rows_of(tmp_path, content.encode())
    assert [(one.lines, one.values) for one in found] == [
        (range(1, 2), ["a", "b"]),
        (range(2, 4), ["1", f"two{end}lines"]),
        (range(4, 5), []),
        (range(5, 6), []),
        (range(6, 7), ["3", "last"]),
    ]
    assert [one.reason for one in found] == [None, None, None, Reason.MALFORMED_LINE, None]


@pytest.mark.parametrize("told", ["sep=;\r\n", '\ufeff"sep=;"\r\n', "SEP=;\n"])
def test_a_line_that_tells_excel_the_delimiter_names_no_columns(tmp_path: Path, told: str) -> None:
    found = rows_of(tmp_path, f"{told}a,x;b\r\n1;2\r\n".encode())
    assert [one.lines for one in found] == [range(1, 3), range(3, 4)]
    assert [one.values for one in found] == [["a,x", "b"], ["1", "2"]]
    assert [one.record for one in read_items(tmp_path / "a.csv")] == [{"a,x": "1", "b": "2"}]


def test_a_line_that_tells_excel_the_delimiter_may_be_all_of_a_file(tmp_path: Path) -> None:
    assert [one.values for one in rows_of(tmp_path, b"sep=;\n")] == [[]]
    assert list(read_items(tmp_path / "a.csv")) == []


def test_a_line_of_another_encoding_costs_its_row_and_no_other(tmp_path: Path) -> None:
    found = rows_of(tmp_path, 'a,b\n1,"m\xfc,\nde"\n2,\xfc\n3,"\xfc"x\n4,last\n'.encode("latin-1"))
    assert [(one.lines, one.reason) for one in found] == [
        (range(1, 2), None),
        (range(2, 4), Reason.NOT_UTF8),
        (range(4, 5), Reason.NOT_UTF8),
        (range(5, 6), Reason.MALFORMED_LINE),
        (range(6, 7), None),
    ]
    assert found[-1].values == ["4", "last"]


@pytest.mark.parametrize(("length", "is_kept"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_a_line_may_have_the_longest_length_and_the_rows_behind_one_that_is_longer_are_read(
    tmp_path: Path, length: int, is_kept: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,first\n2," + b"x" * (length - 2) + b"\n3,last\n")
    first, middle, last = read_items(path)
    assert (first.record["b"], last.record["b"]) == ("first", "last")
    assert (middle.position, middle.reason) == (2, None if is_kept else Reason.LINE_TOO_LONG)
    assert last.position == 3


def test_a_line_that_is_too_long_within_quotes_ends_the_row_that_it_is_of(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n1,"one\n' + b"x" * (LONGEST_LINE + 1) + b"\n2,last\n")
    found = [(item.position, item.reason) for item in read_items(path)]
    assert found == [(1, Reason.MALFORMED_LINE), (2, Reason.LINE_TOO_LONG), (3, None)]


def test_a_row_of_many_fields_grows_no_longer_than_a_line_may(tmp_path: Path) -> None:
    field = b'"' + b"x" * 1000 + b'\n",'
    content = b"a,b\n1," + field * (LONGEST_LINE // 1000) + b"\n"
    found = rows_of(tmp_path, content)
    assert found[1].reason is Reason.MALFORMED_LINE
    assert sum(map(len, found[1].raw)) < LONGEST_LINE + 2000


def test_the_names_of_the_columns_may_not_be_too_long_either(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a," + b"x" * LONGEST_LINE + b"\n1,2\n")
    assert [(one.position, one.reason) for one in read_items(path)] == [(0, Reason.LINE_TOO_LONG)]


def test_a_line_of_any_length_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.write(b"a,b\n1,")
        for _ in range(100):
            stream.write(b"x" * MEGABYTE)
        stream.write(b"\n2,last\n")
    tracemalloc.start()
    try:
        found = [(item.position, item.reason) for item in read_items(path)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [(1, Reason.LINE_TOO_LONG), (2, None)]
    assert most < 40 * MEGABYTE
