"""The appetites that hold, those that can hold nothing, and the placeholders that wait for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from pipelines.assess.level.observation import Background
from pipelines.schemas.assessment import APPETITE
from risk_register.deployment.appetites import AppetiteDecision
from risk_register.deployment.passable import can_pass


def tabulate_appetites(background: Background) -> pa.Table:
    """The table `assessment.appetite`: every approved decision; where there is none, the placeholder."""
    rows: list[dict[str, Any]] = []
    for deployment, decisions in background.decisions.items():
        approved = [one for one in decisions if one.approved_by is not None]
        rows += [
            {
                "deployment_id": deployment,
                "indicator_id": one.indicator_id,
                "effective_from": one.effective_from,
                "watch": one.watch,
                "breach": one.breach,
                "side": str(one.side),
                "is_placeholder": False,
                "version": one.version,
                "reason": getattr(one, "reason", ""),
                "proposed_by": getattr(one, "proposed_by", None),
                "approved_by": one.approved_by,
            }
            for one in approved
        ]
        decided = {one.indicator_id for one in approved}
        rows += [
            {
                "deployment_id": deployment,
                "indicator_id": indicator,
                "effective_from": background.calendars[deployment].first,
                "watch": definition["watch"],
                "breach": definition["breach"],
                "side": definition["side"],
                "is_placeholder": True,
                "version": 0,
                "reason": definition["appetite_reason"],
                "proposed_by": None,
                "approved_by": None,
            }
            for indicator, definition in background.definitions.items()
            if indicator not in decided and definition["side"]
        ]
    return pa.Table.from_pylist(rows, schema=APPETITE.arrow_schema)


def list_unpassable(
    decisions: Iterable[AppetiteDecision], definitions: Mapping[str, Mapping[str, Any]]
) -> tuple[AppetiteDecision, ...]:
    """The approved limits that no value can pass: everything would be within, so they judge nothing."""
    return tuple(
        one
        for one in decisions
        if one.is_approved
        and (definition := definitions.get(one.indicator_id)) is not None
        and not can_pass(one, kind=definition["kind"], direction=definition["direction"])
    )
