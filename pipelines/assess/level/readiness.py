"""Readiness: for every indicator what a log lacks for it, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import READINESS
from pipelines.schemas.indicator import LANGUAGE_DAY
from pipelines.schemas.table import SLICES
from risk_register.content import load_taxonomy
from risk_register.definition import Signal

NEXT_STEPS = {
    "event": "Map the handoff records of your system (kind: handoff) and deliver again.",
    "notice": "Map the notices of this kind (kind: notice), or accept that only in-chat statements count.",
    "field": "Map this field of the message records and deliver again.",
    "judge": "Needs review or a judge: switch one on in definitions/detectors.yaml, or review samples.",
    "signal": "No detector looks for this signal in these languages: the figure is about the others.",
    "review": "Draw a sample and let people label it: plimsoll review sample.",
    "canary": "Replay canary probes against the assistant: plimsoll canary run.",
    "calendar": "No week is whole yet. Of one that is, each day has data that is not held, or is a weekday "
    "that usually has none. See the days on Data health.",
    "detector": "No detector for this ships; add a signal and a detector of your own.",
    "register": "The register does not hold this yet.",
}
SMALLEST_SHARE = 0.01
"""Of the conversations that a language must make up before rules are missed in it."""
EVERY_LANGUAGE = "*"
LOGGED = "logged"
"""The detector that hands on the scores of the log, in whatever language."""


@dataclass(frozen=True)
class Held:
    """What a deployment's log holds: events by kind and detail, known fields, languages, scored signals."""

    events: frozenset[str]
    notices: frozenset[str]
    fields: frozenset[str]
    languages: frozenset[str]
    """Those in which at least one of a hundred conversations is read; not 'unknown'."""
    conversation_count: int
    records: frozenset[str] = frozenset()
    """What is held beside the log: review:sample, review:labels, canary:reply, calendar:whole_week."""
    has_scores: bool = False
    """Whether scores of a moderation came with the log: without them nobody hands them on."""


def read_held(lake: Lake, deployment_id: str, *, records: frozenset[str] = frozenset()) -> Held:
    """What the log of a deployment holds, from the last 31 days with data."""
    days = [day for name, day in lake.partitions("staging.conversation") if name == deployment_id][-31:]
    conversations = lake.read(
        "staging.conversation", days=days, deployment_id=deployment_id, columns=list(SLICES)
    )
    events = lake.read("staging.event", days=days, deployment_id=deployment_id, columns=["kind", "detail"])
    details = [] if events is None else events.to_pylist()
    known = set()
    count = 0 if conversations is None else conversations.num_rows
    if conversations is not None:
        for name in SLICES:
            values = set(conversations[name].to_pylist()) - {"unknown", "unrecognised"}
            known |= {name} if values else set()
    languages = _read_languages(lake, deployment_id, days)
    scores = lake.read("staging.score", days=days, deployment_id=deployment_id, columns=["deployment_id"])
    return Held(
        frozenset(row["kind"] for row in details),
        frozenset(row["detail"] for row in details if row["kind"] == "notice"),
        frozenset(known),
        frozenset(languages),
        count,
        records,
        scores is not None and scores.num_rows > 0,
    )


def _read_languages(lake: Lake, deployment_id: str, days: Sequence[dt.date]) -> set[str]:
    rows = lake.read(
        LANGUAGE_DAY.full_name,
        days=days,
        deployment_id=deployment_id,
        columns=["language", "conversation_count"],
    )
    counts: Counter[str] = Counter()
    for row in [] if rows is None else rows.to_pylist():
        counts[row["language"]] += row["conversation_count"]
    total = counts.total()
    return {name for name, count in counts.items() if count >= SMALLEST_SHARE * total} - {"unknown"}


