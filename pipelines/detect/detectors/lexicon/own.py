"""The card of a detector made of an operator's own patterns: its error is not known, and it says so."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.detect.detector import Badge, DetectorCard, SignalCard
from pipelines.detect.detectors.lexicon.cards import CODE_VERSION
from pipelines.detect.detectors.lexicon.rulebook import Rulebook
from risk_register.definition import Signal

BESIDE = "own_patterns"
"""The detector of patterns for shipped signals."""
SIEVE, ALERT = 0.3, 0.5
REASON = (
    "As in the lexicon: one clear rule reaches the alert, a single hint does not. No label has moved them."
)


def make_own_card(
    detector_id: str, books: Sequence[Rulebook], signals: Sequence[Signal], *, digest: str
) -> DetectorCard:
    """The card of these rules; `digest` changes when any of their files does."""
    languages = {
        signal.id: tuple(
            sorted(
                {book.language for book in books if any(rule.signal_id == signal.id for rule in book.rules)}
            )
        )
        for signal in signals
    }
    is_beside = detector_id == BESIDE
    note = (
        "Patterns of this home. What ships decides about the signal; these findings are kept beside, for "
        "reviewers and a judge, and are never counted."
        if is_beside
        else "A signal of this home, found by its own patterns. Nobody has measured them: unvalidated, and "
        "it can call nobody."
    )
    return DetectorCard(
        detector_id=detector_id,
        version=f"{CODE_VERSION}-{digest}",
        purpose="Patterns that this home adds for shipped signals." if is_beside else signals[0].definition,
        not_for=(
            "Alarms, and any statement about how often something happens, before a sample was reviewed."
        ),
        signals=tuple(
            SignalCard(
                signal.id,
                languages[signal.id],
                Badge.UNVALIDATED,
                note,
                sieve=SIEVE,
                alert=ALERT,
                threshold_reason=REASON,
            )
            for signal in signals
        ),
        languages=tuple(sorted({book.language for book in books})),
        roles=tuple(sorted({book.role for book in books}, reverse=True)),
        failures=("What no pattern says is not seen; how much that is, nobody knows.",),
        thresholds=(),
        data="Patterns and sentences that the operator wrote, in the definitions of this home.",
    )
