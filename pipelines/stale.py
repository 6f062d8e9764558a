"""What has to be computed: days whose inputs are not what they were when they were counted, and the closing.

Knows no scheduler, so that asking costs nothing but reading the ledger.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.assess.alarms.arrival import has_seen_counts
from pipelines.computed import finding_inputs, indicator_inputs, recorded
from pipelines.detect.extras import make_home_cascade
from pipelines.indicators.compute import definitions_version
from pipelines.indicators.own import load_home_definitions
from pipelines.lake.lake import Lake
from pipelines.lake.partition import Partition
from pipelines.pointer import current_since, find_current
from pipelines.schemas.assessment import DEPLOYMENT
from pipelines.settings import Home


def stale_days(home: Home) -> list[dt.date]:
    """Days on which any deployment's messages, events, detectors or definitions have changed."""
    return sorted({day for _, day in stale_partitions(home)})


def stale_partitions(home: Home) -> set[Partition]:
    """Days by deployment whose messages, events, detectors or definitions changed since they were counted."""
    lake = Lake(home.lake)
    findings = finding_inputs(lake, make_home_cascade(home).version)
    wanted = indicator_inputs(lake, findings, definitions_version(load_home_definitions(home)))
    held = recorded(lake, "indicator")
    changed = {part for part, inputs in wanted.items() if held.get(part) != inputs}
    return changed | (held.keys() - wanted.keys())


def awaits_closing(home: Home) -> bool:
    """Whether something was counted and not assessed since, or assessed and not published since.

    However the run that was to do it has ended: what it leaves tells, and nothing that it said.
    """
    lake = Lake(home.lake)
    if not has_seen_counts(lake):
        return True
    assessed = [Path(file).stat().st_mtime for file in lake.files(DEPLOYMENT.full_name)]
    published, since = find_current(home.published), current_since(home.published)
    if not assessed:
        return False
    return published is None or since is None or not published.exists() or since.timestamp() < max(assessed)
