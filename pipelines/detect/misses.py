"""What a dear detector confirms, day by day: of what the sieve passed on, and of the sample of the rest.

Counted while days are scored, for then it is known why a message was chosen: a day so small that all of its
rest is drawn looks like one that passed on everything. Acts of care open no closer look, and own signals are
none of its matters: neither is counted. What the counts say is worked out in `assess`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.detect.counted import is_counted
from pipelines.detect.detector import CoverageState, DetectorCard, Scan
from pipelines.detect.plan import Step
from pipelines.detect.selection import Selection
from pipelines.own_signal import PREFIX
from pipelines.schemas.miss import MISS_DAY
from risk_register.content import load_taxonomy
from risk_register.definition import Polarity

DAY = ["deployment_id", "day"]
GROUP = [*DAY, "role"]
UNREADABLE = tuple(
    str(state)
    for state in (CoverageState.UNSUPPORTED_LANGUAGE, CoverageState.ABSTAINED, CoverageState.NOT_TEXT)
)
"""States of a message that a detector cannot read, whenever it is asked."""


def describe_sieve(step: Step, before: Sequence[DetectorCard]) -> str:
    """One word that moves with whatever decides what a step is passed: the same word, the same sieve."""
    named = [f"{card.detector_id}@{card.version}" for card in before]
    shipped = [name for name in named if not name.startswith(PREFIX)]
    return hashlib.sha256("\n".join([str(step.neighbours), *shipped]).encode()).hexdigest()[:12]


def count_misses(
    messages: pa.Table, seen: Selection, scan: Scan, *, card: DetectorCard, sieve_version: str
) -> pa.Table:
    """The rows of these days (schema MISS_DAY): one for each signal that the detector looks for.

    Args:
        messages: all of the days, of every role.
        seen: what the plan gave the detector of them.
        scan: what it made of it, a coverage row a message in their order.
        card: the detector's.
        sieve_version: of `describe_sieve`.
    """
    frame = _describe(messages, seen, scan)
    counts = _count_messages(frame)
    positives = _count_positives(frame, scan.findings)
    rows = [
        _say_day(group, said, positives.get((*group, signal_id), (0, 0)), signal_id)
        for signal_id, speaker in _list_signals(card).items()
        for group, said in counts.items()
        if group[2] == speaker
    ]
    named = {
        "detector_id": card.detector_id,
        "detector_version": card.version,
        "sieve_version": sieve_version,
    }
    return pa.Table.from_pylist([row | named for row in rows], schema=MISS_DAY.arrow_schema)


def _list_signals(card: DetectorCard) -> dict[str, str]:
    """The signals that a sieve is there for, and whose messages show them."""
    known = {line.signal_id for line in card.signals}
    return {
        signal.id: str(signal.speaker)
        for signal in load_taxonomy().signals
        if signal.id in known and signal.polarity is not Polarity.PROTECTIVE
    }


def _describe(messages: pa.Table, seen: Selection, scan: Scan) -> pd.DataFrame:
    """One row a message: in which part it lies, and whether it was to be read and was."""
    state = scan.coverage["state"].to_numpy(zero_copy_only=False)
    is_asked = seen.is_chosen & ~np.isin(state, UNREADABLE)
    is_scored = seen.is_chosen & (state == str(CoverageState.SCORED))
    is_rest = (seen.inclusion > 0) & ~seen.is_passed
    return (
        messages.select([*GROUP, "message_id"])
        .to_pandas()
        .assign(
            is_passed=seen.is_passed,
            is_rest=is_rest,
            inclusion=np.where(is_rest, seen.inclusion, np.nan),
            passed_count=seen.is_passed & is_asked,
            passed_scored_count=seen.is_passed & is_scored,
            rest_count=is_rest,
            drawn_count=is_rest & is_asked,
            scored_count=is_rest & is_scored,
        )
    )


def _count_messages(frame: pd.DataFrame) -> dict[tuple[object, ...], dict[str, float]]:
    """By day and role: how many messages of each kind, and with which probability the rest was drawn."""
    names = [name for name in frame.columns if name.endswith("_count")]
    groups = frame.groupby(GROUP, sort=True)
    found = groups[names].sum().assign(inclusion=groups["inclusion"].max().fillna(1.0))
    return dict(zip(found.index, found.to_dict("records"), strict=True))


def _count_positives(frame: pd.DataFrame, findings: pa.Table) -> Mapping[tuple[object, ...], tuple[int, int]]:
    """By day, role and signal: messages with the signal among what was passed on, and in the sample.

    Of a person's signals those about somebody else, a character, or what is over, are no sign of risk.
    """
    columns = ["deployment_id", "message_id", "signal_id", "subject", "time", "is_alert"]
    found = findings.select(columns).to_pandas()
    joined = found[found["is_alert"]].merge(
        frame[[*GROUP, "message_id", "is_passed", "is_rest"]], on=["deployment_id", "message_id"]
    )
    said = zip(*(joined[name] for name in ("signal_id", "role", "subject", "time")), strict=True)
    counts = [
        is_counted(signal, role=role, subject=subject, time=time) for signal, role, subject, time in said
    ]
    pairs = joined[np.array(counts, dtype=bool)].drop_duplicates(["deployment_id", "message_id", "signal_id"])
    sums = pairs.groupby([*GROUP, "signal_id"])[["is_passed", "is_rest"]].sum()
    return {
        key: (int(passed), int(rest))
        for key, passed, rest in zip(sums.index, sums["is_passed"], sums["is_rest"], strict=True)
    }


def _say_day(
    group: tuple[object, ...], said: Mapping[str, float], positives: tuple[int, int], signal_id: str
) -> dict[str, object]:
    deployment_id, day, _ = group
    confirmed, missed = positives
    return {
        "deployment_id": deployment_id,
        "day": day,
        "signal_id": signal_id,
        "confirmed_count": confirmed,
        "missed_count": missed,
    } | dict(said)
