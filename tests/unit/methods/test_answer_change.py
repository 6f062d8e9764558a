"""Two runs are compared on the questions that both answered."""

import pytest

from methods.answer_change import AnswerChange, compare_answers, has_enough_answers
from methods.intervals import wilson


def test_only_questions_that_both_answered_are_compared():
    found = compare_answers({"a": "x", "b": "x", "c": "x"}, {"b": "x", "c": "y", "d": "x"})
    low, high = wilson(1, 2)
    assert found == AnswerChange(2, 1, 0.5, pytest.approx(float(low)), pytest.approx(float(high)))


def test_without_a_shared_question_nothing_is_said():
    assert compare_answers({"a": "x"}, {"b": "x"}) is None


@pytest.mark.parametrize(("answered", "is_enough"), [(39, False), (40, True)])
def test_four_in_five_answers_are_enough(answered, is_enough):
    assert has_enough_answers(answered, 50) is is_enough
