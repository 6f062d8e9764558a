"""What moved: the categories behind a week's distance, with their shares before and then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import special

from methods.drift import is_share_change_practical
from pipelines.assess.days.calendar import Calendar, start_of
from pipelines.schemas.assessment import DRIFT_SHIFT

SHOWN = 6


def tabulate_shifts(features: pd.DataFrame, drift: pa.Table, calendars: Mapping[str, Calendar]) -> pa.Table:
    """The table `assessment.drift_shift`: for every week that moved, the categories that moved it most."""
    rows: list[dict[str, Any]] = []
    moved = [row for row in drift.to_pylist() if row["status"] == "moved"]
    for (deployment, feature), part in features.groupby(["deployment_id", "feature"]):
        weeks = [
            row["week"] for row in moved if (row["deployment_id"], row["feature"]) == (deployment, feature)
        ]
        if not weeks or str(deployment) not in calendars:
            continue
        mine = [
            row
            for row in drift.to_pylist()
            if (row["deployment_id"], row["feature"]) == (deployment, feature)
        ]
        reference = {row["week"] for row in mine if row["status"] == "reference"}
        placed = part.assign(week=[start_of("week", day) for day in part["day"]])
        table = placed.pivot_table(
            index="week", columns="category", values="message_count", aggfunc="sum", fill_value=0
        )
        before = table.loc[[week for week in table.index if week in reference]].sum().to_numpy(float)
        for week in weeks:
            own = {"deployment_id": str(deployment), "feature": str(feature), "week": week}
            rows += [own | row for row in _describe(table.columns, before, table.loc[week])]
    return pa.Table.from_pylist(rows, schema=DRIFT_SHIFT.arrow_schema)


def _describe(names: pd.Index, before: np.ndarray[Any, Any], now: pd.Series) -> list[dict[str, Any]]:
    p, q = before / before.sum(), now.to_numpy(float) / now.sum()
    middle = (p + q) / 2
    weight = special.rel_entr(p, middle) + special.rel_entr(q, middle)
    return [
        {
            "category": str(names[place]),
            "reference_share": float(p[place]),
            "week_share": float(q[place]),
            "contribution": float(weight[place] / weight.sum()) if weight.sum() > 0 else 0.0,
            "is_practical": bool(is_share_change_practical(float(p[place]), float(q[place]))),
        }
        for place in np.argsort(-weight, kind="stable")[:SHOWN].tolist()
        if weight[place] > 0
    ]
