"""Choices, slots and endings of a sentence."""

import random

import pytest

from plimsoll.demo.phrase import Typing, fill, type_out

SLOTS = {"friend": ("a friend", "my cousin"), "who": ("{he/she}",), "line": ("988", "the Lifeline")}


def say(
    template: str, *, seed: int = 1, chosen: dict[str, str] | None = None, is_feminine: bool = True
) -> str:
    return fill(
        template,
        rng=random.Random(seed),  # noqa: S311
        slots=SLOTS,
        chosen={} if chosen is None else chosen,
        is_feminine=is_feminine,
    )


def test_a_choice_takes_one_of_its_parts_and_a_nested_one_too() -> None:
    told = {say("I (walk|run (fast|far)).", seed=seed) for seed in range(40)}
    assert told == {"I walk.", "I run fast.", "I run far."}


def test_brackets_without_a_choice_stay() -> None:
    assert say("the Lifeline (call or text)") == "The Lifeline (call or text)"


def test_a_slot_keeps_its_value_through_a_conversation() -> None:
    chosen: dict[str, str] = {}
    first = {say("$friend", seed=seed, chosen=chosen) for seed in range(20)}
    assert len(first) == 1
    assert {say("$friend", seed=seed) for seed in range(20)} == {"A friend", "My cousin"}


def test_a_crisis_line_may_be_worded_differently_each_time() -> None:
    chosen: dict[str, str] = {}
    assert {say("call $line", seed=seed, chosen=chosen) for seed in range(20)} == {
        "Call 988",
        "Call the Lifeline",
    }


@pytest.mark.parametrize(("is_feminine", "expected"), [(True, "Estoy cansada."), (False, "Estoy cansado.")])
def test_endings_follow_the_person_who_speaks(is_feminine: bool, expected: str) -> None:
    assert say("estoy cansad<o/a>.", is_feminine=is_feminine) == expected


def test_the_other_person_stays_the_same_one() -> None:
    for seed in range(20):
        assert say("{He/She} said {he/she} would come, $who did.", seed=seed) in {
            "He said he would come, he did.",
            "She said she would come, she did.",
        }


def test_sentences_begin_with_a_capital_and_names_in_the_middle_are_left_alone() -> None:
    assert say("($friend|$friend) called. ¿qué tal? ok") in {
        "A friend called. ¿Qué tal? Ok",
        "My cousin called. ¿Qué tal? Ok",
    }


@pytest.mark.parametrize(
    ("typing", "expected"),
    [
        (Typing.CAREFUL, "I'm fine, thanks. See you."),
        (Typing.LOWER_CASE, "i'm fine, thanks. see you"),
        (Typing.HURRIED, "im fine thanks see you"),
    ],
)
def test_people_type_differently(typing: Typing, expected: str) -> None:
    assert type_out("I'm fine, thanks. See you.", typing) == expected
