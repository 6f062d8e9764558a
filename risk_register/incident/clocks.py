"""Statutory clocks of an incident: which regimes ask for a report, by when, and what a person decided.

Days and dates come from the regimes' data; nothing here is legal advice. Every clock runs from the moment
somebody first knew, and ends with a day in the regime's zone. A decision is about the kind of event that the
incident was held to be, and settles no clock of another; a report that was made tells of milder ones too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from risk_register.content import load_regimes
from risk_register.database.model import columns_of
from risk_register.database.store import Store
from risk_register.database.tables.incident import IncidentReport
from risk_register.database.tables.register import ApplicabilityDecision
from risk_register.definition import Clock, Regime
from risk_register.errors import NotAllowedError
from risk_register.incident.incidents import IncidentRecord, find_open_incident
from risk_register.incident.states import TOLD, Nature


@dataclass(frozen=True)
class ReportDecision:
    """Whether an incident is reportable under a regime, as a person decided it, and when it was reported.

    `nature` is the kind of event that it was held to be when it was decided.
    """

    incident_id: str
    regime_id: str
    nature: Nature
    is_reportable: bool
    reason: str
    decided_by: str
    decided_at: dt.datetime
    reference: str
    reported_by: str | None
    reported_at: dt.datetime | None


@dataclass(frozen=True)
class IncidentClock:
    """A regime's clock for an incident.

    `due_on` is the last day, in the regime's zone. `is_in_force` says whether the regime asked for it on the
    day somebody first knew; a later one is shown and binds nobody. `excluded_by` is who signed that the
    regime does not apply to the deployment, while nobody has decided about this incident: its clock is shown,
    too, and waits for nobody.
    """

    regime: Regime
    days: int
    due_on: dt.date
    in_force_from: dt.date | None
    is_in_force: bool
    decision: ReportDecision | None
    excluded_by: str | None = None

    def is_overdue(self, at: dt.datetime) -> bool:
        """Whether the last day has passed without a report, where one is or may be due."""
        return self.is_in_force and not self.is_settled and self.find_day(at) > self.due_on

    def find_day(self, at: dt.datetime) -> dt.date:
        """The day that it is where the regime holds; its last day is one of these."""
        return at.astimezone(ZoneInfo(self.regime.zone)).date()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to decide or to report."""
        if self.decision is None:
            return not self.is_in_force or self.excluded_by is not None
        return not self.decision.is_reportable or self.decision.reported_at is not None


def find_clocks(
    store: Store, incident: IncidentRecord, *, regimes: Sequence[Regime] | None = None
) -> tuple[IncidentClock, ...]:
    """The clocks that the regimes have for an incident of this nature, the earliest first."""
    with store.read() as session:
        return read_clocks(
            session,
            incident.incident_id,
            deployment_id=incident.deployment_id,
            nature=incident.nature,
            aware_at=incident.aware_at,
            regimes=regimes,
        )


def read_clocks(
    session: Session,
    incident_id: str,
    *,
    deployment_id: str,
    nature: Nature,
    aware_at: dt.datetime,
    regimes: Sequence[Regime] | None = None,
) -> tuple[IncidentClock, ...]:
    """`find_clocks` within a session that has more to do."""
    decisions = _list_decisions(session, incident_id)
    excluded = _find_excluded(session, deployment_id)
    found = [
        _start(
            regime,
            clock,
            aware_at=aware_at,
            decision=_find_settling(decisions, regime.id, nature=nature),
            excluded_by=excluded.get(regime.id),
        )
        for regime in (load_regimes() if regimes is None else regimes)
        for clock in regime.clocks
        if clock.nature == nature.value
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_in_force, one.due_on, one.regime.id)))


