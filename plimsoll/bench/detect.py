"""Detection against one bare pass of the pattern engine over the same normalised bytes, in the same run.

Messages are of about 300 characters, put together from the demo's sentences. The lexicon is measured with
normalisation, guards and confirmation; the default cascade with the language of each message and everything
else that runs without settings. Before any timing the masks are compared, message by message, with plain
`re`. Seconds are of the processor, so that what else the machine does counts little.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.lexicon.normalisation import normalise
from pipelines.detect.detectors.lexicon.rulebook import CompiledRule
from pipelines.detect.language import read_languages, with_languages
from pipelines.errors import StateError
from plimsoll.bench.logs import list_sentences
from plimsoll.bench.measurement import MEGABYTE, Bench, Figure, measure, ratio

ROUNDS = 5
CHARACTERS = 300
AT_ONCE = 20_000
COMPARED = 1_000
LEXICON, CASCADE = 1 / 0.3, 1 / 0.04
"""Times the yardstick's seconds: 0.3 and 0.04 of its speed. Owner: data engineering; 2026-11-28."""
TWO_PROCESSES = 1 / 1.9
SHARED = 3
"""Times the messages, for two processes: what each does once at its beginning counts little then."""
FLAT = 1.25
"""Peak memory after all messages over that after the first tenth."""
ROLES = ("user", "assistant")


def make_batches(messages: int) -> Iterator[pa.Table]:
    """Messages in tables of at most AT_ONCE; the same for the same number."""
    known = list_sentences()
    for start in range(0, messages, AT_ONCE):
        draw = random.Random(start)  # noqa: S311 - the same messages in every run
        count = min(AT_ONCE, messages - start)
        texts = []
        for _ in range(count):
            text = draw.choice(known)
            while len(text) < CHARACTERS - 30:
                text += " " + draw.choice(known)
            texts.append(text[:CHARACTERS])
        numbers = range(start, start + count)
        yield pa.table(
            {
                "deployment_id": ["bench"] * count,
                "day": pa.array([dt.date(2026, 1, 5)] * count, pa.date32()),
                "conversation_id": [f"c{number // 10}" for number in numbers],
                "message_id": [f"m{number}" for number in numbers],
                "turn": [number % 10 for number in numbers],
                "role": [ROLES[number % 2] for number in numbers],
                "text": texts,
                "language": ["en"] * count,
                "region": ["US"] * count,
            }
        )


def scan_bare(messages: int) -> float:
    """The yardstick's seconds: the engine alone, with the lexicon's own databases and no handler."""
    detector = load_lexicon_detector()
    matchers = {role: detector.matcher("en", role) for role in ROLES}
    seconds = 0.0
    for batch in make_batches(messages):
        texts = [normalise(text).text.encode("ascii") for text in batch["text"].to_pylist()]
        pairs = list(zip([matchers[role] for role in batch["role"].to_pylist()], texts, strict=True))
        began = time.process_time()
        for matcher, text in pairs:
            matcher.scan_bare(text)
        seconds += time.process_time() - began
    return seconds


def scan_lexicon(messages: int) -> float:
    """Seconds of the lexicon: normalisation, engine, confirmation, guards, joining, tables."""
    detector = load_lexicon_detector()
    return _time(messages, detector.scan)


def scan_cascade(messages: int) -> float:
    """Seconds of all that runs by default, languages included."""
    cascade = make_cascade()
    return _time(messages, lambda batch: cascade.scan(with_languages(batch, read_languages(batch))))


def scan_on_the_clock(messages: int) -> float:
    """The same on the clock of the wall, for work that is shared."""
    cascade = make_cascade()
    batches = list(make_batches(messages))
    cascade.scan(batches[0].slice(0, 10))
    began = time.perf_counter()
    for batch in batches:
        cascade.scan(with_languages(batch, read_languages(batch)))
    return time.perf_counter() - began


def measure_memory(messages: int) -> tuple[float, float]:
    """Peak megabytes after a tenth of the messages, and after all."""
    cascade = make_cascade()
    peaks: list[float] = []
    for number, batch in enumerate(make_batches(messages), start=1):
        cascade.scan(with_languages(batch, read_languages(batch)))
        if number * AT_ONCE >= messages / 10 and not peaks:
            peaks.append(_peak())
    return peaks[0], _peak()


def compare_masks(messages: int) -> int:
    """Messages whose candidates were compared with those of plain `re`.

    Raises:
        StateError: a message has other rules than plain `re` finds.
    """
    detector = load_lexicon_detector()
    compared = 0
    for batch in make_batches(messages):
        for role, text in zip(batch["role"].to_pylist(), batch["text"].to_pylist(), strict=True):
            folded = normalise(text).text
            found = {hit.rule.id for hit in detector.matcher("en", role).find(folded)}
            expected = {rule.id for rule in detector.rules("en", role) if _matches(rule, folded)}
            if found != expected:
                raise StateError(
                    f"A message of the bench is matched otherwise by plain re: {sorted(found ^ expected)}."
                )
            compared += 1
    return compared


def run(messages: int, folder: Path, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see the module."""
    count = compare_masks(min(messages, COMPARED))
    progress(f"  {count} messages have the masks of plain re")
    lexicon: list[tuple[float, float]] = []
    cascade: list[tuple[float, float]] = []
    bare: list[float] = []
    for number in range(1, ROUNDS + 1):
        yardstick = scan_bare(messages)
        bare.append(yardstick)
        lexicon.append((scan_lexicon(messages), yardstick))
        cascade.append((scan_cascade(messages), yardstick))
        progress(f"  round {number} of {ROUNDS}")
    shared = messages * SHARED
    alone, both = measure(scan_on_the_clock, 2 * shared).result, _share_work(shared)
    early, late = measure(measure_memory, messages * 10).result
    return [
        Figure("bare", messages / min(bare), "messages a second", "One pass of the pattern engine."),
        ratio("lexicon", "Normalisation, engine and guards over the bare pass.", lexicon, bound=LEXICON),
        ratio("cascade", "Everything that runs by default over the bare pass.", cascade, bound=CASCADE),
        Figure(
            "two_processes",
            both / alone,
            "ratio",
            "Seconds of two processes that share the work over those of one that does it all.",
            TWO_PROCESSES,
        ),
        Figure("memory", late / early, "ratio", "Peak after ten times the messages.", FLAT),
        Figure("masks", float(count), "messages", "Matched as plain re matches them, one by one."),
    ]


def _share_work(messages: int) -> float:
    """Seconds of the slower of two processes with so many messages each, at the same time."""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(measure, scan_on_the_clock, messages) for _ in range(2)]
        return max(float(one.result().result) for one in runs)


def _time(messages: int, work: Callable[[pa.Table], object]) -> float:
    seconds = 0.0
    for batch in make_batches(messages):
        began = time.process_time()
        work(batch)
        seconds += time.process_time() - began
    return seconds


def _matches(rule: CompiledRule, text: str) -> bool:
    for found in rule.pattern.finditer(text):
        if rule.near is None:
            return True
        around = text[max(0, found.start() - rule.near_chars) : found.end() + rule.near_chars]
        if rule.near.search(around) is not None:
            return True
    return False


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (peak if sys.platform == "darwin" else peak * 1024) / MEGABYTE


BENCH = Bench(
    "detect",
    "languages, lexicon and default cascade over messages of 300 characters",
    20_000,
    run,
)
