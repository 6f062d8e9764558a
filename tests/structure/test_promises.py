"""Promises that span packages: references resolve, the paper is covered, generated pages are current."""

import re

import pytest

from pipelines.indicators.definition import load_definitions
from pipelines.report.build import REPORTS
from pipelines.settings import REPOSITORY
from plimsoll.generate import find_stale
from risk_register.content import check_references, load_paper_map, load_regimes, load_risks, load_taxonomy


def test_risks_checklist_and_paper_name_only_indicators_that_exist() -> None:
    check_references({one.indicator_id for one in load_definitions()})


def test_every_row_of_the_paper_map_is_watched_somewhere() -> None:
    rows = load_paper_map()
    assert len(rows) >= 30
    unwatched = [row.id for row in rows if not (row.indicators or row.checklist_items or row.risks)]
    assert unwatched == []


def test_every_indicator_answers_a_point_of_the_paper() -> None:
    named = {indicator for row in load_paper_map() for indicator in row.indicators}
    assert {one.indicator_id for one in load_definitions()} - named == set()


def test_every_signal_that_an_indicator_needs_is_in_the_taxonomy() -> None:
    known = {signal.id for signal in load_taxonomy().signals}
    needed = {
        need.removeprefix("signal:")
        for one in load_definitions()
        for need in one.needs
        if need.startswith("signal:")
    }
    assert needed
    assert needed <= known


def test_no_return_that_a_regime_asks_for_is_built_as_the_page_of_regimes_says() -> None:
    asked = {duty.report for regime in load_regimes() for duty in regime.duties if duty.report}
    assert asked
    assert asked & set(REPORTS) == set()


def test_every_risk_has_an_indicator_that_would_show_it() -> None:
    assert [risk.reference for risk in load_risks() if not risk.kris] == []


@pytest.mark.parametrize(
    "words", ["no judge and no moderation endpoint", "review conversations that nobody flagged"]
)
def test_why_a_miss_rate_is_not_known_is_said_in_one_place(words: str) -> None:
    packages = ("dashboards", "methods", "pipelines", "plimsoll", "risk_register")
    paths = [path for package in packages for path in (REPOSITORY / package).rglob("*.py")]
    said = [path for path in paths if words in " ".join(re.sub(r"[\"\n]", " ", path.read_text()).split())]
    assert [str(path.relative_to(REPOSITORY)) for path in said] == ["methods/unsampled.py"]


def test_generated_pages_are_current() -> None:
    assert find_stale() == []


def test_a_changed_page_is_found(tmp_path) -> None:
    (tmp_path / "indicators.md").write_text("something else", encoding="utf-8")
    assert "indicators.md" in find_stale(tmp_path)
