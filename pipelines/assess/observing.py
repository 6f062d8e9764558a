"""All raw observations of a run: first what the data say, then what the register says of that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.assess.history.rare_event import chart_rare_events
from pipelines.assess.history.variation import tabulate_limits
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.level.observation import Background, judge_rows, measure
from pipelines.assess.register.counting import count_register
from pipelines.schemas.assessment import CHART
from risk_register.database.store import Store


def observe(
    store: Store,
    background: Background,
    *,
    counts: pd.DataFrame,
    histograms: pd.DataFrame,
    clusters: Clusters,
    computed: list[dict[str, Any]],
    zones: Mapping[str, str],
    changes: pa.Table,
    at: dt.datetime,
) -> tuple[pa.Table, pa.Table]:
    """The raw observations, and the limits of their charts."""
    counted = measure(counts, histograms, clusters, background)
    first = judge_rows(_joined([counted, pd.DataFrame(computed)]), background)
    governance = count_register(store, background, first, zones=zones, changes=changes, at=at)
    second = judge_rows(measure(pd.DataFrame(governance), histograms, clusters, background), background)
    limits = [
        *tabulate_limits(counted),
        *chart_rare_events(counted, background.definitions, background.phases),
    ]
    charts = pa.Table.from_pylist(limits, schema=CHART.arrow_schema)
    return pa.concat_tables([first, second]), charts


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    rows["variation"] = rows["variation"].fillna("not_assessed")
    return rows.fillna({"unscored_count": 0.0, "unit_count": 0.0})
