"""Counts that cannot be: the row is left out and said, all others stay."""

import logging

import pandas as pd

from pipelines.assess.impossible import leave_impossible

DEFINITIONS = {"rejected": {"kind": "proportion"}, "length": {"kind": "rate_per_1000"}}


def count(deployment_id, numerator, denominator, indicator_id="rejected"):
    return {
        "deployment_id": deployment_id, "indicator_id": indicator_id, "period": "day",
        "period_start": "2026-08-03", "numerator": numerator, "denominator": denominator,
    }  # fmt: skip


def test_more_cases_than_there_were_are_left_out_and_said(caplog):
    rows = pd.DataFrame([count("one", 1, 0), count("two", 1, 1), count("two", 9, 2, "length")])
    with caplog.at_level(logging.WARNING):
        kept = leave_impossible(rows, DEFINITIONS)
    assert list(kept["deployment_id"]) == ["two", "two"]
    (said,) = caplog.messages
    assert "one/rejected: more cases than there were in day 2026-08-03" in said


def test_nothing_is_said_of_counts_that_can_be(caplog):
    rows = pd.DataFrame([count("one", 0, 0), count("one", 2, 2)])
    assert len(leave_impossible(rows, DEFINITIONS)) == 2
    assert caplog.messages == []
