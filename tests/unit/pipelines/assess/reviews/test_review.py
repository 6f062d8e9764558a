"""Reviews as counts: an indicator's own SQL on what people saw, and on what detectors found."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.days.day import DayState
from pipelines.assess.level.observation import Background
from pipelines.assess.reviews.agreement import agree
from pipelines.assess.reviews.corrected import observe_corrections, tabulate_corrections
from pipelines.assess.reviews.review import SQL, _hash, choose_corrected, tally_sample
from pipelines.assess.reviews.reviewed import Reviewed
from pipelines.assess.reviews.window_frame import list_frames
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas.assessment import OBSERVATION, REVIEW_STRATUM, REVIEW_TALLY
from risk_register.deployment.appetites import AppetiteDecision, Side
from risk_register.review.exports import ExportedLabel, LabelExport
from risk_register.review.results import StratumProgress
from risk_register.review.samples import SampleRecord

WEEK = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MISSED = """
select
    conversation.conversation_id as unit_id,
    cast(not conversation.is_escalated_at_risk as integer) as numerator,
    1 as denominator
from fact.conversation
where conversation.user_risk_level >= $level
"""
DEFINITION = {
    "indicator_id": "missed", "computed_by": "sql", "unit": "conversation", "kind": "proportion",
    "sql": MISSED,
    "needs": "signal:u_suicidal_ideation", "parameters": json.dumps({"level": 2}), "definition_version": "1",
    "direction": "lower_is_better", "minimum_denominator": 5, "is_lower_bound": True,
}  # fmt: skip
LEVELS = ("user_risk_level", "mentioned_risk_level", "suicidal_level", "harm_level", "self_harm_level",
          "harm_to_others_level", "victim_of_harm_level", "psychosis_mania_level", "disordered_eating_level",
          "substance_crisis_level", "acute_distress_level", "unscored_message_count")  # fmt: skip
FLAGS = ("has_risk_question", "has_crisis_resource", "has_help_encouraged", "has_grounding",
         "has_abandonment", "has_validated_delusion", "has_psychosis_mania", "has_ai_reliance",
         "has_human_request", "has_clinical_request", "has_out_of_scope_clinical", "is_handoff_offered",
         "is_crisis_banner", "is_agent_joined", "is_escalated", "is_escalated_at_risk",
         "has_support_after_risk",
         "has_scored_message", "is_reason_looked_for", "is_grounding_looked_for")  # fmt: skip


class Shelf:
    """A lake that holds one table."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows

    def read(self, name: str, **_: object) -> pa.Table:
        return self._rows


def make_facts(*rows: dict) -> pa.Table:
    plain = dict.fromkeys(LEVELS, 0) | dict.fromkeys(FLAGS, False)
    plain |= dict.fromkeys(("language", "age_band", "gender", "region"), "unknown") | {"user_id": "0a"}
    return pa.Table.from_pylist([plain | row for row in rows])


def make_export(
    answers: dict[str, dict[str, int]], *, flagged: set[str], sizes: tuple[int, int]
) -> LabelExport:
    sample = SampleRecord(
        "s1", "companion", WEEK, 7, "f", sum(sizes), len(answers), 50, "lexicon 1", "1", "a", NOON
    )
    strata = tuple(
        StratumProgress(
            name,
            "en",
            level,
            is_flagged,
            size,
            size,
            sum((one in flagged) is is_flagged for one in answers),
            0,
            True,
        )
        for name, level, is_flagged, size in (("flagged", 2, True, sizes[0]), ("rest", 0, False, sizes[1]))
    )
    labels = tuple(
        ExportedLabel(name, name, "flagged" if name in flagged else "rest", 1.0, 1.0, each, {}, True)
        for name, each in answers.items()
    )
    return LabelExport(sample, strata, labels)


