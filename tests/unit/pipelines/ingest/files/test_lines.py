"""Lines of a file as bytes: marks, ends, lengths and broken archives."""

import gzip
import hashlib
from pathlib import Path

import pytest
from backports import zstd

from pipelines.ingest.files.lines import CHUNK, LONGEST_LINE, UNREADABLE, inspect, read_lines
from pipelines.ingest.reason import Reason


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"1\n2", [b"1", b"2"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfa\nb\n", [b"a", b"b"]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbba\n", [b"\xef\xbba"]),
        (b"a\n\nb\n", [b"a", b"", b"b"]),
    ],
)
def test_lines_come_with_their_number_and_without_end_or_mark(tmp_path: Path, content: bytes, lines):
    for path in (write(tmp_path / "a.jsonl", content), write(tmp_path / "a.gz", gzip.compress(content))):
        assert list(read_lines(path)) == list(enumerate(lines, start=1))


def test_a_line_is_whole_wherever_a_chunk_ends(tmp_path: Path):
    lines = [bytes([97 + number % 26]) * (CHUNK // 3 + number) for number in range(10)]
    path = write(tmp_path / "a.jsonl", b"\n".join(lines))
    assert [line for _, line in read_lines(path)] == lines


@pytest.mark.parametrize(("length", "is_kept"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_a_line_may_have_the_longest_length_and_not_a_byte_more(tmp_path: Path, length: int, is_kept: bool):
    path = write(tmp_path / "a.jsonl", b"first\n" + b"x" * length + b"\nlast\n")
    first, middle, last = (line for _, line in read_lines(path))
    assert (first, last) == (b"first", b"last")
    assert (middle is not None) is is_kept


def test_a_line_that_is_too_long_may_be_the_last(tmp_path: Path):
    path = write(tmp_path / "a.jsonl", b"first\n" + b"x" * (2 * LONGEST_LINE + 5))
    assert [line for _, line in read_lines(path)] == [b"first", None]


PACKERS = {"gz": gzip.compress, "zst": zstd.compress}


def read_until_it_breaks(path: Path) -> list[bytes | None]:
    seen: list[bytes | None] = []
    try:
        for _, line in read_lines(path):
            seen.append(line)
    except UNREADABLE:
        return seen
    pytest.fail("the archive was read to its end")


@pytest.mark.parametrize("ending", PACKERS)
def test_what_a_broken_archive_still_holds_is_read(tmp_path: Path, ending: str):
    lines = [hashlib.sha256(str(number).encode()).hexdigest().encode() for number in range(60_000)]
    packed = PACKERS[ending](b"\n".join(lines) + b"\n")
    whole = read_until_it_breaks(write(tmp_path / f"a.jsonl.{ending}", packed[:-3]))
    assert whole == lines[: len(whole)]
    assert len(whole) > len(lines) - 2_100  # zstd unpacks whole blocks of 128 KiB, and the last is cut
    half = read_until_it_breaks(write(tmp_path / f"b.jsonl.{ending}", packed[: len(packed) // 2]))
    assert half == lines[: len(half)]
    assert len(half) > 28_000
    damaged = packed[: len(packed) // 2] + bytes(64) + packed[len(packed) // 2 + 64 :]
    before = read_until_it_breaks(write(tmp_path / f"c.jsonl.{ending}", damaged))
    assert before[:20_000] == lines[:20_000]


def test_a_short_archive_that_ends_early_is_read_as_far_as_it_goes(tmp_path: Path):
    path = write(tmp_path / "a.jsonl.gz", gzip.compress(b'{"a": 1}\n{"a": 2}\n')[:-3])
    assert inspect(path) is None
    assert read_until_it_breaks(path) == [b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": 1}\n', None),
        (b"", None),
        ('{"a": 1}\n'.encode("utf-16"), Reason.NOT_UTF8),
        ('{"a": 1}\n'.encode("utf-16-le"), Reason.BINARY_FILE),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Reason.BINARY_FILE),
        (b"\x1f\x8bnot an archive", Reason.BROKEN_ARCHIVE),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_told_by_its_first_bytes(tmp_path: Path, content, reason):
    assert inspect(write(tmp_path / "a.jsonl", content)) is reason
