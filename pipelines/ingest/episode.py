"""Cuts a thread into episodes: after a silence, or when an episode has lasted long enough.

Companion products keep one thread for months; an episode is what a reader would call a conversation.
A pure function of all messages of the thread, so the order of delivery cannot matter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HOUR = 3_600_000_000
"""Microseconds."""


def cut(
    threads: npt.NDArray[np.int64], moments: npt.NDArray[np.int64], *, silence_hours: int, maximum_hours: int
) -> npt.NDArray[np.int64]:
    """Number the episodes of messages that are sorted by thread and time.

    Args:
        threads: code of the thread of each message.
        moments: microseconds since 1970 of each message.
        silence_hours: a gap of at least this length starts a new episode.
        maximum_hours: a message this long after the episode began starts a new one.

    Returns:
        For each message the number of its episode, from 0, rising by one at every cut.
    """
    if len(moments) == 0:
        return np.zeros(0, dtype=np.int64)
    starts = np.ones(len(moments), dtype=bool)
    is_same_thread = threads[1:] == threads[:-1]
    starts[1:] = ~is_same_thread | (np.diff(moments) >= silence_hours * HOUR)
    _cut_long_ones(starts, moments, maximum_hours * HOUR)
    return np.cumsum(starts) - 1


def _cut_long_ones(starts: npt.NDArray[np.bool_], moments: npt.NDArray[np.int64], longest: int) -> None:
    first = np.flatnonzero(starts)
    after = np.append(first[1:], len(moments))
    for episode, end in zip(first, after, strict=True):
        begin = episode
        while moments[end - 1] - moments[begin] >= longest:
            begin += np.searchsorted(moments[begin:end], moments[begin] + longest)
            starts[begin] = True
