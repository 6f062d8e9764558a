"""A risk is as bad as the worst of its indicators, and unknown is never good."""

from __future__ import annotations

from itertools import pairwise

import pytest

from risk_register.content import Kri, load_risks
from risk_register.kris import ATTENTION, KriObservation, find_worst, read_kris

ALL, ILLINOIS = (
    Kri(indicator="refusal_rate"),
    Kri(indicator="refusal_rate", slice="region", slice_value="US-IL"),
)


def observed(status: str, kri: Kri = ALL) -> KriObservation:
    return KriObservation(kri.indicator, kri.slice, kri.slice_value, status)


def test_a_kri_reads_its_own_slice() -> None:
    readings = read_kris((ALL, ILLINOIS), [observed("within"), observed("breach", ILLINOIS)])
    assert [reading.status for reading in readings] == ["within", "breach"]
    assert find_worst(readings) == "breach"


def test_what_was_not_published_is_unknown_and_stands_above_within() -> None:
    readings = read_kris((ALL, ILLINOIS), [observed("within")])
    assert [reading.status for reading in readings] == ["within", "insufficient_data"]
    assert find_worst(readings) == "insufficient_data"
    assert find_worst(()) == "insufficient_data"


@pytest.mark.parametrize(("better", "worse"), list(pairwise(ATTENTION)))
def test_the_order_of_attention(better: str, worse: str) -> None:
    readings = read_kris((ALL, ILLINOIS), [observed(worse), observed(better, ILLINOIS)])
    assert find_worst(readings) == worse


def test_the_kris_of_every_shipped_risk_can_be_read() -> None:
    for risk in load_risks():
        assert len(read_kris(risk.kris, [])) == len(risk.kris) > 0
