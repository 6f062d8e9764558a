"""How a deployment reviews: labels a week, who helps its reviewers, what is done when a life is at risk.

The operator's own words; none ship with Plimsoll, and a page says so as long as there are none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from risk_register.database.model import Deployment
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewSetting
from risk_register.errors import NotAllowedError, UnknownRecordError

LONGEST = 4000  # characters of a protocol: it is read while somebody may be in danger


@dataclass(frozen=True)
class ReviewSettings:
    """The settings of a deployment; `capacity_per_week` is None until somebody has said it."""

    capacity_per_week: int | None = None
    support_contact: str = ""
    crisis_protocol: str = ""
    set_by: str | None = None
    set_at: dt.datetime | None = None


def read_settings(store: Store, deployment_id: str) -> ReviewSettings:
    """The settings as they stand."""
    with store.read() as session:
        row = session.get(ReviewSetting, deployment_id)
    if row is None:
        return ReviewSettings()
    return ReviewSettings(
        row.capacity_per_week, row.support_contact, row.crisis_protocol, row.set_by, row.set_at
    )


def set_settings(
    store: Store,
    *,
    deployment_id: str,
    capacity_per_week: int | None,
    support_contact: str,
    crisis_protocol: str,
    actor: str,
    at: dt.datetime,
) -> None:
    """Say how this deployment reviews. Without a capacity no sample is drawn by itself.

    Raises:
        NotAllowedError: a capacity below 1, or words that are too long to be read in a hurry.
        UnknownRecordError: the register does not know the deployment.
    """
    if capacity_per_week is not None and capacity_per_week < 1:
        raise NotAllowedError(
            f"A capacity of {capacity_per_week} labels a week is none; give at least 1, or none."
        )
    for name, words in (("support contact", support_contact), ("crisis protocol", crisis_protocol)):
        if len(words) > LONGEST:
            raise NotAllowedError(f"The {name} has {len(words)} characters; at most {LONGEST} are kept.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        row = write.session.get(ReviewSetting, deployment_id) or ReviewSetting(deployment_id=deployment_id)
        row.capacity_per_week = capacity_per_week
        row.support_contact, row.crisis_protocol = support_contact.strip(), crisis_protocol.strip()
        row.set_by, row.set_at = actor, at
        write.session.add(row)
        write.record(
            "review_settings_set",
            subject=deployment_id,
            deployment_id=deployment_id,
            capacity_per_week=capacity_per_week,
            support_contact=row.support_contact,
            crisis_protocol=row.crisis_protocol,
        )
