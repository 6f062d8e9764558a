"""How often intervals hold what they promise, by simulation with a fixed seed; the figures are printed."""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from methods.equity import EquityStatus, compare_with_rest, judge_ratio
from methods.intervals import (
    clopper_pearson,
    close_clustered,
    cluster_proportion,
    estimate_cluster_size,
    poisson_rate,
    wilson,
)
from methods.miss_rate import estimate_miss_rate
from methods.part_effect import estimate_part_effect
from methods.review_estimates import estimate_ratio, gather_moments

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]

SIZES = (20, 50, 100, 400, 2000)
SHARES = np.concatenate([np.linspace(0.001, 0.05, 50), np.linspace(0.05, 0.5, 91)[1:]])


def cover_exactly(method, n: int) -> np.ndarray:
    """The share of samples whose interval holds p, summed over every sample: no simulation is needed."""
    events = np.arange(n + 1)
    found = method(events, np.full(n + 1, n))
    inside = (found.low[:, None] <= SHARES) & (found.high[:, None] >= SHARES)
    return (binom.pmf(events[:, None], n, SHARES) * inside).sum(axis=0)


def test_exact_shares_hold_everywhere(capsys):
    least = {n: cover_exactly(clopper_pearson, n).min() for n in SIZES}
    with capsys.disabled():
        print(
            "\nClopper-Pearson, least coverage by n:", {n: round(float(each), 4) for n, each in least.items()}
        )
    assert min(least.values()) >= 0.95


def test_exact_rates_hold_everywhere(capsys):
    means = np.concatenate([np.linspace(0.02, 5, 250), np.linspace(5, 200, 100)])
    events = np.arange(401)
    found = poisson_rate(events, np.ones(401), per=1.0)
    inside = (found.low[:, None] <= means) & (means <= found.high[:, None])
    coverage = (poisson.pmf(events[:, None], means) * inside).sum(axis=0)
    with capsys.disabled():
        print("\nExact Poisson, least coverage:", round(float(coverage.min()), 4))
    assert coverage.min() >= 0.95


def test_wilson_holds_on_average_and_never_falls_far_below(capsys):
    coverage = {n: cover_exactly(wilson, n)[SHARES * n >= 1] for n in SIZES}
    everything = np.concatenate(list(coverage.values()))
    with capsys.disabled():
        print("\nWilson, at least one event expected: mean", round(float(everything.mean()), 4), "least",
              round(float(everything.min()), 4))  # fmt: skip
    assert everything.mean() >= 0.945
    assert everything.min() >= 0.91


@pytest.mark.parametrize("clusters", [30, 64, 200])
def test_clustered_intervals_hold_from_thirty_clusters_on(clusters: int, capsys):
    rng = np.random.default_rng(20261128)
    sizes = rng.integers(2, 30, size=(4000, clusters))
    events = rng.binomial(sizes, rng.beta(2.0, 18.0, size=(4000, clusters)))
    found = cluster_proportion(events, sizes)
    coverage = float(np.mean((found.low <= 0.1) & (found.high >= 0.1)))
    with capsys.disabled():
        print(f"\nClustered, {clusters} clusters of 2 to 29 units, ICC 0.05: {coverage:.4f}")
    assert coverage >= 0.93


@pytest.mark.parametrize("correlation", [0.05, 0.3])
@pytest.mark.parametrize("heavy", [[100], [150], [600], [2400], [200] * 3, [240] * 5])
def test_intervals_hold_where_few_people_send_much(heavy: list[int], correlation: float, capsys):
    """They stand beside 300 people with two conversations each; all are in 64 buckets."""
    rng, draws, truth = np.random.default_rng(20261130), 3000, 0.3
    sizes, spread = np.array([*heavy, *[2] * 300]), 1 / correlation - 1
    bucket = np.arange(draws)[:, None] * 64 + rng.integers(0, 64, (draws, sizes.size))
    events = rng.binomial(sizes, rng.beta(truth * spread, (1 - truth) * spread, bucket.shape))
    x, n = (
        np.bincount(bucket.ravel(), np.broadcast_to(each, bucket.shape).ravel(), draws * 64)
        .reshape(draws, 64) for each in (events, sizes)
    )  # fmt: skip
    found = cluster_proportion(x, n, prior_cluster_size=estimate_cluster_size(n))
    coverage = float(np.mean((found.low <= truth) & (found.high >= truth)))
    with capsys.disabled():
        print(f"\n{len(heavy)} with {heavy[0]} beside 300 with 2, correlation {correlation:g}: "
              f"{coverage:.3f}, width {np.median(found.high - found.low):.3f}")  # fmt: skip
    assert coverage >= 0.91


