"""Who decides about a signal in a message, when several detectors looked.

The first in the signal's order that scored the message, and that looks for the signal in its language,
decides: only its alerts are counted. What the others saw stays as evidence. A finding below its sieve is
dropped. A detector of which nobody knows how much it misses does not take back a critical finding of one of
which it is known: there, both count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.detect.detector import CRITICAL_LEVEL, CoverageState, DetectorCard
from pipelines.detect.plan import Plan
from risk_register.definition import KNOWN_ERROR


def keep_from_sieve(findings: pa.Table, messages: pa.Table, card: DetectorCard) -> pa.Table:
    """The findings of one detector that reach the sieve of their signal, language and evidence."""
    if findings.num_rows == 0:
        return findings
    languages = messages["language"].take(_rows_of(findings, messages))
    names = ["signal_id", "language", "evidence_id"]
    columns = (findings["signal_id"], languages, findings["evidence_id"])
    frame = pa.table(columns, names=names).to_pandas()
    kinds = frame.drop_duplicates()
    lines = [card.signal(*kind) for kind in kinds.itertuples(index=False)]
    kinds = kinds.assign(sieve=[2.0 if line is None else line.sieve for line in lines])
    sieves = frame.merge(kinds, how="left", on=names)["sieve"].to_numpy()
    return findings.filter(pa.array(findings["score"].to_numpy() >= sieves))


def decide(
    findings: pa.Table,
    coverage: Mapping[str, pa.Table],
    messages: pa.Table,
    *,
    cards: Sequence[DetectorCard],
    plan: Plan,
) -> pa.Table:
    """The findings of all detectors with `is_deciding` as the plan has it.

    Args:
        findings: those of every detector, from the sieve on.
        coverage: by detector, one row a message in the order of `messages`.
        messages: the messages that were scanned.
        cards: of the detectors that ran.
        plan: the order in which they decide.
    """
    if findings.num_rows == 0:
        return findings
    rows = _rows_of(findings, messages).to_numpy()
    languages = messages["language"].to_numpy(zero_copy_only=False)
    scored = {
        name: (table["state"].to_numpy(zero_copy_only=False) == str(CoverageState.SCORED))
        for name, table in coverage.items()
    }
    by_id = {card.detector_id: card for card in cards}
    detectors = findings["detector_id"].to_numpy(zero_copy_only=False)
    signals = findings["signal_id"].to_numpy(zero_copy_only=False)
    deciding = np.zeros(findings.num_rows, dtype=bool)
    is_critical = pc.and_(findings["is_alert"], pc.greater_equal(findings["level"], CRITICAL_LEVEL))
    critical = is_critical.to_numpy(zero_copy_only=False)
    known = {card.detector_id: _list_known(card) for card in cards}
    for signal_id in set(signals.tolist()):
        open_rows = signals == signal_id
        for name in plan.order_of(signal_id):
            if name not in scored:
                continue
            deciding |= open_rows & (detectors == name)
            closed = scored[name][rows] & _looks_for(by_id[name], signal_id, languages[rows])
            if signal_id not in known[name]:
                by_known = [other for other, of in known.items() if signal_id in of]
                closed &= ~(critical & np.isin(detectors, by_known))
            open_rows &= ~closed
    place = findings.schema.get_field_index("is_deciding")
    return findings.set_column(place, findings.schema.field(place), pa.array(deciding))


def _list_known(card: DetectorCard) -> frozenset[str]:
    """The signals for which somebody has measured the error of a detector."""
    return frozenset(line.signal_id for line in card.signals if line.badge in KNOWN_ERROR)


def _looks_for(card: DetectorCard, signal_id: str, languages: np.ndarray) -> np.ndarray:
    known = {language: card.signal(signal_id, language) is not None for language in set(languages.tolist())}
    return np.array([known[language] for language in languages.tolist()], dtype=bool)


def _rows_of(findings: pa.Table, messages: pa.Table) -> pa.Array:
    """For each finding the row of its message."""
    return pc.index_in(_key(findings), value_set=_key(messages))


def _key(table: pa.Table) -> pa.Array:
    joined = pc.binary_join_element_wise(table["deployment_id"], table["message_id"], "\x1f")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
