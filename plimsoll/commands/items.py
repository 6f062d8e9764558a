"""The items of the checklist as a command judges them: on the deployment's day, with the changes seen."""

from __future__ import annotations

import datetime as dt

from pipelines.lake.lake import Lake
from pipelines.zone import find_zone
from plimsoll.commands.acting import Acting
from risk_register.item.checklist import ItemRecord, list_items, list_seen


def read_items(acting: Acting) -> tuple[ItemRecord, ...]:
    """The items of the deployment, in the checklist's order."""
    changes = Lake(acting.home.lake).read("assessment.change")
    seen = list_seen([] if changes is None else changes.to_pylist(), acting.deployment_id)
    return list_items(acting.store, acting.deployment_id, as_of=find_today(acting), seen=seen)


def find_today(acting: Acting) -> dt.date:
    """The day where the deployment is; in UTC for one of which nothing was delivered."""
    return acting.at.astimezone(find_zone(Lake(acting.home.lake), acting.deployment_id)).date()
