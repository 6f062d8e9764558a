"""A change that nobody announced is suspected; what was declared within three days explains it."""

import datetime as dt
import re

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.alarms.unannounced import suspect_changes
from pipelines.assess.history.drift import assess_drift
from pipelines.schemas.assessment import CHANGE

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
SHIFT = 66  # a Thursday in the tenth week


def features(
    days: int = 84, *, shift: int = SHIFT, back: int = 1000, feature: str = "message_length"
) -> pd.DataFrame:
    rows = []
    for number in range(days):
        has_changed = shift <= number < back
        for category, count in (("short", 20 if has_changed else 60), ("long", 80 if has_changed else 40)):
            rows.append(
                {
                    "deployment_id": "harbor",
                    "day": MONDAY + number * DAY,
                    "feature": feature,
                    "category": category,
                    "message_count": count + number % 3,
                }
            )
    return pd.DataFrame(rows)


def change(day: int, *, origin: str = "declared", what: str = "model") -> dict:
    return {
        "change_id": f"{origin}:{what}:{day}",
        "deployment_id": "harbor",
        "effective_on": MONDAY + day * DAY,
        "what": what,
        "note": f"The log first names the {what} x.",
        "origin": origin,
        "is_planned": None,
        "declared_by": None,
    }


def suspect(make, *changes: dict, given: pd.DataFrame | None = None):
    frame = features() if given is None else given
    calendars = {"harbor": make.calendar(MONDAY, 84)}
    table = pa.Table.from_pylist(list(changes), schema=CHANGE.arrow_schema)
    return suspect_changes(assess_drift(frame, calendars), table, frame, calendars)


def test_drift_without_a_declared_change_is_suspected_on_its_day(make):
    (concern,) = suspect(make)
    assert (concern.kind, concern.state) == ("suspected_unannounced_change", "watch")
    assert f"changed on {MONDAY + SHIFT * DAY}" in concern.note
    assert "message length" in concern.note
    assert re.fullmatch(r"Distances: .+: \d\.\d\d \(usual: up to \d\.\d\d\)\.", concern.evidence)
    assert not re.search(r"\d\.\d", concern.note)
    assert concern.opened_on == MONDAY + 69 * DAY


def test_a_week_that_moved_along_its_scale_alone_is_told_by_that(make):
    usual, moved = {"0": 490, "1": 490, "40": 20}, {"0": 475, "1": 475, "40": 50}
    rows = [
        {"deployment_id": "harbor", "day": MONDAY + number * DAY, "feature": "score", "category": category,
         "message_count": count + number % 3}
        for number in range(84)
        for category, count in (usual if number < SHIFT else moved).items()
    ]  # fmt: skip
    (concern,) = suspect(make, given=pd.DataFrame(rows))
    told = re.search(r": (\d\.\d\d) standard .+ up to (\d\.\d\d)\)", concern.evidence)
    assert told is not None
    assert float(told[1]) > float(told[2])


def test_steady_weeks_are_not_suspected(make):
    assert suspect(make, given=features(shift=1000)) == []


@pytest.mark.parametrize(("beside", "is_explained"), [(-4, False), (-3, True), (3, True), (4, False)])
def test_a_change_declared_within_three_days_explains_it(make, beside, is_explained):
    assert (suspect(make, change(SHIFT + beside)) == []) is is_explained


def test_a_name_that_nobody_declared_is_suspected_by_itself(make):
    (concern,) = suspect(make, change(30, origin="observed"), given=features(shift=1000))
    assert concern.opened_on == MONDAY + 30 * DAY
    assert "first names the model x" in concern.note


def test_a_declared_name_is_not_suspected(make):
    both = (change(30, origin="observed"), change(31))
    assert suspect(make, *both, given=features(shift=1000)) == []


def test_a_name_and_drift_of_the_same_days_are_one_suspicion(make):
    (concern,) = suspect(make, change(SHIFT - 1, origin="observed"))
    assert "first names the model x" in concern.note
    assert "message length" in concern.note
    assert len(suspect(make, change(20, origin="observed"))) == 2


def test_a_suspicion_keeps_its_name_and_its_day_when_a_later_trace_joins(make):
    (alone,) = suspect(make)
    (joined,) = suspect(make, given=pd.concat([features(), features(shift=SHIFT + 3, feature="signal_mix")]))
    assert joined.alarm_id == alone.alarm_id
    assert "signal mix" in joined.note
    assert f"changed on {MONDAY + SHIFT * DAY}" in joined.note


def test_a_shift_that_went_back_is_over(make):
    (concern,) = suspect(make, given=features(back=SHIFT + 6))
    assert concern.state == "resolved"
    assert concern.closed_on is not None


@pytest.mark.parametrize(("after", "state"), [("as after the change", "watch"), ("as before", "resolved")])
def test_a_week_too_quiet_to_judge_ends_no_suspicion(make, after, state):
    given = features(back=77 if after == "as before" else 1000)
    is_quiet = (given["day"] >= MONDAY + 70 * DAY) & (given["day"] < MONDAY + 77 * DAY)
    given.loc[is_quiet, "message_count"] = 1
    (concern,) = suspect(make, given=given)
    assert concern.state == state
    assert concern.closed_on == (MONDAY + 77 * DAY if state == "resolved" else None)


def test_a_changed_detector_explains_what_detectors_count_and_nothing_else(make):
    detector = change(SHIFT, origin="observed", what="detector")
    assert suspect(make, detector, given=features(feature="signal_mix")) == []
    assert len(suspect(make, detector)) == 1
