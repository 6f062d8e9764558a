"""The items of the checklist as a page judges them: on the deployment's day, with the changes seen."""

from __future__ import annotations

from datetime import date

from dashboards.view import View
from risk_register.item.checklist import ItemRecord, VersionChange, list_items


def read_items(view: View) -> tuple[ItemRecord, ...]:
    """The items of the deployment, in the checklist's order."""
    changes = view.reader.changes(view.deployment_id, date.min)
    seen = [VersionChange(one.what, one.effective_on, one.note) for one in changes]
    return list_items(view.store, view.deployment_id, as_of=view.today, seen=seen)
