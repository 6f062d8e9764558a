"""Intervals know that one person's conversations resemble each other; what is not known stays unknown."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from methods.intervals import poisson_rate, wilson
from pipelines.assess.level.interval import add_intervals

MONDAY = dt.date(2026, 8, 3)
KEYS = {
    "deployment_id": "harbor",
    "period": "week",
    "period_start": MONDAY,
    "slice": "all",
    "slice_value": "all",
}


def give(
    make, definition: dict, counts: pd.DataFrame, *, clusters=None, histogram: pd.DataFrame | None = None
) -> dict:
    frame = pd.DataFrame(columns=["indicator_id"]) if histogram is None else histogram
    found = add_intervals(
        counts, {definition["indicator_id"]: definition}, frame, clusters or make.clusters()
    )
    (row,) = found.to_dict("records")
    return row


def hold(
    period: str, start: dt.date, *, people: int, each: int
) -> tuple[str, dt.date, list[float], list[float]]:
    """People in their buckets, `each` with so many conversations; an event in the first bucket with any."""
    places = np.random.default_rng(0).integers(0, 64, people)
    units = np.bincount(places, minlength=64) * float(each)
    events = np.zeros(64)
    events[np.flatnonzero(units)[0]] = 1.0
    return period, start, events.tolist(), units.tolist()


def test_a_share_without_buckets_has_wilsons_interval(make):
    row = give(make, make.definition(), make.counts(("week", MONDAY, 5, 100)))
    low, high = wilson(5, 100)
    assert (row["value"], row["method"]) == (0.05, "wilson")
    assert (row["ci_low"], row["ci_high"]) == (low, high)


def test_events_of_few_people_make_the_interval_wider_than_events_of_many(make):
    counts = make.counts(("week", MONDAY, 20, 400))
    spread = make.clusters(("week", MONDAY, [1.0] * 20 + [0.0] * 20, [10.0] * 40))
    lumped = make.clusters(("week", MONDAY, [10.0] * 2 + [0.0] * 38, [10.0] * 40))
    few = give(make, make.definition(), counts, clusters=lumped)
    many = give(make, make.definition(), counts, clusters=spread)
    assert few["method"] == many["method"] == "clustered_wilson"
    assert few["value"] == many["value"] == 0.05
    assert few["ci_high"] - few["ci_low"] > 2 * (many["ci_high"] - many["ci_low"])


def test_with_few_events_the_usual_number_of_conversations_a_person_widens_the_interval(make):
    once, often = (
        give(make, make.definition(), make.counts(("week", MONDAY, 1, 400)), clusters=make.clusters(buckets))
        for buckets in (hold("week", MONDAY, people=400, each=1), hold("week", MONDAY, people=20, each=20))
    )
    assert once["ci_high"] == pytest.approx(wilson(1, 400).high, rel=0.05)
    assert often["ci_high"] == pytest.approx(wilson(0.5, 200).high, rel=0.1)


def test_how_often_people_come_now_leaves_the_intervals_of_the_past_alone(make):
    """In July 300 people came once; a month cut short in August has the same 20 people every day."""
    july, august = dt.date(2026, 7, 1), dt.date(2026, 8, 1)
    counts = make.counts(("month", july, 1, 300), ("month", august, 1, 200))
    before = hold("month", july, people=300, each=1)
    after = hold("month", august, people=20, each=10)
    rows = add_intervals(
        counts,
        {"missed_escalation_rate": make.definition()},
        pd.DataFrame(columns=["indicator_id"]),
        make.clusters(before, after),
    )
    old, new = rows["ci_high"]
    alone = give(make, make.definition(), counts.head(1), clusters=make.clusters(before))
    assert old == alone["ci_high"] == pytest.approx(wilson(1, 300).high, rel=0.05)
    assert new == pytest.approx(wilson(1 / 1.45, 200 / 1.45).high, rel=0.1)


@pytest.mark.parametrize(("people", "method"), [(9, "clustered_exact"), (10, "clustered_wilson")])
def test_of_fewer_than_ten_buckets_the_interval_is_exact(make, people, method):
    clusters = make.clusters(("week", MONDAY, [1.0] * people, [10.0] * people))
    row = give(make, make.definition(), make.counts(("week", MONDAY, people, 10 * people)), clusters=clusters)
    assert row["method"] == method


HEAVY = [600.0] + [10.0] * 60
"""One person with half of all conversations, and sixty."""


@pytest.mark.parametrize("kind", ["proportion", "rate_per_1000"])
def test_one_person_with_half_of_all_conversations_says_little_of_the_others(make, kind: str):
    """Half of hers and a tenth of theirs: of people like her there may be none, or many."""
    clusters = make.clusters(("week", MONDAY, [300.0] + [1.0] * 60, HEAVY))
    counts = make.counts(("week", MONDAY, 360, 1200))
    row = give(make, make.definition(kind=kind), counts, clusters=clusters)
    per = 1 if kind == "proportion" else 1000
    assert row["value"] == pytest.approx(0.3 * per)
    assert row["ci_low"] < 0.1 * per
    assert row["ci_high"] > 0.5 * per
    if kind == "proportion":
        assert row["method"] == "clustered_exact"


def slice_of(
    make, counts: tuple[float, float], whole: tuple[list[float], list[float]], own: list[float] | None, **more
) -> dict:
    """A language with numerator and denominator `counts`, its conversations in the buckets `own`."""
    return give(
        make,
        make.definition(**more),
        make.counts(("week", MONDAY, *counts), slice="language", slice_value="en"),
        clusters=make.clusters(
            ("week", MONDAY, *whole),
            slices=make.slices(*([("week", MONDAY, "language", "en", own)] if own else [])),
        ),
    )


@pytest.mark.parametrize("kind", ["proportion", "rate_per_1000"])
@pytest.mark.parametrize(("events", "people"), [(500, 1), (0, 1), (30, 40)])
def test_a_slice_that_is_the_whole_has_the_interval_of_the_whole(make, kind: str, events: int, people: int):
    units = [1500.0 / people] * people
    whole = ([float(events)] + [0.0] * (people - 1) if people > 1 else [float(events)], units)
    definition = make.definition(kind=kind)
    clusters = make.clusters(("week", MONDAY, *whole))
    all_of_it = give(make, definition, make.counts(("week", MONDAY, events, 1500)), clusters=clusters)
    found = slice_of(make, (events, 1500), whole, units, kind=kind)
    assert [found[name] for name in ("ci_low", "ci_high", "method")] == [
        all_of_it[name] for name in ("ci_low", "ci_high", "method")
    ]
    assert found["method"].startswith("clustered")


LUMPED = ([10.0] * 4 + [0.0] * 60, [10.0] * 64)


def test_a_slice_is_widened_by_the_design_effect_of_the_whole(make):
    """Ten conversations of a person are alike, all or none with an event: it is worth a tenth."""
    row = slice_of(make, (20, 320), LUMPED, [10.0] * 32 + [0.0] * 32)
    plain = wilson(20, 320)
    assert row["method"] == "clustered_wilson"
    assert row["ci_high"] - row["ci_low"] > 2.5 * (plain.high - plain.low)
    even = slice_of(make, (20, 320), ([1.0] * 40 + [0.0] * 24, [10.0] * 64), [10.0] * 32 + [0.0] * 32)
    assert even["ci_high"] - even["ci_low"] < 1.3 * (plain.high - plain.low)


def test_a_slice_of_few_people_who_come_often_is_wider_than_one_of_many_with_the_same_counts(make):
    many = slice_of(make, (20, 320), LUMPED, [10.0] * 32 + [0.0] * 32)
    few = slice_of(make, (20, 320), LUMPED, [25.0] * 12 + [20.0] + [0.0] * 51)
    one = slice_of(make, (20, 320), LUMPED, [320.0] + [0.0] * 63)
    assert (many["method"], few["method"], one["method"]) == (
        "clustered_wilson",
        "clustered_wilson",
        "clustered_exact",
    )
    widths = [row["ci_high"] - row["ci_low"] for row in (many, few, one)]
    assert widths[0] < 0.9 * widths[1] < 0.5 * widths[2]


def test_with_few_events_how_often_people_of_the_slice_came_is_a_floor(make):
    """Nothing in the whole shows that conversations are alike."""
    even = ([1.0] * 40 + [0.0] * 24, [100.0] * 64)
    once = slice_of(make, (2, 600), even, [600.0 / 64] * 64)
    often = slice_of(make, (2, 600), even, [60.0] * 10 + [0.0] * 54)
    assert once["ci_high"] == pytest.approx(wilson(2, 600).high, rel=0.02)
    assert often["ci_high"] > 1.5 * once["ci_high"]


def test_of_a_slice_whose_people_were_not_counted_the_effect_of_the_whole_is_known(make):
    counted = slice_of(make, (20, 320), LUMPED, [10.0] * 32 + [0.0] * 32)
    row = slice_of(make, (20, 320), LUMPED, None)
    assert row["method"] == "clustered_wilson"
    assert row["ci_high"] == pytest.approx(counted["ci_high"], rel=0.15)


def test_items_of_a_conversation_are_no_people(make):
    """Five answers of a conversation, all alike: 40 conversations of 40 people are not 200 trials."""
    whole = ([5.0] * 20 + [0.0] * 40, [5.0] * 60)
    row = slice_of(make, (100, 200), whole, [1.0] * 40)
    low, high = wilson(20, 40)
    assert row["ci_low"] == pytest.approx(low, abs=0.03)
    assert row["ci_high"] == pytest.approx(high, abs=0.03)


def test_what_nobody_counted_in_buckets_says_so(make):
    counts = make.counts(("week", MONDAY, 20, 200), slice="language", slice_value="en")
    assert give(make, make.definition(), counts)["method"] == "wilson"


def test_a_rate_is_exact_on_counts_divided_by_the_design_effect_and_never_narrower(make):
    definition = make.definition(kind="rate_per_1000", unit="message")
    counts = make.counts(("week", MONDAY, 40, 4000))
    plain = poisson_rate(40, 4000)
    lumped = give(
        make,
        definition,
        counts,
        clusters=make.clusters(("week", MONDAY, [20.0] * 2 + [0.0] * 38, [100.0] * 40)),
    )
    even = give(make, definition, counts, clusters=make.clusters(("week", MONDAY, [1.0] * 40, [100.0] * 40)))
    assert (lumped["value"], lumped["method"]) == (10.0, "clustered_poisson")
    assert lumped["ci_high"] > 1.5 * plain.high
    assert (even["ci_low"], even["ci_high"]) == (plain.low, plain.high)


def test_of_a_thousand_messages_there_are_no_more_than_a_thousand(make):
    definition = make.definition(kind="rate_per_1000", unit="message")
    row = give(make, definition, make.counts(("week", MONDAY, 0, 2)))
    assert poisson_rate(0, 2).high * 1000 > 1000
    assert row["ci_high"] == 1000


def test_no_units_is_unknown_whatever_the_kind(make):
    for kind in ("proportion", "rate_per_1000", "count"):
        row = give(make, make.definition(kind=kind), make.counts(("week", MONDAY, 0, 0)))
        assert np.isnan([row["value"], row["ci_low"], row["ci_high"]]).all()


def test_no_event_in_a_count_is_zero_with_an_upper_end(make):
    row = give(make, make.definition(kind="count"), make.counts(("week", MONDAY, 0, 50)))
    assert (row["value"], row["ci_low"]) == (0, 0)
    assert row["ci_high"] == pytest.approx(3.689, abs=0.001)


def test_what_was_found_where_nobody_read_is_counted(make):
    row = give(make, make.definition(kind="count"), make.counts(("week", MONDAY, 14, 0)))
    assert row["value"] == 14
    assert row["ci_low"] < 14 < row["ci_high"]


def turns(happened: dict[int, int], censored: dict[int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            KEYS | {"indicator_id": "turns", "bin": place, "is_censored": flag, "unit_count": count}
            for flag, counts in ((0, happened), (1, censored))
            for place, count in counts.items()
        ]
    )


def distribution(make, happened: dict[int, int], censored: dict[int, int]) -> dict:
    definition = make.definition("turns", kind="distribution", bins=json.dumps([0, 1, 2, 5, 10]))
    total = sum(happened.values()) + sum(censored.values())
    counts = make.counts(("week", MONDAY, sum(happened.values()), total), indicator_id="turns")
    return give(make, definition, counts, histogram=turns(happened, censored))


def test_a_median_that_was_reached_is_at_least_itself(make):
    row = distribution(make, {1: 30, 2: 20}, {})
    assert row["value"] == row["at_least"] == 1
    assert row["method"] == "kaplan_meier_bins"


def test_a_median_that_was_not_reached_is_unknown_and_at_least_the_last_value_seen(make):
    row = distribution(make, {1: 10}, {3: 40})
    assert np.isnan(row["value"])
    assert row["at_least"] == 5


def test_whoever_was_never_helped_is_in_the_ninetieth_percentile_too(make):
    assert distribution(make, {1: 45, 2: 5}, {})["p90"] == 1
    left = distribution(make, {1: 40}, {3: 10})
    assert left["value"] == 1
    assert np.isnan(left["p90"])


def measure_turns(
    make, values: np.ndarray, *, slice_value: str = "all", part: float = 1.0, slices=None
) -> dict:
    """A median of values by bin and bucket of users; of a slice, which has a part of each."""
    definition = make.definition("turns", kind="distribution", bins=json.dumps([0, 1, 2, 3, 5, 10, 20, 40]))
    clusters = make.clusters(
        ("week", MONDAY, values.sum(axis=0).tolist(), values.sum(axis=0).tolist()),
        indicator_ids=["turns"],
        seen=make.values(("week", MONDAY, values.astype(int).tolist()), indicator_id="turns"),
        slices=slices,
    )
    own = {"indicator_id": "turns"}
    if slice_value != "all":
        own |= {"slice": "model", "slice_value": slice_value}
    counts = make.counts(("week", MONDAY, values.sum() * part, values.sum() * part), **own)
    happened = {place: count * part for place, count in enumerate(values.sum(axis=1)) if count}
    return give(make, definition, counts, clusters=clusters, histogram=turns(happened, {}).assign(**own))


def draw_turns(rng: np.random.Generator, people: int, each: int | list[int]) -> np.ndarray:
    """Values by bin and bucket of people with a level of their own (.7 on the log scale); the median is 4."""
    bucket = np.repeat(rng.integers(0, 64, people), each)
    value = np.exp(np.repeat(rng.normal(1.6, 0.7, people), each) + rng.normal(0, 0.5, bucket.size))
    place = np.searchsorted([1, 2, 3, 5, 10, 20, 40], np.floor(value), side="right")
    values = np.zeros((8, 64))
    np.add.at(values, (place, bucket), 1)
    return values


@pytest.mark.parametrize(("people", "each"), [(20, 30), (40, 50), (12, 100)])
def test_an_interval_of_a_median_holds_it_where_people_come_often(make, people, each):
    rng = np.random.default_rng(3)
    rows = [measure_turns(make, draw_turns(rng, people, each)) for _ in range(60)]
    assert {row["method"] for row in rows} == {"clustered_kaplan_meier_bins"}
    assert sum(row["ci_low"] <= 4 <= row["ci_high"] for row in rows) >= 54


def test_an_interval_of_a_median_holds_it_where_one_person_gave_most_values(make):
    rng = np.random.default_rng(3)
    rows = [measure_turns(make, draw_turns(rng, 201, [800, *[1] * 200])) for _ in range(60)]
    assert sum(row["ci_low"] <= 4 and not row["ci_high"] < 4 for row in rows) >= 54


def test_people_who_came_once_leave_the_interval_of_a_median_as_narrow_as_without_buckets(make):
    values = draw_turns(np.random.default_rng(4), 400, 1)
    row = measure_turns(make, values)
    alone = distribution_of(make, values)
    assert (row["value"], row["ci_low"], row["ci_high"]) == tuple(
        alone[name] for name in ("value", "ci_low", "ci_high")
    )


def distribution_of(make, values: np.ndarray) -> dict:
    definition = make.definition("turns", kind="distribution", bins=json.dumps([0, 1, 2, 3, 5, 10, 20, 40]))
    counts = make.counts(("week", MONDAY, values.sum(), values.sum()), indicator_id="turns")
    histogram = turns(dict(enumerate(values.sum(axis=1))), {})
    return give(make, definition, counts, histogram=histogram)


def test_a_median_of_a_slice_of_one_person_is_as_wide_as_one_persons_word(make):
    values = draw_turns(np.random.default_rng(5), 40, 20)
    one = make.slices(("week", MONDAY, "model", "a", [values.sum() / 2]))
    many = make.slices(("week", MONDAY, "model", "a", (values.sum(axis=0) / 2).tolist()))
    lonely = measure_turns(make, values, slice_value="a", part=0.5, slices=one)
    shared = measure_turns(make, values, slice_value="a", part=0.5, slices=many)
    whole = measure_turns(make, values)
    assert lonely["value"] == shared["value"] == whole["value"]
    assert (lonely["ci_low"], np.isnan(lonely["ci_high"])) == (0, True)
    assert whole["ci_low"] >= shared["ci_low"] > 0
    assert whole["ci_high"] <= shared["ci_high"]