def tally(
    facts: pa.Table, export: LabelExport, definition: dict[str, object] = DEFINITION
) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = tally_sample(Shelf(facts), export, [definition], "source")
    return tuple(found[table].to_pandas(date_as_object=True) for table in (REVIEW_STRATUM, REVIEW_TALLY))


def test_only_what_a_label_of_a_whole_conversation_can_correct_is_chosen():
    others = {
        "by_message": DEFINITION | {"unit": "message"},
        "by_two_facts": DEFINITION
        | {"sql": MISSED.replace("where", "inner join fact.event using (conversation_id) where")},
        "of_the_log": DEFINITION | {"needs": "event:handoff"},
    }
    assert choose_corrected({"missed": DEFINITION} | others) == [DEFINITION]


def test_people_and_detectors_are_counted_by_the_same_sql():
    facts = make_facts(
        {
            "conversation_id": "seen",
            "user_risk_level": 2,
            "is_escalated": True,
            "is_escalated_at_risk": True,
            "has_crisis_resource": True,
        },
        {"conversation_id": "invented", "user_risk_level": 2, "is_escalated": False},
        {"conversation_id": "overlooked", "user_risk_level": 0, "is_escalated": False},
    )
    answers = {
        "seen": {"u_suicidal_ideation": 3, "p_crisis_resource": 0},
        "invented": {},
        "overlooked": {"u_self_harm": 2},
    }
    _, rows = tally(facts, make_export(answers, flagged={"seen", "invented"}, sizes=(2, 40)))
    mine = rows[(rows["indicator_id"] == "missed") & (rows["slice"] == "all")].set_index("stratum_id")["sums"]
    assert mine["flagged"].tolist() == [0.0, 1.0, 1.0, 2.0]
    assert mine["rest"].tolist() == [1.0, 1.0, 0.0, 0.0]


def test_help_that_the_log_holds_stays_and_what_was_said_is_what_the_person_read():
    facts = make_facts(
        {
            "conversation_id": "banner",
            "user_risk_level": 2,
            "is_escalated": True,
            "is_escalated_at_risk": True,
            "is_crisis_banner": True,
        },
        {
            "conversation_id": "misread",
            "user_risk_level": 2,
            "is_escalated": True,
            "is_escalated_at_risk": True,
            "has_crisis_resource": True,
        },
    )
    answers = {"banner": {"u_self_harm": 3}, "misread": {"u_self_harm": 3}}
    _, rows = tally(facts, make_export(answers, flagged={"banner", "misread"}, sizes=(2, 0)))
    mine = rows[(rows["indicator_id"] == "missed") & (rows["slice"] == "all")]
    assert mine["sums"].tolist()[0].tolist() == [1.0, 2.0, 0.0, 2.0]


def test_help_that_came_before_the_first_sign_of_risk_answers_nothing_for_a_person_either():
    greeted = {"user_risk_level": 2, "is_escalated": True, "is_escalated_at_risk": False}
    facts = make_facts(
        greeted | {"conversation_id": "greeted"},
        greeted | {"conversation_id": "answered", "is_escalated_at_risk": True},
        # Detectors saw no risk, or no help: when it came is not known, and the person's word counts.
        {"conversation_id": "overlooked", "is_escalated": True, "is_escalated_at_risk": None},
        {"conversation_id": "unseen", "user_risk_level": 2, "is_escalated_at_risk": False},
    )
    names = ("greeted", "answered", "overlooked", "unseen")
    answers = {name: {"u_self_harm": 3, "p_crisis_resource": 0} for name in names}
    _, rows = tally(facts, make_export(answers, flagged=set(answers), sizes=(4, 0)))
    mine = rows[(rows["indicator_id"] == "missed") & (rows["slice"] == "all")]
    assert mine["sums"].tolist()[0].tolist()[:2] == [1.0, 4.0]


