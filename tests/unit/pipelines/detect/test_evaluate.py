"""Agreement of findings with labels: unknown is not a no, and few positives are no figure."""

import json
from pathlib import Path

import pytest

from pipelines.detect.cascade import scan_all
from pipelines.detect.evaluate import LabelledRow, evaluate, make_messages, make_share, read_labelled
from pipelines.errors import SourceError

SIGNAL = ("u_suicidal_ideation",)


def row(row_id: str, text: str, is_positive: bool | None, **more: str) -> LabelledRow:
    return LabelledRow(row_id, "user", text, more.get("language", "en"), is_positive, more.get("severity"))


ROWS = [
    row("hit", "I want to kill myself", True, severity="2"),
    row("miss", "the river looks calm tonight", True, severity="2"),
    row("mistaken", "I wish I was dead", False, severity="0"),
    row("clear", "I like tea", False, severity="0"),
    row("unknown", "I want to die", None),
    row("unread", "jag vill inte leva", True, language="sv"),
]


def test_counts_are_those_of_the_four_cells_and_the_rest_is_left_out_aloud() -> None:
    found = evaluate(ROWS, scan_all(make_messages(ROWS)), SIGNAL)
    assert (found.true_positives, found.false_negatives) == (1, 1)
    assert (found.false_positives, found.true_negatives) == (1, 1)
    assert (found.unknown, found.unscored) == (1, 1)
    assert (found.missed_ids, found.false_positive_ids) == (("miss",), ("mistaken",))


def test_shares_follow_from_the_counts() -> None:
    found = evaluate(ROWS, scan_all(make_messages(ROWS)), SIGNAL)
    assert found.precision.value == found.recall.value == found.specificity.value == found.f1 == 0.5
    assert found.recall.low < 0.5 < found.recall.high


def test_the_share_flagged_is_given_by_severity() -> None:
    found = evaluate(ROWS, scan_all(make_messages(ROWS)), SIGNAL)
    assert [(item.severity, item.flagged.events, item.flagged.trials) for item in found.by_severity] == [
        ("0", 1, 2),
        ("2", 1, 2),
    ]


def test_a_minimum_level_leaves_lower_findings_out() -> None:
    scan = scan_all(make_messages(ROWS))
    assert evaluate(ROWS, scan, SIGNAL, minimum_level=2).true_positives == 1
    assert evaluate(ROWS, scan, SIGNAL, minimum_level=3).true_positives == 0


def test_a_finding_about_somebody_else_does_not_flag_the_speaker() -> None:
    rows = [row("other", "My brother wants to kill himself", False)]
    assert evaluate(rows, scan_all(make_messages(rows)), SIGNAL).false_positives == 0


@pytest.mark.parametrize(("count", "expected"), [(9, False), (10, True)])
def test_ten_positives_make_a_figure(count: int, expected: bool) -> None:
    rows = [row(str(place), "I like tea", True) for place in range(count)]
    assert evaluate(rows, scan_all(make_messages(rows)), SIGNAL).has_enough_positives is expected


def test_a_share_of_nothing_is_not_a_number() -> None:
    empty = make_share(0, 0)
    assert empty.value != empty.value  # NaN alone differs from itself


def write(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_an_absent_label_is_read_as_unknown(tmp_path: Path) -> None:
    record = {"id": "a", "role": "user", "text": "t", "language": "en", "labels": {"x": 0, "grade": "g"}}
    path = write(tmp_path / "rows.jsonl", record)
    assert read_labelled(path, "x", severity="grade")[0] == LabelledRow("a", "user", "t", "en", False, "g")
    assert read_labelled(path, "y")[0].is_positive is None


def test_a_file_with_an_id_twice_or_without_labels_is_refused(tmp_path: Path) -> None:
    record: dict[str, object] = {"id": "a", "role": "user", "text": "t", "language": "en", "labels": {}}
    with pytest.raises(SourceError, match="an id twice"):
        read_labelled(write(tmp_path / "twice.jsonl", record, record), "x")
    with pytest.raises(SourceError, match="after 0 rows"):
        read_labelled(write(tmp_path / "bare.jsonl", {"id": "a"}), "x")
