"""Which signals were looked for in each message: by the detectors that scored it, in its language.

A message that some detector read may still hold a signal that none of them looks for in its language. What
was looked for is the same for many messages, so that a message carries a short name of it, and the names
have a table of their own (schema SIGHT).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.detect.cascade import Cascade
from pipelines.detect.detector import CoverageState, DetectorCard
from pipelines.detect.detectors.linear.evidence import find_rows
from pipelines.detect.plan import Plan
from pipelines.own_signal import PREFIX
from pipelines.schemas.finding import SIGHT
from risk_register.content import load_taxonomy
from risk_register.definition import Signal

NOTHING = ""
"""The name of having looked for nothing."""


def name_sights(messages: pa.Table, coverage: pa.Table, cascade: Cascade) -> tuple[list[str], pa.Table]:
    """The name of each message's sight, and what the names stand for (schema SIGHT).

    `messages` have the language in which each is read; `coverage` is of the same messages.
    """
    cards = cascade.cards
    scored = coverage.filter(pc.equal(coverage["state"], str(CoverageState.SCORED)))
    ids = pa.array([card.detector_id for card in cards])
    detectors = pc.index_in(scored["detector_id"], value_set=ids).to_numpy(zero_copy_only=False)
    mask = np.zeros(messages.num_rows, dtype=np.int64)
    np.bitwise_or.at(mask, find_rows(messages, scored), 1 << detectors.astype(np.int64))
    signals = {signal.id: signal for signal in load_taxonomy().signals}
    names: dict[tuple[int, str, str], str] = {}
    rows: dict[str, frozenset[str]] = {}
    sights = []
    languages, roles = messages["language"].to_pylist(), messages["role"].to_pylist()
    for kind in zip(mask.tolist(), languages, roles, strict=True):
        if kind not in names:
            by = [card for place, card in enumerate(cards) if kind[0] >> place & 1]
            seen = _looked_for(by, cascade.plan, language=kind[1], role=kind[2], signals=signals)
            names[kind] = _name(seen)
            rows[names[kind]] = seen
        sights.append(names[kind])
    table = [{"sight": name, "signal_id": one} for name, seen in sorted(rows.items()) for one in sorted(seen)]
    return sights, pa.Table.from_pylist(table, schema=SIGHT.arrow_schema)


def add_sights(known: pa.Table | None, new: pa.Table) -> pa.Table:
    """What all names stand for: a name says what it stands for, so that nothing is ever replaced."""
    both = new if known is None else pa.concat_tables([known.cast(new.schema), new])
    return (
        both.group_by(both.column_names)
        .aggregate([])
        .sort_by([(name, "ascending") for name in both.column_names])
    )


def _looked_for(
    cards: Sequence[DetectorCard], plan: Plan, *, language: str, role: str, signals: Mapping[str, Signal]
) -> frozenset[str]:
    """What may become a number here: by who decides, and where meaning counts, by more than phrases."""
    return frozenset(
        signal_id
        for card in cards
        for signal_id in {line.signal_id for line in card.signals}
        if (line := card.signal(signal_id, language)) is not None
        and not signal_id.startswith(PREFIX)
        and plan.place_of(card.detector_id, signal_id) > 0
        and (role == "user") == signal_id.startswith("u_")
        and (signal_id not in signals or signals[signal_id].is_measured_by(card.detector_id, line.badge))
    )


def _name(seen: frozenset[str]) -> str:
    return hashlib.sha256(",".join(sorted(seen)).encode()).hexdigest()[:12] if seen else NOTHING
