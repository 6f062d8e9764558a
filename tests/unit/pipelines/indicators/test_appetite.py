"""A placeholder appetite has one bad side, in order, each limit with its reason and source."""

import pytest
from pydantic import ValidationError

from pipelines.indicators.appetite import Appetite, Limit

WHY = {"reason": "A reason.", "source": "a source"}


def make(watch: dict[str, float] | None, breach: dict[str, float] | None) -> Appetite:
    return Appetite(
        watch=Limit(**watch, **WHY) if watch else None, breach=Limit(**breach, **WHY) if breach else None
    )


def test_watch_is_reached_before_breach_on_either_side():
    assert [limit.value for limit in make({"above": 0.02}, {"above": 0.05}).limits] == [0.02, 0.05]
    assert make({"below": 0.99}, {"below": 0.95}).limits[0].side == "below"


def test_one_limit_is_enough_and_zero_is_a_limit():
    assert make(None, {"above": 0}).limits[0].value == 0
    assert make({"below": 0.9}, None).limits[0].value == 0.9


@pytest.mark.parametrize(
    ("watch", "breach", "message"),
    [
        ({"above": 0.05}, {"above": 0.02}, "before breach"),
        ({"above": 0.05}, {"above": 0.05}, "before breach"),
        ({"below": 0.95}, {"below": 0.99}, "before breach"),
        ({"above": 0.02}, {"below": 0.05}, "same side"),
        (None, None, "leave the whole appetite out"),
        ({"above": 0.1, "below": 0.2}, None, "either above or below"),
    ],
)
def test_an_appetite_that_cannot_be_meant_is_refused(
    watch: dict[str, float] | None, breach: dict[str, float] | None, message: str
):
    with pytest.raises(ValidationError, match=message):
        make(watch, breach)


@pytest.mark.parametrize("blank", ["reason", "source"])
def test_a_limit_without_reason_or_source_is_refused(blank: str):
    with pytest.raises(ValidationError, match=blank):
        Limit(above=0.1, **(WHY | {blank: " "}))