@pytest.mark.parametrize(("own", "visits", "others", "their_visits"), [
    (100, 5, 100, 5), (20, 5, 180, 5), (20, 20, 200, 3), (1, 150, 800, 6), (8, 30, 800, 6), (200, 2, 30, 20),
])  # fmt: skip
def test_intervals_of_slices_hold_whoever_comes_often(
    own: int, visits: int, others: int, their_visits: int, capsys
):
    """Rates of people vary with a correlation of 0.3; events are in buckets for the whole alone."""
    rng, draws, truth = np.random.default_rng(20261130), 2000, 0.1
    people = own + others
    units = np.repeat([visits, their_visits], [own, others])
    bucket = np.arange(draws)[:, None] * 64 + rng.integers(0, 64, (draws, people))
    events = rng.binomial(units, rng.beta(truth * 7 / 3, (1 - truth) * 7 / 3, (draws, people)))

    def hash_people(values: np.ndarray, count: int) -> np.ndarray:
        given = np.broadcast_to(values, (draws, people))[:, :count]
        return np.bincount(bucket[:, :count].ravel(), given.ravel(), draws * 64).reshape(draws, 64)

    everyone, mine = hash_people(units, people), hash_people(units, own)
    size = estimate_cluster_size(everyone)
    whole = cluster_proportion(hash_people(events, people), everyone, prior_cluster_size=size)
    x, n, persons = events[:, :own].sum(axis=1), mine.sum(axis=1), (mine > 0).sum(axis=1)
    effect = estimate_part_effect(
        x,
        n,
        whole_effect=whole.deff,
        whole_size=size,
        part_size=estimate_cluster_size(mine),
        clusters=persons,
    )
    found = close_clustered(x, n, deff=effect, clusters=persons)
    coverage = float(np.mean((found.low <= truth) & (found.high >= truth)))
    plain = wilson(x, n)
    before = float(np.mean((plain.low <= truth) & (plain.high >= truth)))
    with capsys.disabled():
        print(f"\nSlice of {own} people, {visits} each, beside {others}, {their_visits} each: {coverage:.3f},"
              f" by counts alone {before:.3f}")  # fmt: skip
    assert coverage >= 0.92


@pytest.mark.parametrize(("sensitivity", "specificity", "factor"), [(0.8, 0.995, 1.05), (0.6, 0.98, 1.6)])
def test_corrected_rates_are_unbiased_where_raw_ones_are_off(sensitivity, specificity, factor, capsys):
    """A detector that errs by a stated factor, and reviews of 100 flagged and 300 unflagged of 20,000."""
    rng = np.random.default_rng(7)
    values, raw, inside = [], [], 0
    truth_share, total, runs = 0.02, 20_000, 300
    for _ in range(runs):
        real = rng.random(total) < truth_share
        flagged = np.where(real, rng.random(total) < sensitivity, rng.random(total) > specificity)
        strata = [np.flatnonzero(flagged), np.flatnonzero(~flagged)]
        picked = [
            rng.choice(part, count, replace=False) for part, count in zip(strata, (100, 300), strict=True)
        ]
        place = np.repeat([0, 1], [100, 300])
        seen = np.column_stack([real[np.concatenate(picked)], np.ones(400)])
        sample = gather_moments(place, seen, count=2)
        found = estimate_ratio(
            [len(part) for part in strata],
            reviewed=sample.reviewed,
            sums=sample.sums,
            products=sample.products,
        )
        values.append(found.value - real.mean())
        raw.append(flagged.mean() / real.mean())
        inside += found.low <= real.mean() <= found.high
    error = np.std(values) / np.sqrt(runs)
    with capsys.disabled():
        print(f"\nSe {sensitivity}, Sp {specificity}: raw is {np.mean(raw):.2f} times the truth; "
              f"corrected off by {np.mean(values):+.5f} (error {error:.5f}), "
              f"covers {inside / runs:.3f}")  # fmt: skip
    assert np.mean(raw) == pytest.approx(factor, rel=0.05)
    assert abs(np.mean(values)) < 3 * error
    assert inside / runs >= 0.93