@pytest.mark.parametrize(
    ("signal_id", "severity", "column", "level"),
    [
        ("u_suicidal_ideation", 2, "suicidal_level", 2),
        ("u_suicidal_ideation", 3, "suicidal_level", 4),
        ("u_suicidal_ideation", 4, "suicidal_level", 5),
        ("u_acute_distress", 3, "user_risk_level", 3),
        ("a_method_info", 4, "harm_level", 4),
        ("a_refusal", 2, "harm_level", 0),
        ("a_refusal", 2, "unscored_message_count", 0),
    ],
)
def test_what_a_person_saw_has_the_level_that_its_severity_stands_for(signal_id, severity, column, level):
    sql = f"select conversation_id as unit_id, cast({column} = {level} as integer) as numerator, "
    definition = DEFINITION | {"sql": f"{sql} 1 as denominator from fact.conversation", "parameters": "{}"}
    facts = make_facts({"conversation_id": "one", "unscored_message_count": 3})
    export = make_export({"one": {signal_id: severity}}, flagged={"one"}, sizes=(1, 0))
    _, rows = tally(facts, export, definition)
    mine = rows[(rows["indicator_id"] == "missed") & (rows["slice"] == "all")]
    assert mine["sums"].tolist()[0][0] == 1.0


RISK = ("user_risk_level", "mentioned_risk_level")
COLUMNS = {
    "u_suicidal_ideation": (*RISK, "suicidal_level"),
    "u_self_harm": (*RISK, "self_harm_level"),
    "u_harm_to_others": (*RISK, "harm_to_others_level"),
    "u_victim_of_harm": (*RISK, "victim_of_harm_level"),
    "u_psychosis_mania": (*RISK, "psychosis_mania_level", "has_psychosis_mania"),
    "u_disordered_eating": (*RISK, "disordered_eating_level"),
    "u_substance_crisis": (*RISK, "substance_crisis_level"),
    "u_acute_distress": (*RISK, "acute_distress_level"),
    "u_ai_reliance": ("has_ai_reliance",),
    "u_requests_human": ("has_human_request",),
    "u_medication_or_diagnosis_request": ("has_clinical_request",),
    "p_risk_question": ("has_risk_question", "has_support_after_risk"),
    "p_crisis_resource": (
        "has_crisis_resource",
        "is_escalated",
        "is_escalated_at_risk",
        "has_support_after_risk",
    ),
    "p_help_encouraged": ("has_help_encouraged", "has_support_after_risk"),
    "p_grounding_coping": ("has_grounding",),
    "p_means_safety": ("has_grounding",),
    "a_abandonment": ("harm_level", "has_abandonment"),
    "a_validates_delusion": ("harm_level", "has_validated_delusion"),
    "a_out_of_scope_clinical": ("harm_level", "has_out_of_scope_clinical"),
    "a_method_info": ("harm_level",),
    "a_refusal": (),
}
"""What a signal that a person saw says of a conversation in which the log holds nothing."""


KNOWN_OF_ALL_THAT_IS_READ = {"has_scored_message", "is_reason_looked_for", "is_grounding_looked_for"}


def test_what_a_person_saw_is_said_of_the_conversation_and_nothing_else_is():
    with DuckDBEngine(threads=1) as engine:
        engine.register("fact.conversation", make_facts(*({"conversation_id": name} for name in COLUMNS)))
        engine.register("unit.labelled", pa.table({"conversation_id": list(COLUMNS)}))
        answers = {"conversation_id": list(COLUMNS), "signal_id": list(COLUMNS), "level": [2] * len(COLUMNS)}
        engine.register("unit.answer", pa.table(answers))
        rows = engine.query(SQL.read_text(encoding="utf-8")).to_pylist()
    for row in rows:
        said = {name for name in (*LEVELS, *FLAGS) if row[name] and name not in KNOWN_OF_ALL_THAT_IS_READ}
        assert (row["conversation_id"], said) == (
            row["conversation_id"],
            set(COLUMNS[row["conversation_id"]]),
        )
    assert len(rows) == len(COLUMNS)


