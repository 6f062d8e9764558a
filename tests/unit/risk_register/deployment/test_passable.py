"""Limits are within what the values of their indicator can be, and those that are not judge nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.indicators.definition import load_definitions
from risk_register.deployment.appetites import AppetiteDecision, Side
from risk_register.deployment.passable import can_pass, check_passable
from risk_register.errors import NotAllowedError


@pytest.mark.parametrize(
    ("kind", "side", "watch", "breach"),
    [
        ("proportion", "above", 0.0, 0.99),
        ("proportion", "below", 1.0, 0.01),
        ("rate_per_1000", "above", 0.0, 999.0),
        ("rate_per_1000", "below", 1000.0, 0.1),
        ("count", "above", 0.0, 5000.0),
        ("index", "below", 7.0, 0.2),
    ],
)
def test_limits_that_a_value_can_pass_are_allowed(kind: str, side: str, watch: float, breach: float) -> None:
    direction = "lower_is_better" if side == "above" else "higher_is_better"
    bad = Side(side)
    check_passable("One", kind=kind, direction=direction, side=bad, watch=watch, breach=breach)


@pytest.mark.parametrize(
    ("kind", "direction", "side", "limits", "said"),
    [
        ("proportion", "lower_is_better", "below", (0.0, 0.0), "so bad is above the limits"),
        ("proportion", "higher_is_better", "above", (0.5, 0.9), "so bad is below the limits"),
        ("proportion", "neither", "above", (0.1, 0.2), "One is context"),
        ("proportion", "lower_is_better", "above", (5.0, 10.0), "watch limit 5.0 is out of range"),
        ("proportion", "lower_is_better", "above", (0.5, 1.0), "breach limit 1.0 is out of range"),
        ("proportion", "lower_is_better", "above", (-0.1, 0.5), "watch limit -0.1 is out of range"),
        ("proportion", "higher_is_better", "below", (0.5, 0.0), "allowed on the side below: more than 0"),
        ("rate_per_1000", "lower_is_better", "above", (1.0, 1000.0), "less than 1000"),
        ("count", "higher_is_better", "below", (3.0, 0.0), "more than 0"),
        ("count", "lower_is_better", "above", (3.0, 2.0), "must come before"),
    ],
)
def test_limits_that_no_value_can_pass_are_refused(
    kind: str, direction: str, side: str, limits: tuple[float, float], said: str
) -> None:
    bad = Side(side)
    watch, breach = limits
    with pytest.raises(NotAllowedError, match=said):
        check_passable("One", kind=kind, direction=direction, side=bad, watch=watch, breach=breach)


def test_every_placeholder_that_ships_can_be_passed() -> None:
    for one in load_definitions():
        if one.appetite is not None:
            first, last = one.appetite.limits[0], one.appetite.limits[-1]
            check_passable(
                one.title,
                kind=one.kind,
                direction=one.direction,
                side=Side(first.side),
                watch=first.value,
                breach=last.value,
            )


@pytest.mark.parametrize(
    ("kind", "direction", "side", "limits", "is_passed"),
    [
        ("proportion", "lower_is_better", "above", (0.5, 0.9), True),
        ("proportion", "lower_is_better", "above", (0.9, 1.0), True),
        ("proportion", "lower_is_better", "above", (1.0, 1.0), False),
        ("proportion", "lower_is_better", "above", (5.0, 10.0), False),
        ("proportion", "lower_is_better", "above", (0.0, 0.0), True),
        ("proportion", "lower_is_better", "below", (0.5, 0.2), False),
        ("proportion", "higher_is_better", "above", (0.5, 0.9), False),
        ("proportion", "higher_is_better", "below", (0.5, 0.0), True),
        ("proportion", "higher_is_better", "below", (0.0, 0.0), False),
        ("rate_per_1000", "lower_is_better", "above", (999.0, 1000.0), True),
        ("rate_per_1000", "lower_is_better", "above", (1000.0, 1000.0), False),
        ("count", "lower_is_better", "above", (1e6, 1e6), True),
        ("count", "higher_is_better", "below", (0.0, 0.0), False),
        ("proportion", "neither", "above", (0.1, 0.2), False),
    ],
)
def test_limits_judge_where_a_value_can_pass_the_first_of_them_on_the_bad_side(
    kind: str, direction: str, side: str, limits: tuple[float, float], is_passed: bool
) -> None:
    at = dt.datetime(2026, 8, 1, 9, tzinfo=dt.UTC)
    watch, breach = limits
    decision = AppetiteDecision(
        proposal_id=1, deployment_id="harbor", indicator_id="one",
        side=Side(side), watch=watch, breach=breach, reason="Agreed.",
        effective_from=at.date(), proposed_by="officer", proposed_at=at,
        approved_by="compliance", approved_at=at, version=1,
    )  # fmt: skip
    assert can_pass(decision, kind=kind, direction=direction) is is_passed
