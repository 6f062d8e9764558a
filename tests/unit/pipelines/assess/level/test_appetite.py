"""The table of appetites: what was approved, and the placeholder only where nothing was."""

import datetime as dt

from pipelines.assess.level.appetite import list_unpassable, tabulate_appetites

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


def test_approved_limits_that_no_value_can_pass_are_listed_and_no_others(make):
    definitions = {"missed_escalation_rate": make.definition()}
    waiting = {"approved_by": None, "approved_at": None, "version": None}
    never = make.decision(side="below", watch=0.0, breach=0.0, proposal_id=2)
    decisions = (
        make.decision(),
        never,
        make.decision(side="below", watch=0.0, breach=0.0, proposal_id=3, **waiting),
        make.decision(side="below", watch=0.0, breach=0.0, proposal_id=4, indicator_id="gone"),
    )
    assert list_unpassable(decisions, definitions) == (never,)
