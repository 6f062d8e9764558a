"""`plimsoll evaluate` on a file that nobody has seen: the shape of its answer, its refusals and its gate."""

import json
from pathlib import Path

import orjson
import pytest
import typer

from pipelines.errors import SourceError, StateError
from plimsoll.commands.evaluating import evaluate

ROWS = [
    {"id": "a", "text": "I want to kill myself", "labels": {"self_harm_or_suicide": 1}},
    {"id": "b", "text": "I like tea", "labels": {"self_harm_or_suicide": 0}},
]
ASKED = {"signal", "dataset", "detector", "version", "n", "positives", "precision", "recall", "f1", "auprc"}


def write(folder: Path, name: str, rows: list[dict]) -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps({"role": "user", "language": "en"} | row) for row in rows))
    return path


def test_a_set_that_nobody_has_seen_is_measured_with_one_pair_of_thresholds(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    files = [write(tmp_path, name, ROWS) for name in ("night_line.jsonl", "day_line.jsonl")]
    evaluate(files, as_json=True)
    results = orjson.loads(capfdbinary.readouterr().out)["results"]
    found = [one for one in results if one["detector"] == "cascade"]
    assert [one["dataset"] for one in found] == ["night_line", "day_line"]
    assert found[0]["thresholds"] == found[1]["thresholds"]
    assert found[0].keys() >= ASKED | {"ci", "recall_at_fpr", "flagged_share"}
    assert (found[0]["recall"], found[0]["n"], found[0]["seen_in_training"]) == (1.0, 2, 0)


def test_the_gate_is_not_passed_where_no_card_speaks_of_the_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        evaluate([write(tmp_path, "night_line.jsonl", ROWS)], gate=True)
    assert ended.value.exit_code == 1
    assert "no figure for night_line" in capsys.readouterr().err


def test_the_gate_is_not_passed_by_a_set_on_which_a_card_promises_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": "what is the capital of France", "labels": {"self_harm_or_suicide": 1}}] * 30
    with pytest.raises(typer.Exit):
        evaluate([write(tmp_path, "cssrs_suicidewatch_1170_unseen.jsonl", rows)], gate=True, subset=True)
    assert "recall at alert 0.000 is below" in capsys.readouterr().err


def test_the_gate_is_not_passed_by_a_row_of_a_set_of_hundreds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        evaluate([write(tmp_path, "openai_moderation_1680_one.jsonl", ROWS[:1])], gate=True)
    assert ended.value.exit_code == 1
    told = capsys.readouterr().err
    assert "has 1 rows, 1 positive, where its card's figures rest on 590 and 22" in told
    assert "The gate is not passed." in told


def test_a_misspelt_label_is_refused_with_what_is_allowed_and_no_text(tmp_path: Path) -> None:
    path = write(tmp_path, "night_line.jsonl", [ROWS[0] | {"labels": {"selfharm": 1}}])
    with pytest.raises(SourceError, match=r"no label is called selfharm.*self_harm_or_suicide") as refused:
        evaluate([path])
    assert "kill" not in str(refused.value)


def test_two_files_of_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [write(tmp_path, "line.jsonl", ROWS), write(tmp_path / "other", "line.json", ROWS)]
    with pytest.raises(SourceError, match=r"same rows twice \(line: .*line\.jsonl, .*other/line\.json\)"):
        evaluate(files)
    with pytest.raises(SourceError, match="Two files of one name"):
        evaluate([files[0], files[0]])


def test_texts_of_a_set_that_stand_in_another_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate([write(tmp_path, "night.jsonl", ROWS), write(tmp_path, "copy.jsonl", ROWS[:1])])
    assert "copy: 1 of its texts stand in night, too." in capsys.readouterr().err


def test_where_nothing_is_measured_that_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "night_line.jsonl", [ROWS[0] | {"labels": {"worries": 1}}])
    names = tmp_path / "labels.yaml"
    names.write_text("labels: {worries: {signals: [x_work_worry], role: user}}\n")
    with pytest.raises(StateError, match="Nothing was measured: no detector that runs here looks for"):
        evaluate([path], labels=names)


def test_a_name_of_ones_own_is_mapped_by_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "night_line.jsonl", [ROWS[0] | {"labels": {"selfharm": 1}}])
    names = tmp_path / "labels.yaml"
    names.write_text("labels: {selfharm: {signals: [u_suicidal_ideation, u_self_harm], role: user}}\n")
    evaluate([path], labels=names)
    assert "night_line | selfharm | u_suicidal_ideation | cascade: n 1, 1 positive" in capsys.readouterr().out
