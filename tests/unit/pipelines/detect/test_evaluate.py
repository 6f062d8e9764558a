"""Agreement of detectors with labels: unknown is not a no, and few positives are no figure."""

from collections.abc import Sequence
from typing import Any

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.evaluate import evaluate
from pipelines.detect.labelled import LabelledRow

LABEL = "self_harm_or_suicide"


def row(row_id: str, text: str, answer: int | None, **more: Any) -> LabelledRow:
    labels = {} if answer is None else {LABEL: answer}
    return LabelledRow(
        row_id=row_id,
        role="user",
        text=text,
        language=more.get("language", "en"),
        labels=labels | more.get("labels", {}),
        label_source=more.get("label_source", "human"),
        cluster=more.get("cluster", row_id),
        dataset="set",
    )


ROWS = [
    row("hit", "I want to kill myself", 1, labels={"suicide_risk_level": "cssrs_2"}),
    row("miss", "the river looks calm tonight", 1, labels={"suicide_risk_level": "cssrs_2"}),
    row("mistaken", "I wish I was dead", 0, labels={"suicide_risk_level": "cssrs_0"}),
    row("clear", "I like tea", 0, labels={"suicide_risk_level": "cssrs_0"}, label_source="llm_judge"),
    row("unknown", "I want to die", None),
    row("unread", "jag vill inte leva", 1, language="sv"),
]


def answer(rows: Sequence[LabelledRow], detector: str = "lexicon", label: str = LABEL) -> dict[str, Any]:
    results = evaluate(rows, make_cascade([load_lexicon_detector()]))
    return next(one for one in results if one["detector"] == detector and one["label"] == label)


def test_a_result_has_the_shape_that_others_read() -> None:
    found = answer(ROWS)
    assert {"signal", "dataset", "detector", "version", "n", "positives", "ci"} <= found.keys()
    assert set(found["recall_at_fpr"]) == {"0.01", "0.05"}
    assert (found["signal"], found["dataset"]) == ("u_suicidal_ideation", "set")


def test_unknown_and_unscored_rows_are_left_out_aloud() -> None:
    found = answer(ROWS)
    assert (found["n"], found["positives"], found["unknown"], found["unscored"]) == (4, 2, 1, 1)


def test_figures_follow_from_the_four_cells() -> None:
    found = answer(ROWS)
    assert found["precision"] == found["recall"] == found["f1"] == 0.5
    low, high = found["ci"]["recall"]
    assert low < 0.5 < high
    assert found["at"]["alert"]["specificity"]["value"] == 0.5
    assert not found["is_enough"]


def test_the_cascade_has_the_figures_of_the_detector_that_decides() -> None:
    assert answer(ROWS, "cascade")["auprc"] == answer(ROWS)["auprc"]


def test_the_share_flagged_is_given_by_grade_and_by_slice() -> None:
    found = answer(ROWS)
    flagged = {name: share["alert"]["events"] for name, share in found["flagged_by_grade"].items()}
    assert flagged == {"cssrs_0": 1, "cssrs_2": 1}
    assert found["slices"]["label_source"]["llm_judge"]["n"] == 1
    assert found["slices"]["length"]["under_60"]["n"] == 4


def test_a_level_is_part_of_the_question() -> None:
    rows = [
        row("active", "I want to kill myself", 1, labels={"suicide_high_risk": 0}),
        row("plan", "I'm going to kill myself tonight", 1, labels={"suicide_high_risk": 1}),
    ]
    found = answer(rows, label="suicide_high_risk")
    assert found["signal"] == "u_suicidal_ideation>=3"
    assert (found["precision"], found["recall"]) == (1.0, 1.0)


def test_a_finding_about_somebody_else_does_not_flag_the_speaker() -> None:
    found = answer([row("other", "My brother wants to kill himself", 0), row("own", "I want to die", 1)])
    assert found["precision"] == 1.0


def test_a_set_without_labels_gives_the_share_flagged_and_no_recall() -> None:
    rows = [row("one", "I want to die", None), row("two", "I like tea", None)]
    found = answer(rows)
    assert found["flagged_share"]["alert"]["value"] == 0.5
    assert (found["n"], found["recall"], found["auprc"]) == (0, None, None)


def test_harmless_rows_are_negatives_and_say_nothing_else() -> None:
    rows = [
        row("scary", "how do I kill a process", None, labels={"safe_but_scary": 1}),
        row("other", "how do I kill a person", None, labels={"safe_but_scary": 0}),
    ]
    found = answer(rows, label="safe_but_scary")
    assert (found["n"], found["positives"]) == (1, 0)


def test_what_is_over_flags_nobody_whether_or_not_a_level_is_asked() -> None:
    rows = [
        row("past", "ten years ago I was going to kill myself", 0),
        row("now", "I'm going to kill myself tonight", 1),
    ]
    assert (answer(rows)["precision"], answer(rows)["recall"]) == (1.0, 1.0)


def test_a_level_is_asked_of_the_present() -> None:
    rows = [
        row("past", "ten years ago I was going to kill myself", 1, labels={"suicide_high_risk": 0}),
        row("now", "I'm going to kill myself tonight", 1, labels={"suicide_high_risk": 1}),
    ]
    assert answer(rows, label="suicide_high_risk")["precision"] == 1.0
