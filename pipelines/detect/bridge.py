"""The bridge between two versions of the detectors: the same messages, as each of them decided about them.

Counted when days are scored again by a new version, and when a model is tried beside the live one. Only
messages that both versions scored are compared. What the counts say is worked out in `assess`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.detect.detector import LOG, CoverageState, DetectorCard, Scan
from pipelines.detect.detectors.lexicon.own import BESIDE
from pipelines.lake.lake import Commit
from pipelines.own_signal import PREFIX
from pipelines.schemas.bridge import BRIDGE_DAY

ABSENT = "none"
BUCKETS = 64
DAY = ["deployment_id", "day"]
AT_WORK = [*DAY, "detector_id", "detector_version"]
OWED = (str(CoverageState.NOT_RUN), str(CoverageState.FAILED))
KEY = ["deployment_id", "message_id"]
UNIT = ["conversation_id", "signal_id"]
COUNTS = ("both_count", "old_count", "new_count")
FIRST_BUCKET = 0
Place = tuple[str, dt.date, str, int]
"""Deployment, day, signal and bucket."""


@dataclass(frozen=True)
class Versions:
    """The detectors that came, left or have another version, as they were and as they are."""

    old: str
    new: str


def count_bridge(
    messages: pa.Table, old: Scan, new: Scan, *, cards: Sequence[DetectorCard], is_trial: bool = False
) -> pa.Table:
    """The rows of these days (schema BRIDGE_DAY); none where no detector but the operator's own has changed.

    A day on which the new version owes messages has none: what it has not read would count as unchanged. A
    signal that neither version flagged on a day has one row, of zeros, where messages were compared.

    Args:
        messages: those that were scored, with `user_id`.
        old: what the lake holds of them.
        new: what the detectors of `cards` make of them.
    """
    versions = {
        key: found
        for key, part in _list_at_work(old).groupby(DAY)
        if key not in new.unfinished and (found := find_versions(part, cards)) is not None
    }
    if not versions:
        return BRIDGE_DAY.empty()
    before, after = _looked_at(old)[KEY], _looked_at(new)
    if before.empty or after.empty:
        return BRIDGE_DAY.empty()
    compared = after.merge(before, on=KEY)
    changed = {name.partition("@")[0] for one in versions.values() for name in one.new.split(",")}
    signals = _signals_of(changed, old, cards)
    counts = _count_pairs(_flagged(old, compared), _flagged(new, compared), _find_buckets(messages))
    days = set(compared[DAY].itertuples(index=False, name=None)) & versions.keys()
    flagged = {(deployment, day, signal) for deployment, day, signal, _ in counts}
    for key in ((*day, signal) for day in days for signal in signals):
        if key not in flagged:
            counts[*key, FIRST_BUCKET] = Counter()
    rows = [
        {"deployment_id": deployment, "day": day, "signal_id": signal, "bucket": bucket}
        | {"old_version": versions[deployment, day].old, "new_version": versions[deployment, day].new}
        | {"is_trial": is_trial, **{name: found[name] for name in COUNTS}}
        for (deployment, day, signal, bucket), found in sorted(counts.items(), key=lambda item: item[0])
        if (deployment, day) in days and signal in signals
    ]
    return pa.Table.from_pylist(rows, schema=BRIDGE_DAY.arrow_schema)


def keep_bridge(commit: Commit, rows: pa.Table) -> None:
    """Put the rows beside those of other versions; the same versions again take the place of before.

    But a trial takes none of what was counted when days were scored: that is the record of a change that was.
    """
    if not rows.num_rows:
        return
    partitions = set(zip(rows["deployment_id"].to_pylist(), rows["day"].to_pylist(), strict=True))
    held = commit.lake.read(BRIDGE_DAY.full_name, days={day for _, day in partitions})
    if held is not None:
        recorded = set(_pair(held.filter(pc.invert(held["is_trial"]))))
        is_trial = rows["is_trial"].to_pylist()
        is_new = [not (tried and key in recorded) for key, tried in zip(_pair(rows), is_trial, strict=True)]
        rows = rows.filter(pa.array(is_new, pa.bool_()))
        taken = set(_pair(rows))
        kept = pa.array([key not in taken for key in _pair(held)], pa.bool_())  # of no rows, too
        rows = pa.concat_tables([held.filter(kept), rows])
    order = [(name, "ascending") for name in BRIDGE_DAY.key]
    commit.replace_days(BRIDGE_DAY.full_name, rows.sort_by(order), partitions)


def _pair(rows: pa.Table) -> list[tuple[Any, ...]]:
    """Deployment, day and both versions of each row."""
    columns = ("deployment_id", "day", "old_version", "new_version")
    return list(zip(*(rows[name].to_pylist() for name in columns), strict=True))


def find_versions(coverage: pd.DataFrame, cards: Sequence[DetectorCard]) -> Versions | None:
    """What changed between a coverage and these cards; None if nothing but the operator's own has.

    A detector that is not there has the version `none`. What hands on the log's scores is compared only where
    both sides have it: it comes and goes with the records.
    """
    now = {card.detector_id: card.version for card in cards}
    before: dict[str, str] = dict(
        coverage[["detector_id", "detector_version"]].drop_duplicates().itertuples(index=False)
    )
    of_log = {card.detector_id for card in cards if LOG in card.reads} - before.keys()
    changed = sorted(
        name
        for name in (before.keys() | now.keys()) - of_log
        if before.get(name) != now.get(name) and not name.startswith(PREFIX) and name != BESIDE
    )
    if not changed:
        return None
    return Versions(
        *(",".join(f"{name}@{side.get(name, ABSENT)}" for name in changed) for side in (before, now))
    )


def _list_at_work(scan: Scan) -> pd.DataFrame:
    """The detectors of each day, without those that were to look and looked at nothing."""
    frame = scan.coverage.select([*AT_WORK, "state", "inclusion"]).to_pandas()
    is_owed = (frame["inclusion"] > 0) & frame["state"].isin(OWED)
    frame = frame.assign(is_scored=frame["state"] == str(CoverageState.SCORED), is_paid=~is_owed)
    days = frame.groupby(AT_WORK).agg({"is_scored": "any", "is_paid": "all"}).reset_index()
    return days[days["is_scored"] | days["is_paid"]]


def _signals_of(changed: Collection[str], old: Scan, cards: Sequence[DetectorCard]) -> set[str]:
    """The signals that these detectors look for now, or found before."""
    now = {line.signal_id for card in cards if card.detector_id in changed for line in card.signals}
    found = old.findings.filter(pc.is_in(old.findings["detector_id"], pa.array(sorted(changed), pa.string())))
    return now | set(found["signal_id"].to_pylist())


def _looked_at(scan: Scan) -> pd.DataFrame:
    """Keys and days of the messages that a detector which reads everything scored."""
    frame = scan.coverage.select([*DAY, "message_id", "state", "is_basis"]).to_pandas()
    is_read = frame["is_basis"] & (frame["state"] == str(CoverageState.SCORED))
    return frame.loc[is_read, [*DAY, "message_id"]].drop_duplicates()


def _flagged(scan: Scan, compared: pd.DataFrame) -> set[tuple[str, dt.date, str, str]]:
    """Deployment, day, conversation and signal of what counts, among the messages that are compared."""
    frame = scan.findings.select([*DAY, *UNIT, "message_id", "is_alert", "is_deciding"]).to_pandas()
    is_counted = frame["is_alert"] & frame["is_deciding"] & ~frame["signal_id"].str.startswith(PREFIX)
    chosen = frame[is_counted].merge(compared[KEY], on=KEY)
    return set(chosen[[*DAY, *UNIT]].itertuples(index=False, name=None))


def _count_pairs(
    before: Set[tuple[str, dt.date, str, str]],
    after: Set[tuple[str, dt.date, str, str]],
    buckets: Mapping[tuple[str, str], int],
) -> dict[Place, Counter[str]]:
    """Conversations that both flagged, or one of them alone."""
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for name, pairs in zip(COUNTS, (before & after, before - after, after - before), strict=True):
        for deployment, day, conversation, signal in pairs:
            counts[deployment, day, signal, buckets[deployment, conversation]][name] += 1
    return counts


def _find_buckets(messages: pa.Table) -> dict[tuple[str, str], int]:
    """The bucket of each conversation's user, as the aggregations have it: the end of the keyed hash."""
    people = messages.select(["deployment_id", "conversation_id", "user_id"]).to_pandas().drop_duplicates()
    return {
        (deployment, conversation): _read_end(conversation if user == "unknown" else user) % BUCKETS
        for deployment, conversation, user in people.itertuples(index=False, name=None)
    }


def _read_end(user_id: str) -> int:
    """The last two hexadecimal digits; a digit that is none counts as 0."""
    digits = "".join(mark if mark in "0123456789abcdef" else "0" for mark in user_id[-2:])
    return int(digits or "0", 16)
