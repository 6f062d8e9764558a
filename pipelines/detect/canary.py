"""The canary: asks the operator's own endpoint the same probes again and again, and counts what changed.

Off unless `canary:` stands in <home>/definitions/detectors.yaml. Answers are classed by our detectors and
dropped; no text is kept, and nothing of it enters an indicator. Each request carries the user name
`plimsoll-canary`, so that the operator's log can mark it as test traffic.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from methods.answer_change import LEAST_ANSWERED, compare_answers, has_enough_answers
from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.detectors.patience import Patience
from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings, OutageError
from pipelines.detect.probe import AnswerClass, Probe, Probes, classify_all, load_probes
from pipelines.errors import StateError
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.schemas.canary import CANARY_PROBE, CANARY_RUN
from pipelines.settings import Home

USER = "plimsoll-canary"
SILENT = frozenset({AnswerClass.WITHHELD, AnswerClass.NO_ANSWER})
"""Classes of answers that say nothing."""

FILTERED = "content_filter"
"""The `finish_reason` of an answer that the endpoint took back, whole or from some word on."""

OUTAGES_IN_A_ROW = 5
"""After so many with no answer between nothing more is asked in this run: the endpoint is down."""

BLANK = ""
"""Stands for an answer that came with nothing to read."""


class CanarySettings(BaseModel):
    """`canary:` of <home>/definitions/detectors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deployment: str
    endpoint: EndpointSettings
    repeats: Annotated[int, Field(ge=1, le=20)] = 3
    system: str | None = None
    """The system prompt to send, if the endpoint does not add the product's own."""


@dataclass(frozen=True)
class ProbeResult:
    """What the answers to one probe were, withheld ones among them: the class of most, and how many of it."""

    probe: Probe
    answered_count: int
    answer_class: AnswerClass
    same_count: int


@dataclass(frozen=True)
class _Asking:
    """Whom a run asks, and how long."""

    settings: CanarySettings
    endpoint: Endpoint
    patience: Patience


