"""Small inputs of assess: a definition, a background and counts that state only what matters."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.days.calendar import Calendar
from pipelines.assess.level.cluster import Clusters, gather_clusters
from pipelines.assess.level.observation import Background
from risk_register.database.store import Store
from risk_register.deployment.appetites import AppetiteDecision, Side
from risk_register.register.deployments import ensure_deployment

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 8, 3)
AT = dt.datetime(2026, 8, 1, 9, tzinfo=dt.UTC)


def make_definition(indicator_id: str = "missed_escalation_rate", **more: Any) -> dict[str, Any]:
    return {
        "indicator_id": indicator_id,
        "title": "Missed escalation",
        "kind": "proportion",
        "unit": "conversation",
        "direction": "lower_is_better",
        "minimum_denominator": 20,
        "computed_by": "sql",
        "needs": "",
        "side": "above",
        "watch": 0.05,
        "breach": 0.1,
        "appetite_reason": "a placeholder",
        "definition_version": "d1",
        "bins": "",
    } | more


def make_decision(**more: Any) -> AppetiteDecision:
    given: dict[str, Any] = {
        "proposal_id": 1,
        "deployment_id": "harbor",
        "indicator_id": "missed_escalation_rate",
        "side": Side.ABOVE,
        "watch": 0.05,
        "breach": 0.1,
        "reason": "agreed",
        "effective_from": MONDAY,
        "proposed_by": "officer",
        "proposed_at": AT,
        "approved_by": "compliance",
        "approved_at": AT,
        "version": 1,
    }
    return AppetiteDecision(**given | more)


def make_calendar(
    first: dt.date, count: int, *, without: tuple[int, ...] = (), held: tuple[int, ...] = ()
) -> Calendar:
    """`count` days from `first`; `without` and `held` are positions."""
    days = frozenset(first + number * DAY for number in range(count) if number not in without)
    return Calendar(days, frozenset(first + number * DAY for number in held))


def make_background(
    calendar: Calendar, *definitions: dict[str, Any], decisions: tuple[AppetiteDecision, ...] = ()
) -> Background:
    chosen = definitions or (make_definition(),)
    return Background(
        {one["indicator_id"]: one for one in chosen}, {"harbor": calendar}, {"harbor": decisions}
    )


def make_counts(*rows: tuple[str, dt.date, float, float], **more: Any) -> pd.DataFrame:
    """Counts of the whole deployment: (period, start, numerator, denominator)."""
    return pd.DataFrame(
        [
            {
                "deployment_id": "harbor",
                "indicator_id": "missed_escalation_rate",
                "period": period,
                "period_start": start,
                "slice": "all",
                "slice_value": "all",
                "numerator": float(numerator),
                "denominator": float(denominator),
                "unscored_count": 0.0,
                "unit_count": float(denominator),
            }
            | more
            for period, start, numerator, denominator in rows
        ]
    )


def make_slices(*rows: tuple[str, dt.date, str, str, list[float]], unit: str = "conversation") -> pa.Table:
    """Units of slices in buckets of users: (period, start, slice, value, units)."""
    keys = ("deployment_id", "unit", "period", "period_start", "slice", "slice_value", "bucket", "unit_count")
    values = [("harbor", unit, *one, list(range(len(n))), n) for *one, n in rows]
    types = {
        "period_start": pa.date32(), "bucket": pa.list_(pa.int8()), "unit_count": pa.list_(pa.float64()),
    }  # fmt: skip
    schema = pa.schema([(key, types.get(key, pa.string())) for key in keys])
    return pa.Table.from_pylist([dict(zip(keys, value, strict=True)) for value in values], schema=schema)


def make_values(*rows: tuple[str, dt.date, list[list[float]]], indicator_id: str) -> pa.Table:
    """Values of a distribution that were seen: (period, start, a list of buckets for each bin)."""
    schema = pa.schema(
        [("deployment_id", pa.string()), ("indicator_id", pa.string()), ("period", pa.string()),
         ("period_start", pa.date32()), ("bin", pa.list_(pa.int64())), ("bucket", pa.list_(pa.int8())),
         ("unit_count", pa.list_(pa.int64()))]
    )  # fmt: skip
    found = []
    for period, start, bins in rows:
        cells = [(place, bucket, n) for place, one in enumerate(bins) for bucket, n in enumerate(one) if n]
        lists = dict(zip(("bin", "bucket", "unit_count"), map(list, zip(*cells, strict=True)), strict=True))
        found.append(
            {"deployment_id": "harbor", "indicator_id": indicator_id, "period": period, "period_start": start}
            | lists
        )
    return pa.Table.from_pylist(found, schema=schema)


def make_clusters(
    *rows: tuple[str, dt.date, list[float], list[float]],
    indicator_ids: list[str] | None = None,
    slices: pa.Table | None = None,
    seen: pa.Table | None = None,
) -> Clusters:
    """Counts in buckets of users: (period, start, numerators, denominators), of one indicator or one each."""
    names = indicator_ids or ["missed_escalation_rate"] * len(rows)
    keys = ("deployment_id", "indicator_id", "period", "period_start", "bucket", "numerator", "denominator")
    values = [
        ("harbor", name, period, start, list(range(len(x))), x, n)
        for name, (period, start, x, n) in zip(names, rows, strict=True)
    ]
    types = {
        "period_start": pa.date32(),
        "bucket": pa.list_(pa.int8()),
        "numerator": pa.list_(pa.float64()),
        "denominator": pa.list_(pa.float64()),
    }
    schema = pa.schema([(key, types.get(key, pa.string())) for key in keys])
    table = pa.Table.from_pylist([dict(zip(keys, value, strict=True)) for value in values], schema=schema)
    return gather_clusters(
        table,
        make_slices() if slices is None else slices,
        make_values(indicator_id="") if seen is None else seen,
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The factories of this module."""
    return SimpleNamespace(
        definition=make_definition,
        decision=make_decision,
        calendar=make_calendar,
        background=make_background,
        counts=make_counts,
        clusters=make_clusters,
        slices=make_slices,
        values=make_values,
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A governance store that knows one deployment, made once."""
    path = tmp_path_factory.mktemp("assess") / "template.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    ensure_deployment(store, deployment_id="harbor", title="Harbor", actor="command_line", at=AT)
    return path


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Store:
    return Store(f"sqlite:///{shutil.copy(template, tmp_path / 'governance.sqlite')}")
