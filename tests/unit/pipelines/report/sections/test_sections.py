"""What the sections say about what is unknown, contradicted, overdue or silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.published import RANK, Status
from pipelines.report.sections.equity import build_equity, build_tally
from pipelines.report.sections.findings import build_detectors, build_findings
from pipelines.report.sections.governance import (
    as_of,
    build_alarms,
    build_changes,
    build_incidents,
    build_items,
    build_risks,
    build_stages,
)
from pipelines.report.sections.indicators import build_corrected, build_headline, count_statuses
from pipelines.report.sections.quality import build_days, build_readiness
from pipelines.report.sections.regimes import build_regimes
from pipelines.report.sections.summary import LOWER_BOUND, join_names, missed_escalation_note, say_governance

Samples = dict[str, list[dict[str, Any]]]


def test_unknown_ranks_above_within_and_below_watch() -> None:
    order = sorted(Status, key=lambda status: RANK[status])
    assert (
        order.index(Status.WITHIN)
        < order.index(Status.NO_APPETITE_SET)
        < order.index(Status.INSUFFICIENT_DATA)
    )
    assert order.index(Status.NOT_MEASURED) < order.index(Status.WATCH) < order.index(Status.BREACH)
    assert order.index(Status.NOT_APPLICABLE) < order.index(Status.WITHIN)


def test_an_indicator_without_a_row_is_not_measured_and_counts_as_such(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    headline = build_headline(facts_of(sample_rows))
    row = next(row for row in headline.rows if row["indicator_id"] == "never_observed_rate")
    assert (row["status"], str(row["value"])) == (Status.NOT_MEASURED, "not_measured")
    tally = count_statuses(headline)
    assert next(iter(tally)) == "breach"
    assert (tally["not_measured"], sum(tally.values())) == (1, 11)


def test_a_row_without_a_value_is_unknown_and_not_zero(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    row = next(row for row in sample_rows["observation"] if row["indicator_id"] == "turns_to_escalation")
    row.update(value=None, ci_low=None, ci_high=None, p90=None)
    found = next(
        row
        for row in build_headline(facts_of(sample_rows)).rows
        if row["indicator_id"] == "turns_to_escalation"
    )
    assert (str(found["value"]), str(found["p90"])) == ("unknown", "unknown")


def test_a_placeholder_is_not_an_approved_limit(facts_of: Callable[..., Any], sample_rows: Samples) -> None:
    rows = {row["indicator_id"]: row for row in build_headline(facts_of(sample_rows)).rows}
    assert (rows["escalation_rate"]["is_placeholder"], str(rows["escalation_rate"]["approved_by"])) == (
        True,
        "not_set",
    )
    assert rows["missed_escalation_rate"]["approved_by"] == "compliance"
    assert str(rows["hostile_rate"]["watch"]) == "not_set"


def change_limits(sample_rows: Samples) -> None:
    """Limits that hold from the month's last day on, and from the day after."""
    first = sample_rows["appetite"][0]
    day = first["effective_from"]
    sample_rows["appetite"] += [
        {**first, "effective_from": day.replace(month=8, day=31), "breach": 0.04, "version": 3},
        {**first, "effective_from": day.replace(month=9, day=1), "breach": 0.01, "version": 4},
    ]


@pytest.mark.parametrize(("version", "breach"), [(2, "0.05"), (3, "0.04"), (0, "not_set")])
def test_the_limits_are_those_by_which_the_status_was_judged(
    facts_of: Callable[..., Any], sample_rows: Samples, version: int, breach: str
) -> None:
    """Where the data end before the month does, a limit of its last days judged nothing."""
    change_limits(sample_rows)
    for row in sample_rows["observation"]:
        if row["indicator_id"] == "missed_escalation_rate":
            row["appetite_version"] = version
    rows = {row["indicator_id"]: row for row in build_headline(facts_of(sample_rows)).rows}
    assert str(rows["missed_escalation_rate"]["breach"]) == breach


