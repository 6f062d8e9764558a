"""The language in which each message is read: what the log says, else the text, else the conversation.

Short or mixed text is not guessed at: it is read in the language of its conversation, and where that is not
known either, it is unknown. A log that plainly contradicts the text is not believed, for a Spanish
disclosure read with English rules would be found clear; where log and text contradict each other and neither
is plain, the message is unknown too. Identification is CLD2's (pycld2); what each message was read as, and
why, is kept beside the findings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pycld2

from pipelines.detect.function_word import WORDS, count_words
from pipelines.schemas.finding import LANGUAGE

UNKNOWN = "unknown"
NOT_SAID = frozenset({UNKNOWN, "unrecognised", ""})

SHORTEST = 20
"""Characters below which a Latin text is not identified: of shorter ones 40 to 60 % came back undecided."""
CLEAR = 60
"""Characters from which a text is believed against its log or its conversation: none of 5,600 was wrong."""
CLEAR_SHARE = 0.95
"""Of a shorter text that is in the language: with less of it, the text is mixed."""
DOUBTFUL_WORDS = 2
"""Function words of another language alone, from which a short text that is not identified is in doubt. Of
5,700 English, 495 German, 866 French and 483 Spanish short ones with the right log none was."""
SURE_WORDS = 2
"""Function words from which a short text is not taken for one of a language that is not listed: CLD2 reads
"Dejaste pasar la ola" as Samoan.
"""
OTHER_SCRIPT = 8
"""Characters from which a text in another script than Latin is identified."""
LEAST_SHARE = 0.85
"""Of the text that is in the language; below it the text is mixed."""
MOST_READ = 600
"""Characters that are read; more costs time and changes nothing."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEYOND_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]{3}")
_NEWER_CODES = {"iw": "he", "jw": "jv", "in": "id", "no": "nb"}


class LanguageSource(StrEnum):
    """How it is known in which language a message is."""

    LOG = "log"
    """The log says so, and the text does not contradict it."""
    MESSAGE = "message"
    """The text itself shows it."""
    CONVERSATION = "conversation"
    """Too short or mixed, and read like the rest of its conversation."""
    NONE = "none"
    """Neither; it is unknown."""
    CONTRADICTION = "contradiction"
    """Log or conversation says one language and the text another, neither plainly; it is unknown."""


@dataclass(frozen=True)
class Identified:
    """A language (ISO 639-1) and the share of the text that is in it."""

    language: str
    share: float


@dataclass(frozen=True)
class Reading:
    """In which language a message is read, and how that is known; confidence is 0 to 1."""

    language: str
    source: LanguageSource
    confidence: float


def identify(text: str) -> Identified | None:
    """The language of a text; None if it is too short, mixed, or not clear."""
    head = _CONTROL.sub(" ", text[:MOST_READ]).strip()
    is_latin = _BEYOND_LATIN.search(head) is None
    if len(head) < (SHORTEST if is_latin else OTHER_SCRIPT):
        return None
    if len(head) < CLEAR:
        return _identify(head)
    # CLD2 leaves a second language out of its answer if it is the smaller part, so each half is asked about.
    parts = [found for half in _halve(head) if (found := _identify(half)) is not None]
    if not parts or len({part.language for part in parts}) > 1:
        return None
    return min(parts, key=lambda part: part.share)


def read_languages(messages: pa.Table) -> list[Reading]:
    """For each message the language in which it is read."""
    texts = messages["text"].to_pylist()
    said = messages["language"].to_pylist()
    conversations = messages["conversation_id"].to_pylist()
    shown = [identify(text) for text in texts]
    own = [
        _read_alone(language, found, text) for language, found, text in zip(said, shown, texts, strict=True)
    ]
    around = _conversation_languages(conversations, own, texts)
    return [
        _read_in_place(reading, around.get(conversation), text) if language in NOT_SAID else reading
        for reading, language, conversation, text in zip(own, said, conversations, texts, strict=True)
    ]


def languages_table(messages: pa.Table, readings: Sequence[Reading], sights: Sequence[str]) -> pa.Table:
    """The readings as rows (schema LANGUAGE), with the name of what was looked for in each message."""
    keys = messages.select(["deployment_id", "day", "conversation_id", "message_id"])
    columns = {name: keys[name] for name in keys.column_names} | {
        "language": pa.array([reading.language for reading in readings], pa.string()),
        "source": pa.array([str(reading.source) for reading in readings], pa.string()),
        "confidence": pa.array([reading.confidence for reading in readings], pa.float64()),
        "sight": pa.array(sights, pa.string()),
    }
    return pa.table(columns).cast(LANGUAGE.arrow_schema)


