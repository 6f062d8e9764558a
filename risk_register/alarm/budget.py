"""How much of the budget of false alarms a year has used: pages that a person found to be chance.

The budget itself is a promise of the detectors (`methods.alarms`); this counts what came of it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from risk_register.alarm.cases import CaseRecord
from risk_register.alarm.states import CaseState, Resolution


@dataclass(frozen=True)
class BudgetUse:
    """Pages of a year, each cause counted once: found false, found to be something, not yet resolved."""

    year: int
    false_count: int
    other_count: int
    open_count: int


def count_use(cases: Iterable[CaseRecord], *, year: int) -> BudgetUse:
    """Alarms that called somebody in a year, by what they turned out to have been."""
    pages: dict[int, list[CaseRecord]] = {}
    for case in cases:
        if case.notice_id is not None and case.opened_on.year == year and case.stream_id[:7] != "change:":
            pages.setdefault(case.notice_id, []).append(case)
    false_count = other_count = open_count = 0
    for members in pages.values():
        if any(case.state is not CaseState.RESOLVED for case in members):
            open_count += 1
        elif all(case.resolution is Resolution.FALSE for case in members):
            false_count += 1
        else:
            other_count += 1
    return BudgetUse(year, false_count, other_count, open_count)
