"""The shipped content is complete, refers only to what exists, and a wrong file is refused whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from risk_register import content
from risk_register.crisis_resource import ResourceKind
from risk_register.definition import PaperGroup, Regime, Speaker, Stage
from risk_register.errors import ContentError

INDICATORS = frozenset(path.stem for path in (Path(__file__).parents[3] / "sql/indicators").glob("*.yaml"))


def test_the_taxonomy_has_every_signal_under_its_polarity() -> None:
    signals = content.load_taxonomy().signals
    assert Counter(signal.polarity.value for signal in signals) == {
        "user_risk": 13,
        "assistant_harm": 15,
        "protective": 7,
        "system": 2,
    }
    assert {signal.id for signal in signals if signal.is_optional} == {
        "u_requests_human",
        "p_means_safety",
        "p_grounding_coping",
        "p_limits_statement",
    }


def test_the_first_letter_of_a_signal_agrees_with_its_polarity() -> None:
    letters = {"user_risk": "u", "assistant_harm": "a", "protective": "p", "system": "s"}
    for signal in content.load_taxonomy().signals:
        assert signal.id[0] == letters[signal.polarity.value], signal.id
    assert content.load_taxonomy().signal("p_risk_question").speaker is Speaker.ASSISTANT
    assert content.load_taxonomy().signal("s_notice").speaker is Speaker.EVENT
    assert content.load_taxonomy().signal("u_self_harm").speaker is Speaker.USER


def test_a_refusal_alone_never_reaches_the_level_of_a_harm() -> None:
    harms = [signal for signal in content.load_taxonomy().signals if signal.polarity == "assistant_harm"]
    assert [signal.id for signal in harms if signal.maximum_level < 2] == ["a_refusal"]
    assert {signal.id for signal in harms if signal.minimum_level < 2} == {"a_refusal"}


def test_every_reference_of_risks_and_checklist_is_there_once_and_in_order() -> None:
    assert [risk.reference for risk in content.load_risks()] == [f"R-{n:02d}" for n in range(1, 19)]
    assert [item.reference for item in content.load_checklist()] == [f"EC-{n:02d}" for n in range(1, 37)]
    assert {item.stage for item in content.load_checklist()} == set(Stage)


def test_the_paper_map_has_every_opportunity_risk_and_recommendation() -> None:
    ids = [row.id for row in content.load_paper_map()]
    risks = ["1", "1a", "1b", "1c", "2", "2a", "2b", "2c", "2d", "2e", "3", "4", "5", "6"]
    opportunities = [f"OPP-{area}-{n}" for area in ("EDU", "ASM", "INT") for n in (1, 2, 3)]
    assert ids == opportunities + [f"RISK-{n}" for n in risks] + [f"MIT-{n}" for n in range(1, 11)]
    groups = {row.id.split("-")[0]: row.group for row in content.load_paper_map()}
    assert groups == {
        "OPP": PaperGroup.OPPORTUNITY,
        "RISK": PaperGroup.RISK,
        "MIT": PaperGroup.RECOMMENDATION,
    }


def test_every_row_of_the_paper_map_reaches_an_indicator_an_item_or_a_risk() -> None:
    for row in content.load_paper_map():
        assert row.indicators or row.checklist_items or row.risks, row.id


def test_content_names_only_indicators_that_exist() -> None:
    content.check_references(INDICATORS)


def test_a_missing_indicator_is_named_with_every_place_that_names_it() -> None:
    with pytest.raises(ContentError) as caught:
        content.check_references(INDICATORS - {"abandonment_rate"})
    assert "risks/abandonment_in_crisis.yaml: there is no indicator abandonment_rate" in str(caught.value)
    assert "paper_map.yaml, RISK-2a: there is no indicator abandonment_rate" in str(caught.value)


def test_every_indicator_is_answered_for_by_a_risk_or_a_row_of_the_paper_map() -> None:
    named = {kri.indicator for risk in content.load_risks() for kri in risk.kris}
    named |= {indicator for row in content.load_paper_map() for indicator in row.indicators}
    assert named == INDICATORS


def test_every_risk_is_reached_by_the_paper_map_has_a_control_and_an_indicator() -> None:
    for risk in content.load_risks():
        assert risk.paper_rows, risk.id
        assert risk.controls, risk.id
        assert risk.kris, risk.id
        assert risk.checklist_items, risk.id
        assert risk.statement.count(" -> ") == 2, risk.id


@pytest.mark.parametrize(
    ("reference", "indicators"),
    [
        ("R-02", {"missed_risk_rate"}),
        ("R-05", {"equity_different_count"}),
        ("R-07", {"out_of_scope_on_request_rate"}),
        ("R-08", {"inaccuracy_rate", "invalid_resource_count", "resource_locale_match_rate"}),
        ("R-09", {"response_inconsistency_rate"}),
        ("R-11", {"reentry_disclosure_rate", "disclosure_interval_breach_rate"}),
        ("R-11", {"disclosure_on_request_accuracy"}),
        ("R-13", {"time_to_human", "human_review_coverage", "review_latency_hours"}),
        ("R-18", {"human_review_coverage"}),
    ],
)
def test_a_risk_watches_what_counts_the_very_thing_it_names(reference: str, indicators: set[str]) -> None:
    """The paper map leads each of these indicators to the risk, so that its page must show them."""
    (risk,) = (risk for risk in content.load_risks() if risk.reference == reference)
    assert {kri.indicator for kri in risk.kris} >= indicators
    led_here = {name for row in content.load_paper_map() if risk.id in row.risks for name in row.indicators}
    assert led_here >= indicators


def test_an_item_without_an_indicator_says_what_else_can_contradict_it() -> None:
    silent = [item for item in content.load_checklist() if not item.contradicting_indicators]
    assert silent
    for item in silent:
        assert item.note, item.id


def test_the_lines_people_know_are_in_the_list_with_their_numbers() -> None:
    found = {resource.id: resource for resource in content.load_crisis_resources()}
    assert "988" in found["us_988_lifeline"].phones
    assert "988" in found["us_988_lifeline"].texts
    assert found["us_crisis_text_line"].texts == ("741741",)
    assert found["gb_samaritans"].phones == found["ie_samaritans"].phones == ("116 123",)
    assert found["gb_shout"].texts == ("85258",)
    assert found["au_lifeline"].phones == ("13 11 14",)
    assert found["ca_988"].phones == ("988",)
    assert found["nz_1737"].phones == ("1737",)
    assert found["fr_3114"].phones == ("3114",)
    assert found["de_telefonseelsorge"].phones == ("0800 111 0 111", "0800 111 0 222", "116 123")
    assert found["at_telefonseelsorge"].phones == ("142",)
    assert found["ch_die_dargebotene_hand"].phones == ("143",)
    assert found["es_024"].phones == ("024",)
    assert found["es_telefono_de_la_esperanza"].phones == ("717 003 717",)
    assert found["int_find_a_helpline"].urls == ("findahelpline.com",)
    emergency = {r.country: r.phones for r in found.values() if r.kind is ResourceKind.EMERGENCY}
    assert (emergency["US"], emergency["AU"], emergency["EU"]) == (("911",), ("000",), ("112",))
    assert emergency["GB"] == ("999", "112")


def test_no_shipped_crisis_resource_claims_a_check_that_nobody_made() -> None:
    resources = content.load_crisis_resources()
    assert len(resources) >= 40
    assert not [found.id for found in resources if found.is_verified(dt.date(2026, 11, 23))]
    assert {(found.verified_on, found.expires_on) for found in resources} == {(None, None)}


def test_a_verified_resource_holds_until_its_day(tmp_path: Path) -> None:
    path = write_resources(
        tmp_path,
        'resources: [{id: a, country: US, languages: [en], name: A, kind: crisis_line, phones: ["1"],'
        " source: s, verified_on: 2026-11-23, expires_on: 2027-05-23}]",
    )
    (resource,) = content.read_crisis_resources(path)
    assert resource.is_verified(dt.date(2027, 5, 23))
    assert not resource.is_verified(dt.date(2027, 5, 24))


@pytest.mark.parametrize("days", ["verified_on: 2026-11-23", "expires_on: 2027-05-23"])
def test_one_day_without_the_other_is_refused(tmp_path: Path, days: str) -> None:
    path = write_resources(
        tmp_path,
        'resources: [{id: a, country: US, languages: [en], name: A, kind: crisis_line, phones: ["1"],'
        f" source: s, {days}}}]",
    )
    with pytest.raises(ContentError, match="both days, or both null"):
        content.read_crisis_resources(path)


def test_a_report_may_be_issued_only_on_a_text_that_was_read_and_is_not_stale() -> None:
    regimes = {regime.id: regime for regime in content.load_regimes()}
    california = regimes["us_ca_companion_chatbots"]
    assert california.why_not_issue(california.verify_again_by) is None
    assert "due again" in str(california.why_not_issue(california.verify_again_by + dt.timedelta(days=1)))
    assert "not confirmed" in str(regimes["us_wa_ai_companions"].why_not_issue(dt.date(2026, 12, 1)))


def test_the_regimes_hold_the_dates_on_which_duties_begin() -> None:
    regimes = {regime.id: regime for regime in content.load_regimes()}
    assert regimes["us_or_ai_companions"].effective_from == dt.date(2027, 1, 1)
    assert regimes["us_wa_ai_companions"].effective_from == dt.date(2027, 1, 1)
    report = [duty for duty in regimes["us_ca_companion_chatbots"].duties if duty.report]
    assert [duty.effective_from for duty in report] == [dt.date(2027, 7, 1)]
    assert len(regimes) == 12


def test_content_does_not_change_after_the_load() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        content.load_risks()[0].title = "Another"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Regime.model_validate({})


def write_resources(folder: Path, text: str) -> Path:
    path = folder / "crisis_resources.yaml"
    path.write_text(text)
    return path


def test_a_wrong_file_is_refused_with_every_problem_and_its_field(tmp_path: Path) -> None:
    path = write_resources(
        tmp_path,
        """
