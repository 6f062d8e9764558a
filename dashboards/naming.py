"""What indicators, risks and checklist items are called wherever they are named: as on their own pages."""

from __future__ import annotations

from dashboards.view import View
from dashboards.wording import say_words
from risk_register.item.checklist import list_items
from risk_register.register.register import list_risks


def name_indicators(view: View) -> dict[str, str]:
    """Titles of indicators by id."""
    return {one.indicator_id: one.title for one in view.reader.indicators()}


def name_risks(view: View) -> dict[str, str]:
    """References and titles of the risks of the deployment by id."""
    return {one.risk_id: f"{one.reference} {one.title}" for one in list_risks(view.store, view.deployment_id)}


def name_items(view: View) -> dict[str, str]:
    """References of checklist items by id, with the id in words: their questions are long."""
    items = list_items(view.store, view.deployment_id, as_of=view.today)
    return {one.item_id: f"{one.reference} {say_words(one.item_id)}" for one in items}
