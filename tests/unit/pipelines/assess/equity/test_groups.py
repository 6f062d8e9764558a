"""Groups against the rest: no claim from flags alone, and what cannot be assessed is said."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.equity.groups import compare_groups, find_window, judge_groups

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
LIMITED = {"a_stigma_invalidation": "limited"}


def groups(**counts: tuple[int, int]) -> pd.DataFrame:
    """Numerator and denominator by group, each of many people."""
    return pd.DataFrame.from_dict(counts, orient="index", columns=["numerator", "denominator"]).assign(
        persons=64, conversations=1000
    )


def judge(totals: pd.DataFrame, *needs: str, deff: float = 1.0, **more) -> dict[str, dict]:
    rows = judge_groups(totals.assign(deff=deff), needs, LIMITED, deff=deff, **more)
    return {row["slice_value"]: row for row in rows}


def test_counts_without_a_detector_may_differ():
    rows = judge(groups(en=(50, 1000), es=(150, 1000)), "event:handoff")
    assert (rows["es"]["status"], rows["es"]["method"]) == ("different", "raw_counts")
    assert rows["es"]["ratio"] == pytest.approx(3.0)
    assert rows["es"]["difference_per_1000"] == pytest.approx(100.0)


def test_counts_without_a_detector_may_be_alike():
    rows = judge(groups(en=(5000, 100_000), es=(5100, 100_000)), "event:handoff")
    assert {row["status"] for row in rows.values()} == {"equivalent"}


def test_flags_make_no_claim_that_the_detectors_error_could_make():
    totals = groups(en=(50, 1000), es=(100, 1000))
    assert judge(totals, "event:handoff")["es"]["status"] == "different"
    rows = judge(totals, "signal:a_stigma_invalidation")
    assert rows["es"]["status"] == "measurement_cannot_separate"
    assert rows["es"]["method"] == "bounded"
    assert rows["es"]["bound_low"] <= 1


def test_flags_that_no_error_could_make_are_a_difference():
    rows = judge(groups(en=(80, 1000), es=(700, 1000)), "signal:a_stigma_invalidation")
    assert rows["es"]["status"] == "different"
    assert rows["es"]["bound_low"] > 1


def test_alike_in_flags_is_no_claim_either():
    rows = judge(groups(en=(5000, 100_000), es=(5100, 100_000)), "signal:a_stigma_invalidation")
    assert {row["status"] for row in rows.values()} == {"measurement_cannot_separate"}


def test_where_the_units_themselves_are_detected_nothing_is_claimed():
    rows = judge(groups(en=(80, 1000), es=(700, 1000)), "signal:u_self_harm", "signal:p_crisis_resource")
    assert rows["es"]["status"] == "measurement_cannot_separate"
    assert rows["es"]["method"] == "detected_units"


def test_too_few_units_are_not_assessable_and_stay_listed():
    rows = judge(groups(en=(100, 1000), es=(9, 1000), fr=(60, 99), unknown=(30, 900)), "event:handoff")
    assert rows["fr"]["status"] == "not_assessable"
    assert rows["unknown"]["status"] != "not_assessable"


def test_a_group_without_events_may_differ_and_shows_the_interval_that_says_so():
    rows = judge(groups(en=(40, 200), es=(0, 500)), "event:handoff")
    assert {row["status"] for row in rows.values()} == {"different"}
    assert rows["es"]["ci_low"] == 0.0
    assert rows["es"]["ci_high"] < 0.05
    assert rows["en"]["ci_low"] > 20
    assert rows["en"]["ci_high"] is None


def test_all_flags_in_one_group_are_no_claim_that_false_alarms_alone_could_make():
    rows = judge(groups(en=(12, 400), es=(0, 500)), "signal:a_stigma_invalidation")
    assert {row["status"] for row in rows.values()} == {"measurement_cannot_separate"}


def test_one_group_alone_has_no_rest():
    (row,) = judge(groups(unknown=(100, 1000))).values()
    assert (row["status"], row["ratio"]) == ("not_assessable", None)


def test_people_who_come_back_make_a_claim_harder():
    totals = groups(en=(50, 1000), es=(110, 1000))
    assert judge(totals, "event:handoff")["es"]["status"] == "different"
    assert judge(totals, "event:handoff", deff=4.0)["es"]["status"] == "not_assessable"


@pytest.mark.parametrize(("persons", "conversations", "is_said"), [
    (9, 1000, False), (10, 1000, True), (64, 99, False), (64, 100, True), (0, 0, False),
])  # fmt: skip
def test_a_group_of_few_people_or_conversations_is_not_judged_however_much_they_wrote(
    persons: int, conversations: int, is_said: bool
):
    totals = groups(en=(50, 1000), es=(150, 1000))
    totals.loc["es", ["persons", "conversations"]] = persons, conversations
    rows = judge(totals, "event:handoff")
    assert {row["status"] for row in rows.values()} == {"different" if is_said else "not_assessable"}
    assert {row["method"] for row in rows.values()} == {"raw_counts" if is_said else "few_people"}


def compare(make, english: list[float], spanish: list[float], *, unit: str = "message") -> dict[str, dict]:
    """Four weeks of a deployment whose people differ; Spanish ones have the event thrice as often."""
    weeks = [MONDAY + 7 * n * DAY for n in range(4)]
    rng = np.random.default_rng(5)
    people = [rng.permutation(one) for one in (english, spanish)]
    whole = [sum(each) for each in zip(*people, strict=True)]
    events = [round(n * share) for n, share in zip(whole, rng.choice([0.0, 0.25], 64), strict=True)]
    slices = [(week, value, n) for week in weeks for value, n in zip(("en", "es"), people, strict=True)]
    tables = [
        make.slices(*(("week", week, "language", value, list(n)) for week, value, n in slices), unit=one)
        for one in dict.fromkeys((unit, "conversation"))
    ]
    definition = make.definition(needs="event:handoff", unit=unit)
    rows = compare_groups(
        pd.concat(
            make.counts(
                *(("week", week, share * sum(n), sum(n)) for week in weeks),
                slice="language",
                slice_value=value,
            )
            for value, share, n in (("en", 0.1, english), ("es", 0.3, spanish))
        ),
        {definition["indicator_id"]: definition},
        [],
        make.clusters(*(("week", week, events, whole) for week in weeks), slices=pa.concat_tables(tables)),
        {"harbor": make.calendar(MONDAY, 28)},
    ).to_pylist()
    return {row["slice_value"]: row for row in rows}


def test_one_person_with_many_messages_is_no_group(make):
    rows = compare(make, [100.0] * 64, [400.0] + [0.0] * 63)
    assert {(row["status"], row["method"]) for row in rows.values()} == {("not_assessable", "few_people")}


def test_a_group_whose_people_come_more_often_has_a_design_effect_of_its_own(make):
    """400 messages a week each: of 60 people, or of 12 who wrote five times as much."""
    many = compare(make, [100.0] * 64, [400.0 / 60] * 60 + [0.0] * 4)["es"]
    few = compare(make, [100.0] * 64, [400.0 / 12] * 12 + [0.0] * 52)["es"]
    assert many["ratio"] == few["ratio"] == pytest.approx(3.0)
    assert few["method"] == "raw_counts"
    assert few["ci_high"] / few["ci_low"] > 1.3 * many["ci_high"] / many["ci_low"]


def test_where_events_are_good_the_failures_are_compared():
    rows = judge(groups(en=(990, 1000), es=(940, 1000)), "event:handoff", counts_good=True)
    assert rows["es"]["ratio"] == pytest.approx(6.0)
    assert (rows["es"]["numerator"], rows["es"]["status"]) == (940, "different")


def test_the_window_is_the_last_four_whole_weeks(make):
    assert find_window(make.calendar(MONDAY, 27)) is None
    window = find_window(make.calendar(MONDAY, 40))
    assert window is not None
    assert window.weeks == tuple(MONDAY + 7 * n * DAY for n in (1, 2, 3, 4))
    assert window.last_day == MONDAY + 34 * DAY


def test_the_groups_are_counted_over_the_window_and_unknown_is_one_of_them(make):
    counts = pd.concat(
        make.counts(
            *(("week", MONDAY + 7 * n * DAY, 10, 100) for n in range(5)), slice="language", slice_value=value
        )
        for value in ("en", "unknown")
    )
    definition = make.definition(needs="event:handoff")
    table = compare_groups(
        counts,
        {definition["indicator_id"]: definition},
        [],
        make.clusters(),
        {"harbor": make.calendar(MONDAY, 35)},
    )
    rows = table.to_pylist()
    assert [(row["slice_value"], row["numerator"]) for row in rows] == [("en", 40), ("unknown", 40)]
    assert {row["first_day"] for row in rows} == {MONDAY + 7 * DAY}


def test_an_indicator_of_a_field_is_not_compared_by_that_field(make):
    counts = make.counts(
        *(("week", MONDAY + 7 * n * DAY, 10, 100) for n in range(4)), slice="age_band", slice_value="a"
    )
    calendars = {"harbor": make.calendar(MONDAY, 28)}
    for needs, rows in (("field:age_band", 0), ("field:model", 1)):
        definition = make.definition(needs=needs)
        table = compare_groups(
            counts, {definition["indicator_id"]: definition}, [], make.clusters(), calendars
        )
        assert table.num_rows == rows