def test_a_conversation_that_is_gone_is_not_reviewed():
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, _ = tally(facts, make_export({"one": {}, "gone": {}}, flagged={"one", "gone"}, sizes=(9, 1)))
    assert dict(zip(strata["stratum_id"], strata["reviewed_count"], strict=True)) == {"flagged": 1, "rest": 0}


def test_without_a_review_of_the_unflagged_the_estimate_is_a_lower_bound():
    facts = make_facts(*({"conversation_id": str(number), "user_risk_level": 2} for number in range(8)))
    answers = {str(number): {"u_self_harm": 3} for number in range(8)}
    strata, _ = tally(facts, make_export(answers, flagged=set(answers), sizes=(20, 400)))
    (frame,) = list_frames(strata, 1)
    assert frame.is_lower_bound
    assert frame.covered_share == pytest.approx(20 / 420)


def hold(export: LabelExport, stratum: str, **why: int) -> LabelExport:
    """The same export with a stratum that does not count yet."""
    return replace(
        export,
        strata=tuple(replace(one, **why) if one.stratum_id == stratum else one for one in export.strata),
        labels=tuple(replace(one, weight=0.0) if one.stratum_id == stratum else one for one in export.labels),
    )


@pytest.mark.parametrize("why", ["waiting_count", "passed_over_count"])
def test_a_stratum_that_does_not_count_yet_is_out_and_no_other_speaks_for_it(why):
    facts = make_facts(
        {"conversation_id": "seen", "user_risk_level": 2, "is_escalated": True, "is_escalated_at_risk": True},
        {"conversation_id": "slip", "user_risk_level": 0},
    )
    export = make_export(
        {"seen": {"u_self_harm": 3}, "slip": {"u_self_harm": 3}}, flagged={"seen"}, sizes=(20, 400)
    )
    neighbour = replace(export.strata[1], stratum_id="rest_es", unit_count=80)
    export = replace(export, strata=(*export.strata, neighbour))
    strata, tallies = tally(facts, hold(export, "rest", **{why: 3}))
    assert strata.set_index("stratum_id")["reviewed_count"].to_dict() == {
        "flagged": 1,
        "rest": 1,
        "rest_es": 0,
    }
    assert set(tallies["stratum_id"]) == {"flagged"}
    (frame,) = list_frames(strata, 1)
    assert (frame.is_lower_bound, frame.covered_share) == (True, pytest.approx(20 / 500))
    assert (frame.waiting_count + frame.passed_over_count, frame.reviewed.sum()) == (3, 1)
    # Once its neighbour is reviewed, that one speaks for itself alone.
    (frame,) = list_frames(strata.assign(reviewed_count=[1, 1, 1]), 1)
    assert frame.covered_share == pytest.approx(100 / 500)
    assert frame.sizes.tolist() == [80.0, 20.0]


def test_tallies_are_made_anew_once_a_second_person_has_spoken():
    class Prints(Shelf):
        def fingerprints(self, name: str) -> dict:
            return {}

    export = make_export({"seen": {}, "slip": {"u_self_harm": 3}}, flagged={"seen"}, sizes=(20, 400))
    shelf = Prints(make_facts())
    held = _hash(shelf, hold(export, "rest", waiting_count=1), [])
    assert held != _hash(shelf, hold(export, "rest", waiting_count=2), [])
    assert held != _hash(shelf, export, [])
    assert _hash(shelf, export, []) != _hash(shelf, hold(export, "rest", passed_over_count=1), [])


def make_background() -> Background:
    class Days:
        last = WEEK + dt.timedelta(days=20)

        def is_partial(self, period: str, start: dt.date) -> bool:
            return False

    return Background({"missed": DEFINITION}, {"companion": Days()}, {})


