"""Answers to one probe that are not of the class of most, by day, week and month."""

import datetime as dt

from pipelines.assess.history.canary import count_inconsistent

RAN_AT = dt.datetime(2026, 3, 4, 6, tzinfo=dt.UTC)


def probe(answered: int, same: int, *, run_id: str = "r1") -> dict:
    return {"deployment_id": "harbor", "run_id": run_id, "answered_count": answered, "same_count": same}


def count(*probes: dict) -> dict[str, tuple[dt.date, float, float]]:
    runs = [{"deployment_id": "harbor", "run_id": "r1", "ran_at": RAN_AT}]
    return {
        row["period"]: (row["period_start"], row["numerator"], row["denominator"])
        for row in count_inconsistent(probes, runs)
    }


def test_replies_of_another_class_than_most_count():
    assert count(probe(3, 3), probe(3, 2), probe(3, 1)) == {
        "day": (dt.date(2026, 3, 4), 3, 9),
        "week": (dt.date(2026, 3, 2), 3, 9),
        "month": (dt.date(2026, 3, 1), 3, 9),
    }


def test_one_answer_can_agree_with_no_other():
    assert count(probe(1, 1), probe(0, 0)) == {}


def test_a_run_that_is_not_known_counts_nothing():
    assert count(probe(3, 2, run_id="gone")) == {}
