"""The linear detector: a number a question from n-grams and from what the rules saw, in batches.

It reads English. Its heads ask whether a message shows suicidal thoughts or self-injury, whether the thoughts
are active, whether the risk is high, and whether a reply refuses. What rules said about others, the past or
fiction is handed on as it is; what they said clearly never falls below the sieve, and a critical level never
below the alert.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.detect.detector import (
    NOTHING_GIVEN,
    CoverageState,
    DetectorCard,
    Given,
    Scan,
    make_coverage,
)
from pipelines.detect.detectors.lexicon.markup import MARKUP, strip_markup
from pipelines.detect.detectors.linear.cards import load_card
from pipelines.detect.detectors.linear.evidence import find_rows, make_evidence
from pipelines.detect.detectors.linear.findings import Scored, make_linear_findings
from pipelines.detect.detectors.linear.model import SHIPPED, Model, load_model, score_joint
from pipelines.detect.detectors.linear.ngrams import hash_texts
from pipelines.reviewed_text import ReviewedTexts
from pipelines.schemas.finding import FINDING

BATCH = 1_024
"""Messages at a time: small enough for the cache, large enough that no loop over them is felt."""


class LinearDetector:
    """Scores messages with a trained model; the card holds its thresholds and figures."""

    def __init__(self, model: Model, card: DetectorCard, *, reviewed: ReviewedTexts | None = None) -> None:
        self._model = model
        self._card = card
        self._reviewed = reviewed
        self._weights = model.float_weights()

    @property
    def card(self) -> DetectorCard:
        """The card of exactly this model."""
        return self._card

    def was_trained_on(self, text_hash: bytes) -> bool:
        """Whether the model was trained on the text with this hash."""
        is_reviewed = self._reviewed is not None and self._reviewed.holds(text_hash)
        return is_reviewed or text_hash in self._model.training_hashes

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Score every English message of a person or the assistant."""
        states = np.full(messages.num_rows, str(CoverageState.SCORED), dtype=object)
        is_read = pc.is_in(messages["role"], pa.array(self._card.roles)).to_numpy(zero_copy_only=False)
        is_known = pc.fill_null(
            pc.is_in(messages["language"].cast(pa.string()), pa.array(self._card.languages)), fill_value=False
        )
        states[~is_known.to_numpy(zero_copy_only=False)] = str(CoverageState.UNSUPPORTED_LANGUAGE)
        states[~is_read] = str(CoverageState.NOT_RUN)
        evidence = FINDING.empty() if given.evidence is None else given.evidence
        places = np.flatnonzero(states == str(CoverageState.SCORED))
        tables = [FINDING.empty()]
        for start in range(0, len(places), BATCH):
            chosen = places[start : start + BATCH]
            batch = messages.take(pa.array(chosen)).combine_chunks()
            scored, is_legible = self.score(batch, evidence)
            states[chosen[~is_legible]] = str(CoverageState.ABSTAINED)
            tables += [make_linear_findings(batch, one, card=self._card) for one in scored]
        coverage = make_coverage(messages, [CoverageState(state) for state in states], card=self._card)
        return Scan(pa.concat_tables(tables), coverage)

    def score(self, batch: pa.Table, evidence: pa.Table) -> tuple[list[Scored], NDArray[np.bool_]]:
        """The scores of each role's messages by head, and which messages held anything to read."""
        hashed = hash_texts(_without_markup(pc.fill_null(batch["text"], "").combine_chunks()))
        logits = hashed.project(self._weights)
        known = evidence.filter(pa.array(find_rows(batch, evidence) >= 0))
        roles = batch["role"].to_numpy(zero_copy_only=False)
        scored: list[Scored] = []
        for role in sorted(set(roles.tolist())):
            rows = np.flatnonzero((roles == role) & hashed.is_legible)
            own = batch.take(pa.array(rows))
            numbers = make_evidence(own, known, role=role)
            heads = [(place, head) for place, head in enumerate(self._model.heads) if head.role == role]
            joint = {head.name: self._model.join(head, logits[rows, place], numbers) for place, head in heads}
            scores = score_joint([head for _, head in heads], joint, self._model.description.thresholds)
            passes = {head.signal_id: self._model.passes_together(head.signal_id, joint) for _, head in heads}
            scored.append(Scored(own, known, tuple(head for _, head in heads), scores, numbers, passes))
        return scored, hashed.is_legible


def _without_markup(texts: pa.Array) -> pa.Array:
    """The texts as their readers see them; those that the model learnt from are almost all without markup."""
    found = pc.match_substring_regex(texts, MARKUP)
    plain = [strip_markup(text)[0] for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(plain, texts.type)) if plain else texts


def make_linear_detector(folder: Path, reviewed: ReviewedTexts | None) -> LinearDetector:
    """The detector with the model of a folder, which learned from these reviewed texts."""
    model = load_model(folder)
    return LinearDetector(
        model, load_card(model.description, is_shipped=folder == SHIPPED), reviewed=reviewed
    )


@cache
def load_linear_detector(folder: Path = SHIPPED) -> LinearDetector:
    """The detector with the model of a folder: the shipped one, or a home's."""
    return make_linear_detector(folder, None)
