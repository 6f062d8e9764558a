"""Training examples from labelled files and sentences of our own: n-grams, evidence of the rules, and labels.

An absent label stays unknown, unless the plan lets its source presume a no. Fitting belongs in `training.py`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from pipelines.detect.cascade import Cascade
from pipelines.detect.detectors.linear.evidence import NAMES, make_evidence
from pipelines.detect.detectors.linear.ngrams import hash_texts
from pipelines.detect.detectors.linear.sentences import load_sentences, make_examples
from pipelines.detect.disclosure_labels import FOLDER, label_rows, read_two_labels
from pipelines.detect.labelled import LabelledRow, make_messages
from pipelines.detect.language import UNKNOWN as UNKNOWN_LANGUAGE
from pipelines.detect.text_copy import Copies, Labels, imply
from pipelines.detect.training_plan import MADE, SourcePlan, TrainingPlan
from pipelines.detect.unsaid import read_rows
from pipelines.errors import StateError

WRITTEN = Path(__file__).parent / "detectors" / "linear" / "written"
"""Whole texts of our own, each with the level that its writer gave it: rows as of any other source."""
ENGLISH = "en"
"""The language of the model."""
LOG = logging.getLogger("plimsoll.detect")
UNKNOWN = -1
OWN_WEIGHT = 2.0
"""Of an operator's own rows: they are the text that the model will read."""


@dataclass(frozen=True)
class Examples:
    """Rows to learn from; arrays have an entry a row, `labels` a column a head (1, 0 or -1 for unknown).

    Where `is_measured`, a row tells how n-grams and evidence join, where thresholds lie and how good that is;
    the others train the n-grams alone.
    """

    rows: Sequence[LabelledRow]
    sources: NDArray[np.object_]
    weights: NDArray[np.float64]
    folds: NDArray[np.int64]
    labels: NDArray[np.int64]
    is_measured: NDArray[np.bool_]
    ngrams: sparse.csr_matrix
    evidence: dict[str, NDArray[np.float64]]

    @property
    def is_made(self) -> NDArray[np.bool_]:
        """Whether nobody wrote the text."""
        return self.sources == MADE


def make_rows(plan: TrainingPlan, folder: Path) -> list[LabelledRow]:
    """The rows of all sources, each text once a role, with presumed and implied labels filled in.

    How many copies there are, and how many contradict each other, is told.

    Raises:
        SourceError: a file cannot be read.
    """
    alarming = re.compile(plan.alarming)
    copies = Copies(plan)
    for source in plan.sources:
        found = _read(source, (WRITTEN if source.is_ours else folder) / source.file)
        if source.labels is not None:
            found = label_rows(found, read_two_labels(FOLDER / source.labels))
        for row in found:
            copies.add(row.model_copy(update={"dataset": source.name}))
    for told in copies.describe():
        LOG.warning(told)
    presumed: dict[str, Labels] = {source.name: dict.fromkeys(source.presume, 0) for source in plan.sources}
    return [
        row
        if alarming.search(row.text)
        else row.model_copy(update={"labels": imply(plan, presumed[row.dataset] | row.labels)})
        for row in copies.join()
    ]


def make_examples_of(plan: TrainingPlan, rows: Sequence[LabelledRow], rules: Cascade) -> Examples:
    """The rows and the made examples with everything a fit needs; `rules` holds the lexicon.

    Raises:
        StateError: no row carries a label that a head asks for, so that there is nothing to learn.
    """
    made = [
        LabelledRow.model_validate(
            {"row_id": f"made-{number}", "dataset": MADE}
            | {"role": one.role, "text": one.text, "language": ENGLISH, "labels": one.labels}
        )
        for number, one in enumerate(
            make_examples(load_sentences(), per_family=plan.made_per_family, seed=plan.seed)
        )
    ]
    known = {label for head in plan.heads for label in [head.label]}
    kept = [row for row in rows if known & row.labels.keys()]
    if not kept:
        carried = sorted({label for row in rows for label in row.labels})
        raise StateError(
            f"No row carries a label that the plan's heads ask for ({', '.join(sorted(known))}). The "
            f"{len(rows)} rows of its sources carry {', '.join(carried) or 'none'}."
        )
    everything = [*kept, *made]
    weight = {source.name: source.weight for source in plan.sources} | {MADE: plan.made_weight}
    weight |= {row.dataset: OWN_WEIGHT for row in rows if row.dataset not in weight}
    unmeasured = {MADE, *(source.name for source in plan.sources if not source.is_measured)}
    messages = make_messages(everything)
    findings = rules.grade(messages, "lexicon").findings
    return Examples(
        rows=everything,
        sources=np.array([row.dataset for row in everything], dtype=object),
        weights=np.array([weight[row.dataset] for row in everything]),
        folds=np.array([fold_of(row.cluster or row.row_id, plan.folds) for row in everything]),
        labels=np.array([[_answer(row, head.label) for head in plan.heads] for row in everything]),
        is_measured=np.array([row.dataset not in unmeasured for row in everything]),
        ngrams=hash_texts(pa.array([row.text for row in everything])).matrix(),
        evidence={role: make_evidence(messages, findings, role=role) for role in NAMES},
    )


def fold_of(cluster: str, folds: int) -> int:
    """Rows of a cluster share a fold, the same one whatever else is trained on."""
    return int(hashlib.sha256(cluster.encode()).hexdigest(), 16) % folds


def _answer(row: LabelledRow, label: str) -> int:
    value = row.labels.get(label)
    return int(bool(value)) if isinstance(value, int) else UNKNOWN


def _read(source: SourcePlan, path: Path) -> Iterator[LabelledRow]:
    rows = _read_english(path)
    if source.read_context or source.leave_out:
        records = {str(one.get("id") or one.get("message_id")): one for one in _records(path)}
    for row in rows:
        if any(row.labels.get(name) != value for name, value in source.where.items()):
            continue
        if source.leave_out and any(
            str((records[row.row_id].get("meta") or {}).get(name)) in values
            for name, values in source.leave_out.items()
        ):
            continue
        if not source.read_context:
            yield row
            continue
        for number, turn in enumerate(records[row.row_id].get("context") or ()):
            text = turn.get("text") if isinstance(turn, dict) else turn
            if isinstance(text, str):
                yield LabelledRow(
                    row_id=f"{row.row_id}/{number}",
                    role="user",
                    text=text,
                    language=row.language,
                    cluster=row.row_id,
                )


def _read_english(path: Path) -> list[LabelledRow]:
    """The rows that an English model learns from: what is too short or mixed to tell is taken for English."""
    rows = read_rows(path)
    kept = [row for row in rows if row.language in (ENGLISH, UNKNOWN_LANGUAGE)]
    if len(kept) < len(rows):
        LOG.warning("%s: %d rows in other languages are left out.", path.name, len(rows) - len(kept))
    return [row.model_copy(update={"language": ENGLISH}) for row in kept]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