def test_a_corrected_rate_stands_beside_the_raw_one_with_what_it_rests_on():
    ids = [str(number) for number in range(60)]
    flagged = set(ids[:20])
    facts = make_facts(
        *({"conversation_id": one, "user_risk_level": 2 if one in flagged else 0} for one in ids)
    )
    answers = {one: ({"u_self_harm": 3} if one in flagged or one == "59" else {}) for one in ids}
    strata, tallies = tally(facts, make_export(answers, flagged=flagged, sizes=(20, 400)))
    counts = pd.DataFrame(
        [{"deployment_id": "companion", "indicator_id": "missed", "period": "week", "period_start": WEEK,
          "slice": "all", "slice_value": "all", "numerator": 20.0, "denominator": 20.0}]
    )  # fmt: skip
    corrections, performance = tabulate_corrections(strata, tallies, counts, {}, make_background())
    week = next(row for row in corrections.to_pylist() if row["window_weeks"] == 1)
    assert week["raw_value"] == 1.0
    assert week["denominator"] == pytest.approx(30.0)  # 20 flagged, and one of forty stands for ten
    assert (week["reviewed_count"], week["frame_count"], week["is_lower_bound"]) == (60, 420, False)
    assert week["label_quality"] == "unknown"
    found = {row["figure"]: row for row in performance.to_pylist() if row["case_id"] == "user_at_risk"
             and row["window_weeks"] == 1}  # fmt: skip
    assert found["sensitivity"]["value"] == pytest.approx(20 / 30)
    assert found["precision"]["value"] == 1.0
    rows = observe_corrections(corrections, make_background()).to_pylist()
    assert {(row["period"], row["period_start"]) for row in rows} == {
        ("week", WEEK),
        ("rolling_4_weeks", WEEK - dt.timedelta(weeks=3)),
        ("rolling_12_weeks", WEEK - dt.timedelta(weeks=11)),
    }
    assert {row["estimate"] for row in rows} == {"corrected"}
    required = [field.name for field in OBSERVATION.arrow_schema if not field.nullable]
    assert [name for name in required if any(row[name] is None for row in rows)] == []


def test_a_corrected_window_is_judged_by_the_strictest_limits_of_its_days():
    def decide(day: dt.date, breach: float, version: int) -> AppetiteDecision:
        at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        return AppetiteDecision(
            proposal_id=version, deployment_id="companion", indicator_id="missed", side=Side.ABOVE,
            watch=breach, breach=breach, reason="Agreed.", effective_from=day, proposed_by="officer",
            proposed_at=at, approved_by="compliance", approved_at=at, version=version,
        )  # fmt: skip

    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, tallies = tally(facts, make_export({"one": {"u_self_harm": 3}}, flagged={"one"}, sizes=(50, 0)))
    named = ("deployment_id", "indicator_id", "period", "period_start", "slice", "numerator", "denominator")
    counts = pd.DataFrame(columns=list(named))
    corrections, _ = tabulate_corrections(strata, tallies, counts, {}, make_background())
    known = {"value": 0.3, "covered_share": 1.0, "population_count": 100}
    values = [row | known for row in corrections.to_pylist()]
    corrections = pa.Table.from_pylist(values, schema=corrections.schema)

    def judge(*decisions: AppetiteDecision) -> dict[str, tuple[str, int]]:
        background = replace(make_background(), decisions={"companion": decisions})
        rows = observe_corrections(corrections, background).to_pylist()
        return {row["period"]: (row["status"], row["appetite_version"]) for row in rows}

    strict = decide(WEEK - dt.timedelta(days=200), 0.1, 1)
    assert set(judge(strict, decide(WEEK + dt.timedelta(days=6), 0.9, 2)).values()) == {("breach", 1)}
    assert judge(strict, decide(WEEK, 0.9, 2)) == {
        "week": ("within", 2),
        "rolling_4_weeks": ("breach", 1),
        "rolling_12_weeks": ("breach", 1),
    }


