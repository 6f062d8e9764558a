"""Which detectors run, and what running them all gives.

A detector is one line in DETECTORS and one step of the plan. One that fails leaves its messages `failed`,
which no indicator counts as looked at; it never leaves them clear. What a detector looks for belongs in
`detectors/`, which messages it sees in `selection.py`, who decides in `decision.py`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.detect.decision import decide, keep_from_sieve
from pipelines.detect.detector import (
    LOG,
    CoverageState,
    Detector,
    DetectorCard,
    DetectorError,
    Given,
    Scan,
    make_coverage,
)
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.linear.linear import load_linear_detector
from pipelines.detect.detectors.logged import load_logged_detector
from pipelines.detect.detectors.patience import Asking
from pipelines.detect.detectors.resources import load_resources_detector
from pipelines.detect.misses import count_misses, describe_sieve
from pipelines.detect.plan import Plan, Sees, Step, load_plan, make_plain_plan
from pipelines.detect.selection import Selection, select
from pipelines.own_signal import PREFIX
from pipelines.schemas.finding import COVERAGE, FINDING
from pipelines.schemas.miss import MISS_DAY
from pipelines.schemas.staging import NOT_TEXT

TOKENS_ALONE = rf"(?i)^\s*(?:(?:{'|'.join(map(re.escape, NOT_TEXT))})\s*)+$"


@dataclass(frozen=True)
class DetectorEntry:
    """A detector by name, made when it is first needed."""

    name: str
    make: Callable[[], Detector]


DETECTORS: tuple[DetectorEntry, ...] = (
    DetectorEntry("lexicon", load_lexicon_detector),
    DetectorEntry("linear", load_linear_detector),
    DetectorEntry("resources", load_resources_detector),
    DetectorEntry("logged", load_logged_detector),
)


@dataclass(frozen=True)
class Cascade:
    """The detectors that are set up, and the plan that they follow."""

    detectors: Mapping[str, Detector]
    plan: Plan

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the plan whose detector is set up."""
        return tuple(step for step in self.plan.steps if step.detector in self.detectors)

    @property
    def cards(self) -> tuple[DetectorCard, ...]:
        """The cards of the detectors that run, in the order in which they run."""
        return tuple(self.detectors[step.detector].card for step in self.steps)

    @property
    def troubles(self) -> dict[str, str]:
        """Why detectors that ask others got no answer in this run, the last time; without text or key."""
        asking = {name: one.trouble for name, one in self.detectors.items() if isinstance(one, Asking)}
        return {name: trouble for name, trouble in asking.items() if trouble}

    @property
    def version(self) -> str:
        """One word that changes whenever the plan, a rule file, a model or a detector's code version does."""
        versions = [f"{card.detector_id}={card.version}" for card in self.cards]
        return hashlib.sha256("\n".join([self.plan.version, *versions]).encode()).hexdigest()[:12]

    def scan(self, messages: pa.Table, scores: pa.Table | None = None) -> Scan:
        """Findings from the sieve on, with who decides, the coverage of every detector, and misses.

        `scores` are those that came with the log (schema SCORE).
        """
        graded: dict[str, pa.Table] = {}
        kept = [FINDING.empty()]
        coverage: dict[str, pa.Table] = {}
        unfinished: set[tuple[str, dt.date]] = set()
        misses = [MISS_DAY.empty()]
        has_scores = scores is not None and scores.num_rows > 0
        is_text = _is_text(messages)
        for place, step in enumerate(self.steps):
            detector = self.detectors[step.detector]
            if LOG in detector.card.reads and not has_scores:
                continue
            seen = select(
                messages,
                _without_care(pa.concat_tables(kept)),
                step=step,
                seed=self.plan.seed,
                roles=detector.card.roles,
            )
            given = Given(
                context=messages,
                evidence=pa.concat_tables(
                    [FINDING.empty(), *(graded[name] for name in detector.card.reads if name in graded)]
                ),
                scores=scores,
            )
            scan = _scan_chosen(detector, messages, seen, given, is_text=is_text)
            is_owed = _find_owed(scan.coverage, seen, step)
            unfinished |= _list_days(scan.coverage.filter(pa.array(is_owed)))
            coverage[step.detector] = _mark(
                scan.coverage, seen.inclusion, is_basis=step.is_basis, is_owed=is_owed
            )
            if step.sees is Sees.SIEVE:
                sieve = describe_sieve(step, self.cards[:place])
                misses.append(count_misses(messages, seen, scan, card=detector.card, sieve_version=sieve))
            graded[step.detector] = scan.findings
            kept.append(keep_from_sieve(scan.findings, messages, detector.card))
        findings = decide(pa.concat_tables(kept), coverage, messages, cards=self.cards, plan=self.plan)
        joined = pa.concat_tables([COVERAGE.empty(), *coverage.values()])
        return Scan(findings, joined, frozenset(unfinished), pa.concat_tables(misses))

    def skip(self, messages: pa.Table) -> pa.Table:
        """Coverage of messages that nobody was to look at."""
        return pa.concat_tables(
            [COVERAGE.empty()]
            + [
                _mark(
                    make_coverage(
                        messages,
                        [CoverageState.NOT_RUN] * messages.num_rows,
                        card=self.detectors[step.detector].card,
                    ),
                    np.zeros(messages.num_rows),
                    is_basis=step.is_basis,
                    is_owed=np.zeros(messages.num_rows, dtype=bool),
                )
                for step in self.steps
            ]
        )

    def grade(self, messages: pa.Table, detector_id: str) -> Scan:
        """What one detector makes of all these messages, below its sieve too, given what it reads."""
        card = self.detectors[detector_id].card
        graded = [self.grade(messages, name).findings for name in card.reads if name in self.detectors]
        given = Given(context=messages, evidence=pa.concat_tables([FINDING.empty(), *graded]))
        return _scan_or_fail(self.detectors[detector_id], messages, given)


