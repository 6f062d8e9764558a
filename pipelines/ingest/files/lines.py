"""Lines of a delivered file as bytes: plain, gzip or zstd, UTF-8, each of a bounded length.

What a line means is the source's business.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, cast

import pyarrow as pa
from backports import zstd

from pipelines.ingest.reason import Reason

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes. The longest messages seen in public chat logs are below 1 MB; a longer line is a broken export."""

CHUNK = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
PARQUET_MAGIC = b"PAR1"
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF8_MARK = b"\xef\xbb\xbf"
UNREADABLE = (OSError, EOFError, zlib.error, zstd.ZstdError, pa.ArrowException)
"""What a damaged file raises."""


class Piece(NamedTuple):
    """A line with its end, or a part of one that is longer than the limit; `number` of the line is from 1."""

    number: int
    content: bytes
    is_whole: bool
    is_last: bool


def why_unreadable(path: Path) -> str | None:
    """What the operating system says against reading a file, such as permission denied; None if nothing."""
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def fingerprint(path: Path) -> str:
    """SHA-256 of the file as delivered."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inspect(path: Path) -> Reason | None:
    """Why the file as a whole cannot be read, or None. Looks at its first bytes only."""
    try:
        with open_plain(path) as stream:
            head = stream.read1(4096)
    except UNREADABLE:
        return Reason.BROKEN_ARCHIVE
    if head.startswith(BYTE_ORDER_MARKS):
        return Reason.NOT_UTF8
    if b"\x00" in head and not head.startswith(PARQUET_MAGIC):
        return Reason.BINARY_FILE
    return None


def open_plain(path: Path) -> BufferedReader:
    """The file's content, unpacked if it is gzip or zstd, whatever its name."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic.startswith(GZIP_MAGIC):
        return cast(BufferedReader, gzip.open(path, "rb"))
    if magic == ZSTD_MAGIC:
        return cast(BufferedReader, zstd.open(path, "rb"))
    return path.open("rb")


def plain_name(path: Path) -> str:
    """The file's name in lower case, without what says that it is packed."""
    return path.name.lower().removesuffix(".gz").removesuffix(".zst")


def read_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number from 1, content without the line end); None for a line that is too long.

    Raises:
        UNREADABLE: a packed file that ends early or is damaged; what came before was yielded.
    """
    for piece in read_pieces(path):
        if piece.is_last:
            line = piece.content.removesuffix(b"\n").removesuffix(b"\r")
            yield piece.number, line if piece.is_whole else None


def read_pieces(path: Path, *, ends_at_return: bool = False) -> Iterator[Piece]:
    """Every byte of the file behind its mark, a line at a time; a line that is too long comes in parts.

    Args:
        path: the file.
        ends_at_return: whether a carriage return alone ends a line, as in CSV.

    Raises:
        UNREADABLE: a packed file that ends early or is damaged; what came before was yielded.
    """
    with open_plain(path) as stream:
        number, rest, is_within = 1, b"", False
        for chunk in _chunks(stream):
            *lines, rest = _split(rest + chunk, ends_at_return=ends_at_return)
            for line in lines:
                is_whole = not is_within and len(line.removesuffix(b"\n")) <= LONGEST_LINE
                yield Piece(number, line, is_whole, is_last=True)
                number, is_within = number + 1, False
            if len(rest) > LONGEST_LINE:
                kept = len(rest) - rest.endswith(b"\r")  # which may end the line, alone or with what comes
                yield Piece(number, rest[:kept], is_whole=False, is_last=False)
                rest, is_within = rest[kept:], True
        if rest or is_within:
            yield Piece(number, rest, not is_within, is_last=True)


def _split(content: bytes, *, ends_at_return: bool) -> list[bytes]:
    """Lines with their ends, and at last what no end was seen of."""
    if not ends_at_return:
        *lines, rest = content.split(b"\n")
        return [*(line + b"\n" for line in lines), rest]
    lines = content.splitlines(keepends=True)
    is_open = bool(lines) and not lines[-1].endswith(b"\n")
    return lines if is_open else [*lines, b""]


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    yield stream.read(len(UTF8_MARK)).removeprefix(UTF8_MARK)
    # read1 hands over what was unpacked before a damaged archive breaks off; read would lose it.
    while chunk := stream.read1(CHUNK):
        yield chunk
