"""Whether a regime applies to a deployment: a decision that somebody signs, with a reason, and that stays.

The regimes ship as dated data (`content`). The newest decision holds; earlier ones are its history. What a
regime's reports may be issued on is answered here, because it takes both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.content import Regime, load_regimes
from risk_register.database.model import Deployment, columns_of
from risk_register.database.store import Store
from risk_register.database.tables.register import ApplicabilityDecision
from risk_register.errors import NotAllowedError, UnknownRecordError


@dataclass(frozen=True)
class DecisionRecord:
    """Who signed that a regime applies, or that it does not, and why."""

    deployment_id: str
    regime_id: str
    is_applicable: bool
    reason: str
    decided_by: str
    decided_at: dt.datetime
    verified_on: dt.date


@dataclass(frozen=True)
class RegimeStanding:
    """A regime beside a deployment: the decision that holds, if any, and earlier ones, newest first."""

    regime: Regime
    decision: DecisionRecord | None
    earlier: tuple[DecisionRecord, ...]

    @property
    def is_stale(self) -> bool:
        """Whether the text was read again after the decision was signed."""
        return self.decision is not None and self.decision.verified_on < self.regime.verified_on

    def why_not_issue(self, as_of: dt.date) -> str | None:
        """Why no report of this regime may be issued for the deployment that day; None if it may."""
        if self.decision is None:
            return f"{self.regime.id}: nobody has signed whether it applies here."
        if not self.decision.is_applicable:
            return f"{self.regime.id}: does not apply here, as {self.decision.decided_by} signed."
        return self.regime.why_not_issue(as_of)


def sign(
    store: Store,
    *,
    deployment_id: str,
    regime_id: str,
    is_applicable: bool,
    reason: str,
    actor: str,
    at: dt.datetime,
) -> None:
    """Sign whether a regime applies to a deployment.

    Raises:
        NotAllowedError: the reason is blank.
        UnknownRecordError: there is no such regime or deployment.
    """
    regime = _find(regime_id)
    if not reason.strip():
        raise NotAllowedError(f"Whether {regime_id} applies needs a reason that an auditor can follow.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        row = ApplicabilityDecision(
            deployment_id=deployment_id,
            regime_id=regime_id,
            is_applicable=is_applicable,
            reason=reason.strip(),
            decided_by=actor,
            decided_at=at,
            verified_on=regime.verified_on,
        )
        write.session.add(row)
        write.record("applicability_signed", subject=regime_id, deployment_id=deployment_id,
                     is_applicable=is_applicable, reason=row.reason,
                     verified_on=row.verified_on.isoformat())  # fmt: skip


def list_standings(store: Store, deployment_id: str) -> tuple[RegimeStanding, ...]:
    """Every regime beside a deployment, in the order of the content."""
    with store.read() as session:
        rows = session.scalars(
            select(ApplicabilityDecision)
            .filter_by(deployment_id=deployment_id)
            .order_by(ApplicabilityDecision.decision_id.desc())
        )
        decisions = [DecisionRecord(**columns_of(row, without="decision_id")) for row in rows]
    found = []
    for regime in load_regimes():
        mine = [one for one in decisions if one.regime_id == regime.id]
        found.append(RegimeStanding(regime, mine[0] if mine else None, tuple(mine[1:])))
    return tuple(found)


def _find(regime_id: str) -> Regime:
    known = {regime.id: regime for regime in load_regimes()}
    if regime_id not in known:
        raise UnknownRecordError(f"There is no regime {regime_id}. Known: {', '.join(known)}.")
    return known[regime_id]
