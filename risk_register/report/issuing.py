"""Issuing a report: an approved one leaves as an edition, unless its files or a regime stand against it.

Drawing the files is done elsewhere and handed in; the rules of who submits and approves are
`submissions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.content import Regime
from risk_register.database.store import Store
from risk_register.database.tables.report import ReportSubmission
from risk_register.deployment.applicability import RegimeStanding, list_standings
from risk_register.errors import ChangedMeanwhileError, NotAllowedError
from risk_register.report.editions import Draw, Edition
from risk_register.report.states import (
    LEFT_THE_HOUSE,
    BuiltOnce,
    ReportStatus,
    check_step,
    list_submissions,
    record,
    take_step,
)


def issue(
    store: Store, built: BuiltOnce, *, problems: Sequence[str], draw: Draw, actor: str, at: dt.datetime
) -> Edition:
    """Let an approved report leave as an edition, whose files say so; from then on it stays as it is.

    Args:
        store: the governance store.
        built: the report as it lies there.
        problems: what is wrong with its files, as `report verify` finds it.
        draw: draws the files of the edition aside. Called again for the same edition after a crash.
        actor: who issues.
        at: when.

    Raises:
        ChangedMeanwhileError: it was built again since it was approved.
        NotAllowedError: nobody approved it, its files are not whole, or a regime stands against it.
    """
    if problems:
        raise NotAllowedError(f"{built.report} of {built.period} is not whole: {' '.join(problems)}")
    against = why_not_issue(list_standings(store, built.deployment_id), built.report, as_of=at.date())
    if against:
        raise NotAllowedError(f"{built.report} may not be issued. {' '.join(against)}")
    with store.read() as session:
        planned = _plan(session, built, actor=actor, at=at)
    # Seconds of drawing, in which others may write; whatever they decide meanwhile is looked at again below.
    with (
        draw(built.deployment_id, built.report, built.period, planned) as drawn,
        store.write(actor=actor, at=at) as write,
    ):
        if _plan(write.session, built, actor=actor, at=at) != planned:
            raise ChangedMeanwhileError(f"{built.report} of {built.period} was decided on; look again.")
        row = take_step(write, built, to_state=ReportStatus.ISSUED)
        row.issued_by, row.issued_at = actor, at
        row.edition, row.edition_hash = planned.number, drawn.manifest_sha256
        record(
            write,
            "report_issued",
            built,
            number=row.number,
            approved_by=row.approved_by,
            edition=planned.number,
            edition_hash=drawn.manifest_sha256,
        )
        # Last, and in the one transaction in which nobody else issues: its place may hold what has left.
        drawn.put_in_place()
    return planned


def why_not_issue(standings: Sequence[RegimeStanding], report: str, *, as_of: dt.date) -> tuple[str, ...]:
    """What stands against issuing a report that day; nothing if it may.

    A report that a regime asks for needs that regime signed, applicable and confirmed. On any other, a regime
    that was signed as applicable must not be past the day by which its text is read again.
    """
    against = []
    for one in standings:
        if _asks_for(one.regime, report):
            against.append(one.why_not_issue(as_of))
        elif one.decision is not None and one.decision.is_applicable:
            against.append(one.regime.why_too_old(as_of))
    return tuple(words for words in against if words is not None)


def say_unsigned(standings: Sequence[RegimeStanding]) -> str | None:
    """A warning while nobody has signed whether some regimes apply; it stops no report, and is no silence."""
    unsigned = [one.regime.id for one in standings if one.decision is None]
    if not unsigned:
        return None
    return (
        f"Nobody has signed whether {len(unsigned)} of {len(standings)} regimes apply here "
        f"({', '.join(unsigned)}). That stops no report which no regime asks for, but what they ask of it is "
        "not known."
    )


def check_may_build(store: Store, *, deployment_id: str, report: str, period: str) -> None:
    """Raise if a report must not be built again: it left before there were editions, and has one place.

    Raises:
        NotAllowedError: it has been issued.
    """
    for one in list_submissions(store, deployment_id):
        is_it = (one.report, one.period) == (report, period)
        if is_it and one.state in LEFT_THE_HOUSE and one.edition_hash is None:
            raise NotAllowedError(
                f"{report} of {period} was issued by {one.issued_by}; nothing is built over it."
            )


def _asks_for(regime: Regime, report: str) -> bool:
    return any(duty.report == report for duty in regime.duties)


def _plan(session: Session, built: BuiltOnce, *, actor: str, at: dt.datetime) -> Edition:
    """The edition that an approved report becomes when this account issues it now.

    Raises:
        NotAllowedError: it is not approved, or built again since.
    """
    row = check_step(session, built, to_state=ReportStatus.ISSUED)
    if row.approved_by is None or row.approved_at is None:
        raise NotAllowedError(f"Nobody has approved {built.report} of {built.period}.")
    earlier = session.scalars(
        select(ReportSubmission)
        .filter_by(deployment_id=built.deployment_id, report=built.report, period=built.period)
        .where(ReportSubmission.state.in_([state.value for state in LEFT_THE_HOUSE]))
    ).all()
    return Edition(
        number=len(earlier) + 1,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        issued_by=actor,
        issued_at=at,
        approved_manifest_sha256=row.manifest_hash,
        corrects=len(earlier) or None,
        correction_reason=row.correction_reason,
    )