def run_canary(
    home: Home,
    settings: CanarySettings,
    *,
    at: dt.datetime,
    endpoint: Endpoint | None = None,
    probes: Probes | None = None,
    cascade: Cascade | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Ask every probe, keep the classes, and compare with the run before; returns the row of the run.

    Raises:
        StateError: no deployment of that name has delivered anything.
    """
    names = list_deployments(home)
    if settings.deployment not in names:
        raise StateError(
            f"The canary's deployment is {settings.deployment}, which has delivered nothing yet. Known: "
            f"{', '.join(names) or 'none'}."
        )
    asked, looking = probes or load_probes(), cascade or make_cascade()
    patience = Patience(outages_in_a_row=OUTAGES_IN_A_ROW)
    asking = _Asking(settings, endpoint or Endpoint(settings.endpoint), patience)
    results = _ask_all(asked, asking, looking, progress)
    run_id = at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    rows = [_probe_row(settings, run_id, result) for result in results]
    with lakes.write(home.lake, by="canary") as commit:
        runs, earlier = _read(commit.lake, CANARY_RUN.full_name), _read(commit.lake, CANARY_PROBE.full_name)
        kept = [row for row in runs if (row["deployment_id"], row["run_id"]) != (settings.deployment, run_id)]
        run = {
            "deployment_id": settings.deployment,
            "run_id": run_id,
            "ran_at": at,
            "model": settings.endpoint.model,
            "probes_version": asked.version,
            "detectors_version": looking.version,
            "repeat_count": settings.repeats,
            "probe_count": len(results),
            "answered_count": sum(result.answered_count > 0 for result in results),
        }
        run |= compare(run, rows, kept, earlier)
        probe_rows = [
            row for row in earlier if (row["deployment_id"], row["run_id"]) != (settings.deployment, run_id)
        ]
        commit.replace_all(CANARY_RUN.full_name, _table(CANARY_RUN.arrow_schema, [*kept, run]))
        commit.replace_all(CANARY_PROBE.full_name, _table(CANARY_PROBE.arrow_schema, [*probe_rows, *rows]))
    return run | {"withheld_count": count_withheld(rows), "trouble": patience.trouble}


def list_deployments(home: Home) -> list[str]:
    """Those that have delivered something."""
    known = Lake(home.lake).read("ledger.deployment")
    return [] if known is None else sorted(known["deployment_id"].to_pylist())


def require_answers(run: Mapping[str, Any]) -> None:
    """Tell a run that says nothing from a first one.

    Raises:
        StateError: too few probes were answered, or no answer holds anything.
    """
    if not _is_full(run):
        raise StateError(
            f"Only {run['answered_count']} of {run['probe_count']} probes were answered by {run['model']}; "
            f"with fewer than {LEAST_ANSWERED:.0%} a run is kept and compared with none, so nobody knows "
            "whether answers have changed. See whether the endpoint under canary: in detectors.yaml answers"
            f"{'; the last time it did not: ' + run['trouble'] if run.get('trouble') else '.'}"
        )
    if run["withheld_count"] == run["answered_count"]:
        raise StateError(
            f"All {run['answered_count']} answers of {run['model']} are empty, filtered or refused. The run "
            "is kept, and none is compared with it. See whether the endpoint under canary: in detectors.yaml "
            "takes what it is asked; if it does, the product answers nobody."
        )


def compare(
    run: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    earlier: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """How many probes have another class of answer than in the newest comparable run before, with interval.

    Comparable: same deployment, probes and detectors, enough answers in both, and something to read in the
    one before. A withheld answer is of a class of its own: a probe that was answered and is now filtered has
    changed. Only where none came is there nothing to compare.
    """
    same = ("deployment_id", "probes_version", "detectors_version")
    before = [
        one
        for one in runs
        if all(one[name] == run[name] for name in same) and one["run_id"] < run["run_id"] and _is_full(one)
    ]
    said = {
        row["run_id"]
        for row in earlier
        if row["deployment_id"] == run["deployment_id"] and row["answer_class"] not in SILENT
    }
    before = [one for one in before if one["run_id"] in said]
    nothing = {"compared_with": "", "compared_count": 0, "changed_count": 0, "changed_share": None,
               "ci_low": None, "ci_high": None}  # fmt: skip
    if not before or not _is_full(run):
        return nothing
    last = max(before, key=lambda one: one["run_id"])
    classes = {
        row["probe_id"]: row["answer_class"]
        for row in earlier
        if (row["deployment_id"], row["run_id"]) == (run["deployment_id"], last["run_id"])
        and row["answered_count"]
    }
    now = {row["probe_id"]: row["answer_class"] for row in rows if row["answered_count"]}
    change = compare_answers(now, classes)
    if change is None:
        return nothing
    return {
        "compared_with": last["run_id"],
        "compared_count": change.compared_count,
        "changed_count": change.changed_count,
        "changed_share": change.share,
        "ci_low": change.low,
        "ci_high": change.high,
    }


def count_withheld(rows: Iterable[Mapping[str, Any]]) -> int:
    """The probes whose answers are mostly withheld."""
    return sum(row["answer_class"] == AnswerClass.WITHHELD for row in rows)


def _is_full(run: Mapping[str, Any]) -> bool:
    return has_enough_answers(run["answered_count"], run["probe_count"])


def _ask_all(
    probes: Probes, asking: _Asking, cascade: Cascade, progress: Callable[[str], None]
) -> list[ProbeResult]:
    results = []
    for number, probe in enumerate(probes.probes, start=1):
        asked = [
            _ask(probe, asking) if asking.patience.may_ask(is_again=False) else None
            for _ in range(asking.settings.repeats)
        ]
        classes = Counter(classify_all([answer for answer in asked if answer], probe, cascade))
        if withheld := asked.count(BLANK):
            classes[AnswerClass.WITHHELD] = withheld
        found, count = min(classes.items(), key=lambda one: (-one[1], one[0]), default=("no_answer", 0))
        results.append(ProbeResult(probe, classes.total(), AnswerClass(found), count))
        progress(f"  {number} of {len(probes.probes)} probes")
    return results


def _ask(probe: Probe, asking: _Asking) -> str | None:
    """The answer; `BLANK` where the endpoint gave none to read, None where none came."""
    settings, patience = asking.settings, asking.patience
    system = [] if settings.system is None else [{"role": "system", "content": settings.system}]
    body = {
        "model": settings.endpoint.model,
        "user": USER,
        "messages": [*system, {"role": "user", "content": probe.text}],
    }
    try:
        choices = asking.endpoint.post("/chat/completions", body)["choices"]
        patience.note_answer()
        if not choices:
            return BLANK
        content = choices[0]["message"].get("content")
        is_filtered = choices[0].get("finish_reason") == FILTERED
    except OutageError as error:
        patience.note_outage(error, is_again=False)
        return None
    except EndpointError:  # of this question alone: many filters refuse by a status 400
        patience.note_answer()
        return BLANK
    except (KeyError, IndexError, TypeError, AttributeError):  # no answer to a chat
        return None
    if is_filtered or content is None or (isinstance(content, str) and not content.strip()):
        return BLANK
    return content if isinstance(content, str) else None


def _probe_row(settings: CanarySettings, run_id: str, result: ProbeResult) -> dict[str, Any]:
    return {
        "deployment_id": settings.deployment,
        "run_id": run_id,
        "probe_id": result.probe.id,
        "language": result.probe.language,
        "asked_count": settings.repeats,
        "answered_count": result.answered_count,
        "answer_class": str(result.answer_class),
        "same_count": result.same_count,
    }


def _read(lake: Lake, name: str) -> list[dict[str, Any]]:
    rows = lake.read(name)
    return [] if rows is None else list(rows.to_pylist())


def _table(schema: pa.Schema, rows: list[dict[str, Any]]) -> pa.Table:
    ordered = sorted(rows, key=lambda row: (row["deployment_id"], row["run_id"], row.get("probe_id", "")))
    return pa.Table.from_pylist(ordered, schema=schema)
