"""The card of what only the course of a conversation shows; the detector itself is SQL over facts.

It stands beside the other cards, so that a reader finds in one place what is known of every judgement. Facts
come after detection, so the cascade does not run it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.definition_file import open_definition
from pipelines.detect.detector import DetectorCard, Threshold
from pipelines.settings import REPOSITORY

CARD = Path(__file__).parent / "trajectory.yaml"
DETECTOR_ID = "trajectory"
SQL = tuple(REPOSITORY / "sql" / "fact" / f"{name}.sql" for name in ("trajectory", "thread_risk"))


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ThresholdLine(_Strict):
    name: str
    value: float
    reason: str


class _CardFile(_Strict):
    purpose: str
    not_for: str
    failures: tuple[str, ...]
    data: str
    sees: str
    thresholds: tuple[_ThresholdLine, ...]


@dataclass(frozen=True)
class Account:
    """A card, and in a sentence what it sees."""

    card: DetectorCard
    sees: str


def load_account() -> Account:
    """The card; its version changes when the SQL does.

    Raises:
        DefinitionError: the file is not valid.
    """
    file = open_definition(CARD).read(_CardFile)
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in SQL)).hexdigest()[:8]
    card = DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"1-{digest}",
        purpose=file.purpose,
        not_for=file.not_for,
        signals=(),
        languages=("*",),
        roles=("user", "assistant"),
        failures=file.failures,
        thresholds=tuple(Threshold(one.name, one.value, one.reason) for one in file.thresholds),
        data=file.data,
    )
    return Account(card, file.sees)
