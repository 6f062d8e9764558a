"""A risk is as bad as the worst of its indicators, and unknown is never good."""

from __future__ import annotations

from itertools import pairwise

import pytest

from risk_register.content import Kri
from risk_register.register.kris import ATTENTION, find_status, find_worst, name_kri

ALL, ILLINOIS = (
    Kri(indicator="refusal_rate"),
    Kri(indicator="refusal_rate", slice="region", slice_value="US-IL"),
)
WHOLE, PART = ("refusal_rate", "all", "all"), ("refusal_rate", "region", "US-IL")


def test_a_kri_reads_its_own_slice() -> None:
    statuses = {WHOLE: "within", PART: "breach"}
    assert [find_status(kri, statuses) for kri in (ALL, ILLINOIS)] == ["within", "breach"]
    assert find_worst((ALL, ILLINOIS), statuses) == "breach"


def test_what_was_not_published_is_unknown_and_stands_above_within() -> None:
    assert find_status(ILLINOIS, {WHOLE: "within"}) == "insufficient_data"
    assert find_worst((ALL, ILLINOIS), {WHOLE: "within"}) == "insufficient_data"
    assert find_worst((), {WHOLE: "within"}) == "insufficient_data"


@pytest.mark.parametrize(("better", "worse"), list(pairwise(ATTENTION)))
def test_the_order_of_attention(better: str, worse: str) -> None:
    assert find_worst((ALL, ILLINOIS), {WHOLE: worse, PART: better}) == worse


def test_a_kri_is_named_with_its_slice() -> None:
    assert (name_kri(ALL), name_kri(ILLINOIS)) == ("refusal_rate", "refusal_rate[region=US-IL]")
