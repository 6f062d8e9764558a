"""Why nothing is known of what a sieve misses, and what to do: page, report and command line say it alike."""

from __future__ import annotations


def say_unsampled(when: str = "") -> str:
    """The sentence where no random part of the rest was read; `when` is a time such as "in this month"."""
    detectors = f"the detectors miss {when}".strip()
    return (
        f"How much {detectors} is not known: no judge and no moderation endpoint has read a random part of "
        "what they do not pass on. Next: name one in definitions/detectors.yaml, or have people review "
        "conversations that nobody flagged."
    )
