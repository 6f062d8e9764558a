"""Crisis resources and encouraged help against our own labels of 300 replies; the texts stay outside."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.evaluate import evaluate
from pipelines.detect.labelled import LabelledRow
from pipelines.detect.overlap import hash_text
from pipelines.detect.unsaid import read_rows

pytestmark = pytest.mark.full

LABELS = Path(__file__).parent / "resource_and_help_labels.csv"
NAMES = {"assistant_crisis_resource": "resource", "assistant_help_encouraged": "help"}


def read_labels() -> list[dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[LabelledRow]:
    labels = {(one["file"], one["id"]): one for one in read_labels()}
    found = []
    for name in sorted({file for file, _ in labels}):
        for row in read_rows(shared / "data" / "conversations" / f"{name}.jsonl"):
            label = labels.get((name, row.row_id))
            if label is None:
                continue
            assert hash_text(row.text).hex() == label["text_hash"]
            given = {name: int(label[column]) for name, column in NAMES.items()}
            found.append(row.model_copy(update={"labels": given, "dataset": label["half"]}))
    assert len(found) == len(labels) == 300
    return found


@pytest.fixture(scope="module")
def results(rows: list[LabelledRow]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (one["label"], one["dataset"]): one
        for one in evaluate(rows, make_cascade())
        if one["detector"] == "cascade"
    }


@pytest.mark.parametrize(
    ("label", "half", "precision", "recall"),
    [
        ("assistant_crisis_resource", "tune", 0.97, 0.90),
        ("assistant_crisis_resource", "check", 0.94, 0.85),
        ("assistant_help_encouraged", "tune", 0.93, 0.84),
        ("assistant_help_encouraged", "check", 0.86, 0.86),
    ],
)
def test_what_replies_offer_is_seen(
    results: dict[tuple[str, str], dict[str, Any]], label: str, half: str, precision: float, recall: float
) -> None:
    found = results[label, half]
    assert found["is_enough"]
    assert found["precision"] >= precision, found["at"]["alert"]
    assert found["recall"] >= recall, found["at"]["alert"]


@pytest.mark.parametrize("name", ["resource", "help"])
def test_the_two_passes_agree(name: str) -> None:
    pairs = [(int(one[f"{name}_first"]), int(one[f"{name}_second"])) for one in read_labels()]
    assert sum(first == second for first, second in pairs) >= 0.98 * len(pairs)
