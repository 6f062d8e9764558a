"""Labelled files: messages with what people said about them, and what their label names mean to us.

One JSON object a line (`id`, `role`, `text`, `language`, `labels`, and if known `context`, `label_source`,
`conversation_id`), plain or gzip. An absent label is unknown and never a no; what a row without a language is
read as is decided in `unsaid.py`. Comparing belongs in `evaluate.py`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.detect.language import UNKNOWN
from pipelines.errors import DefinitionError, SourceError

LABELS = Path(__file__).parent / "labels.yaml"
SUFFIXES = (".gz", ".jsonl", ".ndjson", ".json")
PLACELESS_DAY = dt.date(2000, 1, 1)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelMeaning(_Frozen):
    """What a label name of a data set says about our signals."""

    signals: tuple[str, ...] = Field(min_length=1)
    role: Literal["user", "assistant"]
    level: int = Field(default=0, ge=0, le=4)
    question: str = ""
    """What a card calls it, where a data set has several labels; empty for the first."""
    is_default: bool = False
    is_negative: bool = False
    """A yes to the label is a no to the signals; a no to it says nothing."""

    @property
    def target(self) -> str:
        """The signal, and the level from which it is meant: `u_suicidal_ideation>=3`."""
        return self.signals[0] + (f">={self.level}" if self.level else "")


class LabelMap(_Frozen):
    """All label names we know; `grades` names labels whose values grade another label's positives.

    `left_alone` are names that no signal of ours means.
    """

    labels: dict[str, LabelMeaning]
    grades: dict[str, str] = {}
    left_alone: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name that may stand in a file."""
        return frozenset({*self.labels, *self.grades, *self.left_alone})


class LabelledRow(BaseModel):
    """A message with its labels; `cluster` holds the rows that stand or fall together (a conversation)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    row_id: str
    role: Literal["user", "assistant"]
    text: str
    language: str = UNKNOWN
    labels: dict[str, int | str | None] = {}
    label_source: str = "unknown"
    cluster: str = ""
    dataset: str = ""

    def answer(self, label: str, meaning: LabelMeaning) -> bool | None:
        """What the label says about the signals: yes, no, or nothing."""
        value = self.labels.get(label)
        if not isinstance(value, int):
            return None
        if meaning.is_negative:
            return False if value else None
        return bool(value)


@cache
def load_label_map(path: Path = LABELS) -> LabelMap:
    """The shipped map from label names to signals.

    Raises:
        DefinitionError: the file is not valid.
    """
    try:
        return LabelMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path.name} is not valid: {error}") from error


def extend_label_map(own: LabelMap, shipped: LabelMap | None = None) -> LabelMap:
    """The shipped names and one's own; a name of one's own stands before a shipped one."""
    known = shipped or load_label_map()
    return LabelMap(
        labels=known.labels | own.labels,
        grades=known.grades | own.grades,
        left_alone=tuple(sorted({*known.left_alone, *own.left_alone} - own.labels.keys())),
    )


def find_strange_labels(rows: Sequence[LabelledRow], known: LabelMap) -> list[str]:
    """One sentence a data set whose rows carry label names that nobody knows, with what is allowed.

    Raises:
        SourceError: of the labels of a data set none is known, so that nothing would be measured.
    """
    found: list[str] = []
    nothing: list[str] = []
    for dataset in dict.fromkeys(row.dataset for row in rows):
        names = {name for row in rows if row.dataset == dataset for name in row.labels}
        strange = sorted(names - known.names)
        if not strange:
            continue
        found.append(f"{dataset}: no label is called {', '.join(strange)}.")
        if strange == sorted(names):
            nothing.append(dataset)
    if not found:
        return []
    found.append(
        f"Allowed: {', '.join(sorted(known.labels))}; grades: {', '.join(sorted(known.grades))}; left alone: "
        f"{', '.join(sorted(known.left_alone))}. "
        "Add names by `--labels FILE`, as in pipelines/detect/labels.yaml."
    )
    if nothing:
        raise SourceError(" ".join([*found, f"Nothing would be measured of {', '.join(nothing)}."]))
    return found


def read_labelled(path: Path) -> list[LabelledRow]:
    """The rows of a file, in its order.

    Raises:
        SourceError: the file cannot be read, or lines are not such rows; all of them in one message.
    """
    rows: list[LabelledRow] = []
    problems: list[str] = []
    for number, line in _read_lines(path):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                problems.append(f"line {number}: not an object")
                continue
            rows.append(_make_row(record, number, dataset=name_dataset(path)))
        except json.JSONDecodeError as error:
            problems.append(f"line {number}: not JSON ({error.msg})")
        except ValidationError as error:
            fields = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)
            )
            problems.append(f"line {number}: {fields}")
    seen: set[str] = set()
    for row in rows:
        if row.row_id in seen:
            problems.append(f"id {row.row_id} occurs twice; every row needs its own")
        seen.add(row.row_id)
    if problems or not rows:
        shown = "; ".join(problems[:10]) or "it holds no row"
        more = f"; and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise SourceError(
            f"{path.name} cannot be read as labelled rows: {shown}{more}. A line is an object with id, "
            "role (user or assistant), text, language and labels {name: 0 or 1}."
        )
    return rows


def name_dataset(path: Path) -> str:
    """The file's name without its endings."""
    name = path.name
    while name.endswith(SUFFIXES):
        name = name.rpartition(".")[0]
    return name


def make_messages(rows: Sequence[LabelledRow]) -> pa.Table:
    """The rows as messages that a detector can scan, each in a conversation of its own; ids are places."""
    ids = [str(place) for place in range(len(rows))]
    return pa.table(
        {
            "deployment_id": pa.array(["evaluation"] * len(ids), pa.string()),
            "day": pa.array([PLACELESS_DAY] * len(ids), pa.date32()),
            "conversation_id": pa.array(ids, pa.string()),
            "message_id": pa.array(ids, pa.string()),
            "turn": pa.array([0] * len(ids), pa.int64()),
            "role": pa.array([row.role for row in rows], pa.string()),
            "text": pa.array([row.text for row in rows], pa.string()),
            "language": pa.array([row.language for row in rows], pa.string()),
        }
    )


def _make_row(record: dict[str, Any], number: int, *, dataset: str) -> LabelledRow:
    row_id = record.get("id") or record.get("message_id") or f"line-{number}"
    labels = record.get("labels")
    return LabelledRow.model_validate(
        {
            "row_id": str(row_id),
            "role": record.get("role"),
            "text": record.get("text"),
            "language": record.get("language") or UNKNOWN,
            "labels": {} if labels is None else labels,
            "label_source": str(record.get("label_source") or "unknown"),
            "cluster": str(record.get("conversation_id") or _scenario(record) or row_id),
            "dataset": dataset,
        }
    )


def _scenario(record: dict[str, Any]) -> str | None:
    """What binds rows that were written together, if the file says."""
    meta = record.get("meta")
    if not isinstance(meta, dict):
        return None
    for name in ("conversation_id", "prompt_id", "xstest_id", "interjection_id"):
        if meta.get(name) is not None:
            return f"{name}:{meta[name]}"
    return None


def _read_lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}.") from error
