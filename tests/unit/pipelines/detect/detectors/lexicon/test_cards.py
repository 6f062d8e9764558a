"""The card says for every signal what is known about its error, and nothing it does not look for."""

from pathlib import Path

import pytest

from pipelines.detect.detector import Badge
from pipelines.detect.detectors.lexicon.cards import CARD, load_card
from pipelines.detect.detectors.lexicon.lexicon import STRONG_WEIGHT, load_lexicon_detector
from pipelines.detect.detectors.lexicon.rulebook import load_rulebooks
from pipelines.errors import DefinitionError


def test_one_clear_rule_reaches_the_alert_and_every_pair_of_thresholds_has_a_reason() -> None:
    for line in load_lexicon_detector().card.signals:
        assert line.sieve <= line.alert <= STRONG_WEIGHT
        assert line.threshold_reason


def test_every_signal_has_a_note_and_none_claims_more_than_was_measured() -> None:
    card = load_lexicon_detector().card
    assert len(card.signals) >= 25
    assert all(len(signal.note) > 20 for signal in card.signals)
    assert {signal.badge for signal in card.signals} == {Badge.LIMITED, Badge.UNVALIDATED}


def test_a_card_that_leaves_a_signal_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text("\n".join(line for line in CARD.read_text().splitlines() if "a_abandonment" not in line))
    with pytest.raises(DefinitionError, match="a_abandonment"):
        load_card(load_rulebooks(), path)
