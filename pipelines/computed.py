"""Which days are computed from what: a day whose inputs have changed is stale and is computed again.

The same idea as a build tool's stamps, kept in the ledger, in the same generation as the results.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

import pyarrow as pa

from pipelines.expiry import Expired, find_expired
from pipelines.lake.generation import Generation
from pipelines.lake.lake import Commit, Lake, Partition
from pipelines.schemas.history import LOOK_BACK_DAYS
from pipelines.schemas.ledger import COMPUTED


def finding_inputs(lake: Lake, detectors: str) -> dict[Partition, str]:
    """What findings of each day are computed from: messages, logged scores, the gate's verdict, detectors.

    A day whose text has expired keeps what its findings were computed from; one whose findings have
    expired, or that was never scored, has none. Neither can be computed again.
    """
    gate = lake.fingerprints("ledger.quality")
    messages = lake.fingerprints("staging.message")
    scores = lake.fingerprints("staging.score")
    inputs = {
        part: _hash(files, *filter(None, [scores.get(part)]), gate.get(part, ""), detectors)
        for part, files in messages.items()
    }
    without_text, emptied = find_expired(lake, Expired.TEXT), find_expired(lake, Expired.FINDING)
    if not without_text | emptied:
        return inputs
    known = recorded(lake, "finding")
    open_days = {part: value for part, value in inputs.items() if part not in without_text | emptied}
    return open_days | {part: known[part] for part in without_text - emptied if part in known}


def indicator_inputs(lake: Lake, findings: Mapping[Partition, str], definitions: str) -> dict[Partition, str]:
    """What indicators of each day are computed from: its findings, conversations, events and definitions.

    And what its facts read of the days before; see `pipelines.schemas.history`.
    """
    conversations = lake.fingerprints("staging.conversation")
    events = lake.fingerprints("staging.event")
    carried = carried_inputs(lake, findings)
    return {
        part: _hash(inputs, conversations.get(part, ""), events.get(part, ""), carried[part], definitions)
        for part, inputs in findings.items()
    }


def carried_inputs(lake: Lake, parts: Iterable[Partition]) -> dict[Partition, str]:
    """What each day reads of the days before: rows that change only where risk or presence has changed.

    A day near days whose findings have expired keeps what it was computed from; nobody can read them again.
    """
    prints = {name: lake.fingerprints(f"fact.{name}") for name in LOOK_BACK_DAYS}
    expired = find_expired(lake, Expired.FINDING)
    known = recorded(lake, "carried") if expired else {}
    found = {}
    for deployment, day in parts:
        before = {
            name: [(deployment, day - dt.timedelta(days=back)) for back in range(1, count + 1)]
            for name, count in LOOK_BACK_DAYS.items()
        }
        is_cut_off = any(part in expired for days in before.values() for part in days)
        read = [prints[name].get(part, "") for name, days in before.items() for part in days]
        held = known.get((deployment, day)) if is_cut_off else None
        found[(deployment, day)] = _hash(*read) if held is None else held
    return found


def recorded(lake: Lake, stage: str) -> dict[Partition, str]:
    """What each day was computed from, by stage."""
    rows = lake.read(COMPUTED.full_name)
    return {
        (row["deployment_id"], row["day"]): row["inputs"]
        for row in ([] if rows is None else rows.to_pylist())
        if row["stage"] == stage
    }


def record(
    commit: Commit,
    stage: str,
    inputs: Mapping[Partition, str],
    partitions: Iterable[Partition],
    *,
    gone: Iterable[Partition] = (),
) -> None:
    """Write down what the days of a run were computed from."""
    # As this commit has it, not as it was before: a step may write down several stages.
    rows = Lake(commit.lake.path, Generation(0, commit.versions)).read(COMPUTED.full_name)
    held = {
        (row["deployment_id"], row["day"], row["stage"]): row["inputs"]
        for row in ([] if rows is None else rows.to_pylist())
    }
    held |= {(*part, stage): inputs[part] for part in partitions}
    for part in gone:
        held.pop((*part, stage), None)
    table = [
        {"deployment_id": deployment, "day": day, "stage": name, "inputs": value}
        for (deployment, day, name), value in sorted(held.items())
    ]
    commit.replace_all(COMPUTED.full_name, pa.Table.from_pylist(table, schema=COMPUTED.arrow_schema))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
