"""Chooses where a model's heads pass the sieve and where they alert: one pair a signal, by the plan's rule.

The alert lies where F1, averaged over the sources of the plan, is best among thresholds that flag no more
presumed negatives of each kind than allowed. The sieve catches the gravest messages first: the signal's own
head passes what it sees, and what it and the gravest head see together passes too, within wider limits.
Fitting is in `training.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from methods.ranking import precision_recall_f1
from pipelines.detect.examples import UNKNOWN, Examples
from pipelines.detect.training_plan import TrainingPlan

FIRST_SHARE = 0.95
"""Of the alert limits, for the first head of a signal: what a later head flags is flagged too."""

ENOUGH = 8
"""Positives from which an F1 is worth averaging, and from which a head is fitted."""

CANDIDATES = 400
OWN_STEPS = 40
"""How many of the candidates are tried as the first head's own sieve."""

Flags = NDArray[np.bool_]
Logits = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """Thresholds on joint logits; `together` on the sum of the first and the gravest head's."""

    sieve: float
    alert: Mapping[str, float]
    together: float | None


@dataclass(frozen=True)
class Choice:
    """The heads of one signal, mildest first: their places in the plan, and joint logits of rows left out."""

    plan: TrainingPlan
    examples: Examples
    places: Sequence[int]
    logits: Mapping[str, Logits]

    def choose(self) -> Points:
        """The points of every head."""
        names = [self.plan.heads[place].name for place in self.places]
        first, last = self.logits[names[0]], self.logits[names[-1]]
        both = first + last if len(names) > 1 else None
        none, every = np.zeros(len(first), dtype=bool), np.ones(len(first), dtype=bool)
        alert = {names[0]: self._alert(self.places[0], first, alerted=none, may=every)}
        own, together = self._sieve(first, both, highest=alert[names[0]])
        alerted = first >= alert[names[0]]
        for place, name in list(zip(self.places, names, strict=True))[1:]:
            logits, leeway = self.logits[name], self.plan.heads[place].leeway
            may = every if leeway is None else first + leeway >= alert[names[0]]
            alert[name] = self._alert(place, logits, alerted=alerted, may=may)
            alerted = alerted | (may & (logits >= alert[name]))
        return Points(own, alert, together)

    @cached_property
    def _guards(self) -> dict[str, Flags]:
        """Presumed negatives of each kind."""
        kinds = {source.name: source.guards for source in self.plan.sources if source.guards}
        kind = np.array([kinds.get(name, "") for name in self.examples.sources], dtype=object)
        known = np.isfinite(self.logits[self.plan.heads[self.places[0]].name])
        plain = known & (self.examples.labels[:, self.places[0]] == 0)
        return {name: plain & (kind == name) for name in sorted(set(kinds.values())) if (kind == name).any()}

    def _is_allowed(self, flagged: Flags, limits: Mapping[str, float], share: float) -> bool:
        return all(
            flagged[rows].mean() <= share * limits[kind]
            for kind, rows in self._guards.items()
            if kind in limits and rows.any()
        )

    def _alert(self, place: int, logits: Logits, *, alerted: Flags, may: Flags) -> float:
        """`alerted`: what milder heads flag already; `may`: what they leave to this one to flag."""
        share = 1.0 if alerted.any() else FIRST_SHARE
        candidates = _candidates(logits)
        permitted = [
            one
            for one in candidates
            if self._is_allowed(alerted | (may & (logits >= one)), self.plan.alert_limits, share)
        ] or [candidates[-1]]
        rows = self._tuned(place, logits)
        return float(max(permitted, key=lambda one: self._quality(place, may & (logits >= one), rows)))

    def _quality(self, place: int, flagged: Flags, sources: Sequence[Flags]) -> float:
        """F1, averaged over the sources that count for it."""
        truth = self.examples.labels[:, place]
        values = [float(precision_recall_f1(flagged[rows], truth[rows])[2]) for rows in sources]
        return float(np.mean(values)) if values else 0.0

    def _tuned(self, place: int, logits: Logits) -> list[Flags]:
        """Rows of each source that thresholds are tuned on; of every source, where none of these can tell."""
        known = np.isfinite(logits) & (self.examples.labels[:, place] != UNKNOWN)
        told = known & (self.examples.labels[:, place] == 1)
        for sources in ([one for one in self.plan.sources if one.tune], self.plan.sources):
            found = [known & (self.examples.sources == one.name) for one in sources]
            if enough := [rows for rows in found if (rows & told).sum() >= ENOUGH]:
                return enough
        return []

    def _sieve(self, first: Logits, both: Logits | None, *, highest: float) -> tuple[float, float | None]:
        """The first head's own sieve, and the least sum that passes: of the gravest, then of all."""
        gravest = np.isfinite(first) & (self.examples.labels[:, self.places[-1]] == 1)
        positives = [
            rows & (self.examples.labels[:, self.places[0]] == 1)
            for rows in self._tuned(self.places[0], first)
        ]
        target = self.plan.sieve_recall
        candidates = _candidates(first)
        owns = [one for one in candidates if one < highest] or [highest - 0.01]
        if both is None:
            return self._lowest(first, np.zeros(len(first), dtype=bool), gravest, highest=highest), None
        best: tuple[tuple[float, float], float, float | None] | None = None
        for own in owns[:: max(len(owns) // OWN_STEPS, 1)]:
            if not self._is_allowed(first >= own, self.plan.sieve_limits, 1.0):
                continue
            together = self._lowest(both, first >= own, gravest, highest=np.inf)
            passed = (first >= own) | (both >= together)
            worth = (
                min(float(passed[gravest].mean()), target) if gravest.any() else 0.0,
                float(np.mean([passed[rows].mean() for rows in positives])) if positives else 0.0,
            )
            if best is None or worth > best[0]:
                best = (worth, float(own), together)
        return (highest - 0.01, None) if best is None else best[1:]

    def _lowest(self, logits: Logits, passed: Flags, wanted: Flags, *, highest: float) -> float:
        """The highest threshold that catches the wanted share, or the lowest that the limits allow."""
        candidates = _candidates(logits)
        low, high = 0, len(candidates)
        while low < high:  # the first that is allowed: what a threshold flags shrinks as it rises
            middle = (low + high) // 2
            if self._is_allowed(passed | (logits >= candidates[middle]), self.plan.sieve_limits, 1.0):
                high = middle
            else:
                low = middle + 1
        least = candidates[min(low, len(candidates) - 1)]
        missed = wanted & ~passed
        needed = int(np.ceil(self.plan.sieve_recall * wanted.sum())) - int((wanted & passed).sum())
        if needed > 0:
            ranked = np.sort(logits[missed])[::-1]
            enough = float(ranked[min(needed, len(ranked)) - 1])
        else:
            enough = float(candidates[-1])
        return min(max(enough, float(least)), highest - 0.01)


def _candidates(logits: Logits) -> NDArray[np.float64]:
    """Evenly spaced in log odds: quantiles would lie where the many harmless rows are."""
    known = logits[np.isfinite(logits)]
    return np.linspace(np.quantile(known, 0.02), np.quantile(known, 0.9995), CANDIDATES)
