"""Labels made for this project, for rows of files that stay outside: by row and hash, given in two passes.

How they were given is told in `docs/labelling_disclosures.md`. What the passes do not agree on is unknown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.detect.labelled import LabelledRow
from pipelines.detect.overlap import hash_text
from pipelines.errors import SourceError

FOLDER = Path(__file__).parent / "detectors" / "linear" / "labels"
ACTIVE, GRAVE, HIGH = 2, 3, 4
"""Levels of the Columbia scale: active thoughts, a way in mind, an intention."""
UNDECIDED = "x"

Given = Annotated[int | None, BeforeValidator(lambda value: None if value == UNDECIDED else value)]


class TwoLabels(BaseModel):
    """What two passes said of one text: a level of 0 to 6, and whether it tells of harm to oneself at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text_hash: str
    cluster: str
    level_first: Given = Field(ge=0, le=6)
    harm_first: Given = Field(ge=0, le=1)
    level_second: Given = Field(ge=0, le=6)
    harm_second: Given = Field(ge=0, le=1)

    def agreed(self) -> dict[str, int | str | None]:
        """The labels that both passes bear out; levels a step apart count as the lower one."""
        if self.harm_first is None or self.harm_first != self.harm_second:
            return {}
        found: dict[str, int | str | None] = {"self_harm_or_suicide": self.harm_first}
        if self.level_first is None or self.level_second is None:
            return found
        low, high = sorted((self.level_first, self.level_second))
        for name, least in (("active_suicidal_ideation", ACTIVE), ("suicide_high_risk", HIGH)):
            if (low >= least) == (high >= least):
                found[name] = int(low >= least)
        if high - low <= 1 and (low >= GRAVE) == (high >= GRAVE):
            found["suicide_risk_level"] = f"cssrs_{low}"
        return found


def read_two_labels(path: Path) -> dict[str, TwoLabels]:
    """The labels of a file, by row.

    Raises:
        SourceError: the file cannot be read, or a line is not such a label; with the line.
    """
    found: dict[str, TwoLabels] = {}
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            for line in reader:
                one = TwoLabels.model_validate(line)
                found[one.id] = one
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error}.") from error
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise SourceError(f"{path.name}, line {reader.line_num}: not a label; see {fields}.") from error
    return found


def label_rows(rows: Iterable[LabelledRow], labels: dict[str, TwoLabels]) -> Iterator[LabelledRow]:
    """The rows that were labelled, with the agreed labels in the place of what their file says.

    Raises:
        SourceError: a row's text is not the one that was labelled.
    """
    for row in rows:
        if (one := labels.get(row.row_id)) is None:
            continue
        if hash_text(row.text).hex() != one.text_hash:
            raise SourceError(f"Row {row.row_id} is not the text that was labelled: its hash differs.")
        yield row.model_copy(update={"labels": one.agreed(), "cluster": one.cluster or row.cluster})
