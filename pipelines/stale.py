"""Which days have to be computed: those whose inputs are not what they were when they were counted.

Knows no scheduler, so that asking costs nothing but reading the ledger.
"""

from __future__ import annotations

import datetime as dt

from pipelines.computed import finding_inputs, indicator_inputs, recorded
from pipelines.detect.extras import make_home_cascade
from pipelines.indicators.compute import definitions_version
from pipelines.indicators.own import load_home_definitions
from pipelines.lake import Lake
from pipelines.partition import Partition
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
