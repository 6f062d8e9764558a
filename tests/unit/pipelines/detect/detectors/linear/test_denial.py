"""Denials: what is denied is one word to the n-grams; what only looks like a denial is read as it stands."""

import re

import pyarrow as pa
import pytest

from pipelines.detect.detectors.linear.denial import DENIED, MARK, mark_denials
from pipelines.detect.detectors.linear.ngrams import hash_texts


def mark(text: str) -> str:
    (marked,) = mark_denials(pa.array([text])).to_pylist()
    return " ".join(marked.split())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("No, I'm not thinking about suicide.", f"No, I'm {MARK} ."),
        ("i'm not suicidal, just sad", f"i'm {MARK} , just sad"),
        ("I don’t have any plan or intention to end my life", f"I {MARK}"),
        ("no thoughts of self harm this week", f"{MARK} this week"),
        ("I would never hurt myself or anyone else, promise", f"I would {MARK} , promise"),
        (
            "I'm not suicidal but I wish I could sleep for ever",
            f"I'm {MARK} but I wish I could sleep for ever",
        ),
    ],
)
def test_what_is_denied_is_one_word_and_what_stands_beside_it_stays(text: str, read: str) -> None:
    assert mark(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to live",
        "No, I want to die",
        "I can't stop thinking about killing myself",
        "I don't know if I want to die",
        "I don't care if I die",
        "I'm not afraid to die",
        "why not kill myself",
        "there is no reason not to end it",
        "I've never wanted to die so badly",
        "I have never been more suicidal",
        "I'm not going to kill myself tonight",
        "I won't kill myself because my cat needs me",
        "I'm not actively suicidal",
        "I can't go on without hurting myself",
        "it's not like I haven't thought about suicide",
        "I haven't cut myself in 3 days",
    ],
)
def test_what_is_no_denial_is_left(text: str) -> None:
    assert mark(text) == text


def test_columns_are_marked_as_single_texts_are_and_keep_their_type() -> None:
    texts = ["good morning", "I'm not suicidal", "", "no. I do not want to be dead"]
    for kind in (pa.string(), pa.large_string()):
        marked = mark_denials(pa.array(texts, kind))
        assert marked.type == kind
        assert marked.to_pylist() == [re.sub(DENIED, f" {MARK} ", text) for text in texts]
    untouched = pa.array(["good morning"])
    assert mark_denials(untouched) is untouched


def test_a_denial_alone_can_still_be_read() -> None:
    hashed = hash_texts(pa.array(["not suicidal", "I never wanted to die"]))
    assert hashed.is_legible.all()
