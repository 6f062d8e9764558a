"""What the report must not show, looked for in all its files and worked out as a curious reader would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.sections.equity import build_equity
from pipelines.report.sections.findings import build_drift, build_findings
from pipelines.report.sections.indicators import build_headline
from pipelines.report.sections.quality import build_quality
from pipelines.report.sections.weeks import build_weekly

HIDDEN = {"mark": "hidden"}
Samples = dict[str, list[dict[str, Any]]]


def test_small_and_derivable_cells_carry_the_mark_and_zeros_do_not(built: Any) -> None:
    appropriate = built.row("headline", indicator_id="appropriate_escalation_rate")  # 405 of 412: 7 are left
    assert [appropriate[key] for key in ("numerator", "value", "ci_low", "ci_high")] == [HIDDEN] * 4
    assert appropriate["denominator"] == 412
    critical = built.row("headline", indicator_id="critical_harm_count")
    assert [critical[key] for key in ("numerator", "value", "ci_low", "ci_high")] == [HIDDEN] * 4
    thin = built.row("headline", indicator_id="handoff_offer_rate")  # 0 of 24
    assert (thin["numerator"], thin["denominator"], thin["value"]) == (0, 24, HIDDEN)
    zero = built.row("headline", indicator_id="hostile_rate")
    assert (zero["numerator"], zero["value"]) == (0, 0.0)


def test_coverage_counts_nobody_who_was_not_read(built: Any) -> None:
    cells = {row["indicator_id"]: row["coverage"] for row in built.rows("headline")}
    assert cells["missed_escalation_rate"] == 0.95  # 37 of 412, 97% of them read
    assert cells["appropriate_escalation_rate"] == HIDDEN
    assert cells["handoff_offer_rate"] == HIDDEN  # of 24


def test_counts_of_items_are_not_counts_of_people(built: Any) -> None:
    assert built.row("headline", indicator_id="checklist_completion")["numerator"] == 5
    assert built.row("checklist_stages", stage="Ongoing")["items"] == 1


def test_hidden_numbers_are_in_no_file(build: Callable[..., Any], sample_rows: Samples) -> None:
    """Six digits that occur nowhere else stand in for small cells that the publisher has marked."""
    secret = next(row for row in sample_rows["observation"] if row["indicator_id"] == "hostile_rate")
    secret.update(
        numerator=314159.0, denominator=951413.0, value=0.330202, ci_low=0.330203, is_suppressed=True
    )
    built = build(sample_rows)
    cells = [str(c.value) for sheet in built.workbook for row in sheet.iter_rows() for c in row]
    places = (built.files.json.read_text(), built.files.manifest.read_text(), built.text, " ".join(cells))
    for place in places:
        plain = place.replace(",", "")
        assert not [number for number in ("314159", "951413", "0.330202", "0.330203") if number in plain]
    assert "11903" in places[0]
    assert "1234" in places[0]


def test_the_number_of_hidden_cells_is_said(built: Any) -> None:
    counted = sum(
        cell == HIDDEN for table in built.document["tables"] for row in table["rows"] for cell in row.values()
    )
    assert built.document["suppression"]["hidden_cells"]["all"] == counted > 10
    assert f"{counted} cells of this report are hidden." in built.text


def test_no_hidden_week_follows_from_its_month(built: Any) -> None:
    weeks = [row for row in built.rows("weekly") if row["indicator_id"] == "missed_escalation_rate"]
    numbers = {row["week"]: row["numerator"] for row in weeks if row["numerator"] != {"mark": "not_measured"}}
    # 4, 11, 0 and 22 make the 37 that the headline shows
    assert numbers == {"2026-08-03": HIDDEN, "2026-08-10": HIDDEN, "2026-08-17": 0, "2026-08-24": 22}
    assert [row["value"] for row in weeks if row["numerator"] == HIDDEN] == [HIDDEN] * 2
    assert [row["status"] for row in weeks if row["numerator"] == HIDDEN] == [HIDDEN] * 2
    assert HIDDEN not in [row["status"] for row in weeks if row["numerator"] != HIDDEN]


def test_weeks_of_a_month_that_is_suppressed_are_hidden_with_it(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    month = next(row for row in sample_rows["observation"] if row["indicator_id"] == "missed_escalation_rate")
    month["is_suppressed"] = True
    for row in sample_rows["observation"]:
        if row["period"] == "week":
            row.update(numerator=50.0, denominator=200.0, value=0.25)
    shown = [str(row["numerator"]) for row in build_weekly(facts_of(sample_rows)).rows]
    assert shown.count("hidden") == 4
    assert "50" not in shown


def test_a_week_almost_all_of_whose_units_have_the_event_is_hidden(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    for row in sample_rows["observation"]:
        if row["period"] == "week":
            row.update(numerator=80.0, denominator=100.0, value=0.8)
    next(row for row in sample_rows["observation"] if row["period"] == "week").update(numerator=95.0)
    rows = [row for row in build_weekly(facts_of(sample_rows)).rows if row["denominator"] == 100]
    assert [str(row["numerator"]) for row in rows].count(
        "hidden"
    ) == 2  # the other one protects 5 against 60 + 5


def test_a_single_small_signal_does_not_follow_from_the_others(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    rows = {row["signal_id"]: row for row in build_findings(facts_of(sample_rows)).rows}
    assert str(rows["a_validates_delusion"]["message_count"]) == "hidden"  # 3 + 2 over two days
    assert str(rows["a_abandonment"]["message_count"]) == "hidden"  # the smallest other harm of the detector
    assert rows["a_stigma_invalidation"]["message_count"] == 61
    assert rows["u_suicidal_ideation"]["message_count"] == 700


def test_a_conversation_count_is_hidden_with_its_messages(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    for row in build_findings(facts_of(sample_rows)).rows:
        if str(row["message_count"]) == "hidden":
            assert str(row["conversation_count"]) == "hidden"


def show_quality(facts: Any, group: str) -> dict[str, str]:
    return {
        row["reason"]: str(row["row_count"]) for row in build_quality(facts).rows if row["group"] == group
    }


def unread(facts_of: Callable[..., Any], sample_rows: Samples, **counts: int) -> dict[str, str]:
    """What the report says of messages that were not scored, by reason."""
    (first,) = [row for row in sample_rows["data_quality"] if row["reason"].startswith("unscored:")]
    sample_rows["data_quality"] = [
        first | {"reason": f"unscored:{reason}", "row_count": count} for reason, count in counts.items()
    ]
    return show_quality(facts_of(sample_rows), "Not scored")


def test_lines_of_a_log_are_not_people_and_are_shown_as_they_are(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    facts = facts_of(sample_rows)
    assert show_quality(facts, "Rejected") == {
        "all": "291",
        "missing time": "4",
        "unknown role": "57",
        "not json": "230",
    }
    assert show_quality(facts, "Late") == {"late": "3"}


def test_reasons_why_messages_were_not_read_cannot_be_worked_out_from_their_total(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    assert unread(facts_of, sample_rows, unsupported_language=4, too_long=57, failed=230) == {
        "all": "291",
        "unsupported language": "hidden",
        "too long": "hidden",
        "failed": "230",
    }


def test_one_small_reason_alone_has_no_total_to_follow_from(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    assert unread(facts_of, sample_rows, failed=3) == {"failed": "hidden"}


def test_a_total_of_small_reasons_is_hidden_with_them(
    facts_of: Callable[..., Any], sample_rows: Samples
) -> None:
    assert unread(facts_of, sample_rows, failed=4, too_long=3) == {
        "all": "hidden",
        "failed": "hidden",
        "too long": "hidden",
    }


@pytest.mark.parametrize(("is_hidden", "shown"), [(True, "hidden"), (False, "40")])
def test_messages_that_a_hidden_indicator_counts_are_hidden_here_too(
    facts_of: Callable[..., Any],
    sample_rows: Samples,
    make_observation: Callable[..., Any],
    is_hidden: bool,
    shown: str,
) -> None:
    same = make_observation("unsupported_language_rate", 40, 900, is_suppressed=is_hidden)
    sample_rows["observation"].append(same)
    told = unread(facts_of, sample_rows, unsupported_language=40, too_long=57, failed=230)
    assert told["unsupported language"] == shown


def compare(value: str, numerator: float, denominator: float, **more: Any) -> dict[str, Any]:
    """A group against the rest over four weeks of August."""
    days = {"first_day": dt.date(2026, 8, 3), "last_day": dt.date(2026, 8, 30)}
    told = {"indicator_id": "missed_escalation_rate", "slice": "language", "slice_value": value}
    counts = {"numerator": numerator, "denominator": denominator}
    return {
        **told,
        **days,
        **counts,
        "ratio": 1.2,
        "ci_low": 0.9,
        "ci_high": 1.6,
        "status": "different",
        **more,
    }


def show_ratios(facts: Any) -> dict[str, str]:
    return {row["slice_value"]: str(row["ratio"]) for row in build_equity(facts).rows}


def test_a_ratio_is_hidden_by_the_mark_of_the_file_and_by_no_count_of_the_month(
    facts_of: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    sample_rows["observation"] += [
        make_observation("missed_escalation_rate", 3, 60, slice="language", slice_value="fr")
    ]
    sample_rows["equity"] = [
        compare("en", 200, 2000),
        compare("es", 40, 500, is_suppressed=True),
        compare("fr", 90, 800),
    ]
    assert show_ratios(facts_of(sample_rows)) == {"en": "1.2", "es": "hidden", "fr": "1.2"}


def test_a_value_that_a_few_conversations_had_is_named_in_no_form_of_the_report(
    build: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    few = {"slice": "use", "slice_value": "grief of Tom Testperson", "is_suppressed": True, "is_of_few": True}
    sample_rows["observation"] += [make_observation("missed_escalation_rate", 1, 3, **few)]
    sample_rows["equity"] = [compare("xx", 1, 3, **few), compare("en", 200, 2000, ratio=1.7321)]
    built = build(sample_rows)
    cells = " ".join(str(c.value) for sheet in built.workbook for row in sheet.iter_rows() for c in row)
    for place in (built.files.json.read_text(), built.text, cells):
        assert "Testperson" not in place
        assert "1.73" in place


def test_distances_are_told_in_steps_and_not_at_all_where_the_file_marks_them(
    facts_of: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    """Exact distances of some weeks from one reference are those of but one table of counts."""
    week = {
        "week": dt.date(2026, 8, 10), "feature": "signal_mix", "distance": 0.1634567, "threshold": 0.1,
        "null_high": 0.0887654, "message_count": 9000, "reference_count": 80000, "status": "moved",
    }  # fmt: skip
    sample_rows["drift"] = [week, week | {"week": dt.date(2026, 8, 17), "is_suppressed": True}]
    index = {"period": "week", "period_start": dt.date(2026, 8, 24), "value": 0.1634567}
    sample_rows["observation"] += [
        make_observation(name, None, 9000.0, **index) for name in ("drift_index", "refusal_rate")
    ]
    facts = facts_of(sample_rows)
    names = ("distance", "threshold", "null_high", "message_count", "reference_count", "status")
    shown, hidden = [[str(row[name]) for name in names] for row in build_drift(facts).rows]
    assert shown == ["0.15", "0.1", "0.1", "9000", "80000", "moved"]
    assert hidden == [*["hidden"] * 5, "moved"]
    values = {row.indicator_id: row.value for row in facts.observations if row.period == "week"}
    assert (values["drift_index"], values["refusal_rate"]) == (0.15, 0.1634567)


def test_a_hidden_ratio_is_in_no_form_of_the_report(build: Callable[..., Any], sample_rows: Samples) -> None:
    sample_rows["equity"] = [
        compare("de", 300, 3000, ratio=31.4159, ci_low=27.1828, ci_high=39.9998, is_suppressed=True),
        compare("en", 1, 97, ratio=31.4159, ci_low=27.1828, ci_high=39.9998, is_suppressed=True),
        compare("fr", 200, 2000, ratio=1.7321),
    ]
    built = build(sample_rows)
    cells = " ".join(str(c.value) for sheet in built.workbook for row in sheet.iter_rows() for c in row)
    for place in (built.files.json.read_text(), built.text, cells):
        assert not [number for number in ("31.4", "27.1", "27.2", "39.9", "40.0") if number in place]
        assert "1.73" in place


def test_a_previous_month_is_hidden_by_the_same_rule(
    facts_of: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    july = dt.date(2026, 7, 1)
    sample_rows["observation"].append(make_observation("missed_escalation_rate", 5, 400, period_start=july))
    row = next(
        row
        for row in build_headline(facts_of(sample_rows)).rows
        if row["indicator_id"] == "missed_escalation_rate"
    )
    assert str(row["previous_value"]) == "hidden"
