"""The month's grave findings: found, looked at and waiting, and no small number among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.document import Mark, Table
from pipelines.report.sections.grave import build_grave, say_grave
from pipelines.report.sections.indicators import build_headline

Samples = dict[str, list[dict[str, Any]]]
HIDDEN = Mark.HIDDEN


def find_grave(
    *, open_count: int, confirmed: int = 0, dismissed: int = 0, day: int = 12, what: str = "unanswered_risk"
) -> list[dict[str, Any]]:
    """Rows as published: at most 20 open ones of a day, all that were decided, and how many there were."""
    states = ["unconfirmed"] * min(open_count, 20) + ["confirmed"] * confirmed + ["not_confirmed"] * dismissed
    return [
        {
            "day": dt.date(2026, 8, day),
            "what": what,
            "conversation_id": f"c{day}-{place}",
            "message_id": f"{what}-{day}-{place}",
            "signal_id": "u_suicidal_ideation",
            "level": 4,
            "detector_id": "lexicon",
            "detector_version": "1",
            "badge": "limited",
            "state": state,
            "day_count": open_count + confirmed + dismissed,
        }
        for place, state in enumerate(states)
    ]


@pytest.fixture
def grave_of(facts_of: Callable[..., Any], sample_rows: Samples) -> Callable[..., Table]:
    def build(*days: list[dict[str, Any]]) -> Table:
        facts = facts_of({**sample_rows, "needs_eyes": [row for rows in days for row in rows]})
        return build_grave(facts, build_headline(facts))

    return build


def test_found_read_and_waiting_are_counted_over_the_days_of_the_month(
    grave_of: Callable[..., Table],
) -> None:
    table = grave_of(
        find_grave(open_count=30, confirmed=12, dismissed=15, day=12),
        find_grave(open_count=4, day=31),
    )
    (row,) = table.rows
    assert [row[name] for name in ("found", "read", "confirmed", "not_confirmed", "unread")] == [
        *(61, 27, 12, 15, 34)
    ]
    assert say_grave(table) == (
        "Grave findings of the month: 61 found, of these 12 confirmed by a person, 15 not confirmed and 34 "
        "that nobody has looked at."
    )


def test_what_was_said_in_another_month_is_not_of_this_one(grave_of: Callable[..., Table]) -> None:
    rows = [row | {"day": dt.date(2026, 7, 31)} for row in find_grave(open_count=30)]
    table = grave_of(rows, [row | {"day": dt.date(2026, 9, 1)} for row in rows])
    assert table.rows == ()
    assert say_grave(table) == "The month has no grave finding."


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        pytest.param((10, 0, 0), (HIDDEN, 0, 0, 0, HIDDEN), id="ten are few"),
        pytest.param((11, 0, 0), (11, 0, 0, 0, 11), id="eleven are shown"),
        pytest.param((30, 1, 0), (31, HIDDEN, HIDDEN, 0, HIDDEN), id="one and what gives it away"),
        pytest.param((30, 3, 40), (73, HIDDEN, HIDDEN, 40, HIDDEN), id="and the smallest beside"),
        pytest.param((40, 3, 30), (73, 33, HIDDEN, HIDDEN, 40), id="looked at is what is left of found"),
    ],
)
def test_a_small_number_is_hidden_and_cannot_be_worked_out(
    grave_of: Callable[..., Table], counts: tuple[int, int, int], shown: tuple[Any, ...]
) -> None:
    unread, confirmed, dismissed = counts
    table = grave_of(find_grave(open_count=unread, confirmed=confirmed, dismissed=dismissed))
    (row,) = table.rows
    assert tuple(row[name] for name in ("found", "read", "confirmed", "not_confirmed", "unread")) == shown
    assert ("a hidden number" in say_grave(table)) == (HIDDEN in shown)


def test_harm_is_hidden_where_the_indicator_that_counts_the_same_is(grave_of: Callable[..., Table]) -> None:
    (harm, risk) = grave_of(
        find_grave(open_count=40, what="assistant_harm"), find_grave(open_count=40)
    ).rows  # the sample hides critical_harm_count
    assert (harm["found"], harm["unread"], harm["read"]) == (HIDDEN, HIDDEN, 0)
    assert (risk["found"], risk["unread"]) == (40, 40)