def make_cascade(
    detectors: Sequence[Detector] | None = None,
    plan: Plan | None = None,
    *,
    linear: Detector | None = None,
) -> Cascade:
    """The shipped detectors and plan; with detectors of one's own all see everything, the first decides.

    `linear` stands in for the linear detector that ships.
    """
    if detectors is not None:
        named = {detector.card.detector_id: detector for detector in detectors}
        return Cascade(named, plan or make_plain_plan(tuple(named)))
    wanted = plan or load_plan()
    known = {entry.name: entry for entry in DETECTORS}
    made = {step.detector: known[step.detector].make() for step in wanted.steps if step.detector in known}
    if linear is not None:
        made["linear"] = linear
    return Cascade(made, wanted)


def list_cards(detectors: Sequence[Detector] | None = None) -> tuple[DetectorCard, ...]:
    """The cards of the detectors that run."""
    return make_cascade(detectors).cards


def _without_care(findings: pa.Table) -> pa.Table:
    """Findings that ask for a closer look: acts of care do not, nor do signals of an operator's own."""
    names = findings["signal_id"]
    return findings.filter(pc.invert(pc.or_(pc.starts_with(names, "p_"), pc.starts_with(names, PREFIX))))


def _scan_chosen(
    detector: Detector, messages: pa.Table, seen: Selection, given: Given, *, is_text: np.ndarray
) -> Scan:
    """The scan of the chosen messages, with a coverage row for each of the others too, in their order.

    A message that is no text is shown to no detector but one that hands on what the log says of it.
    """
    is_shown = seen.is_chosen if LOG in detector.card.reads else seen.is_chosen & is_text
    if is_shown.all():
        return _scan_or_fail(detector, messages, given)
    scan = _scan_or_fail(detector, messages.filter(pa.array(is_shown)), given)
    states = np.full(messages.num_rows, str(CoverageState.NOT_RUN), dtype=object)
    is_read = pc.is_in(messages["role"], pa.array(detector.card.roles)).to_numpy(zero_copy_only=False)
    states[seen.is_chosen & is_read] = str(CoverageState.NOT_TEXT)
    states[is_shown] = scan.coverage["state"].to_numpy(zero_copy_only=False)
    return Scan(scan.findings, make_coverage(messages, states.tolist(), card=detector.card))


def _is_text(messages: pa.Table) -> np.ndarray:
    """Whether a message holds anything beside tokens of images, sounds, videos and files."""
    is_token = pc.fill_null(pc.match_substring_regex(messages["text"], TOKENS_ALONE), fill_value=False)
    return ~is_token.to_numpy(zero_copy_only=False)


def _find_owed(coverage: pa.Table, seen: Selection, step: Step) -> np.ndarray:
    """Whether a detector failed on a message that the plan gave it, or stopped at its cost cap before it."""
    owing = [CoverageState.FAILED, *([CoverageState.NOT_RUN] if step.sees is Sees.SIEVE else [])]
    is_in = pc.is_in(coverage["state"], pa.array([str(state) for state in owing]))
    return is_in.to_numpy(zero_copy_only=False) & seen.is_chosen & (seen.inclusion > 0)


def _list_days(coverage: pa.Table) -> set[tuple[str, dt.date]]:
    days = coverage.select(["deployment_id", "day"]).to_pydict()
    return set(zip(days["deployment_id"], days["day"], strict=True))


def _scan_or_fail(detector: Detector, messages: pa.Table, given: Given) -> Scan:
    try:
        return detector.scan(messages, given)
    except DetectorError:
        states = [CoverageState.FAILED] * messages.num_rows
        return Scan(findings=FINDING.empty(), coverage=make_coverage(messages, states, card=detector.card))


def _mark(coverage: pa.Table, inclusion: np.ndarray, *, is_basis: bool, is_owed: np.ndarray) -> pa.Table:
    columns = {
        "inclusion": pa.array(inclusion, pa.float64()),
        "is_basis": pa.array([is_basis] * coverage.num_rows, pa.bool_()),  # of no rows, too
        "is_owed": pa.array(is_owed, pa.bool_()),
    }
    for name, values in columns.items():
        place = coverage.schema.get_field_index(name)
        coverage = coverage.set_column(place, coverage.schema.field(place), values)
    return coverage