REAL = {
    "Se .8, Sp .99, 2 % of 20,000": ((320, 196, 80, 20_000), (200, 500)),
    "Se .8, Sp .99, 2 % of 50,000": ((800, 490, 200, 50_000), (200, 500)),
    "Se .9, Sp .99, 3 % of 20,000": ((540, 194, 60, 20_000), (200, 500)),
    "Se .7, Sp .99, 3 % of 20,000": ((420, 194, 180, 20_000), (200, 500)),
    "Se .85, Sp .98, 10 % of 1,600": ((136, 29, 24, 1600), (165, 220)),
    "Se .95, Sp .98, 5 % of 5,000": ((238, 95, 12, 5000), (200, 300)),
    "Se .6, Sp .98, 2 % of 20,000": ((240, 392, 160, 20_000), (100, 300)),
}


"""Conversations real and flagged, flagged alone, real alone, all; flagged and unflagged ones reviewed."""


def describe_draws(strata, reviewed, *, runs, seed=20261130):
    """Coverage, truth below, truth above and mean width; `strata` hold events, others and the rest each."""
    rng = np.random.default_rng(seed)
    held = np.array(strata)
    draws = np.stack(
        [
            rng.multivariate_hypergeometric(part, count, runs)
            for part, count in zip(held, reviewed, strict=True)
        ],
        axis=1,
    )
    truth = held[:, 0].sum() / held[:, :2].sum()
    kinds, times = np.unique(draws, axis=0, return_counts=True)
    ends = []
    for drawn in kinds:
        sums = np.column_stack([drawn[:, 0], drawn[:, :2].sum(axis=1)]).astype(float)
        # Events lie among the units, so that every product is the smaller one of the two.
        products = np.minimum(sums[:, :, None], sums[:, None, :])
        found = estimate_ratio(held.sum(axis=1), reviewed=reviewed, sums=sums, products=products)
        ends.append((found.low, found.high))
    low, high = np.array(ends).T
    below, above = (float(np.average(each, weights=times)) for each in (truth < low, truth > high))
    return 1 - below - above, below, above, float(np.average(high - low, weights=times))