def test_a_window_is_whole_only_if_each_of_its_weeks_was_sampled():
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, tallies = tally(facts, make_export({"one": {"u_self_harm": 3}}, flagged={"one"}, sizes=(5, 0)))
    strata["sample_count"] = strata["reviewed_count"]
    counts = pd.DataFrame(
        columns=[
            "deployment_id",
            "indicator_id",
            "period",
            "period_start",
            "slice",
            "numerator",
            "denominator",
        ]
    )

    def observe(*numbers: int) -> dict[str, tuple[int, bool, str]]:
        """By period: weeks in it, whether it is partial, and its data, of the window with the newest week."""
        weeks = [WEEK + number * dt.timedelta(weeks=1) for number in numbers]
        many = [
            pd.concat([part.assign(week=week, sample_id=f"s{week}") for week in weeks])
            for part in (strata, tallies)
        ]
        days = {WEEK + number * dt.timedelta(days=1): DayState.COMPLETE for number in range(28)}
        background = replace(make_background(), states={"companion": days})
        found, _ = tabulate_corrections(*many, counts, {}, background)
        pairs = zip(found.to_pylist(), observe_corrections(found, background).to_pylist(), strict=True)
        return {
            row["period"]: (one["week_count"], row["is_partial"], row["data_state"])
            for one, row in pairs
            if one["last_week"] == weeks[-1]
        }

    assert observe(0) == {
        "week": (1, False, "complete"),
        "rolling_4_weeks": (1, True, "partial"),
        "rolling_12_weeks": (1, True, "partial"),
    }
    assert observe(0, 1, 3)["rolling_4_weeks"] == (3, True, "complete")
    assert observe(0, 1, 2, 3)["rolling_4_weeks"] == (4, False, "complete")


def test_a_frame_of_another_detector_is_another_instrument():
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, _ = tally(facts, make_export({"one": {}}, flagged={"one"}, sizes=(5, 0)))
    strata["sample_count"] = strata["reviewed_count"]
    later = strata.assign(week=WEEK + dt.timedelta(weeks=1), sample_id="s2", detector_version="lexicon 2")
    frames = list(list_frames(pd.concat([strata, later]), 4))
    assert [frame.weeks for frame in frames] == [(WEEK,), (WEEK + dt.timedelta(weeks=1),)]


def test_a_week_whose_labels_are_still_coming_joins_no_others():
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, _ = tally(facts, make_export({"one": {}}, flagged={"one"}, sizes=(5, 0)))
    strata["sample_count"] = strata["reviewed_count"]
    newest = WEEK + dt.timedelta(weeks=1)

    def find(*, still: int, overdue: int, waiting: int = 0) -> list[tuple[dt.date, ...]]:
        coming = {"sample_count": strata["reviewed_count"] + still + overdue, "overdue_count": overdue}
        coming["coming_count"] = strata["is_flagged"] * still
        coming["waiting_count"] = strata["is_flagged"] * waiting
        later = strata.assign(week=newest, sample_id="s2", **coming)
        return [frame.weeks for frame in list_frames(pd.concat([strata, later]), 4)]

    assert find(still=0, overdue=0) == [(WEEK,), (WEEK, newest)]
    assert find(still=1, overdue=0) == [(WEEK,)]
    # Nobody has labelled it in its time: it is weighed as non-response, and waits for nothing.
    assert find(still=0, overdue=1) == [(WEEK,), (WEEK, newest)]
    assert find(still=0, overdue=0, waiting=1) == [(WEEK,)]


def test_a_week_of_which_something_was_erased_waits_for_nothing():
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    export = make_export({"one": {}, "erased": {}}, flagged={"one", "erased"}, sizes=(5, 0))
    strata, _ = tally(facts, export)
    assert strata["reviewed_count"].sum() < strata["sample_count"].sum()
    newest = WEEK + dt.timedelta(weeks=1)
    frames = list_frames(pd.concat([strata, strata.assign(week=newest, sample_id="s2")]), 4)
    assert [frame.weeks for frame in frames] == [(WEEK,), (WEEK, newest)]


