"""The table of appetites: what was approved, and the placeholder only where nothing was."""

import datetime as dt

from pipelines.assess.level.appetite import tabulate_appetites

MONDAY = dt.date(2026, 8, 3)


def test_without_a_decision_the_placeholder_is_shown_as_one(make):
    (row,) = tabulate_appetites(make.background(make.calendar(MONDAY, 7))).to_pylist()
    assert row["is_placeholder"]
    assert (row["version"], row["approved_by"], row["breach"]) == (0, None, 0.1)


def test_an_approved_decision_takes_the_place_of_the_placeholder(make):
    background = make.background(make.calendar(MONDAY, 7), decisions=(make.decision(breach=0.2),))
    (row,) = tabulate_appetites(background).to_pylist()
    assert not row["is_placeholder"]
    assert (row["version"], row["approved_by"], row["breach"]) == (1, "compliance", 0.2)


def test_a_proposal_that_waits_leaves_the_placeholder(make):
    waiting = make.decision(approved_by=None, approved_at=None, version=None)
    (row,) = tabulate_appetites(make.background(make.calendar(MONDAY, 7), decisions=(waiting,))).to_pylist()
    assert row["is_placeholder"]


def test_an_indicator_without_a_placeholder_has_no_row(make):
    background = make.background(make.calendar(MONDAY, 7), make.definition(side="", watch=None, breach=None))
    assert tabulate_appetites(background).num_rows == 0
