"""What assess reads of people's decisions: limits that no value can pass judge nothing, and it is told."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from pipelines.assess.ground import leave_out
from risk_register.deployment.appetites import Side

MONDAY = dt.date(2026, 8, 3)


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (7, False)])
def test_limits_that_no_value_can_pass_are_left_out_and_told_while_they_would_hold(
    make, caplog, days, is_told
):
    never = make.decision(side=Side.BELOW, watch=0.0, breach=0.0)
    later = make.decision(proposal_id=2, version=2, effective_from=MONDAY + dt.timedelta(days=7))
    definitions = {"missed_escalation_rate": make.definition()}
    with caplog.at_level(logging.WARNING, logger="plimsoll.assess"):
        found = leave_out((never, later), definitions, on=MONDAY + dt.timedelta(days=days))
    assert found == (never,)
    assert ("version 1 of the limits of missed_escalation_rate in harbor" in caplog.text) is is_told
