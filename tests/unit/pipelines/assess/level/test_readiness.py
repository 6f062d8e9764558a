"""Readiness names what a log lacks, and is silent where nothing is missing."""

import datetime as dt

from pipelines.assess.days.calendar import WHOLE_WEEK
from pipelines.assess.level.readiness import Held, assess_readiness, list_unmeasured
from pipelines.indicators.definition import load_definitions

LEXICON = {"detector_id": "lexicon", "badge": "limited"}
DETECTORS = [
    LEXICON | {"signal_id": "u_suicidal_ideation", "languages": "en"},
    LEXICON | {"signal_id": "p_crisis_resource", "languages": "en,de"},
]


def held(**more) -> Held:
    given = {
        "events": frozenset({"handoff"}),
        "notices": frozenset(),
        "fields": frozenset({"model"}),
        "languages": frozenset({"en"}),
        "conversation_count": 10,
    }
    return Held(**(given | more))


def assess(make, needs: str, log: Held) -> dict:
    definitions = {"one": make.definition("one", needs=needs)}
    (row,) = assess_readiness({"harbor": log}, definitions, DETECTORS).to_pylist()
    return row


def test_a_log_that_holds_what_is_needed_is_ready(make):
    row = assess(make, "event:handoff,field:model,signal:u_suicidal_ideation", held())
    assert (row["state"], row["missing"], row["next_step"]) == ("ready", "", "")


def test_part_of_what_is_needed_is_partial_and_none_is_not_ready(make):
    partial = assess(make, "event:handoff,notice:ai_disclosure", held())
    assert (partial["state"], partial["missing"]) == ("partial", "notice:ai_disclosure")
    assert partial["next_step"]
    assert assess(make, "notice:ai_disclosure", held())["state"] == "not_ready"


def test_what_is_made_of_whole_weeks_is_not_ready_before_there_is_one(make):
    definitions = {one.indicator_id: one for one in load_definitions()}
    for name in ("drift_index", "equity_different_count"):
        needs = ",".join(definitions[name].needs)
        row = assess(make, needs, held())
        assert (row["state"], row["missing"]) == ("not_ready", WHOLE_WEEK)
        assert "No week is whole yet" in row["next_step"]
        assert assess(make, needs, held(records=frozenset({WHOLE_WEEK})))["state"] == "ready"


def test_a_signal_that_is_looked_for_in_some_languages_of_the_log_only_is_partial(make):
    both = held(languages=frozenset({"en", "de"}))
    assert assess(make, "signal:p_crisis_resource", both)["state"] == "ready"
    row = assess(make, "signal:u_suicidal_ideation", both)
    assert (row["state"], row["missing"]) == ("partial", "signal:u_suicidal_ideation in de")
    assert row["next_step"]


def test_a_signal_that_is_looked_for_in_no_language_of_the_log_is_not_ready(make):
    row = assess(make, "signal:u_suicidal_ideation", held(languages=frozenset({"zh"})))
    assert (row["state"], row["missing"]) == ("not_ready", "signal:u_suicidal_ideation")


def test_a_detector_that_reads_no_words_looks_in_every_language(make):
    logged = [LEXICON | {"signal_id": "u_suicidal_ideation", "languages": "*"}]
    definitions = {"one": make.definition("one", needs="signal:u_suicidal_ideation")}
    table = assess_readiness({"harbor": held(languages=frozenset({"zh"}))}, definitions, logged)
    assert table["state"].to_pylist() == ["ready"]


def test_what_only_a_judge_can_see_has_no_number_without_one(make):
    phrases = {"detector_id": "lexicon", "signal_id": "a_validates_delusion", "languages": "en"}
    definitions = {
        "one": make.definition("one", needs="signal:u_suicidal_ideation,signal:a_validates_delusion")
    }

    def assess_with(**row):
        detectors = [*DETECTORS, phrases | {"badge": "unvalidated"}, *([phrases | row] if row else [])]
        (found,) = assess_readiness({"harbor": held()}, definitions, detectors).to_pylist()
        return found, list_unmeasured(definitions, detectors)

    row, unmeasured = assess_with()
    assert (row["state"], row["missing"]) == ("not_ready", "signal:a_validates_delusion")
    assert row["next_step"].startswith("Needs review or a judge")
    assert unmeasured == {"one"}
    for seen in (
        {"detector_id": "judge", "badge": "unvalidated"},
        {"detector_id": "model", "badge": "limited"},
    ):
        row, unmeasured = assess_with(**seen)
        assert (row["state"], unmeasured) == ("ready", frozenset())


def test_an_empty_log_is_not_ready_for_anything(make):
    row = assess(make, "", held(conversation_count=0))
    assert (row["state"], row["missing"]) == ("not_ready", "conversations")


def test_each_step_is_named_once(make):
    row = assess(make, "notice:ai_disclosure,notice:crisis_banner", held())
    assert row["next_step"].count("Map the notices") == 1


def test_an_own_signal_that_is_younger_than_the_log_says_from_when_it_counts(make):
    definitions = {"x_one": make.definition("x_one", needs="signal:u_suicidal_ideation")}
    since = [{"deployment_id": "harbor", "indicator_id": "x_one", "since_on": dt.date(2026, 9, 2)}]
    (row,) = assess_readiness({"harbor": held()}, definitions, DETECTORS, since=since).to_pylist()
    assert (row["state"], row["missing"]) == ("partial", "days before 2026-09-02")
    assert row["next_step"].startswith("From 2026-09-02: ")


def test_who_hands_on_scores_of_the_log_looks_where_there_are_scores(make):
    logged = [LEXICON | {"detector_id": "logged", "signal_id": "a_method_info", "languages": "*"}]
    definitions = {"one": make.definition("one", needs="signal:a_method_info")}

    def state(log: Held) -> str:
        return assess_readiness({"harbor": log}, definitions, logged)["state"][0].as_py()

    assert state(held()) == "not_ready"
    assert state(held(has_scores=True)) == "ready"
