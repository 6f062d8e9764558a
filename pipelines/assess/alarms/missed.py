"""Do reviewed samples show more missed escalation than the approved appetite allows?

A week's sample is judged once, two weeks after it was drawn, by the labels that counted by then and the
strictest limit that held on one of its days; what is labelled later enters no alarm. Each week bets on its
reviewed people at risk, weighted by the design, and the detector waits 200 weeks on average for a false
alarm. No detector's error is in it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.alarms import WATCH_SHARE, review_share_e_values, run_detector
from methods.suppression import is_small
from pipelines.assess.alarms.appetite_alarm import Resets
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.stream import Terms, goes_on
from pipelines.assess.alarms.wording import say_level
from pipelines.assess.days.calendar import DAY
from pipelines.assess.level.observation import Background
from pipelines.assess.level.status import Decision, Limits, limits_between
from risk_register.alarm.streams import Question, name_stream
from risk_register.database.store import Store
from risk_register.review.results import Design, read_design
from risk_register.review.reviews import find_risk_level
from risk_register.review.samples import list_samples

INDICATOR = "missed_escalation_rate"
KIND = "missed_above_appetite"
MEAN_WEEKS = 200.0
"""Weeks that pass on average between false alarms."""
JUDGED_AFTER = dt.timedelta(days=14)
"""Labels of a sample count when they were given so long after the draw, or sooner."""
RESOURCE = "p_crisis_resource"


@dataclass(frozen=True)
class Help:
    """What the log of a conversation shows of help."""

    is_in_log: bool
    """A banner, the offer of a person, a person."""
    is_too_early: bool = False
    """Detectors saw help before the first sign of risk alone: it answers nothing. A label names no turn."""

    def is_missing(self, *, is_resource_named: bool) -> bool:
        """Whether nothing and nobody was brought in, if a person read that a resource is named or not."""
        return self.is_too_early or not (is_resource_named or self.is_in_log)


@dataclass(frozen=True)
class ReviewedWeek:
    """People at risk in a week's reviewed sample, in the order of the draw, and whether they were missed."""

    week: dt.date
    missed: tuple[bool, ...]
    weights: tuple[float, ...]


def raise_missed(
    store: Store,
    background: Background,
    *,
    read_help: Callable[[str, dt.date], Mapping[str, Help]],
    at: dt.datetime,
    resets: Resets,
) -> list[Concern]:
    """Alarms and watches of missed escalation from reviews, of every deployment with an approved appetite.

    Args:
        store: where samples and labels are.
        background: definitions and appetites.
        read_help: of each conversation that is held of a deployment's week (its Monday), what its log shows
            of help.
        at: now; samples younger than two weeks wait.
        resets: days after which detectors start again.
    """
    definition = background.definitions.get(INDICATOR)
    if definition is None:
        return []
    level = int(json.loads(definition.get("parameters") or "{}").get("escalation_level", 2))
    concerns = []
    for deployment in background.calendars:
        decisions = background.decisions.get(deployment, ())
        weeks = []
        for sample in sorted(list_samples(store, deployment), key=lambda sample: sample.week):
            if sample.drawn_at + JUDGED_AFTER <= at and sample.seed is not None:
                design = read_design(store, sample.sample_id)
                weeks.append(read_week(design, read_help(deployment, sample.week), level=level))
        again = resets.get(deployment, {}).get(name_stream(Question.MISSED, INDICATOR), frozenset())
        concerns += judge_weeks(weeks, decisions, deployment=deployment, resets=again)
    return concerns


def read_week(design: Design, helped: Mapping[str, Help], *, level: int) -> ReviewedWeek:
    """The reviewed people at risk of a sample, with weights of mean 1 over all that counts of it.

    As it stood two weeks after the draw: a stratum that waited for a second person then is left out. So is
    what was erased, cut anew or has expired since: nobody can say any more whether its log showed help.
    """
    standing = design.find_standing(until=design.sample.drawn_at + JUDGED_AFTER)
    labelled = [
        item
        for item in design.items
        if item.item_id in standing.labels
        and not standing.is_held(item.stratum_id)
        and item.conversation_id in helped
    ]
    counts = Counter(item.stratum_id for item in labelled)
    sizes = {row.stratum_id: row.unit_count for row in design.strata}
    covered = sum(sizes[stratum] for stratum in counts)
    missed, weights = [], []
    for item in sorted(labelled, key=lambda item: item.draw_position):
        answers = json.loads(standing.labels[item.item_id].answers)
        if find_risk_level(answers) < level:
            continue
        missed.append(helped[item.conversation_id].is_missing(is_resource_named=RESOURCE in answers))
        weights.append(sizes[item.stratum_id] / counts[item.stratum_id] * len(labelled) / covered)
    return ReviewedWeek(design.sample.week, tuple(missed), tuple(weights))


