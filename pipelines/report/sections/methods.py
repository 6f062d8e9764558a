"""How the figures were made: methods, marks, the rule of suppression, who signs."""

from __future__ import annotations

from pipelines.report.display import MARK_MEANINGS, MARK_TEXTS, STATUS_MEANINGS, STATUS_WORDS
from pipelines.report.published import Facts
from pipelines.report.suppress import MINIMUM_RATE_DENOMINATOR, RULE, SMALLEST_SHOWN

NOTICE = "Not a crisis service: these figures arrive after the fact and nobody is watched in real time."


def write_methods(facts: Facts) -> tuple[str, ...]:
    """How to read the figures."""
    methods = sorted({row.method for row in facts.observations if row.period == "month" and row.method})
    return (
        "A conversation is an episode of a thread; it belongs to the reporting day of its first message, "
        "in the "
        f"deployment's time zone ({facts.deployment['zone']}). A message that arrives late counts in the "
        "day it "
        "belongs to, so a month can change after this report; the generation on the first page says which "
        "state of the data was read.",
        "Every share and rate carries its numerator, its denominator and a 95% interval (methods used: "
        f"{', '.join(methods) or 'none'}). Coverage is the share of units that every detector behind the "
        "indicator scored; a unit that was not scored counts neither as safe nor as unsafe.",
        "Figures as detected rest on automatic detectors, which miss things and raise false alarms. A figure "
        "corrected by review rests on a random sample labelled by people and is shown beside it wherever "
        "one is published.",
        "The status compares the level with the appetite that a person proposed and another approved for "
        "this "
        "deployment. The variation compares it with the deployment's own history. A shipped placeholder "
        "is not an appetite.",
        "Register, checklist and incidents are copied when the published file is built, so they show the "
        "state of that day, not of the last day of the month.",
    )


def suppression_terms() -> dict[str, object]:
    """The rule of suppression as parameters and in words, with the legend of the marks."""
    return {
        "smallest_shown": SMALLEST_SHOWN,
        "zero_is_shown": True,
        "minimum_rate_denominator": MINIMUM_RATE_DENOMINATOR,
        "complementary": True,
        "rule": list(RULE),
        "marks": [
            {"mark": mark, "text": MARK_TEXTS[mark], "meaning": MARK_MEANINGS[mark]} for mark in MARK_TEXTS
        ],
        "statuses": [
            {"status": status, "text": STATUS_WORDS[status], "meaning": STATUS_MEANINGS[status]}
            for status in STATUS_WORDS
        ],
    }


def sign_off_lines() -> tuple[dict[str, str], ...]:
    """Who signs: nobody approves what they prepared."""
    return (
        {"act": "Prepared by", "rule": "name, role, date", "signed": "submitted"},
        {"act": "Approved by", "rule": "another person: name, role, date", "signed": "approved"},
    )
