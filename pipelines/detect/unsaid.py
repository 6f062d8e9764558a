"""Rows of labelled files that name no language: read as the detectors read messages of a log that names none.

So are rows that name it by a word that nobody understands.
Nothing is taken for English because nobody said otherwise: what the text, or the rest of its conversation,
does not show stays unknown. How many rows that was, and what they were read as, is told.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipelines.detect.labelled import LabelledRow, LabelMap, make_messages, read_labelled
from pipelines.detect.language import UNKNOWN, read_languages
from pipelines.language_tag import is_code

LOG = logging.getLogger("plimsoll.detect")


def read_rows(path: Path, known: LabelMap | None = None) -> list[LabelledRow]:
    """The rows of a file, in its order, each with the language in which it is read.

    Raises:
        SourceError: the file cannot be read, or lines are not such rows; all of them in one message.
    """
    rows = _drop_strange_languages(read_labelled(path, known), path.name)
    filled = fill_languages(rows)
    read = Counter(after.language for before, after in zip(rows, filled, strict=True) if before != after)
    unsaid = sum(row.language == UNKNOWN for row in rows)
    if unsaid:
        shown = ", ".join(f"{count} as {name}" for name, count in read.most_common()) or "none"
        LOG.warning(
            "%s: %d of %d rows name no language; by their text %s; %d stay unknown, and are not read.",
            path.name, unsaid, len(rows), shown, unsaid - read.total(),
        )  # fmt: skip
    return filled


def _drop_strange_languages(rows: Sequence[LabelledRow], name: str) -> list[LabelledRow]:
    """The rows, those whose language is no code without one; how many is told, their words are not."""
    kept = [row if is_code(row.language) else row.model_copy(update={"language": UNKNOWN}) for row in rows]
    strange = sum(before.language != after.language for before, after in zip(rows, kept, strict=True))
    if strange:
        LOG.warning(
            "%s: %d of %d rows name a language by what is neither a code of two letters, such as en, "
            "nor its English name; they count as rows that name none.",
            name, strange, len(rows),
        )  # fmt: skip
    return kept


def fill_languages(rows: Sequence[LabelledRow]) -> list[LabelledRow]:
    """The rows, those without a language in the one that their text or their conversation shows."""
    if all(row.language != UNKNOWN for row in rows):
        return list(rows)
    messages = make_messages(rows)
    place = messages.schema.get_field_index("conversation_id")
    readings = read_languages(messages.set_column(place, "conversation_id", [[row.cluster for row in rows]]))
    return [
        row.model_copy(update={"language": reading.language}) if row.language == UNKNOWN else row
        for row, reading in zip(rows, readings, strict=True)
    ]
