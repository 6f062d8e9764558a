"""Which messages a dear detector sees, and with what probability."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from pipelines.detect.plan import Sees, Step
from pipelines.detect.selection import select

SIEVE = Step(detector="judge", sees=Sees.SIEVE, neighbours=1, share=0.25)


def make_messages(count: int, *, conversations: int = 1, days: int = 1) -> pa.Table:
    return pa.table(
        {
            "deployment_id": ["d"] * count,
            "day": pa.array([dt.date(2026, 3, 1 + place % days) for place in range(count)], pa.date32()),
            "conversation_id": [f"c{place % conversations}" for place in range(count)],
            "message_id": [f"m{place}" for place in range(count)],
            "turn": [place // conversations for place in range(count)],
            "role": ["user"] * count,
        }
    )


def passing(*names: str) -> pa.Table:
    return pa.table({"message_id": pa.array(names, pa.string())})


def test_what_passes_the_sieve_and_the_turns_beside_it_are_seen_for_sure() -> None:
    found = select(make_messages(9), passing("m4"), step=SIEVE, seed=1, roles=("user",))
    assert np.flatnonzero(found.inclusion == 1).tolist() == [3, 4, 5]
    assert found.is_chosen[[3, 4, 5]].all()
    assert set(found.inclusion[[0, 1, 2, 6, 7, 8]]) == {0.25}


def test_the_turn_beside_is_of_the_same_conversation_whatever_the_order_of_rows() -> None:
    messages = make_messages(6, conversations=2).take([5, 0, 3, 2, 1, 4])
    found = select(messages, passing("m0"), step=SIEVE, seed=1, roles=("user",))
    sure = messages["message_id"].filter(pa.array(found.inclusion == 1)).to_pylist()
    assert sorted(sure) == ["m0", "m2"]


def test_the_same_seed_draws_the_same_messages_and_another_seed_others() -> None:
    messages = make_messages(400)
    draws = [
        tuple(select(messages, passing(), step=SIEVE, seed=seed, roles=("user",)).is_chosen)
        for seed in (1, 1, 2)
    ]
    assert draws[0] == draws[1] != draws[2]


def test_the_share_drawn_is_the_share_recorded() -> None:
    found = select(make_messages(8000), passing(), step=SIEVE, seed=1, roles=("user",))
    assert found.inclusion.sum() == pytest.approx(2000)
    assert abs(int(found.is_chosen.sum()) - 2000) < 4 * np.sqrt(8000 * 0.25 * 0.75)


def test_a_small_day_is_drawn_more_densely_up_to_all_of_it() -> None:
    step = SIEVE.model_copy(update={"share": 0.01, "minimum": 50})
    big = select(make_messages(200), passing(), step=step, seed=1, roles=("user",))
    small = select(make_messages(40), passing(), step=step, seed=1, roles=("user",))
    assert set(big.inclusion) == {0.25}
    assert set(small.inclusion) == {1.0}
    assert small.is_chosen.all()


def test_roles_that_the_detector_does_not_read_are_never_drawn() -> None:
    found = select(make_messages(40), passing("m4"), step=SIEVE, seed=1, roles=("assistant",))
    assert not found.is_chosen.any()
    assert set(found.inclusion) == {0.0}
