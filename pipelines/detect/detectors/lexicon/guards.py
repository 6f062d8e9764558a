"""What stands around a hit, and what it makes of it: negated, quoted, about someone else, past, invented.

The guards themselves are written in the rule files. How they apply is here: the first that drops a hit
ends it; the others decide whom and when it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.detect.denied_line import is_denied
from pipelines.detect.detector import Subject, Time
from pipelines.detect.detectors.lexicon.matcher import Hit
from pipelines.detect.detectors.lexicon.resources import SIGNAL_ID as RESOURCE_ID
from pipelines.detect.detectors.lexicon.rule_file import Effect
from pipelines.detect.detectors.lexicon.rulebook import CompiledGuard, CompiledRule
from pipelines.detect.detectors.lexicon.severity import Facet

QUOTATION_REACH = 240
"""Characters a quotation may span before an open quotation mark is taken for a stray one."""

SENTENCE_ENDS = ".!?\n"
_SENTENCE_END = re.compile(r"[.!?\n]")
_SINGLE_QUOTED_BEFORE = re.compile(r"(?:^|[\s(:,])'(?!\s)[^'\"\n]{0,120}$")
_SINGLE_QUOTED_AFTER = re.compile(r"^[^'\"\n]{0,120}'(?:$|[\s).,!?;:])")


@dataclass(frozen=True)
class Reading:
    """A hit that stands, with whom and when it is about."""

    rule: CompiledRule
    start: int
    end: int
    subject: Subject
    time: Time
    is_thought_alone: bool = False

    @property
    def facet(self) -> Facet | None:
        """What its rule shows; of an intention that is denied, the thought of a way is left."""
        return Facet.METHOD if self.is_thought_alone else self.rule.facet


def read_hit(hit: Hit, text: str) -> Reading | None:
    """What a hit means where it stands; None if it does not count."""
    if hit.rule.signal_id == RESOURCE_ID and is_denied(text, hit.start, hit.end):
        return None
    subject = hit.rule.subject
    time = hit.rule.time
    is_thought_alone = False
    around: dict[tuple[int, int, bool], tuple[str, str]] = {}
    for guard in hit.rule.guards:
        if not _applies(guard, hit, text, around):
            continue
        match guard.effect:
            case Effect.DROP:
                return None
            case Effect.OTHER:
                subject = Subject.OTHER if subject is Subject.SELF else subject
            case Effect.FICTIONAL:
                subject = Subject.FICTIONAL
            case Effect.PAST:
                time = Time.PAST
            case Effect.RECENT:
                time = Time.RECENT if time is Time.CURRENT else time
            case Effect.THOUGHT:
                is_thought_alone = True
    return Reading(hit.rule, hit.start, hit.end, subject, time, is_thought_alone)


def _applies(
    guard: CompiledGuard, hit: Hit, text: str, around: dict[tuple[int, int, bool], tuple[str, str]]
) -> bool:
    """Whether a guard finds what it looks for; `around` keeps what stands around the hit for other guards."""
    reach = (guard.before, guard.after, guard.within_sentence)
    if reach not in around:
        around[reach] = _read_around(hit, text, *reach)
    before, after = around[reach]
    if guard.is_quotation:
        return _is_quoted(text, hit.start, hit.end) and not (guard.unless and guard.unless.search(before))
    # A guard that looks behind only must touch the hit; one that looks past it may also lie inside.
    window = before if guard.after == 0 else before + text[hit.start : hit.end] + after
    if guard.pattern.search(window) is None:
        return False
    seen = window + text[hit.start : hit.end + guard.look_on] if guard.look_on else window
    return guard.unless is None or guard.unless.search(seen) is None


def _read_around(hit: Hit, text: str, before: int, after: int, is_within: bool) -> tuple[str, str]:
    """So many characters before and after a hit, at most to the ends of its sentence."""
    start, end = max(0, hit.start - before), hit.end + after
    if is_within:
        start = max(start, *(text.rfind(mark, start, hit.start) + 1 for mark in SENTENCE_ENDS))
        if (found := _SENTENCE_END.search(text, hit.end, end)) is not None:
            end = found.start()
    return text[start : hit.start], text[hit.end : end]


def _is_quoted(text: str, start: int, end: int) -> bool:
    line_start = max(text.rfind("\n", 0, start) + 1, start - QUOTATION_REACH)
    line_end = text.find("\n", end)
    before = text[line_start:start]
    after = text[end : end + QUOTATION_REACH if line_end < 0 else min(line_end, end + QUOTATION_REACH)]
    if before.count('"') % 2 == 1 and '"' in after:
        return True
    return bool(_SINGLE_QUOTED_BEFORE.search(before) and _SINGLE_QUOTED_AFTER.match(after))
