"""Hashed n-grams: the same for the same text, whatever stands beside it in the batch."""

import numpy as np
import pyarrow as pa
import pytest

from pipelines.detect.detectors.linear.ngrams import COLUMNS, hash_texts


def rows(*texts: str) -> np.ndarray:
    return hash_texts(pa.array(texts)).matrix().toarray()


def test_a_text_has_the_same_ngrams_alone_and_in_a_batch() -> None:
    alone = rows("I can't go on")
    among = rows("", "something else?", "I can't go on", "a")
    assert np.array_equal(alone[0], among[2])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("I can't go on", "i CAN\u2019T  go\n on"),
        ("deja vu cafe", "déjà vu café"),
        ("call 555 now", "call 919 now"),
    ],
)
def test_case_spaces_quotes_accents_and_digits_do_not_matter(text: str, same: str) -> None:
    first, second = rows(text, same)
    assert np.allclose(first, second)


def test_words_and_their_order_matter() -> None:
    first, second, third = rows("dog bites man", "man bites dog", "dog bites man now")
    assert not np.allclose(first, second)
    assert not np.allclose(first, third)


def test_every_text_with_a_word_has_length_one_and_others_none() -> None:
    lengths = np.linalg.norm(rows("hello there", "", " ", "a"), axis=1)
    assert lengths == pytest.approx([1, 0, 0, 1])


def test_projecting_equals_the_product_with_the_matrix() -> None:
    weights = np.random.default_rng(1).normal(size=(COLUMNS, 3)).astype(np.float32)
    hashed = hash_texts(pa.array(["I like tea", "the the the cat", ""]))
    assert np.allclose(hashed.project(weights), hashed.matrix() @ weights, atol=1e-5)


def test_what_is_mostly_another_script_is_not_legible() -> None:
    hashed = hash_texts(pa.array(["Я не хочу жить", "hello", "hello мир", "!!!"]))
    assert hashed.is_legible.tolist() == [False, True, True, False]


def test_a_slice_of_an_array_is_read_as_it_is() -> None:
    texts = pa.array(["one", "I like tea", "three"])
    assert np.array_equal(hash_texts(texts.slice(1, 1)).matrix().toarray()[0], rows("I like tea")[0])
