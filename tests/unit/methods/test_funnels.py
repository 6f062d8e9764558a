"""Funnel limits against FunnelPlotR, and what few units may say."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.funnels import draw_funnel, estimate_overdispersion, poisson_limits


def test_the_exact_limits_are_those_of_funnelplotr():
    # FunnelPlotR tests/testthat/test-poisson_limits.R, expected 15, 20, 30.
    limits = poisson_limits([15, 20, 30])
    assert limits.low == pytest.approx([0.5596924, 0.610826, 0.6746958], abs=1e-6)
    assert limits.high == pytest.approx([1.649348, 1.544419, 1.427562], abs=1e-6)
    limits = poisson_limits([15, 20, 30], level=0.998)
    assert limits.low == pytest.approx([0.386265, 0.4479107, 0.5289724], abs=1e-6)
    assert limits.high == pytest.approx([2.082907, 1.902094, 1.702771], abs=1e-6)


def test_units_that_differ_by_chance_only_have_exact_limits_and_those_that_differ_more_have_wider_ones():
    rng = np.random.default_rng(5)
    trials = rng.integers(500, 5000, 40)
    alike = draw_funnel(rng.binomial(trials, 0.05), trials)
    spread = draw_funnel(rng.binomial(trials, 0.05 * np.exp(rng.normal(0, 0.5, 40))), trials)
    assert alike.overdispersion.phi < 1.5
    assert spread.overdispersion.tau2 > 0
    wide = (spread.high_95 - spread.low_95).mean()
    assert wide > 2 * (alike.high_95 - alike.low_95).mean()
    assert np.all(spread.low_998 <= spread.low_95)
    assert np.all(spread.high_998 >= spread.high_95)


def test_five_units_are_not_asked_how_units_differ_and_six_are():
    trials = np.full(6, 2000)
    events = np.array([40, 160, 100, 60, 140, 100])
    five = draw_funnel(events[:5], trials[:5])
    six = draw_funnel(events, trials)
    assert (five.overdispersion.phi, five.overdispersion.tau2) == (1.0, 0.0)
    assert six.overdispersion.tau2 > 0
    by_days = draw_funnel(events[:5], trials[:5], phi_of_days=9.0)
    assert (by_days.high_95 - by_days.low_95)[0] == pytest.approx(
        3 * (five.high_95 - five.low_95)[0], rel=0.05
    )


def test_a_unit_without_trials_has_no_limits():
    found = draw_funnel([10, 0], [100, 0])
    assert np.isnan(found.low_95[1])
    assert np.isnan(found.z[1])
    with pytest.raises(InvalidArgumentError):
        draw_funnel([0], [0])


@pytest.mark.full
def test_the_overdispersion_of_the_oracle(shared: Path):
    units = json.loads((shared / "oracles" / "funnel_poisson_limits.json").read_text())["cases"]["units"]
    observed, expected = np.array(units["num"]), np.array(units["den"])
    # The method of the Care Quality Commission: roots, winsorised at 5 %.
    z = 2 * (np.sqrt(observed) - np.sqrt(expected))
    assert z == pytest.approx(units["cqc"]["z"], abs=1e-5)
    found = estimate_overdispersion(z, 1 / (2 * np.sqrt(expected)), winsorise=0.05)
    assert found.phi == pytest.approx(units["cqc"]["phi"], abs=1e-5)
    assert found.tau2 == pytest.approx(units["cqc"]["tau2"], abs=1e-5)
