"""The texts of a probe by group, and which of them the rules alone take for a risk of the speaker now."""

from functools import cache
from pathlib import Path

import yaml

from pipelines.detect.detector import Time
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector

PROBES = Path(__file__).parent / "probes"
OWN = frozenset({"self", "unclear"})
RISK = frozenset({"u_suicidal_ideation", "u_self_harm"})


@cache
def read_probe(name: str) -> dict[str, list[str]]:
    """Lists of texts by what they are."""
    lists: dict[str, list[str]] = yaml.safe_load((PROBES / f"{name}.yaml").read_text(encoding="utf-8"))
    return lists


def is_seen(text: str, *, level: int = 1, language: str = "en") -> bool:
    """Whether the rules raise an alert of this level about the speaker now."""
    return any(
        found.signal_id in RISK
        and found.level >= level
        and str(found.subject) in OWN
        and found.time != Time.PAST
        for found in load_lexicon_detector().read_message(text, language=language, role="user")
    )


def find_seen(
    name: str, groups: tuple[str, ...], *, level: int = 1, language: str = "en"
) -> tuple[list[str], int]:
    """The texts that the rules see of groups whose names begin like this, and how many there are."""
    texts = [text for group, texts in read_probe(name).items() if group.startswith(groups) for text in texts]
    return [text for text in texts if is_seen(text, level=level, language=language)], len(texts)


def share_seen(name: str, groups: tuple[str, ...], *, level: int = 1) -> float:
    """Their share."""
    found, count = find_seen(name, groups, level=level)
    return len(found) / count
