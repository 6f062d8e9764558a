"""Whether a week's texts can be told from those of the reference weeks, answers and users' messages apart.

Texts are read from staging, turned into hashed word counts, compared and forgotten: what is kept is one area
a week. A week whose messages have not changed is not compared again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from methods.drift import MINIMUM_BLOCKS, REFERENCE_WEEKS, list_reference
from methods.two_samples import AUC_THRESHOLD, separate_samples
from pipelines.assess.days.calendar import DAY, Calendar
from pipelines.discretion import Discretion
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Commit, Lake
from pipelines.schemas.assessment import TEXT_AREA
from pipelines.settings import REPOSITORY

SAMPLE = (REPOSITORY / "sql" / "assessment" / "text_sample.sql").read_text(encoding="utf-8")
ROLES = {"assistant_text": "assistant", "user_text": "user"}
TEXTS_A_WEEK = 200
"""Messages of a week and role that are compared: those with the smallest ids, which are keyed hashes."""

REFERENCE_SHARE = 2  # as many reference texts as this many weeks', spread over the reference weeks
FEATURES = 2**12
VERSION = "1"
"""Changes when areas of different versions cannot be compared."""


@dataclass(frozen=True)
class _Week:
    """Hashed words of a week's texts and the conversations they are from."""

    table: Any
    groups: np.ndarray[Any, Any]


@Discretion("comparison of texts")
def compare_texts(commit: Commit, calendars: Mapping[str, Calendar]) -> pa.Table:
    """The table `assessment.text_area`, brought up to date: an area for every whole week and role."""
    lake = commit.lake
    held = {
        (row["deployment_id"], row["feature"], row["week"]): row for row in _rows(lake, TEXT_AREA.full_name)
    }
    rows = []
    for deployment, calendar in calendars.items():
        weeks = [start for period, start in calendar.periods() if period == "week"]
        whole = [week for week in weeks if not calendar.is_partial("week", week)]
        if len(whole) < MINIMUM_BLOCKS:
            continue
        prints = lake.fingerprints("staging.message")
        sources = {week: _source(prints, deployment, week) for week in whole}
        reference = list_reference(whole)
        base = "".join(sources[week] for week in reference)
        texts = _Texts(lake, deployment)
        for feature in ROLES:
            for week in whole:
                source = hashlib.sha256(f"{VERSION}{base}{sources[week]}".encode()).hexdigest()[:32]
                known = held.get((deployment, feature, week))
                if known is None or known["source"] != source:
                    known = texts.compare(feature, week, reference) | {"source": source}
                rows.append(known)
    table = pa.Table.from_pylist(rows, schema=TEXT_AREA.arrow_schema)
    if table.num_rows or held:
        commit.replace_all(TEXT_AREA.full_name, table)
    return table


def tabulate_areas(areas: pa.Table) -> list[dict[str, Any]]:
    """Rows of `assessment.drift`: moved where the area is practical and beyond what reference weeks show."""
    rows: list[dict[str, Any]] = []
    everything = areas.to_pylist()
    for key in sorted({(row["deployment_id"], row["feature"]) for row in everything}):
        mine = sorted(
            (row for row in everything if (row["deployment_id"], row["feature"]) == key),
            key=lambda row: row["week"],
        )
        known = [row["area"] for row in mine[:REFERENCE_WEEKS] if row["area"] is not None]
        # Few blocks: the largest of them, and a fifth of its distance from no difference.
        high = 0.5 + 1.2 * (max(known) - 0.5) if len(known) >= MINIMUM_BLOCKS else None
        for place, row in enumerate(mine):
            area = row["area"]
            if area is None or high is None:
                status = "insufficient_data"
            elif place < REFERENCE_WEEKS:
                status = "reference"
            else:
                status = "moved" if area >= AUC_THRESHOLD and area > high else "stable"
            rows.append(
                {
                    "deployment_id": key[0],
                    "feature": key[1],
                    "week": row["week"],
                    "measure": "classifier_auc",
                    "distance": area,
                    "threshold": AUC_THRESHOLD,
                    "null_high": high,
                    "message_count": row["text_count"],
                    "reference_count": row["reference_count"],
                    "status": status,
                    "is_suppressed": False,
                }
            )
    return rows


class _Texts:
    """The hashed texts of one deployment, each week read once."""

    def __init__(self, lake: Lake, deployment_id: str) -> None:
        self._lake = lake
        self._deployment = deployment_id
        self._weeks: dict[tuple[str, dt.date], _Week] = {}

    def compare(self, feature: str, week: dt.date, reference: list[dt.date]) -> dict[str, Any]:
        """The area of a week against the other reference weeks."""
        from scipy import sparse  # noqa: PLC0415  a second to load, for those who compare texts

        own = self._read(feature, week)
        others = [self._read(feature, one) for one in reference if one != week]
        each = max(REFERENCE_SHARE * TEXTS_A_WEEK // max(len(others), 1), 1)
        table = sparse.vstack([one.table[:each] for one in others])
        groups = np.concatenate([one.groups[:each] for one in others])
        found = separate_samples(table, own.table, first_groups=groups, second_groups=own.groups)
        return {
            "deployment_id": self._deployment,
            "feature": feature,
            "week": week,
            "area": found.area if np.isfinite(found.area) else None,
            "text_count": found.second_count,
            "reference_count": found.first_count,
        }

    def _read(self, feature: str, week: dt.date) -> _Week:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

        if (feature, week) not in self._weeks:
            days = [week + number * DAY for number in range(7)]
            chosen = {
                "deployment_id": self._deployment,
                "role": ROLES[feature],
                "text_count": TEXTS_A_WEEK,
            }
            with DuckDBEngine() as engine:  # which reads the texts of the chosen alone, not of the week
                engine.attach(self._lake, ["staging.message"], days=days)
                mine = engine.query(SAMPLE, chosen).to_pylist()
            texts = [row["text"] or "" for row in mine] or [""]
            groups = np.array([row["conversation_id"] for row in mine] or ["none"])
            hasher = HashingVectorizer(n_features=FEATURES, alternate_sign=False, ngram_range=(1, 2))
            self._weeks[(feature, week)] = _Week(hasher.transform(texts), groups)
        return self._weeks[(feature, week)]


def _source(prints: Mapping[tuple[str, dt.date], str], deployment: str, week: dt.date) -> str:
    return "|".join(prints.get((deployment, week + number * DAY), "") for number in range(7))


def _rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    rows = lake.read(name)
    return [] if rows is None else rows.to_pylist()