resources:
  - {id: first, country: USA, languages: [en], name: A line, kind: crisis_line, phones: ["988"],
     source: s, verified_on: 2026-11-23, expires_on: 2027-05-23}
  - {id: second, country: US, languages: [en], name: "", kind: hotline, phones: ["988"], colour: red,
     source: s, verified_on: 2026-11-23, expires_on: 2027-05-23}
""",
    )
    with pytest.raises(ContentError) as caught:
        content.read_crisis_resources(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith(str(path)) for line in lines)
    for expected in ("resources.0 (first) country:", "(second) name:", "(second) kind:", "(second) colour:"):
        assert expected in str(caught.value)


def test_a_resource_that_nobody_can_reach_is_refused(tmp_path: Path) -> None:
    path = write_resources(
        tmp_path,
        "resources: [{id: a, country: US, languages: [en], name: A, kind: crisis_line, source: s,"
        " verified_on: 2026-11-23, expires_on: 2027-05-23}]",
    )
    with pytest.raises(ContentError, match="cannot be reached"):
        content.read_crisis_resources(path)


def test_a_resource_that_expires_on_the_day_of_its_check_is_refused(tmp_path: Path) -> None:
    path = write_resources(
        tmp_path,
        'resources: [{id: a, country: US, languages: [en], name: A, kind: crisis_line, phones: ["1"],'
        " source: s, verified_on: 2026-11-23, expires_on: 2026-11-23}]",
    )
    with pytest.raises(ContentError, match="is not after verified_on"):
        content.read_crisis_resources(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("resources: []", "at least one entry"),
        ("resources: [{id: a}]\nresorces: []", "unknown fields resorces"),
        ("- a\n- b", "must be a mapping"),
        ("resources: [", "cannot be read"),
        ("resources: [{id: a, id: b}]", "key written twice: id"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        content.read_crisis_resources(write_resources(tmp_path, text))


def test_an_id_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    entry = (
        'id: a, country: US, languages: [en], name: A, kind: crisis_line, phones: ["988"], source: s,'
        " verified_on: 2026-11-23, expires_on: 2027-05-23"
    )
    path = write_resources(tmp_path, f"resources: [{{{entry}}}, {{{entry}}}]")
    with pytest.raises(ContentError, match="id used twice: a"):
        content.read_crisis_resources(path)


def test_a_signal_whose_levels_are_upside_down_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.yaml"
    path.write_text(
        "version: 1.0.0\nsignals: [{id: u_a, title: A, polarity: user_risk, family: a, definition: d,"
        " minimum_level: 3, maximum_level: 2, rules: r, source: s}]"
    )
    with pytest.raises(ContentError, match=r"signals\.0: .*minimum_level 3 is above maximum_level 2"):
        content.read_taxonomy(path)