def decide_report(
    store: Store,
    *,
    incident_id: str,
    regime_id: str,
    is_reportable: bool,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Say whether an incident is reportable under a regime as what it is held to be now, and why.

    A later decision takes its place, unless it was reported: a report that was made stays beside.

    Raises:
        NotAllowedError: the reason is blank, there is no such regime, it was reported as this or as graver,
            or the incident is closed.
        ChangedMeanwhileError: somebody judged or decided since the version that the caller saw.
    """
    if not reason.strip():
        raise NotAllowedError("Reportable or not needs a reason; a later reader must be able to follow it.")
    _find_regime(regime_id)
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id, expected_version=expected_version)
        row.version += 1
        nature = Nature(row.nature)
        known = _find_settling(_list_decisions(write.session, incident_id), regime_id, nature=nature)
        if known is not None and known.reported_at is not None:
            raise NotAllowedError(f"{incident_id} was reported under {regime_id}; that is not undone here.")
        replaced = delete(IncidentReport).filter_by(
            incident_id=incident_id, regime_id=regime_id, reported_at=None
        )
        write.session.execute(replaced)
        write.session.add(
            IncidentReport(
                incident_id=incident_id,
                regime_id=regime_id,
                nature=nature.value,
                is_reportable=is_reportable,
                reason=reason.strip(),
                decided_by=actor,
                decided_at=at,
            )
        )
        write.record(
            "incident_report_decided",
            subject=incident_id,
            deployment_id=row.deployment_id,
            regime_id=regime_id,
            nature=nature.value,
            is_reportable=is_reportable,
            reason=reason.strip(),
        )


def record_report(
    store: Store, *, incident_id: str, regime_id: str, reference: str, actor: str, at: dt.datetime
) -> None:
    """Write down that it was reported: the authority's or the operator's reference. Sending is not done here.

    Raises:
        NotAllowedError: nobody has decided that it is reportable as what it is held to be now, it was
            reported, or the reference is blank.
    """
    if not reference.strip():
        raise NotAllowedError("A report has a reference: the authority's, or where the copy lies.")
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id)
        nature = Nature(row.nature)
        made = _find_settling(_list_decisions(write.session, incident_id), regime_id, nature=nature)
        if made is not None and made.reported_at is not None:
            raise NotAllowedError(f"{incident_id} was reported under {regime_id} at {made.reported_at}.")
        due = select(IncidentReport).filter_by(
            incident_id=incident_id, regime_id=regime_id, is_reportable=True, reported_at=None
        )
        known = write.session.scalar(due)
        if known is None:
            raise NotAllowedError(f"Nobody has decided that {incident_id} is reportable under {regime_id}.")
        if nature not in TOLD[Nature(known.nature)]:
            raise NotAllowedError(
                f"It was decided that {incident_id} is reportable under {regime_id} as {known.nature}; it is "
                f"held to be {nature} now. Decide about that first."
            )
        known.reported_by, known.reported_at, known.reference = actor, at, reference.strip()
        write.record(
            "incident_reported",
            subject=incident_id,
            deployment_id=row.deployment_id,
            regime_id=regime_id,
            nature=known.nature,
            reference=known.reference,
        )


def _find_excluded(session: Session, deployment_id: str) -> dict[str, str]:
    """Who signed of a regime that it does not apply to a deployment; the newest word holds."""
    rows = session.scalars(
        select(ApplicabilityDecision)
        .filter_by(deployment_id=deployment_id)
        .order_by(ApplicabilityDecision.decision_id)
    )
    newest = {row.regime_id: row for row in rows}
    return {name: row.decided_by for name, row in newest.items() if not row.is_applicable}


def _list_decisions(session: Session, incident_id: str) -> tuple[ReportDecision, ...]:
    rows = session.scalars(select(IncidentReport).filter_by(incident_id=incident_id))
    return tuple(ReportDecision(**{**columns_of(row), "nature": Nature(row.nature)}) for row in rows)


def _find_settling(
    decisions: Sequence[ReportDecision], regime_id: str, *, nature: Nature
) -> ReportDecision | None:
    """The decision about an event of this kind; a report of a graver kind stands for one as well.

    "Not reportable" is about its own kind alone: nobody died says nothing about a harm that was serious.
    """
    of_regime = [one for one in decisions if one.regime_id == regime_id]
    for one in of_regime:
        if one.reported_at is not None and nature in TOLD[one.nature]:
            return one
    return next((one for one in of_regime if one.nature is nature), None)


def _start(
    regime: Regime,
    clock: Clock,
    *,
    aware_at: dt.datetime,
    decision: ReportDecision | None,
    excluded_by: str | None,
) -> IncidentClock:
    aware_on = aware_at.astimezone(ZoneInfo(regime.zone)).date()
    since = clock.effective_from or regime.effective_from
    until = clock.effective_to or regime.effective_to
    return IncidentClock(
        regime=regime,
        days=clock.days,
        due_on=aware_on + dt.timedelta(days=clock.days),
        in_force_from=since,
        is_in_force=(since is None or since <= aware_on) and (until is None or aware_on <= until),
        decision=decision,
        excluded_by=excluded_by if decision is None else None,
    )


def _find_regime(regime_id: str) -> Regime:
    for regime in load_regimes():
        if regime.id == regime_id:
            return regime
    known = ", ".join(regime.id for regime in load_regimes() if regime.clocks)
    raise NotAllowedError(f"There is no regime {regime_id}. With clocks: {known}.")
