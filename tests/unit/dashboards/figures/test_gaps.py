"""The picture of rare events: each phase has limits of its own, and no line leads from one to the next."""

from datetime import date, timedelta

import pytest

from dashboards.figures.gaps import draw_gaps
from dashboards.measurements import Limit
from dashboards.theme import Scheme

FIRST, SECOND = date(2026, 3, 2), date(2026, 5, 4)


def make(number: int, phase: date, high: float) -> Limit:
    return Limit(
        period="event", period_start=phase + timedelta(days=number), number=number, chart="g", value=100.0,
        centre=high / 3, low=0.0, high=high, variation="common_cause", rule="", phase_start=phase,
        is_baseline=True, is_carried=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["usual", "unusually long"])
def test_limits_of_two_phases_are_not_joined(name):
    rows = [make(1, FIRST, 900.0), make(2, FIRST, 900.0), make(3, SECOND, 300.0)]
    figure = draw_gaps(rows, Scheme.LIGHT, period="event")
    [line] = [one for one in figure.data if one.name == name]
    assert [one is None for one in line.y] == [False, False, True, False]
    assert [one is None for one in line.x] == [False, False, True, False]
    assert not line.connectgaps
    [events] = [one for one in figure.data if one.name == "before each event"]
    assert list(events.y) == [100.0] * 3
