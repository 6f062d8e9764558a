"""Rows of whatever may fall silent: read beside, in parts, and given up where nothing comes for long.

A server that hangs answers the network and says nothing; no driver of a database bounds that wait for all
servers. What is given up ends with the process, or when the other side speaks again.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import TypeVar

from pipelines.discretion import Discretion
from pipelines.errors import PlimsollError, SourceError

Row = TypeVar("Row")


def read_patiently(rows: Generator[Row], *, at_once: int, silence_seconds: float, told: str) -> Iterator[Row]:
    """The rows, read in another thread, `at_once` a part; whoever stops early ends that reading.

    Raises:
        SourceError: `told`, for no part came within `silence_seconds`.
        PlimsollError: what reading the rows raised.
    """
    parts = queue.Queue[list[Row] | PlimsollError](maxsize=1)
    is_over = threading.Event()

    def read() -> None:
        try:
            with Discretion("reading rows"), closing(rows):  # a thread prints what it does not catch
                while not is_over.is_set():
                    part = list(islice(rows, at_once))
                    parts.put(part)
                    if not part:
                        return
        except PlimsollError as error:
            parts.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        while part := _take(parts, silence_seconds, told):
            yield from part
    finally:
        is_over.set()
        if not parts.empty():
            parts.get_nowait()  # or the other thread would wait for its place for ever


def _take(parts: queue.Queue[list[Row] | PlimsollError], seconds: float, told: str) -> list[Row]:
    try:
        part = parts.get(timeout=seconds)
    except queue.Empty:
        raise SourceError(told) from None
    if isinstance(part, PlimsollError):
        raise part
    return part