def with_languages(messages: pa.Table, readings: Sequence[Reading]) -> pa.Table:
    """The messages with the language in which each is read."""
    place = messages.schema.get_field_index("language")
    return messages.set_column(
        place, "language", pa.array([reading.language for reading in readings], pa.string())
    )


def _halve(text: str) -> tuple[str, str]:
    middle = text.find(" ", len(text) // 2)
    middle = len(text) // 2 if middle < 0 else middle
    return text[:middle], text[middle:]


def _identify(text: str) -> Identified | None:
    try:
        is_reliable, _, found = pycld2.detect(text)
    except pycld2.error:
        return None
    code, share = found[0][1].partition("-")[0], found[0][2] / 100
    if not is_reliable or code == "un" or share < LEAST_SHARE:
        return None
    return Identified(_NEWER_CODES.get(code, code), share)


def _read_alone(said: str, found: Identified | None, text: str) -> Reading:
    if said in NOT_SAID:
        if found is None:
            return Reading(UNKNOWN, LanguageSource.NONE, 0.0)
        return Reading(found.language, LanguageSource.MESSAGE, found.share)
    return _weigh(Reading(said, LanguageSource.LOG, 1.0), found, text)


def _read_in_place(reading: Reading, around: Reading | None, text: str) -> Reading:
    """A message without a language in the log is read like its conversation, unless it shows another."""
    if around is None:
        return reading
    if reading.source is LanguageSource.NONE:
        return _weigh(around, None, text)
    if reading.language == around.language:
        return reading
    return _weigh(around, Identified(reading.language, reading.confidence), text)


def _weigh(told: Reading, found: Identified | None, text: str) -> Reading:
    """What a message is read as, of what is told of it and what its text shows.

    CLD2 is sure of itself on short text where it is wrong, so there the function words have to bear it out.
    """
    length = len(text.strip())
    if found is None:
        return _in_doubt(0.0) if _speaks_against(told.language, text, length) else told
    if found.language == told.language:
        return told
    if length < SHORTEST:
        return told
    shown = Reading(found.language, LanguageSource.MESSAGE, found.share)
    is_listed, is_long = found.language in WORDS, length >= CLEAR
    if not is_listed and is_long:
        return shown
    for_told = count_words(text, told.language, with_shared=not is_listed)
    for_found = count_words(text, found.language)
    bears_told_out = for_told > for_found if is_listed else for_told >= SURE_WORDS
    if bears_told_out:
        return told
    is_borne_out = for_found > 0 or not is_listed
    is_clear = for_told == 0 and is_borne_out and found.share >= CLEAR_SHARE
    return shown if is_long or is_clear else _in_doubt(found.share)


def _speaks_against(told: str, text: str, length: int) -> bool:
    if told not in WORDS or not SHORTEST <= length < CLEAR or count_words(text, told) > 0:
        return False
    return max(count_words(text, name) for name in WORDS) >= DOUBTFUL_WORDS


def _in_doubt(confidence: float) -> Reading:
    return Reading(UNKNOWN, LanguageSource.CONTRADICTION, confidence)


def _conversation_languages(
    conversations: Sequence[str], readings: Sequence[Reading], texts: Sequence[str]
) -> dict[str, Reading]:
    """By conversation, the language of most of what is known of it; of all its short texts together, else."""
    lengths: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    open_texts: dict[str, list[str]] = defaultdict(list)
    for conversation, reading, text in zip(conversations, readings, texts, strict=True):
        if reading.source is LanguageSource.CONTRADICTION:
            continue
        if reading.language == UNKNOWN:
            open_texts[conversation].append(text[:MOST_READ])
        else:
            lengths[conversation][reading.language] += len(text)
    found: dict[str, Reading] = {}
    for conversation in open_texts.keys() - lengths.keys():
        together = identify(". ".join(open_texts[conversation]))
        if together is not None:
            found[conversation] = Reading(together.language, LanguageSource.CONVERSATION, together.share)
    for conversation, counts in lengths.items():
        language = max(sorted(counts), key=lambda name: counts[name])
        share = counts[language] / max(1, sum(counts.values()))
        if share >= LEAST_SHARE:
            found[conversation] = Reading(language, LanguageSource.CONVERSATION, share)
    return found
