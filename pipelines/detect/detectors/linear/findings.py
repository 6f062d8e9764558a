"""From scores to findings: which signal and level, and the least that clear evidence of the rules demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.detect.detector import (
    ANSWER,
    CRITICAL_LEVEL,
    KEY_COLUMNS,
    OWN_SUBJECTS,
    DetectorCard,
    SignalCard,
    Subject,
    Time,
)
from pipelines.detect.detectors.linear.evidence import CLEAR, NAMES, RISK, find_rows
from pipelines.detect.detectors.linear.model import Head
from pipelines.schemas.finding import FINDING

FLOOR = 0.02
"""Of the sieve: scores below this share of it are nothing to anybody and are not written down."""

BELOW = 0.99
"""Of the alert: the most that words about somebody else can score; they are kept, and counted as theirs.

Nor does an active thought alert where rules saw an injury and no thought: to n-grams the two look alike.
"""

HIGH_LEVEL = 3
CSSRS_OF_LEVEL = {0: 0, 1: 1, 2: 2, 3: 4, 4: 5}
"""The least grave answer of the scale that has this level; the rules know better where they saw something."""

IDEATION, INJURY = RISK
REFUSAL, CARE = "a_refusal", ("p_help_encouraged", "p_crisis_resource")
SURE_REFUSAL = 0.7
"""Score of the n-grams from which a reply refuses whatever help it brings. At .8 more true refusals are lost
than wrong ones (decision 0020)."""
CLEAR_WEIGHT = -np.log1p(-CLEAR)

SURE_WEIGHT = -np.log1p(-0.6) - 1e-9
"""Of what the rules say about the speaker now: from here on it alerts, whatever the n-grams make of it.

The model was fitted to long posts and knows few of the short ways in which people say it. In 6,800 messages
that nobody labelled so, rules that are this sure named three that the model alone would not have named.
"""


@dataclass(frozen=True)
class Scored:
    """Messages of one role with the score of each head, and what the rules saw in them."""

    messages: pa.Table
    evidence: pa.Table
    heads: tuple[Head, ...]
    scores: Mapping[str, NDArray[np.float64]]
    numbers: NDArray[np.float64]
    passes: Mapping[str, NDArray[np.bool_]]
    """By signal, whether its heads together see enough to pass the sieve."""


@dataclass(frozen=True)
class _Block:
    """Findings of one head and signal, as arrays over some of the messages."""

    rows: NDArray[np.int64]
    signal_id: str
    evidence_id: str
    score: NDArray[np.float64]
    level: NDArray[np.int64]
    cssrs_like: NDArray[np.int64]


@dataclass(frozen=True)
class _Clear:
    """What the rules said clearly about the speaker now, by message: level a signal, and the place."""

    level: Mapping[str, NDArray[np.int64]]
    cssrs_like: Mapping[str, NDArray[np.int64]]
    answered: NDArray[np.int64]
    """The level that an answer to the assistant's question has: of these few words n-grams know nothing."""
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def make_linear_findings(messages: pa.Table, scored: Scored, *, card: DetectorCard) -> pa.Table:
    """The graded findings of these messages, and those of the rules that are not about the speaker now."""
    own = scored.messages
    clear = _read_clear(own, scored.evidence)
    blocks = [block for head in scored.heads for block in _blocks(head, scored, clear, card)]
    tables = [_table(own, block, clear, card) for block in blocks if len(block.rows)]
    return pa.concat_tables([FINDING.empty(), *tables, _hand_on(scored.evidence, own, card)])


