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
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.definition_file import InvalidFileError, open_definition
from pipelines.detect.language import UNKNOWN
from pipelines.errors import SourceError
from pipelines.language_tag import shorten_tag
from pipelines.own_signal import PREFIX
from risk_register.content import load_taxonomy

LABELS = Path(__file__).parent / "labels.yaml"
SUFFIXES = (".gz", ".jsonl", ".ndjson", ".json")
PLACELESS_DAY = dt.date(2000, 1, 1)
YES_OR_NO = "0, 1, true, false or null"


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
    """The shipped map from label names to signals, or that of a file of one's own.

    Raises:
        InvalidFileError: the file is not valid, or names a signal that is not there and none would measure.
    """
    file = open_definition(path)
    found = file.read(LabelMap)
    known = [signal.id for signal in load_taxonomy().signals]
    strange = [
        file.problem(
            ("labels", name, "signals", place),
            f"the taxonomy has no signal {signal}; allowed: your own ({PREFIX}...), {', '.join(known)}",
        )
        for name, meaning in found.labels.items()
        for place, signal in enumerate(meaning.signals)
        if signal not in known and not signal.startswith(PREFIX)
    ]
    if strange:
        raise InvalidFileError(strange)
    return found


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


def read_labelled(path: Path, known: LabelMap | None = None) -> list[LabelledRow]:
    """The rows of a file, in its order; `known` says which labels are yes or no, else the shipped map.

    Raises:
        SourceError: the file cannot be read, or lines are not such rows; all of them in one message.
    """
    rows: list[LabelledRow] = []
    problems: list[str] = []
    answered = (known or load_label_map()).labels.keys()
    for number, line in _read_lines(path):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                problems.append(f"line {number}: not an object")
                continue
            if outside := sorted(answered & record.keys()):
                problems.append(f"line {number}: {', '.join(outside)}: belongs in labels {{name: value}}")
                continue
            if broken := sorted(name for name, value in record.items() if not _is_whole(value)):
                problems.append(f"line {number}: {', '.join(broken)}: half a character (a lone surrogate)")
                continue
            row = _make_row(record, number, dataset=name_dataset(path))
            # Of another value nobody knows whether it is a yes: 2 would be one, and "yes" none.
            unclear = sorted(
                name for name in answered & row.labels.keys() if not _is_answer(row.labels[name])
            )
            problems.extend(f"line {number}: labels.{name}: allowed: {YES_OR_NO}" for name in unclear)
            rows.append(row)
        except ValidationError as error:
            fields = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)
            )
            problems.append(f"line {number}: {fields}")
        except json.JSONDecodeError as error:
            problems.append(f"line {number}: not JSON ({error.msg})")
        except (ValueError, RecursionError):  # a number of thousands of digits, lists within lists as deep
            problems.append(f"line {number}: a number or a nesting that no row needs")
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
            f"role (user or assistant), text, language and labels {{name: {YES_OR_NO}}}."
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
    language = record.get("language") or UNKNOWN
    return LabelledRow.model_validate(
        {
            "row_id": str(row_id),
            "role": record.get("role"),
            "text": record.get("text"),
            "language": shorten_tag(language) if isinstance(language, str) else language,
            "labels": {} if labels is None else labels,
            "label_source": str(record.get("label_source") or "unknown"),
            "cluster": str(record.get("conversation_id") or _scenario(record) or row_id),
            "dataset": dataset,
        }
    )


def _is_answer(value: int | str | None) -> bool:
    return value is None or (isinstance(value, int) and value in (0, 1))


def _is_whole(value: object) -> bool:
    """Whether all that is written in a value can be written as UTF-8; JSON can spell half a character."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


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
        with opened(path, "rt", encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} cannot be read: it is no text in UTF-8 ({error.reason}). A labelled file is one JSON "
            "object a line, plain or gzip; write others, such as CSV or Parquet, as such lines first."
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path} cannot be read: {error}.") from error
