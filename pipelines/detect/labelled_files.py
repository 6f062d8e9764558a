"""Labelled files as they are asked for together: each data set once, with what a reader has to know of them.

Measuring and comparing read them in this one way. What stands in one file belongs in `labelled.py` and
`unsaid.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipelines.detect.labelled import LabelledRow, LabelMap, find_strange_labels, name_dataset
from pipelines.detect.overlap import hash_text
from pipelines.detect.unsaid import read_rows
from pipelines.errors import SourceError


def read_files(paths: Sequence[Path], known: LabelMap) -> tuple[list[LabelledRow], list[str]]:
    """The rows of all files, and sentences about what is strange in them.

    That are label names that nobody knows, texts that stand in two files, and copies with another label.

    Raises:
        SourceError: a file cannot be read, two are of one name, or of a file no label is known.
    """
    named: dict[str, list[Path]] = {}
    for path in paths:
        named.setdefault(name_dataset(path), []).append(path)
    if twice := {name: found for name, found in named.items() if len(found) > 1}:
        told = "; ".join(f"{name}: {', '.join(map(str, found))}" for name, found in twice.items())
        raise SourceError(
            f"Two files of one name would count as one data set, and the same rows twice ({told}). Name each "
            "file once, and files of different rows differently."
        )
    rows = [row for path in paths for row in read_rows(path, known)]
    texts = [hash_text(row.text) for row in rows]
    strange = find_strange_labels(rows, known)
    return rows, [*strange, *_find_repeats(rows, texts), *_find_conflicts(rows, texts, known)]


def _find_repeats(rows: Sequence[LabelledRow], texts: Sequence[bytes]) -> list[str]:
    """One sentence a data set that holds texts of one before it: it is less evidence than it seems."""
    seen: dict[tuple[str, bytes], str] = {}
    found: dict[tuple[str, str], int] = {}
    for row, text in zip(rows, texts, strict=True):
        first = seen.setdefault((row.role, text), row.dataset)
        if first != row.dataset:
            found[row.dataset, first] = found.get((row.dataset, first), 0) + 1
    return [f"{name}: {count} of its texts stand in {first}, too." for (name, first), count in found.items()]


def _find_conflicts(rows: Sequence[LabelledRow], texts: Sequence[bytes], known: LabelMap) -> list[str]:
    """One sentence a data set and label, of which a text has a yes and a no: one counts as an error."""
    answers: dict[tuple[str, str, str, bytes], set[bool]] = {}
    for row, text in zip(rows, texts, strict=True):
        for label in row.labels.keys() & known.labels.keys():
            said = row.answer(label, known.labels[label])
            if said is not None:
                answers.setdefault((row.dataset, label, row.role, text), set()).add(said)
    found = Counter((dataset, label) for (dataset, label, *_), said in answers.items() if len(said) > 1)
    return [
        f"{dataset}: {count} of its texts have a yes and a no to {label}: one is counted as an error."
        for (dataset, label), count in sorted(found.items())
    ]
