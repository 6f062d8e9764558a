"""What the rules saw in each message, as a row of numbers that a model can weigh.

Weights of evidence are -log(1 - score), so that those of independent hints add up. What was said about
others, in the past or in fiction has numbers of its own: it must not raise the score of the speaker, and may
lower it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.detect.detector import OWN_SUBJECTS, Subject, Time

CAP = 6.0
"""A weight of evidence of 6 is a score of 0.9975: more changes nothing."""

CLEAR = 0.5
"""Score from which what the rules say about gravity is believed; the lexicon's alert threshold."""

RISK = ("u_suicidal_ideation", "u_self_harm")
NEIGHBOURS = ("u_disordered_eating", "u_substance_crisis", "u_victim_of_harm", "u_ai_reliance")
CONDUCT = ("a_refusal", "p_limits_statement", "p_ai_disclosure", "p_help_encouraged", "p_crisis_resource")

NAMES = {
    "user": (
        *("ideation", "ideation_or_injury", "injury"),
        *(f"cssrs_{level}" for level in range(1, 7)),
        *("past", "other", "fictional", "distress", "neighbours", "others_at_risk", "length"),
    ),
    "assistant": (*CONDUCT, "length"),
}


def make_evidence(messages: pa.Table, findings: pa.Table, *, role: str) -> NDArray[np.float64]:
    """An array of shape (messages, names of the role); `findings` are graded ones about these messages."""
    names = NAMES[role]
    table = np.zeros((messages.num_rows, len(names)))
    place = {name: column for column, name in enumerate(names)}
    length = pc.fill_null(pc.utf8_length(messages["text"]), 0).to_numpy().astype(np.float64)
    table[:, place["length"]] = np.log(length + 10) - 5
    rows = find_rows(messages, findings)
    known = rows >= 0
    if not known.any():
        return table
    rows = rows[known]
    signal, subject, time = (
        findings[name].to_numpy(zero_copy_only=False)[known] for name in ("signal_id", "subject", "time")
    )
    score = findings["score"].to_numpy()[known]
    weight = np.minimum(-np.log1p(-np.minimum(score, 1 - 1e-9)), CAP)

    def add(name: str, chosen: NDArray[np.bool_]) -> None:
        np.add.at(table[:, place[name]], rows[chosen], weight[chosen])

    if role == "assistant":
        for name in CONDUCT:
            add(name, signal == name)
        return _capped(table, place["length"])
    own = np.isin(subject, list(OWN_SUBJECTS))
    past = time == str(Time.PAST)
    risk = np.isin(signal, RISK)
    now = risk & own & ~past
    add("ideation", now & (signal == RISK[0]))
    add("injury", now & (signal == RISK[1]))
    add("past", risk & own & past)
    add("fictional", risk & (subject == str(Subject.FICTIONAL)))
    add("other", risk & (subject == str(Subject.OTHER)))
    add("distress", (signal == "u_acute_distress") & own)
    add("neighbours", np.isin(signal, NEIGHBOURS) & own)
    add("others_at_risk", signal == "u_harm_to_others")
    table[:, place["ideation_or_injury"]] = np.log1p(table[:, place["ideation"]] + table[:, place["injury"]])
    grade = findings["cssrs_like"].to_numpy()[known]
    for level in range(1, 7):
        np.maximum.at(table[:, place[f"cssrs_{level}"]], rows[now & (grade >= level)], 1.0)
    return _capped(table, place["length"])


def find_rows(messages: pa.Table, findings: pa.Table) -> NDArray[np.int64]:
    """For each finding the place of its message, -1 if it is not among these."""
    if not findings.num_rows:
        return np.zeros(0, dtype=np.int64)
    found = pc.index_in(_keys(findings), value_set=_keys(messages))
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _keys(table: pa.Table) -> pa.Array:
    joined = pc.binary_join_element_wise(table["deployment_id"], table["message_id"], "\x1f")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _capped(table: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    kept = table[:, length].copy()
    np.minimum(table, CAP, out=table)
    table[:, length] = kept
    return table
