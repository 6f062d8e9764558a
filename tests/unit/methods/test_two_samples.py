"""A classifier that cannot tell two samples apart, and one that can."""

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.two_samples import AUC_THRESHOLD, separate_samples


def draw(shift: float, *, count: int = 150, seed: int = 4):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(count, 12)), rng.normal(size=(count, 12))
    second[:, 0] += shift
    groups = np.arange(count) // 3
    return separate_samples(first, second, first_groups=groups, second_groups=groups + 1000)


def test_samples_of_one_kind_cannot_be_told_apart():
    assert abs(draw(0.0).area - 0.5) < 0.1


def test_samples_that_differ_can():
    assert draw(1.5).area > 0.75 > AUC_THRESHOLD


def test_a_conversation_is_held_out_as_a_whole():
    """Each conversation has a word of its own: known again it would separate what is alike."""
    rng = np.random.default_rng(1)
    own = np.repeat(rng.normal(size=(160, 60)) * 3, 5, axis=0)
    groups = np.repeat(np.arange(160), 5)
    found = separate_samples(own[:400], own[400:], first_groups=groups[:400], second_groups=groups[400:])
    assert found.area < 0.65
    known = separate_samples(own[:400], own[400:], first_groups=np.arange(400), second_groups=np.arange(400))
    assert known.area > 0.75


def test_too_few_texts_are_unknown():
    assert np.isnan(draw(1.0, count=49).area)


def test_every_text_needs_a_group():
    with pytest.raises(InvalidArgumentError):
        separate_samples(np.ones((3, 2)), np.ones((3, 2)), first_groups=[1], second_groups=[2])