def test_of_what_was_not_measured_the_limits_are_those_in_force_when_the_month_ends(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    change_limits(sample_rows)
    sample_rows["observation"] = [
        row for row in sample_rows["observation"] if row["indicator_id"] != "missed_escalation_rate"
    ]
    rows = {row["indicator_id"]: row for row in build_headline(facts_of(sample_rows)).rows}
    assert (rows["missed_escalation_rate"]["status"], rows["missed_escalation_rate"]["breach"]) == (
        "not_measured",
        0.04,
    )


def test_missed_escalation_is_called_a_lower_bound_until_a_reviewed_estimate_stands_beside_it(
    facts_of: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    sample_rows["observation"].append(
        make_observation("missed_escalation_rate", 44, 412, estimate="corrected")
    )
    facts = facts_of(sample_rows)
    assert missed_escalation_note(facts) == ()
    row = next(
        row
        for row in build_corrected(facts, "escalation", title="Escalation").rows
        if row["indicator_id"] == "missed_escalation_rate"
    )
    assert row["corrected_value"] == 44 / 412


def test_the_lower_bound_is_said_in_the_report(built: Any) -> None:
    assert LOWER_BOUND in built.text


def test_an_overdue_risk_and_its_indicators_are_named(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    (risk,) = build_risks(facts_of(sample_rows)).rows
    assert risk["is_overdue"] is True
    assert risk["kris"] == "Missed escalation: breach; Never observed: not measured"
    assert str(risk["residual"]) == "not_set"


def test_an_indicator_of_a_slice_is_named_with_it_and_stands_as_the_slice_does(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    whole = next(row for row in sample_rows["observation"] if row["indicator_id"] == "missed_escalation_rate")
    part = {"slice": "age_band", "slice_value": "13-17", "status": "watch"}
    sample_rows["observation"].append(whole | part)
    sample_rows["risk"][0]["indicator_ids"] = ",".join(
        f"missed_escalation_rate{of}" for of in ("", "[age_band=13-17]", "[age_band=18-24]")
    )
    assert build_risks(facts_of(sample_rows)).rows[0]["kris"] == (
        "Missed escalation: breach; Missed escalation (age band 13-17): watch; "
        "Missed escalation (age band 18-24): not measured"
    )


def test_whether_a_risk_is_overdue_is_what_the_register_says_and_not_the_day_alone(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["risk"][0] |= {"state": "closed", "is_overdue": False}
    assert build_risks(facts_of(sample_rows)).rows[0]["is_overdue"] is False


def test_a_met_item_that_the_data_contradict_keeps_its_state(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    facts = facts_of(sample_rows)
    items = {row["reference"]: row for row in build_items(facts).rows}
    assert (items["EC-20"]["state"], items["EC-20"]["attention"]) == (
        "met",
        "met, contradicted by data, overdue",
    )
    assert items["EC-20"]["contradicted_by"] == "Missed escalation"
    assert str(items["EC-30"]["attention"]) == "none"
    stages = {row["stage"]: row for row in build_stages(facts).rows}
    assert (stages["Pre deployment"]["met"], stages["Pre deployment"]["contradicted"]) == (1, 1)
    assert list(stages) == ["Pre deployment", "Ongoing"]


def test_an_item_whose_evidence_was_withdrawn_is_not_read_as_met(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["checklist_item"][0] |= {"is_evidence_withdrawn": True, "contradicted_by": ""}
    item, other = build_items(facts_of(sample_rows)).rows
    assert (item["state"], item["attention"]) == ("met, evidence withdrawn", "evidence withdrawn, overdue")
    assert other["state"] == "in_progress"


def test_a_waiver_is_said_in_the_report(facts_of: Callable[..., Any], sample_rows: Samples) -> None:
    until = {"is_overdue": False, "waived_until": dt.date(2027, 2, 1)}
    sample_rows["checklist_item"][1] |= until
    facts = facts_of(sample_rows)
    items = {row["reference"]: row for row in build_items(facts).rows}
    assert (items["EC-30"]["waived_until"], items["EC-30"]["attention"]) == (
        dt.date(2027, 2, 1), "waived until 2027-02-01",
    )  # fmt: skip
    assert str(items["EC-20"]["waived_until"]) == "none"
    tables = {"risks": build_risks(facts), "checklist": build_items(facts)}
    assert say_governance(tables, as_of(facts)).endswith("1 of 2 overdue, 1 waived.")


def test_incidents_are_dated_in_the_zone_of_the_deployment(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    late = sample_rows["incident"][1]  # 1 September 01:00 UTC is 03:00 in Berlin: not August
    late["opened_at"] = late["opened_at"].replace(month=8, day=31, hour=21)  # 23:00 in Berlin: August
    assert [row["incident_id"] for row in build_incidents(facts_of(sample_rows)).rows] == [
        "incident-1",
        "incident-2",
    ]


def test_an_incident_opened_at_midnight_local_time_belongs_to_the_next_month(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    late = sample_rows["incident"][1]
    late["opened_at"] = late["opened_at"].replace(month=8, day=31, hour=22)
    assert [row["incident_id"] for row in build_incidents(facts_of(sample_rows)).rows] == ["incident-1"]


def test_alarms_and_incidents_are_told_in_every_month_in_which_they_were_open(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    july, august, september = (dt.date(2026, month, 1) for month in (7, 8, 9))
    spans = {
        "july alone": (july, dt.date(2026, 7, 31)),
        "into august": (july, august),
        "over august": (july, september),
        "from august": (dt.date(2026, 8, 31), september),
        "from july": (july, None),
        "september alone": (september, september),
    }
    alarm, incident = sample_rows["alarm"][0], sample_rows["incident"][0]
    sample_rows["alarm"] = [
        {**alarm, "alarm_id": name, "opened_on": first, "closed_on": last,
         "state": "resolved" if last else "alarm", "resolution": "passed" if last else None}
        for name, (first, last) in spans.items()
    ]  # fmt: skip
    noon = dt.time(12, tzinfo=dt.UTC)
    sample_rows["incident"] = [
        {**incident, "incident_id": name, "state": "closed" if last else "open",
         "opened_at": dt.datetime.combine(first, noon),
         "closed_at": dt.datetime.combine(last, noon) if last else None}
        for name, (first, last) in spans.items()
    ]  # fmt: skip
    facts = facts_of(sample_rows)
    told = {"into august", "over august", "from august", "from july"}
    states = {row["alarm_id"]: row["state"] for row in build_alarms(facts).rows}
    assert set(states) == {row["incident_id"] for row in build_incidents(facts).rows} == told
    assert states["into august"] == "passed; nobody has said what it was"
    assert states["from july"] == "alarm"


def test_an_old_incident_stays_until_it_is_settled(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    first = sample_rows["incident"][0]
    old = first["opened_at"].replace(month=5)
    sample_rows["incident"] = [
        {**first, "incident_id": "open", "opened_at": old, "state": "investigating"},
        {**first, "incident_id": "shut", "opened_at": old, "closed_at": old, "state": "closed"},
    ]
    rows = build_incidents(facts_of(sample_rows)).rows
    assert [(row["incident_id"], row["is_new"]) for row in rows] == [("open", False)]


def test_changes_of_the_weeks_drawn_are_listed_and_those_of_the_month_marked(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    change = sample_rows["change"][0]
    day = change["effective_on"]
    sample_rows["change"] = [
        {**change, "change_id": str(i), "effective_on": day.replace(month=month, day=on)}
        for i, (month, on) in enumerate([(3, 1), (7, 6), (8, 1), (8, 31), (9, 1)])
    ]
    rows = build_changes(facts_of(sample_rows)).rows
    assert [(row["effective_on"].month, row["is_new"]) for row in rows] == [(7, False), (8, True), (8, True)]


def test_a_signal_nobody_found_is_zero_only_if_its_detector_was_at_work(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["detector"].append(
        {
            "detector_id": "idle",
            "detector_version": "1",
            "signal_id": "a_toxic_content",
            "languages": "en",
            "badge": "limited",
        }
    )
    rows = {row["signal_id"]: row for row in build_findings(facts_of(sample_rows)).rows}
    assert rows["a_fosters_dependency"]["message_count"] == 0
    assert str(rows["a_toxic_content"]["message_count"]) == "not_measured"


def test_a_matter_of_meaning_that_phrases_did_not_find_is_not_measured_and_not_zero(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    (row,) = [row for row in sample_rows["detector"] if row["signal_id"] == "a_fosters_dependency"]
    row["badge"] = "unvalidated"
    rows = {row["signal_id"]: row for row in build_findings(facts_of(sample_rows)).rows}
    assert str(rows["a_fosters_dependency"]["message_count"]) == "not_measured"


def test_findings_begin_with_the_most_severe_harms(
    facts_of: Callable[..., Any], sample_rows: Samples, make_finding: Callable[..., Any]
) -> None:
    sample_rows["finding_summary"].append(make_finding("x_own_signal", 50, 40, day=4))
    rows = build_findings(facts_of(sample_rows)).rows
    groups = [row["group"] for row in rows]
    assert groups[0] == "Harm by the assistant"
    assert groups[-1] == "Other signals"
    harms = [int(row["levels"][-1]) for row in rows if row["group"] == groups[0]]
    assert harms == sorted(harms, reverse=True)


def test_signals_of_a_detector_that_share_what_is_known_are_named_in_one_row(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    (row,) = build_detectors(facts_of(sample_rows)).rows
    assert row["signals"].split(", ") == sorted(row["signals"].split(", "))
    assert len(row["signals"].split(", ")) == len(sample_rows["detector"])


def test_what_can_be_said_of_groups_is_counted_an_indicator_a_row_differences_first(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["equity"] = [
        {"indicator_id": indicator, "slice": "language", "slice_value": str(number), "status": status}
        for indicator, statuses in {
            "a_silent": ["not_assessable", "not_assessable"],
            "missed_escalation_rate": ["different", "equivalent", "not_assessable"],
        }.items()
        for number, status in enumerate(statuses)
    ]
    first, second = build_tally(facts_of(sample_rows)).rows
    assert (first["indicator_id"], first["groups"], first["different"]) == ("missed_escalation_rate", 3, 1)
    assert (second["different"], second["equivalent"], second["not_assessable"]) == (0, 0, 2)


@pytest.mark.parametrize(
    ("first", "last", "is_shown"), [(3, 30, True), (17, 44, True), (18, 45, False), (-14, 13, False)]
)
def test_groups_are_shown_with_their_days_in_the_month_that_holds_most_of_these_and_in_no_other(
    facts_of: Callable[..., Any], sample_rows: Samples, first: int, last: int, is_shown: bool
) -> None:
    first_day, last_day = (dt.date(2026, 8, 1) + dt.timedelta(days=day - 1) for day in (first, last))
    days = {"first_day": first_day, "last_day": last_day}
    sample_rows["equity"] = [
        {"indicator_id": "missed_escalation_rate", "slice": "language", "slice_value": value,
         "status": "different", "ratio": 2.0, **days}
        for value in ("de", "en")
    ]  # fmt: skip
    facts = facts_of(sample_rows)
    for table in (build_equity(facts), build_tally(facts)):
        said = table.note if is_shown else table.empty
        assert f"{first_day} to {last_day}" in said
        assert ("Not assessed for this month" in said) is not is_shown
        assert bool(table.rows) is is_shown
    assert all(
        (row["first_day"], row["last_day"]) == (first_day, last_day) for row in build_equity(facts).rows
    )


def test_readiness_lists_what_is_not_ready_first(facts_of: Callable[..., Any], sample_rows: Samples) -> None:
    sample_rows["readiness"] += [{"indicator_id": "a_first", "state": "partial", "missing": "region"}]
    rows = build_readiness(facts_of(sample_rows)).rows
    assert [(row["title"], row["state"]) for row in rows] == [
        ("Never observed", "not_ready"),
        ("a_first", "partial"),
    ]


def test_names_are_joined_as_a_sentence() -> None:
    assert join_names(["a"]) == "a"
    assert join_names(["a", "b", "c"]) == "a, b and c"


def test_days_whose_data_are_not_whole_are_listed_with_why_and_few_messages_hidden(built):
    rows = built.rows("data_days")
    assert [(row["day"], row["state"], row["reasons"]) for row in rows] == [
        ("2026-08-05", "failed", "stop:role is known"),
        ("2026-08-06", "partial", "low volume, many rejected"),
    ]
    assert (rows[0]["message_count"], rows[0]["expected_count"]) == (12000, 13020)
    assert rows[1]["message_count"] == {"mark": "hidden"}
    assert "Days whose data are not whole" in built.text


def test_a_month_that_began_late_does_not_say_that_all_its_data_came(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["data_day"] = [
        {"day": dt.date(2026, 8, day), "state": "complete", "message_count": 400} for day in range(11, 32)
    ]
    table = build_days(facts_of(sample_rows))
    assert table.rows == ()
    assert table.empty.startswith("10 days of this month are before the first data or still to come.")


def test_a_regime_past_its_limit_says_so_on_the_day_of_the_report(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    facts = facts_of(sample_rows)

    def standings(day: int) -> list[Any]:
        at = dt.datetime(2026, 9, day, 12, tzinfo=dt.UTC)
        return [(row["applies"], row["standing"]) for row in build_regimes(facts, built_at=at).rows]

    signed, unsigned = "yes, signed by compliance on 2026-08-03", "nobody has signed"
    assert standings(1) == [
        (signed, "read in time"),
        (unsigned, "primary text not confirmed (from memory)"),
    ]
    assert standings(2)[0] == (signed, "PAST its limit since 2026-09-01: its text has to be read again")


def test_the_register_in_the_summary_is_as_at_its_copy_and_not_of_the_month(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    sample_rows["deployment"][0]["zone"] = "America/Los_Angeles"
    sample_rows["build"][0]["built_at"] = dt.datetime(2026, 9, 2, 4, tzinfo=dt.UTC)
    facts = facts_of(sample_rows)
    tables = {"risks": build_risks(facts), "checklist": build_items(facts)}
    sentence = say_governance(tables, as_of(facts))
    told = "1 risk of 1 with an indicator in breach in its newest complete week (R-01)"
    assert sentence.startswith(f"Register, as at 2026-09-01: {told}")
    assert "Checklist, as at 2026-09-01: 1 item" in sentence
