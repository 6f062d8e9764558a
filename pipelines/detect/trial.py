"""A model tried beside the live one on a home's own messages, before anybody decides about it.

Only what reads every message takes part: a judge would be paid twice, and decides alike under both models.
Nothing that is found is kept but the counts of the bridge.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from methods.bridge import Bridge, measure_bridge
from pipelines.detect.bridge import COUNTS, count_bridge, keep_bridge
from pipelines.detect.cascade import Cascade
from pipelines.detect.detector import CoverageState
from pipelines.detect.detectors.linear.cards import CODE_VERSION, DETECTOR_ID
from pipelines.detect.detectors.linear.linear import load_linear_detector
from pipelines.detect.extras import make_home_cascade
from pipelines.detect.language import read_languages, with_languages
from pipelines.detect.model_store import find_live_version, find_model
from pipelines.detect.plan import Sees
from pipelines.errors import StateError
from pipelines.expiry import Expired, find_expired
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.lake.partition import choose
from pipelines.schemas.bridge import BRIDGE_DAY
from pipelines.schemas.finding import COVERAGE
from pipelines.settings import Home

NEWEST = 28
"""Days, a deployment, in which to look for text that a model could be tried on."""
FEW = "too few conversations to be written down"
NOTHING = "Nothing was compared: there is no message that both models read."


def try_model(home: Home, version: str, *, days: int) -> dict[tuple[str, str], Bridge]:
    """Score the last days that have text with both models, keep the counts, and tell the bridges.

    Raises:
        StateError: the home does not hold the model, it is live, or no day has text.
    """
    live = _without_dear(make_home_cascade(home))
    folder = find_model(home, version)
    other = replace(live, detectors={**live.detectors, DETECTOR_ID: load_linear_detector(folder)})
    if other.version == live.version:
        raise StateError(f"Model {version} is the live one; there is nothing to compare it with.")
    with lakes.write(home.lake, by="trial") as commit:
        chosen = _choose_days(commit.lake, days)
        messages = commit.lake.read("staging.message", days={day for _, day in chosen})
        if messages is None or not chosen:
            raise StateError("No day of this home has text that a model could be tried on.")
        messages = choose(messages, sorted(chosen))
        read = with_languages(messages, read_languages(messages))
        rows = count_bridge(messages, live.scan(read), other.scan(read), cards=other.cards, is_trial=True)
        keep_bridge(commit, rows)
    return read_trial(home, version)


def read_trial(home: Home, version: str) -> dict[tuple[str, str], Bridge]:
    """The bridges of a model that was tried beside the one that is live now, by deployment and signal.

    Empty if it was not: what it was to another model says nothing about the rates of today. Days that were
    scored by one after the other, as after a way back, were compared as well.
    """
    held = Lake(home.lake).read(BRIDGE_DAY.full_name)
    if held is None:
        return {}
    frame = held.to_pandas()
    is_asked = (frame["old_version"] == _name(find_live_version(home))) & (
        frame["new_version"] == _name(version)
    )
    frame = frame[is_asked]
    found: dict[tuple[str, str], Bridge] = {}
    for (deployment, signal), part in frame.groupby(["deployment_id", "signal_id"], sort=True):
        clusters: Any = part.groupby("bucket")[list(COUNTS)].sum()
        found[str(deployment), str(signal)] = measure_bridge(*(clusters[name].to_numpy() for name in COUNTS))
    return found


def has_messages(home: Home) -> bool:
    """Whether there is text that a model could be tried on: of the newest days, some that a detector read.

    Where nobody has looked yet, there is.
    """
    lake = Lake(home.lake)
    chosen = _choose_days(lake, NEWEST)
    columns = ["deployment_id", "day", "state", "is_basis"]
    held = lake.read(COVERAGE.full_name, days={day for _, day in chosen}, columns=columns)
    seen = None if held is None else choose(held, sorted(chosen))
    if not chosen or seen is None or not seen.num_rows:
        return bool(chosen)
    is_read = pc.and_(seen["is_basis"], pc.equal(seen["state"], str(CoverageState.SCORED)))
    return bool(pc.any(is_read).as_py())


def describe_trial(found: dict[tuple[str, str], Bridge], *, hides_small: bool = False) -> str:
    """The ratios, one clause a deployment and signal; a decision's record hides small counts as pages do."""
    told = [
        f"{deployment}, {signal}: {FEW if hides_small and one.is_small else _say(one)}"
        for (deployment, signal), one in found.items()
    ]
    return f"Bridge: {'; '.join(told)}." if told else NOTHING


def _say(one: Bridge) -> str:
    ratio = f", ratio {one.ratio:.2f} ({one.ci_low:.2f} to {one.ci_high:.2f})" if one.ratio else ""
    return f"{one.old_count} -> {one.new_count} conversations{ratio}"


def _name(version: str) -> str:
    return f"{DETECTOR_ID}@{CODE_VERSION}-{version}"


def _without_dear(cascade: Cascade) -> Cascade:
    cheap = {step.detector for step in cascade.steps if step.sees is Sees.ALL}
    return replace(cascade, detectors={name: cascade.detectors[name] for name in cheap})


def _choose_days(lake: Lake, days: int) -> set[tuple[str, dt.date]]:
    """The newest days with text, as many a deployment."""
    open_days = set(lake.partitions("staging.message")) - find_expired(lake, *Expired)
    newest = {name: max(day for one, day in open_days if one == name) for name, _ in open_days}
    return {(name, day) for name, day in open_days if day > newest[name] - dt.timedelta(days=days)}
