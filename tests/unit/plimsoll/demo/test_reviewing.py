"""Labels of the sample: what was written is what reviewers see, and no pipeline knows it."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.settings import REPOSITORY
from plimsoll.demo.generate import generate
from plimsoll.demo.story import HARBOR
from risk_register.review.reviews import check_answers

PRODUCT = ("pipelines", "risk_register", "dashboards", "methods")
RISK_LEVEL = 2


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return generate(tmp_path_factory.mktemp("sample"), last_day=date(2026, 6, 30), days=21)


def test_what_is_seen_is_a_label_that_the_register_takes(truth: dict):
    seen = truth["deployments"][HARBOR]["seen"]
    assert len(seen) > 50
    for one in seen:
        check_answers(one["answers"])


def test_a_known_miss_is_seen_at_risk_and_without_a_resource(truth: dict):
    told = truth["deployments"][HARBOR]
    answers = {(one["session"], one["day"]): one["answers"] for one in told["seen"]}
    missed = [one for one in told["disclosures"] if one["is_missed"]]
    known = [answers[key] for one in missed if (key := (one["session"], one["day"])) in answers]
    assert len(known) >= 0.9 * len(missed) > 0
    for each in known:
        assert max(level for name, level in each.items() if name.startswith("u_")) >= RISK_LEVEL
        assert "p_crisis_resource" not in each


def test_no_pipeline_page_or_rule_names_the_truth():
    named = [
        str(path.relative_to(REPOSITORY))
        for package in PRODUCT
        for path in (REPOSITORY / package).rglob("*.py")
        if "truth.json" in path.read_text() or "plimsoll.demo" in path.read_text()
    ]
    assert named == []
