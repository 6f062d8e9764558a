"""Reads one part ahead in a thread of its own, while what came before is worked on.

Worth it where reading leaves the interpreter alone: the engine parses lines while ids and texts are hashed.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")


def read_ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts in the same order; what goes wrong is raised where the part would have come."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as reader:
        waiting = reader.submit(next, parts, None)
        while (part := waiting.result()) is not None:
            waiting = reader.submit(next, parts, None)
            yield part