def judge_weeks(
    weeks: Sequence[ReviewedWeek],
    decisions: Sequence[Decision],
    *,
    deployment: str,
    resets: frozenset[dt.date] = frozenset(),
) -> list[Concern]:
    """Run the detector over the weeks; where `goes_on` does not hold between two, it begins anew.

    An alarm that is open then is ended by a person, or by the next one that opens.
    """
    concerns: list[Concern] = []
    current, opened, is_left = np.zeros(3), None, False
    before: Terms | None = None
    for number, one in enumerate(weeks):
        end = one.week + 6 * DAY
        terms = _find_strictest(limits_between(decisions, INDICATOR, one.week, end))
        if not goes_on(before, terms):
            current, is_left = np.zeros(3), True
        before, statistic = terms, 0.0
        if terms is not None:
            found = run_detector(
                _bet(one, terms.appetite),
                threshold=MEAN_WEEKS,
                checkpoint=current,
                skipped=np.array([not one.missed]),
            )
            current, statistic = found.checkpoint, float(found.statistic[0])
        if terms is not None and statistic >= MEAN_WEEKS and (opened is None or is_left):
            if opened is not None:
                concerns[opened] = _close(concerns[opened], end)
            opened, is_left = len(concerns), False
            shared = _share(deployment, end, through=weeks[-1].week + 6 * DAY)
            words = _say(deployment, weeks[: number + 1], terms)
            concerns.append(Concern(**shared, **words, state="alarm", statistic=statistic))
        elif opened is not None:
            concerns[opened] = _go_on(concerns[opened], statistic)
        is_taken = any(one.week <= day <= end for day in resets)
        is_low = not is_left and statistic < MEAN_WEEKS / WATCH_SHARE
        if opened is not None and (is_taken or is_low):
            concerns[opened] = _close(concerns[opened], end)
            opened = None
        if is_taken:
            current = np.zeros(3)
        is_newest = number == len(weeks) - 1 and not is_taken
        if terms is not None and opened is None and is_newest and statistic >= MEAN_WEEKS / WATCH_SHARE:
            shared = _share(deployment, end, through=end)
            words = _say(deployment, weeks, terms)
            concerns.append(Concern(**shared, **words, state="watch", statistic=statistic))
    return concerns


def _find_strictest(limits: Sequence[Limits]) -> Terms | None:
    """The least breach limit that a share can be tested by, of equals the latest; None without one."""
    terms = [
        Terms(one.breach, is_below=False, version=one.version)
        for one in limits
        if one.breach is not None and 0 < one.breach < 1
    ]
    return min(terms, key=lambda one: one.appetite, default=None)


def _bet(one: ReviewedWeek, appetite: float) -> NDArray[np.float64]:
    values = review_share_e_values(np.array(one.missed, float), np.array(one.weights), appetite=appetite)
    return values.prod(axis=1)[:, None]


def _share(deployment: str, opened_on: dt.date, *, through: dt.date) -> dict[str, Any]:
    return {
        "alarm_id": f"missed:{deployment}:{INDICATOR}:{opened_on}",
        "deployment_id": deployment,
        "indicator_id": INDICATOR,
        "kind": KIND,
        "opened_on": opened_on,
        "threshold": MEAN_WEEKS,
        "stream_id": name_stream(Question.MISSED, INDICATOR),
        "judged_through": through,
    }


def _go_on(one: Concern, statistic: float) -> Concern:
    highest = max(one.statistic or 0.0, statistic)
    return replace(one, statistic=highest)


def _close(one: Concern, day: dt.date) -> Concern:
    return replace(one, closed_on=day, state="resolved")


def _say(deployment: str, weeks: Sequence[ReviewedWeek], terms: Terms) -> dict[str, Any]:
    """The note, which leaves, and the evidence, which does not."""
    last = weeks[-4:]
    cases = sum(len(one.missed) for one in last)
    missed = sum(sum(one.missed) for one in last)
    seen = f"{missed} of {cases} reviewed people at risk"
    if is_small([missed, cases - missed]).any():
        seen = "few reviewed people at risk"
    return {
        "note": f"Missed escalation in reviewed samples of {deployment} above the approved appetite of "
        f"{say_level(terms.appetite, 'proportion')} (version {terms.version}). By people's labels, "
        f"so without a detector's error; one false alarm in {MEAN_WEEKS:.0f} weeks on average.",
        "evidence": f"Counted: {seen} in the last {len(last)} weeks, before weighting.",
    }
