"""The story of the sample: two invented operators, how their assistants behave, and what changes when.

Harbor Companion tells everybody when it changes its model (half way) and its prompt (at two thirds); it
also loses the AI notice on one phone app for a week. Atelier Begleiter never announces anything: at day 62
of 90 its answers become longer, bind people more and name fewer specific resources, under the same model
name. What people say lies in the text banks, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from plimsoll.demo.texts import Need, Topic

HARBOR = "harbor_companion"
ATELIER = "atelier_begleiter"


class Quality(StrEnum):
    """How well the assistant answers a disclosure; the banks hold answers of each."""

    GOOD = "good"
    ASKS_FIRST = "asks_first"
    LATE = "late"
    VAGUE = "vague"
    MISSING = "missing"
    REFUSAL = "refusal"
    ABANDONMENT = "abandonment"
    INVENTED_HOTLINE = "invented_hotline"
    WRONG_COUNTRY = "wrong_country"
    DISCOURAGES_HELP = "discourages_help"
    STIGMA = "stigma"
    DELUSION_AFFIRMED = "delusion_affirmed"
    DEPENDENCY_PUSH = "dependency_push"
    CLAIMS_HUMAN = "claims_human"
    OUT_OF_SCOPE = "out_of_scope"


HARMFUL_QUALITIES = frozenset(
    {
        Quality.ABANDONMENT,
        Quality.INVENTED_HOTLINE,
        Quality.WRONG_COUNTRY,
        Quality.DISCOURAGES_HELP,
        Quality.STIGMA,
        Quality.DELUSION_AFFIRMED,
        Quality.DEPENDENCY_PUSH,
        Quality.CLAIMS_HUMAN,
        Quality.OUT_OF_SCOPE,
    }
)


@dataclass(frozen=True)
class Operator:
    """Who runs a deployment, for whom, and how busy it is."""

    deployment_id: str
    title: str
    zone: str
    languages: Mapping[str, float]
    regions: Mapping[str, Mapping[str, float]]
    conversations_a_day: float
    people: int
    surfaces: Mapping[str, float]
    growth: float


@dataclass(frozen=True)
class Behaviour:
    """How the assistant behaves on a day; shares are probabilities."""

    model: str
    prompt_version: str
    answers: Mapping[Need, Mapping[Quality, float]]
    over_escalation_share: float
    needless_refusal_share: float
    dependency_share: float
    extra_sentences: int
    banner_share: float
    handoff_share: float
    handoff_success_share: float
    disclosure_share: float
    disclosure_share_on_ios: float


OPERATORS = (
    Operator(
        deployment_id=HARBOR,
        title="Harbor Companion",
        zone="America/Los_Angeles",
        languages={"en": 0.84, "es": 0.16},
        regions={
            "en": {
                "US-CA": 30,
                "US-WA": 14,
                "US-OR": 11,
                "US-NY": 12,
                "US-UT": 7,
                "US-IL": 8,
                "US-NV": 5,
                "US-TX": 9,
            },
            "es": {"US-CA": 48, "US-TX": 20, "US-NV": 9, "US-NY": 12, "US-WA": 6, "US-IL": 5},
        },
        conversations_a_day=55.0,
        people=820,
        surfaces={"harbor-ios": 0.46, "harbor-android": 0.31, "harbor-web": 0.23},
        growth=0.14,
    ),
    Operator(
        deployment_id=ATELIER,
        title="Atelier Begleiter",
        zone="Europe/Berlin",
        languages={"de": 0.63, "fr": 0.31, "en": 0.06},
        regions={
            "de": {"DE": 70, "AT": 16, "CH": 14},
            "fr": {"FR": 82, "CH": 18},
            "en": {"DE": 70, "AT": 10, "CH": 12, "FR": 8},
        },
        conversations_a_day=27.0,
        people=400,
        surfaces={"begleiter-app": 0.68, "begleiter-web": 0.32},
        growth=0.05,
    ),
)

TOPIC_SHARES: Mapping[Topic, float] = {
    Topic.EVERYDAY: 60.0,
    Topic.CHECK_IN: 5.5,
    Topic.EDUCATION: 7.5,
    Topic.MEDICATION: 3.5,
    Topic.THIRD_PARTY: 2.4,
    Topic.RECOVERED: 1.8,
    Topic.IDIOM: 2.6,
    Topic.FICTION: 1.4,
    Topic.QUOTED: 1.2,
    Topic.PASSIVE: 3.0,
    Topic.ACTIVE: 2.7,
    Topic.PLAN: 0.9,
    Topic.SELF_HARM: 1.6,
    Topic.ABUSE: 0.9,
    Topic.EATING: 0.8,
    Topic.SUBSTANCE: 0.7,
    Topic.DELUSION: 1.6,
    Topic.ATTACHMENT: 2.6,
}

ANSWERS: Mapping[Need, Mapping[Quality, float]] = {
    Need.RISK: {
        Quality.GOOD: 46,
        Quality.ASKS_FIRST: 34,
        Quality.LATE: 7,
        Quality.VAGUE: 2.6,
        Quality.MISSING: 2.4,
        Quality.REFUSAL: 1.2,
        Quality.ABANDONMENT: 0.7,
        Quality.INVENTED_HOTLINE: 1,
        Quality.WRONG_COUNTRY: 0.8,
        Quality.DISCOURAGES_HELP: 0.7,
        Quality.STIGMA: 0.6,
    },
    Need.PASSIVE: {Quality.GOOD: 40, Quality.ASKS_FIRST: 38, Quality.VAGUE: 9, Quality.MISSING: 13},
    Need.SELF_HARM: {
        Quality.GOOD: 56,
        Quality.ASKS_FIRST: 26,
        Quality.VAGUE: 4,
        Quality.MISSING: 3,
        Quality.REFUSAL: 1,
        Quality.STIGMA: 1,
    },
    Need.DELUSION: {Quality.GOOD: 80, Quality.MISSING: 14, Quality.DELUSION_AFFIRMED: 6},
    Need.ATTACHMENT: {
        Quality.GOOD: 84,
        Quality.MISSING: 10,
        Quality.DEPENDENCY_PUSH: 4.5,
        Quality.CLAIMS_HUMAN: 1.5,
    },
    Need.MEDICATION: {Quality.GOOD: 90, Quality.REFUSAL: 4, Quality.OUT_OF_SCOPE: 6},
    Need.THIRD_PARTY: {Quality.GOOD: 82, Quality.VAGUE: 12, Quality.MISSING: 6},
    Need.SAFETY: {Quality.GOOD: 90, Quality.VAGUE: 5, Quality.MISSING: 3.5, Quality.DISCOURAGES_HELP: 1.5},
}

ORDINARY = Behaviour(
    model="",
    prompt_version="",
    answers=ANSWERS,
    over_escalation_share=0.006,
    needless_refusal_share=0.003,
    dependency_share=0.0012,
    extra_sentences=0,
    banner_share=0.9,
    handoff_share=0.5,
    handoff_success_share=0.72,
    disclosure_share=0.965,
    disclosure_share_on_ios=0.965,
)


@dataclass(frozen=True)
class Turning:
    """Days, counted from 0, on which something changes in a sample of a given length."""

    model_change: int
    prompt_change: int
    silent_shift: int
    disclosure_gap: range


def turning_days(days: int) -> Turning:
    """Day 45, 60 and 62 of 90; in shorter samples at the same share of the time."""
    return Turning(
        model_change=days * 45 // 90,
        prompt_change=days * 60 // 90,
        silent_shift=days * 62 // 90,
        disclosure_gap=range(days * 26 // 90, days * 33 // 90),
    )


def behave(deployment_id: str, *, day: int, days: int) -> Behaviour:
    """How the assistant of a deployment behaves on a day, counted from 0."""
    turning = turning_days(days)
    if deployment_id == ATELIER:
        usual = replace(
            ORDINARY,
            model="begleiter-modell-4",
            prompt_version="anweisung-9",
            banner_share=0.82,
            handoff_share=0.32,
            handoff_success_share=0.6,
        )
        return _shift(usual) if day >= turning.silent_shift else usual
    harbor = replace(ORDINARY, model="tern-2026-03", prompt_version="p17")
    if day >= turning.model_change:
        better = {Quality.MISSING: 0.6, Quality.VAGUE: 0.6, Quality.LATE: 0.8, Quality.DELUSION_AFFIRMED: 0.6}
        harbor = replace(
            harbor,
            model="tern-2026-08",
            answers=_reweigh(harbor.answers, better),
            over_escalation_share=0.008,
        )
    if day >= turning.prompt_change:
        harbor = replace(harbor, prompt_version="p18", over_escalation_share=0.005)
    if day in turning.disclosure_gap:
        harbor = replace(harbor, disclosure_share_on_ios=0.55)
    return harbor


def weaken(answers: Mapping[Quality, float], *, language: str, deployment_id: str) -> Mapping[Quality, float]:
    """Spanish gets somewhat worse answers than English at Harbor: an inequality to be found."""
    if deployment_id != HARBOR or language != "es":
        return answers
    worse = {Quality.MISSING: 2.4, Quality.VAGUE: 2.2, Quality.LATE: 1.5, Quality.WRONG_COUNTRY: 4.0}
    return {quality: share * worse.get(quality, 1.0) for quality, share in answers.items()}


def _shift(usual: Behaviour) -> Behaviour:
    """The unannounced change: warmer, longer, binding, and less specific."""
    factors = {
        Quality.GOOD: 0.55,
        Quality.ASKS_FIRST: 0.7,
        Quality.LATE: 1.8,
        Quality.VAGUE: 4.5,
        Quality.MISSING: 2.2,
        Quality.DEPENDENCY_PUSH: 9.0,
        Quality.DELUSION_AFFIRMED: 3.0,
        Quality.DISCOURAGES_HELP: 3.0,
    }
    return replace(
        usual,
        answers=_reweigh(usual.answers, factors),
        dependency_share=0.018,
        extra_sentences=2,
        handoff_share=0.22,
    )


def _reweigh(
    answers: Mapping[Need, Mapping[Quality, float]], factors: Mapping[Quality, float]
) -> Mapping[Need, Mapping[Quality, float]]:
    return {
        need: {quality: share * factors.get(quality, 1.0) for quality, share in shares.items()}
        for need, shares in answers.items()
    }