def _blocks(head: Head, scored: Scored, clear: _Clear, card: DetectorCard) -> Iterator[_Block]:
    line = card.signal(head.signal_id, "en")
    if line is None:
        return
    score = scored.scores[head.name].copy()
    level = np.full(len(score), head.level)
    name = f"linear:{head.name}"
    if head.signal_id not in RISK:
        score = _heed_rules(score, scored, NAMES[head.role], line)
        rows = np.flatnonzero(score >= FLOOR * line.sieve)
        yield _Block(
            rows, head.signal_id, name, score[rows], level[rows], np.zeros(len(rows), dtype=np.int64)
        )
        return
    names = NAMES[head.role]
    thoughts, injury = scored.numbers[:, names.index("ideation")], scored.numbers[:, names.index("injury")]
    said = clear.level[IDEATION]
    score = np.where(_is_about_others(scored, names), np.minimum(score, BELOW * line.alert), score)
    if head.level >= HIGH_LEVEL:
        score = _uphold(score, said, clear.answered, line)
        level = np.maximum(level, said)
    elif head.level > 1:
        only_injury = (injury >= CLEAR_WEIGHT) & (thoughts == 0)
        score = np.where(only_injury, np.minimum(score, BELOW * line.alert), score)
        score = np.where(said >= head.level, np.maximum(score, line.sieve), score)
        is_sure = (thoughts >= SURE_WEIGHT) & (said >= head.level)
        score = np.where(is_sure, np.maximum(score, line.alert), score)
    else:
        is_sure = np.maximum(thoughts, injury) >= SURE_WEIGHT
        score = np.where(is_sure, np.maximum(score, line.alert), score)
        is_clear = np.maximum(thoughts, injury) >= CLEAR_WEIGHT
        score = np.where(is_clear | scored.passes[head.signal_id], np.maximum(score, line.sieve), score)
        if all(one.level < HIGH_LEVEL for one in scored.heads):
            score = _uphold(score, said, clear.answered, line)
            level = np.maximum(level, said)
        both = (thoughts >= CLEAR_WEIGHT) & (injury >= CLEAR_WEIGHT)
        is_injury = (injury > thoughts) | both
        rows = np.flatnonzero(is_injury & (score >= FLOOR * line.sieve))
        grave = np.maximum(clear.level[INJURY], 2)
        none = np.zeros(len(rows), dtype=np.int64)
        yield _Block(rows, INJURY, name, score[rows], grave[rows], none)
        score = np.where(is_injury & ~both, 0.0, score)
    rows = np.flatnonzero(score >= FLOOR * line.sieve)
    least = np.array([CSSRS_OF_LEVEL[one] for one in level[rows].tolist()], dtype=np.int64)
    known = np.where(said[rows] >= level[rows], clear.cssrs_like[IDEATION][rows], 0)
    yield _Block(rows, IDEATION, name, score[rows], level[rows], np.maximum(least, known))


def _heed_rules(
    score: NDArray[np.float64], scored: Scored, names: tuple[str, ...], line: SignalCard
) -> NDArray[np.float64]:
    """Of a reply: a refusal that the rules are sure of alerts; where they see help and no refusal, only one
    that the n-grams are sure of.

    These learned from refusals of requests: they know few others, and take "I am worried about you, please
    call them" for one.
    """
    refused, *care = (scored.numbers[:, names.index(name)] for name in (REFUSAL, *CARE))
    brings_help = (np.maximum.reduce(care) >= CLEAR_WEIGHT) & (refused == 0) & (score < SURE_REFUSAL)
    score = np.where(brings_help, np.minimum(score, BELOW * line.alert), score)
    return np.where(refused >= SURE_WEIGHT, np.maximum(score, line.alert), score)


def _uphold(
    score: NDArray[np.float64], said: NDArray[np.int64], answered: NDArray[np.int64], line: SignalCard
) -> NDArray[np.float64]:
    """Whatever the model says, a high level that the rules saw clearly passes the sieve; a critical one, or
    one that an answer has, the alert.
    """
    score = np.where(said >= HIGH_LEVEL, np.maximum(score, line.sieve), score)
    is_sure = (said >= CRITICAL_LEVEL) | (answered >= HIGH_LEVEL)
    return np.where(is_sure, np.maximum(score, line.alert), score)