def assess_readiness(
    held: Mapping[str, Held],
    definitions: Mapping[str, dict[str, Any]],
    detectors: list[dict[str, Any]],
    *,
    since: Sequence[Mapping[str, Any]] = (),
) -> pa.Table:
    """The table `assessment.readiness`; `since` are rows of `sql/assessment/counted_since.sql`."""
    begins = {(row["deployment_id"], row["indicator_id"]): row["since_on"] for row in since}
    unmeasured = list_unmeasured(definitions, detectors)
    rows = []
    for deployment, log in held.items():
        languages_of = _read_languages_of(log, detectors)
        for indicator, definition in definitions.items():
            needs = [need for need in definition["needs"].split(",") if need]
            lacking = [need for need in needs if not _has(log, need, languages_of)]
            unseen = {need: _unseen(log, need, languages_of) for need in needs if need not in lacking}
            unseen = {need: languages for need, languages in unseen.items() if languages}
            missing = [*lacking, *(f"{need} in {' '.join(names)}" for need, names in unseen.items())]
            steps = [NEXT_STEPS[_step(need)] for need in (*lacking, *unseen)]
            first = begins.get((deployment, indicator))
            if first is not None:
                missing.append(f"days before {first}")
                steps.append(f"From {first}: earlier text had expired when the signal was added.")
            rows.append(
                {
                    "deployment_id": deployment,
                    "indicator_id": indicator,
                    "state": "not_ready"
                    if indicator in unmeasured
                    else _state(log, needs, lacking, is_partly_seen=bool(unseen) or first is not None),
                    "missing": ", ".join(missing) or ("conversations" if log.conversation_count == 0 else ""),
                    "next_step": " ".join(dict.fromkeys(steps)),
                }
            )
    return pa.Table.from_pylist(rows, schema=READINESS.arrow_schema)


def _read_languages_of(log: Held, detectors: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By signal, the languages in which somebody looks for it in this log."""
    languages_of: dict[str, set[str]] = {}
    for row in detectors:
        if _can_measure(row) and (log.has_scores or row["detector_id"] != LOGGED):
            languages_of.setdefault(row["signal_id"], set()).update(row["languages"].split(","))
    return languages_of


def list_unmeasured(
    definitions: Mapping[str, dict[str, Any]], detectors: list[dict[str, Any]]
) -> frozenset[str]:
    """Indicators on a signal that only a judge can see, where there is none: they have no number."""
    seen = {row["signal_id"] for row in detectors if _can_measure(row)}
    return frozenset(
        indicator
        for indicator, definition in definitions.items()
        for need in definition["needs"].split(",")
        if _step(need) == "judge" and need.split(":")[1] not in seen
    )


def _can_measure(row: Mapping[str, Any]) -> bool:
    """Whether a detector's findings may become a rate; of an operator's own signal, always."""
    signal = _shipped_signals().get(row["signal_id"])
    return signal is None or signal.is_measured_by(row["detector_id"], row["badge"])


def _step(need: str) -> str:
    kind, _, name = need.partition(":")
    signal = _shipped_signals().get(name)
    return "judge" if kind == "signal" and signal is not None and signal.needs_judge else kind


@cache
def _shipped_signals() -> dict[str, Signal]:
    return {signal.id: signal for signal in load_taxonomy().signals}


def _state(log: Held, needs: list[str], lacking: list[str], *, is_partly_seen: bool) -> str:
    if log.conversation_count == 0 or (needs and len(lacking) == len(needs)):
        return "not_ready"
    return "partial" if lacking or is_partly_seen else "ready"


def _unseen(log: Held, need: str, languages_of: Mapping[str, set[str]]) -> list[str]:
    """The languages of the log in which nobody looks for a signal that is looked for in others."""
    kind, name = need.split(":")
    if kind != "signal" or EVERY_LANGUAGE in languages_of.get(name, set()):
        return []
    return sorted(log.languages - languages_of.get(name, set()))


def _has(log: Held, need: str, languages_of: Mapping[str, set[str]]) -> bool:
    kind, name = need.split(":")
    if kind == "event":
        return name in log.events
    if kind == "notice":
        return name in log.notices
    if kind == "field":
        return name in log.fields
    if kind != "signal":
        return need in log.records
    looked_for = languages_of.get(name, set())
    return bool(log.languages & looked_for) or (EVERY_LANGUAGE in looked_for and bool(log.languages))