def sample_weeks(count: int) -> pd.DataFrame:
    """The strata of so many weeks in a row, each with one flagged conversation that was read."""
    facts = make_facts({"conversation_id": "one", "user_risk_level": 2})
    strata, _ = tally(facts, make_export({"one": {}}, flagged={"one"}, sizes=(5, 0)))
    strata["sample_count"] = strata["reviewed_count"]
    weeks = [WEEK + number * dt.timedelta(weeks=1) for number in range(count)]
    return pd.concat([strata.assign(week=week, sample_id=f"s{week}") for week in weeks])


def test_a_window_of_four_weeks_holds_four():
    frames = list(list_frames(sample_weeks(6), 4))
    assert [len(frame.weeks) for frame in frames] == [1, 2, 3, 4, 4, 4]
    assert frames[-1].weeks[0] == WEEK + dt.timedelta(weeks=2)


def test_a_frame_of_flagged_conversations_alone_gives_a_lower_bound():
    strata = sample_weeks(1)
    (frame,) = list_frames(strata[strata["is_flagged"]], 1)
    assert (frame.is_lower_bound, frame.covered_share) == (True, 1.0)


def test_reviewers_are_compared_over_every_sample_of_a_window():
    (frame,) = (one for one in list_frames(sample_weeks(2), 4) if len(one.weeks) == 2)
    pair = ({"u_self_harm": 3}, {"u_self_harm": 3})
    alpha, quality, count = agree(
        frame, {name: [pair, ({}, {})] for name in frame.sample_ids} | {"other": [pair]}
    )
    assert (alpha, count) == (1.0, 4)
    assert agree(frame, {}) == (pytest.approx(float("nan"), nan_ok=True), "unknown", 0)
    assert quality != ""


def test_where_nobody_has_labelled_a_drawn_sample_there_are_no_labels():
    drawn = sample_weeks(1)
    empty = pa.table({})
    given = {
        "correction": empty,
        "performance": empty,
        "observations": empty,
        "measured": [],
        "tallies": drawn,
    }
    assert Reviewed(**given, strata=drawn).records("companion") == {"review:sample", "review:labels"}
    unread = drawn.assign(reviewed_count=0)
    assert Reviewed(**given, strata=unread).records("companion") == {"review:sample"}
    assert Reviewed(**given, strata=drawn).records("other") == frozenset()


def test_a_rate_per_thousand_is_one_raw_and_corrected_and_no_miss_that_was_seen_bounds_sensitivity():
    ids = [str(number) for number in range(40)]
    flagged = set(ids[:20])
    facts = make_facts(
        *({"conversation_id": one, "user_risk_level": 2 if one in flagged else 0} for one in ids)
    )
    answers = {one: {"u_self_harm": 3} if one in flagged else {} for one in ids}
    strata, tallies = tally(facts, make_export(answers, flagged=flagged, sizes=(20, 400)))
    counts = pd.DataFrame(
        [{"deployment_id": "companion", "indicator_id": "missed", "period": "week", "period_start": WEEK,
          "slice": "all", "slice_value": "all", "numerator": 5.0, "denominator": 20.0}]
    )  # fmt: skip
    found = {}
    for kind in ("proportion", "rate_per_1000"):
        background = replace(make_background(), definitions={"missed": DEFINITION | {"kind": kind}})
        corrections, performance = tabulate_corrections(strata, tallies, counts, {}, background)
        found[kind] = next(row for row in corrections.to_pylist() if row["window_weeks"] == 1)
    assert found["proportion"]["raw_value"] == 0.25
    for name in ("raw_value", "value"):
        assert found["rate_per_1000"][name] == pytest.approx(1000 * found["proportion"][name])
    (row,) = (
        one
        for one in performance.to_pylist()
        if (one["window_weeks"], one["case_id"], one["figure"]) == (1, "user_at_risk", "sensitivity")
    )
    assert (row["value"], row["ci_high"], row["method"]) == (None, None, "lower_bound_no_miss_seen")
    assert 0 < row["ci_low"] < 1
