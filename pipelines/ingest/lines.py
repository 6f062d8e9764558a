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
from typing import cast

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
    with open_plain(path) as stream:
        number, rest, is_skipping = 1, b"", False
        for chunk in _chunks(stream):
            *complete, rest = (rest + chunk).split(b"\n")
            for line in complete:
                yield number, None if is_skipping or len(line) > LONGEST_LINE else line.removesuffix(b"\r")
                number, is_skipping = number + 1, False
            if len(rest) > LONGEST_LINE:
                rest, is_skipping = b"", True
        if rest or is_skipping:
            yield number, None if is_skipping else rest.removesuffix(b"\r")


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    yield stream.read(len(UTF8_MARK)).removeprefix(UTF8_MARK)
    # read1 hands over what was unpacked before a damaged archive breaks off; read would lose it.
    while chunk := stream.read1(CHUNK):
        yield chunk
