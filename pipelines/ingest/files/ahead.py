"""Reads a little ahead in a thread of its own, while what came before is worked on.

Worth it where reading leaves the interpreter alone: the engine parses lines while ids and texts are hashed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
DEPTH = 2
"""Parts that are read and not asked for yet: with one, the reader waits whenever it is the faster."""


def read_ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts in the same order; what goes wrong is raised where the part would have come.

    Reading begins now, not when the first part is asked for.
    """
    reader = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    return _hand_out(parts, reader, deque(reader.submit(next, parts, None) for _ in range(DEPTH)))


def _hand_out(
    parts: Iterator[Part], reader: ThreadPoolExecutor, waiting: deque[Future[Part | None]]
) -> Iterator[Part]:
    try:
        while (part := waiting.popleft().result()) is not None:
            waiting.append(reader.submit(next, parts, None))
            yield part
    finally:
        reader.shutdown(cancel_futures=True)
