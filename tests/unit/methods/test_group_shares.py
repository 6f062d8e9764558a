"""Shares of groups from reviews: what was read whole is a draw of people too, and one person one witness."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.equity import katz_ratio
from methods.group_shares import compare_group_shares, estimate_group_share
from methods.review_estimates import estimate_ratio, gather_moments

SIZES = np.array([400.0, 3600.0])


def reviewed(strata, values, *, count=2):
    found = gather_moments(strata, values, count=count)
    return {"reviewed": found.reviewed, "sums": found.sums, "products": found.products}


def of_group(events: int, units: int, *, size: int | None = None):
    """A group's share of one stratum, of which `units` were reviewed; without `size` all of it."""
    values = np.column_stack([np.arange(units) < events, np.ones(units)])
    return estimate_group_share([size or units], **reviewed(np.zeros(units, dtype=int), values, count=1))


def test_what_was_reviewed_whole_is_certain_of_the_week_and_not_of_the_people():
    values = np.column_stack([np.arange(200) < 60, np.ones(200)])
    week = estimate_ratio([200.0], **reviewed(np.zeros(200, dtype=int), values, count=1))
    assert (week.standard_error, week.method) == (0.0, "census")
    assert of_group(60, 200).standard_error == pytest.approx(np.sqrt(0.3 * 0.7 / 200))


@pytest.mark.parametrize("size", [200, 201, 400, 1_000_000])
def test_how_many_were_not_reviewed_makes_a_claim_about_people_no_surer(size: int):
    found = of_group(60, 200, size=size).standard_error
    assert found == pytest.approx(np.sqrt(0.3 * 0.7 / 200), rel=0.003)


def test_how_many_conversations_fell_into_a_stratum_is_chance_too():
    """All of the flagged are answered and none of the others: the share is that of the flagged, 30 of 100."""
    strata = np.repeat([0, 1], [30, 70])
    values = np.column_stack([strata == 0, np.ones(100)])
    found = estimate_group_share([30.0, 70.0], **reviewed(strata, values))
    assert found.standard_error == pytest.approx(np.sqrt(0.3 * 0.7 / 100))


def test_a_group_without_a_unit_of_the_population_has_no_share():
    found = estimate_group_share(SIZES, **reviewed(np.repeat([0, 1], 5), np.zeros((10, 2))))
    assert np.isnan(found.value)
    assert np.isnan(compare_group_shares(found, of_group(5, 10)).high)


def test_the_share_without_the_event_has_the_same_error():
    own = of_group(60, 200)
    assert own.turned.value == pytest.approx(0.7)
    assert own.turned.standard_error == own.standard_error


def test_two_groups_reviewed_whole_are_compared_as_their_counts_are():
    found = compare_group_shares(of_group(30, 74), of_group(29, 115))
    other = katz_ratio(30, 74, reference_events=29, reference_trials=115)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), rel=1e-9)


@pytest.mark.full
def test_the_ratio_of_groups_of_the_oracle(shared: Path):
    cases = json.loads((shared / "oracles" / "risk_ratio_birthwt.json").read_text())["cases"]
    own, rest = of_group(cases["a"], cases["a"] + cases["b"]), of_group(cases["c"], cases["c"] + cases["d"])
    found = compare_group_shares(own, rest)
    assert [own.value / rest.value, found.low, found.high] == pytest.approx(cases["RR"], abs=1e-6)


def test_units_of_unequal_weight_are_worth_fewer():
    strata = np.repeat([0, 1], [50, 50])
    even, uneven = (
        estimate_group_share(sizes, **reviewed(strata, np.ones((100, 2))))
        for sizes in ([500.0, 500.0], [50.0, 950.0])
    )
    assert (even.unit_count, even.effective_count) == (100, pytest.approx(100))
    assert uneven.effective_count == pytest.approx((50 + 950) ** 2 / (50 * 1 + 50 * 19**2))


def test_each_side_is_widened_by_a_design_effect_of_its_own_and_by_few_people():
    own, rest = of_group(60, 200), of_group(90, 300)
    widths = [
        np.log(found.high / found.low)
        for found in (
            compare_group_shares(own, rest),
            compare_group_shares(own, rest, deff=4.0),
            compare_group_shares(own, rest, deff=4.0, rest_deff=4.0),
            compare_group_shares(own, rest, degrees=9),
        )
    ]
    assert widths[0] < widths[1] < widths[2]
    assert widths[2] == pytest.approx(2 * widths[0])
    assert widths[3] / widths[0] == pytest.approx(2.262157 / 1.959964, rel=1e-5)