@pytest.mark.parametrize("weeks", [1, 4, 12])
@pytest.mark.parametrize("figure", ["rate", "sensitivity", "missed"])
@pytest.mark.parametrize("name", REAL)
def test_corrected_rates_hold_where_the_few_unflagged_cases_decide(name, figure, weeks, capsys):
    """Flagged cases abound; those that no detector saw weigh up to a hundred each."""
    (hits, slips, misses, total), reviewed = REAL[name]
    rest = total - hits - slips - misses
    strata = {
        "rate": [(hits, slips, 0), (misses, rest, 0)],
        "sensitivity": [(hits, 0, slips), (0, misses, rest)],
        # A fifth of the flagged people and six in ten of the others were not helped.
        "missed": [(hits // 5, hits - hits // 5, slips), (misses * 3 // 5, misses - misses * 3 // 5, rest)],
    }[figure]
    runs = 6000 if weeks == 1 else 2000
    coverage, below, above, width = describe_draws(strata * weeks, reviewed * weeks, runs=runs)
    with capsys.disabled():
        print(f"\n{figure}, {weeks} weeks, {name}: covers {coverage:.3f}, truth below {below:.3f}, "
              f"above {above:.3f}, width {width:.4f}")  # fmt: skip
    assert coverage >= (0.95 if weeks == 1 else 0.925)


DRAWS = {
    "2 % of 2,000 a day, 20 missed": (np.repeat([1, 0], [20, 64]), np.full(84, 0.02), 2000),
    "2 % of 2,000 a day, 170 missed": (np.resize([0, 1, 2, 3, 4], 84), np.full(84, 0.02), 2000),
    "2 % of 2,000 a day, 2,100 missed": (np.resize([10, 25, 40], 84), np.full(84, 0.02), 2000),
    "30 of 500, 100, 50 and 30 a day": (np.resize([0, 1, 2], 84), np.resize([0.06, 0.3, 0.6, 1.0], 84), 500),
    "half of 40 on a day at 2 %": (np.repeat([20, 1, 0], [1, 20, 63]), np.repeat([0.02, 0.3], [1, 83]), 500),
    "half of 60 a day, 42 missed": (np.resize([0, 1], 84), np.full(84, 0.5), 60),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWS)
def test_what_a_sieve_misses_lies_in_the_interval_and_is_not_biased(name: str, capsys):
    """The messages are given, the draw is repeated: 84 days, a hundred confirmed."""
    rng = np.random.default_rng(20261129)
    missed, inclusion, size = DRAWS[name]
    rest, truth, runs = np.full(84, size), missed.sum() / (missed.sum() + 100), 3000
    inside, totals = 0, []
    for _ in range(runs):
        seen = rng.binomial(missed, inclusion)
        read = seen + rng.binomial(rest - missed, inclusion)
        found = estimate_miss_rate(seen, read=read, rest=rest, inclusion=inclusion, confirmed=100)
        inside += found.low <= truth <= found.high
        totals.append(np.nan_to_num(found.missed))
    error = np.std(totals) / np.sqrt(runs)
    with capsys.disabled():
        print(f"\nMisses, {name}: covers {inside / runs:.4f}, off by {np.mean(totals) - missed.sum():+.2f} "
              f"(error {error:.2f})")  # fmt: skip
    assert inside / runs >= 0.95
    assert abs(np.mean(totals) - missed.sum()) < 3.5 * error


@pytest.mark.parametrize(("people", "messages"), [(1, 150), (2, 100), (5, 60), (12, 30), (20, 30), (40, 6)])
@pytest.mark.parametrize(("share", "correlation"), [(0.15, 0.3), (0.05, 0.3), (0.4, 0.5)])
def test_groups_of_equal_chances_are_seldom_called_different(
    people: int, messages: int, share: float, correlation: float, capsys
):
    """A group beside 2,000 people with six messages each; nobody's chance depends on the group."""
    rng, draws = np.random.default_rng(20261130), 400
    units = np.repeat([6, messages], [2000, people])
    spread = (1 - correlation) / correlation
    wrong, without_minimum = 0, 0
    for _ in range(draws):
        events = rng.binomial(units, rng.beta(share * spread, (1 - share) * spread, units.size))
        bucket = rng.integers(0, 64, units.size)
        everyone, theirs, mine = (
            np.bincount(bucket[part], units[part], 64)
            for part in (slice(None), slice(None, 2000), slice(2000, None))
        )
        x, n = np.array([events[:2000].sum(), events[2000:].sum()]), np.array([theirs.sum(), mine.sum()])
        whole = cluster_proportion(
            np.bincount(bucket, events, 64),
            everyone,
            prior_cluster_size=estimate_cluster_size(everyone),
            minimum_deff=1.0,
        )
        persons = np.array([(theirs > 0).sum(), (mine > 0).sum()])
        effect = estimate_part_effect(
            x,
            n,
            whole_effect=whole.deff,
            whole_size=estimate_cluster_size(everyone),
            part_size=estimate_cluster_size(np.array([theirs, mine])),
            clusters=persons,
        )
        judged = compare_with_rest(x, n, deff=effect, persons=persons)
        wrong += judged.status[1] == EquityStatus.DIFFERENT
        without_minimum += judge_ratio(judged.low[1], judged.high[1]) == EquityStatus.DIFFERENT
    with capsys.disabled():
        print(f"\nGroup of {people} people, {messages} messages each, share {share:g}, correlation "
              f"{correlation:g}: different {wrong / draws:.3f}, "
              f"without a minimum {without_minimum / draws:.3f}")  # fmt: skip
    assert wrong / draws <= 0.05
