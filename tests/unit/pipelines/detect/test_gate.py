"""The gate: a figure that is worse than its card says is found, and a set without a figure is no pass."""

from typing import Any

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detector import Badge, DetectorCard, Figure, SignalCard
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.evaluate import evaluate
from pipelines.detect.figures import FigureLine, list_figures
from pipelines.detect.gate import Comparison, compare_with_cards
from pipelines.detect.labelled import LabelledRow, load_label_map

HIT, MISS = "I want to kill myself", "the river looks calm tonight"


def make_row(text: str, dataset: str, **labels: Any) -> LabelledRow:
    return LabelledRow(
        row_id=f"{text}-{labels}",
        role="user",
        text=text,
        language="en",
        labels=labels,
        dataset=dataset,
        cluster=text,
    )


def compare(rows: list[LabelledRow], *figures: Figure, is_subset: bool = False) -> Comparison:
    cascade = make_cascade([load_lexicon_detector()])
    line = SignalCard("u_suicidal_ideation", ("en",), Badge.LIMITED, "", figures=figures)
    card = DetectorCard("lexicon", "1", "", "", (line,), ("en",), ("user",), (), ())
    return compare_with_cards(evaluate(rows, cascade), [card], is_subset=is_subset)


HALF_FOUND = [
    make_row(HIT, "posts_dev", self_harm_or_suicide=1),
    make_row(MISS, "posts_dev", self_harm_or_suicide=1),
] * 10


@pytest.mark.parametrize(("lower_end", "count"), [(0.5, 0), (0.51, 1)])
def test_a_figure_below_the_interval_on_its_card_is_a_regression(lower_end: float, count: int) -> None:
    found = compare(
        HALF_FOUND, Figure("posts", "recall", 0.6, lower_end, 0.7, 20, 20, operating_point="alert")
    )
    assert (len(found.regressions), found.compared_count) == (count, 1)
    assert found.is_passed is (count == 0)
    assert all("recall at alert 0.500 is below 0.510" in problem for problem in found.regressions)


@pytest.mark.parametrize(("upper_end", "count"), [(0.5, 0), (0.49, 1)])
def test_more_false_alarms_than_the_interval_allows_are_a_regression(upper_end: float, count: int) -> None:
    rows = [make_row(text, "chat_dev", self_harm_or_suicide=0) for text in (HIT, MISS)]
    figure = Figure("chat", "flagged_share", 0.1, 0.0, upper_end, 2, 0, operating_point="alert")
    found = compare(rows, figure)
    assert (len(found.regressions), found.compared_count) == (count, 1)


@pytest.mark.parametrize(("upper_end", "count"), [(0.1, 0), (0.09, 1)])
def test_text_without_labels_may_hold_the_real_thing_and_must_surely_be_flagged_more_often(
    upper_end: float, count: int
) -> None:
    rows = [make_row(text, "chat_dev") for text in (HIT, MISS)]  # one of two: from 0.095 on, at 95 %
    figure = Figure("chat", "flagged_share", 0.05, 0.0, upper_end, 2, 0, operating_point="alert")
    assert len(compare(rows, figure).regressions) == count


def test_the_rounding_of_a_card_is_no_regression() -> None:
    figure = Figure("posts", "recall", 0.5, 0.5002, 0.6, 20, 20, operating_point="alert")
    assert compare(HALF_FOUND, figure).is_passed


def test_false_alarms_are_those_of_rows_labelled_as_clear() -> None:
    rows = [make_row(HIT, "scary", safe_but_scary=0), make_row(MISS, "scary", safe_but_scary=1)]
    figure = Figure("scary", "flagged_share", 0.0, 0.0, 0.1, 1, 0, operating_point="alert")
    assert compare(rows, figure) == Comparison((), 1, ())


def test_a_question_of_its_own_has_a_figure_of_its_own() -> None:
    rows = [make_row("I want to kill myself", "posts", suicide_high_risk=1)] * 10
    name, figures = "posts, high risk", ("recall", 0.9, 0.8, 1.0, 20, 20)
    assert compare(rows, Figure(name, *figures, operating_point="alert")).regressions
    assert compare(rows, Figure("posts", *figures, operating_point="alert")).compared_count == 0


def test_a_grade_that_is_flagged_less_often_is_a_regression() -> None:
    rows = [make_row(MISS, "posts", self_harm_or_suicide=1, suicide_risk_level="cssrs_5")] * 10
    figure = Figure("posts, level 5", "flagged_share", 0.9, 0.8, 1.0, 10, 10, operating_point="sieve")
    assert len(compare(rows, figure).regressions) == 1


def test_a_set_of_which_the_card_does_not_speak_is_said_and_is_no_pass() -> None:
    found = compare(HALF_FOUND, Figure("other", "recall", 0.6, 0.1, 0.7, 20, 20, operating_point="alert"))
    assert not found.is_passed
    (said,) = found.not_compared
    assert "no figure for posts_dev, self_harm_or_suicide" in said


RECALL = ("posts", "recall", 0.6, 0.4, 0.7)


@pytest.mark.parametrize(
    ("card", "is_subset", "is_passed"),
    [
        ((40, 40), False, True),  # just half of both
        ((41, 40), False, False),
        ((40, 41), False, False),
        ((478, 331), True, True),
    ],
)
def test_far_fewer_rows_than_the_card_has_are_no_pass_unless_asked_for(
    card: tuple[int, int], *, is_subset: bool, is_passed: bool
) -> None:
    found = compare(HALF_FOUND, Figure(*RECALL, *card, operating_point="alert"), is_subset=is_subset)
    assert (found.is_passed, found.compared_count) == (is_passed, int(is_passed))
    assert [f"has 20 rows, 20 positive, where its card's figures rest on {card[0]} and {card[1]}" in said
            for said in found.too_small] == [True] * (not is_passed)  # fmt: skip


def test_one_row_passes_no_gate_and_says_so_even_as_a_subset() -> None:
    for is_subset in (False, True):
        found = compare(HALF_FOUND[:1], Figure(*RECALL, 20, 20, operating_point="alert"), is_subset=is_subset)
        assert not found.is_passed
        assert found.compared_count == 0
        assert "has 1 rows, 1 positive" in found.too_small[0]


def test_a_figure_of_a_card_that_rests_on_few_positives_holds_nobody() -> None:
    found = compare(HALF_FOUND, Figure("posts", "recall", 0.9, 0.8, 1.0, 20, 9, operating_point="alert"))
    assert (found.regressions, found.compared_count, found.is_passed) == ((), 0, False)


def test_a_figure_that_is_written_down_is_met_by_what_it_was_measured_on() -> None:
    cascade = make_cascade([load_lexicon_detector()])
    result = next(one for one in evaluate(HALF_FOUND, cascade) if one["detector"] == "lexicon")
    figures = [
        FigureLine.model_validate({name: getattr(one, name) for name in FigureLine.model_fields}).make()
        for one in list_figures(result, load_label_map())
    ]
    found = compare(HALF_FOUND, *figures)
    assert found.is_passed
    assert found.compared_count == len(figures) > 5
