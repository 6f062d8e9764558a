"""Labels of our own: what two passes agree on, of the very text that was labelled."""

from pathlib import Path

import pytest

from pipelines.detect.disclosure_labels import FOLDER, TwoLabels, label_rows, read_two_labels
from pipelines.detect.labelled import LabelledRow
from pipelines.detect.overlap import hash_text
from pipelines.detect.training_plan import load_training_plan
from pipelines.errors import SourceError

HARM, ACTIVE, HIGH, GRADE = (
    "self_harm_or_suicide",
    "active_suicidal_ideation",
    "suicide_high_risk",
    "suicide_risk_level",
)
HEADER = "id,text_hash,cluster,level_first,harm_first,level_second,harm_second"


def given(levels: str, harms: str, **more: str) -> TwoLabels:
    names = ("level_first", "level_second", "harm_first", "harm_second")
    values = dict(zip(names, levels + harms, strict=True))
    return TwoLabels.model_validate({"id": "r1", "text_hash": "00", "cluster": ""} | values | more)


@pytest.mark.parametrize(
    ("levels", "harms", "agreed"),
    [
        ("00", "00", {HARM: 0, ACTIVE: 0, HIGH: 0, GRADE: "cssrs_0"}),
        ("56", "11", {HARM: 1, ACTIVE: 1, HIGH: 1, GRADE: "cssrs_5"}),
        ("23", "11", {HARM: 1, ACTIVE: 1, HIGH: 0}),  # is there a way in mind? the passes differ
        ("34", "11", {HARM: 1, ACTIVE: 1, GRADE: "cssrs_3"}),
        ("02", "11", {HARM: 1, HIGH: 0}),
        ("x4", "11", {HARM: 1}),
        ("44", "10", {}),
        ("44", "xx", {}),
    ],
)
def test_only_what_both_passes_bear_out_is_known(levels: str, harms: str, agreed: dict[str, object]) -> None:
    assert given(levels, harms).agreed() == agreed


def row(text: str = "good evening") -> LabelledRow:
    return LabelledRow(row_id="r1", role="user", text=text, labels={HARM: 1}, cluster="a conversation")


def test_a_row_takes_the_agreed_labels_and_the_cluster_and_others_are_left_out() -> None:
    one = given("00", "00", text_hash=hash_text("good evening").hex(), cluster="persona:one")
    other = row().model_copy(update={"row_id": "r2"})
    (found,) = label_rows([row(), other], {"r1": one})
    assert (found.labels[HARM], found.cluster) == (0, "persona:one")
    (found,) = label_rows([row()], {"r1": one.model_copy(update={"cluster": ""})})
    assert found.cluster == "a conversation"


def test_another_text_under_the_same_id_is_refused() -> None:
    one = given("00", "00", text_hash=hash_text("good evening").hex())
    with pytest.raises(SourceError, match="r1 is not the text that was labelled"):
        list(label_rows([row("good morning")], {"r1": one}))


@pytest.mark.parametrize("line", ["r2,00,,7,1,1,1", "r2,00,,1,2,1,1", "r2,00,,y,1,1,1", "r2,00,,1"])
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"{HEADER}\nr1,00,,1,1,x,1\n{line}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"labels.csv, line 3: not a label; see (level|harm)_"):
        read_two_labels(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_two_labels(tmp_path / "none.csv")


def test_the_plan_names_every_file_of_labels_and_each_has_both_answers() -> None:
    named = {one.labels for one in load_training_plan().sources if one.labels}
    assert named == {path.name for path in FOLDER.glob("*.csv")}
    for name in named:
        answers = [one.agreed().get(HARM) for one in read_two_labels(FOLDER / name).values()]
        assert min(answers.count(0), answers.count(1)) >= 100
