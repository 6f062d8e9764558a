"""Labels of the sample: what was written is what reviewers see, and no pipeline knows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from pipelines.settings import REPOSITORY, Home
from plimsoll.demo import reviewing
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


@pytest.mark.parametrize(
    ("now", "drawn", "of_newest"),
    [
        (datetime(2026, 6, 29, 9, tzinfo=UTC), 5, 0),  # a Monday before the newest week is drawn
        (datetime(2026, 6, 29, 15, 20, tzinfo=UTC), 6, 14),  # while it is labelled
        (datetime(2026, 6, 29, 21, tzinfo=UTC), 6, 60),
    ],
)
def test_nothing_of_the_sample_is_dated_ahead_of_the_clock(monkeypatch, tmp_path, now, drawn, of_newest):
    draws: list[date] = []
    labels: list[datetime] = []

    def draw(*_, week, at, **__):
        draws.append(week)
        labels.clear()
        assert at <= now
        return f"sample of {week}", SimpleNamespace(sample_count=100)

    def next_item(*_, **__):
        return (
            SimpleNamespace(item_id="one", conversation_id="one", purpose=None) if len(labels) < 100 else None
        )

    monkeypatch.setattr(reviewing, "find_seen", lambda *_, **__: {})
    monkeypatch.setattr(reviewing, "draw_week", draw)
    monkeypatch.setattr(reviewing, "_waits", lambda *_: False)
    for name, stand_in in {
        "list_samples": lambda *_: [],
        "set_reviewer": lambda *_, **__: None,
        "next_item": next_item,
        "submit_label": lambda *_, at, **__: labels.append(at),
    }.items():
        monkeypatch.setattr(reviewing.reviews, name, stand_in)
    given = reviewing.review_weeks(
        Home(tmp_path), None, truth={"first_day": "2026-04-01"}, last_day=date(2026, 6, 28), now=now
    )
    assert len(draws) == drawn
    assert max(labels) <= now
    assert given == 500 + of_newest
    assert draws[-1] == date(2026, 6, 22) - timedelta(weeks=drawn == 5)
