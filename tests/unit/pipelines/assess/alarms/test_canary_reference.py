"""Every run is held against a fixed one as well, which shows a slow change; a declared change ends it."""

import datetime as dt

import pytest

from pipelines.assess.alarms.canary_reference import add_references
from pipelines.assess.alarms.canary_trace import trace_canary
from pipelines.detect.canary import compare

FIRST = dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PROBES = 50


def run_nights(
    answers: list[list[str]], *, changes: tuple[dict, ...] = (), **more: dict[int, object]
) -> list[dict]:
    """Assessed runs, a night each; `answers` are the classes of every probe, `more` values of some nights."""
    runs: list[dict] = []
    probes: list[dict] = []
    for night, classes in enumerate(answers):
        at = FIRST + night * DAY
        rows = [
            {
                "deployment_id": "harbor", "run_id": f"{at:%Y%m%d}", "probe_id": f"p{number}",
                "answer_class": one, "answered_count": 0 if one == "no_answer" else 3,
            }
            for number, one in enumerate(classes)
        ]  # fmt: skip
        run = {
            "deployment_id": "harbor", "run_id": f"{at:%Y%m%d}", "ran_at": at, "model": "m",
            "probes_version": "1", "detectors_version": "1", "probe_count": len(rows),
            "answered_count": sum(row["answered_count"] > 0 for row in rows),
        }  # fmt: skip
        run |= {name: values[night] for name, values in more.items() if night in values}
        run |= compare(run, rows, runs, probes)
        runs.append(run)
        probes += rows
    return add_references(runs, probes, changes)


def creep(nights: int) -> list[list[str]]:
    """Five nights that are alike, then two more probes of another class every night."""
    return [
        ["other"] * changed + ["help_encouraged"] * (PROBES - changed)
        for changed in (max(0, 2 * (night - 4)) for night in range(nights))
    ]


def declare(night: int, what: str = "model", origin: str = "declared") -> dict:
    return {
        "deployment_id": "harbor",
        "effective_on": (FIRST + night * DAY).date(),
        "what": what,
        "origin": origin,
    }


def test_a_change_of_two_probes_a_night_is_seen_although_each_night_is_like_the_one_before():
    runs = run_nights(creep(25))
    assert {run["changed_count"] for run in runs[5:]} == {2}
    assert (runs[-1]["reference_run"], runs[-1]["reference_changed_count"]) == ("20260301", 40)
    assert runs[-1]["reference_changed_share"] == 0.8
    assert 0.6 < runs[-1]["reference_ci_low"] < 0.8 < runs[-1]["reference_ci_high"] < 0.9
    (trace,) = trace_canary(runs)
    assert (trace.high, trace.known_on) == ((FIRST + 7 * DAY).date(), (FIRST + 9 * DAY).date())
    assert trace.closed_on is None
    assert "10 of 50 canary probes (20%" in trace.words


def test_the_first_run_has_no_reference_and_is_that_of_the_others():
    runs = run_nights(creep(4))
    assert [run["reference_run"] for run in runs] == ["", *["20260301"] * 3]
    assert (runs[0]["reference_count"], runs[0]["reference_changed_share"]) == (0, None)


def test_a_declared_change_of_answers_begins_a_new_reference_once_it_has_taken_effect():
    runs = run_nights(creep(25), changes=(declare(10),))
    assert [run["reference_run"] for run in runs[9:16]] == ["20260301", *[""] * 5, "20260315"]
    assert runs[-1]["reference_changed_count"] == 20
    first, second = trace_canary(runs)
    assert first.closed_on == (FIRST + 10 * DAY).date()
    assert (second.high, second.closed_on) == ((FIRST + 17 * DAY).date(), None)


@pytest.mark.parametrize("change", [declare(10, "appetite"), declare(10, "model", "observed"), declare(99)])
def test_what_changes_no_answers_was_not_declared_or_is_to_come_leaves_the_reference(change):
    assert {run["reference_run"] for run in run_nights(creep(25), changes=(change,))[1:]} == {"20260301"}


@pytest.mark.parametrize("silent", ["no_answer", "withheld"])
def test_a_run_that_says_nothing_is_no_reference(silent):
    runs = run_nights([[silent] * PROBES, *creep(3)])
    assert [run["reference_run"] for run in runs] == ["", "", "20260302", "20260302"]
    assert runs[0]["withheld_count"] == (PROBES if silent == "withheld" else 0)


def test_ten_of_fifty_answers_that_went_blank_have_changed_on_that_night_and_every_one_after():
    blank = ["withheld"] * 10 + ["help_encouraged"] * 40
    runs = run_nights([*creep(5), *[blank] * 3])
    assert [run["changed_count"] for run in runs[5:]] == [10, 0, 0]
    assert [run["reference_changed_count"] for run in runs[5:]] == [10, 10, 10]
    sudden, lasting = trace_canary(runs)
    assert "10 with an empty, filtered or refused answer" in sudden.words
    assert (sudden.low, lasting.low) == ((FIRST + 4 * DAY).date(),) * 2


def test_other_probes_detectors_or_another_model_have_a_reference_of_their_own():
    for name in ("probes_version", "detectors_version", "model"):
        runs = run_nights(creep(6), **{name: {3: "2", 4: "2", 5: "2"}})
        assert [run["reference_run"] for run in runs[2:]] == ["20260301", "", "20260304", "20260304"]