def _is_about_others(scored: Scored, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Whether the rules clearly saw risk of somebody else, or in fiction, and none of the speaker's."""
    column = {
        name: scored.numbers[:, names.index(name)] for name in ("other", "fictional", "ideation", "injury")
    }
    others = np.maximum(column["other"], column["fictional"]) >= CLEAR_WEIGHT
    return others & (column["ideation"] + column["injury"] == 0)


def _read_clear(messages: pa.Table, evidence: pa.Table) -> _Clear:
    count = messages.num_rows
    level = {signal: np.zeros(count, dtype=np.int64) for signal in RISK}
    cssrs = {signal: np.zeros(count, dtype=np.int64) for signal in RISK}
    start = np.zeros(count, dtype=np.int64)
    end = pc.fill_null(pc.utf8_length(messages["text"]), 0).to_numpy().astype(np.int64)
    best = np.zeros(count)
    answered = np.zeros(count, dtype=np.int64)
    columns = ["signal_id", "subject", "time", "score", "level", "cssrs_like", "start", "end", "evidence_id"]
    for row, finding in zip(find_rows(messages, evidence), evidence.select(columns).to_pylist(), strict=True):
        if row < 0 or finding["signal_id"] not in RISK or not _is_own(finding):
            continue
        if finding["score"] > best[row]:
            best[row], start[row], end[row] = finding["score"], finding["start"], finding["end"]
        if finding["score"] >= CLEAR:
            signal = finding["signal_id"]
            level[signal][row] = max(level[signal][row], finding["level"])
            cssrs[signal][row] = max(cssrs[signal][row], finding["cssrs_like"])
            if finding["evidence_id"].startswith(ANSWER):
                answered[row] = max(answered[row], finding["level"])
    return _Clear(level, cssrs, answered, start, end)


def _is_own(finding: Mapping[str, str]) -> bool:
    return finding["subject"] in OWN_SUBJECTS and finding["time"] != Time.PAST


def _hand_on(evidence: pa.Table, messages: pa.Table, card: DetectorCard) -> pa.Table:
    """What the rules found about others, the past and fiction, with scores that our thresholds fit."""
    columns = ["signal_id", "subject", "time"]
    kept = [
        place
        for place, (row, finding) in enumerate(
            zip(
                find_rows(messages, evidence),
                evidence.select(columns).to_pylist(),
                strict=True,
            )
        )
        if row >= 0 and finding["signal_id"] in RISK and not _is_own(finding)
    ]
    if not kept:
        return FINDING.empty()
    table = evidence.take(pa.array(kept))
    lines = {signal: card.signal(signal, "en") for signal in RISK}
    alert = np.array([one.alert if (one := lines[name]) else 1.0 for name in table["signal_id"].to_pylist()])
    score = table["score"].to_numpy()
    scaled = np.where(
        score >= CLEAR, alert + (score - CLEAR) / (1 - CLEAR) * (1 - alert), score / CLEAR * alert
    )
    new = {
        "score": pa.array(scaled),
        "is_alert": pa.array(scaled >= alert),
        "detector_id": pa.array([card.detector_id] * len(kept)),
        "detector_version": pa.array([card.version] * len(kept)),
    }
    renewed = {name: new.get(name, table[name]) for name in FINDING.arrow_schema.names}
    return pa.table(renewed).cast(FINDING.arrow_schema)


def _table(messages: pa.Table, block: _Block, clear: _Clear, card: DetectorCard) -> pa.Table:
    count = len(block.rows)
    keys = messages.select(KEY_COLUMNS).take(pa.array(block.rows))
    line = card.signal(block.signal_id, "en")
    alert = 1.0 if line is None else line.alert

    def same(value: str) -> pa.Array:
        return pa.repeat(pa.scalar(value, pa.string()), count)

    columns = {name: keys[name] for name in KEY_COLUMNS} | {
        "signal_id": same(block.signal_id),
        "level": pa.array(block.level),
        "cssrs_like": pa.array(block.cssrs_like),
        "subject": same(str(Subject.SELF)),
        "time": same(str(Time.CURRENT)),
        "score": pa.array(block.score),
        "start": pa.array(clear.start[block.rows]),
        "end": pa.array(clear.end[block.rows]),
        "evidence_id": same(block.evidence_id),
        "detector_id": same(card.detector_id),
        "detector_version": same(card.version),
        "is_alert": pa.array(block.score >= alert),
        "is_deciding": pa.repeat(pa.scalar(True), count),
    }
    return pa.table(columns).select(FINDING.arrow_schema.names).cast(FINDING.arrow_schema)
