"""Which messages a dear detector sees: what passes an earlier sieve, the turns beside, a sample of the rest.

The sample is a pure function of seed, detector and message, so that a second run draws the same one. Each
message keeps the probability with which it could be drawn; without it nothing could be said about the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.detect.plan import Sees, Step


@dataclass(frozen=True)
class Selection:
    """Two flags and one probability a message, in the order of the messages."""

    is_chosen: np.ndarray
    inclusion: np.ndarray
    is_passed: np.ndarray
    """Chosen because it passes the sieve or stands beside one that does; not by the draw."""


def select(
    messages: pa.Table, findings: pa.Table, *, step: Step, seed: int, roles: tuple[str, ...]
) -> Selection:
    """What a step sees of these messages, given the findings from the sieve on of the steps before it."""
    count = messages.num_rows
    is_read = np.isin(messages["role"].to_numpy(zero_copy_only=False), roles)
    if step.sees is Sees.ALL:
        return Selection(np.ones(count, dtype=bool), np.where(is_read, 1.0, 0.0), is_read)
    frame = messages.select(["deployment_id", "day", "conversation_id", "turn", "message_id"]).to_pandas()
    passes = frame["message_id"].isin(set(findings["message_id"].to_pylist())).to_numpy()
    sure = is_read & _with_neighbours(frame, passes, reach=step.neighbours)
    rest = is_read & ~sure
    inclusion = np.where(sure, 1.0, 0.0)
    inclusion[rest] = _shares(frame[rest], step)
    drawn = rest & (_uniform(frame["message_id"], seed=seed, detector=step.detector) < inclusion)
    return Selection(sure | drawn, inclusion, sure)


def _with_neighbours(frame: pd.DataFrame, passes: np.ndarray, *, reach: int) -> np.ndarray:
    ordered = frame.assign(passes=passes).sort_values(
        ["deployment_id", "conversation_id", "turn", "message_id"], kind="stable"
    )
    flags = ordered.groupby(["deployment_id", "conversation_id"], sort=False)["passes"]
    beside = ordered["passes"].to_numpy()
    for distance in range(1, reach + 1):
        for way in (distance, -distance):
            beside = beside | flags.shift(way, fill_value=False).to_numpy(dtype=bool)
    return pd.Series(beside, index=ordered.index).sort_index().to_numpy()


def _shares(rest: pd.DataFrame, step: Step) -> np.ndarray:
    """The step's share, or what makes its minimum of a day's rest to be expected."""
    sizes = rest.groupby(["deployment_id", "day"])["message_id"].transform("size").to_numpy(float)
    return np.minimum(1.0, np.maximum(step.share, step.minimum / np.maximum(sizes, 1.0)))


def _uniform(message_ids: pd.Series, *, seed: int, detector: str) -> np.ndarray:
    """A number in [0, 1) a message that anybody can compute again: the first 64 bits of a SHA-256."""
    start = f"{seed}:{detector}:"
    digests = (hashlib.sha256(f"{start}{name}".encode()).digest() for name in message_ids)
    return np.array([int.from_bytes(digest[:8]) / 2**64 for digest in digests])
