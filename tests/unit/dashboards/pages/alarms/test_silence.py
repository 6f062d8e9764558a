"""An indicator in breach without an open alarm says why: what is followed, and how far the evidence goes."""

from dataclasses import replace
from datetime import date

import pytest

from dashboards.measurements import StreamStanding
from dashboards.pages.alarms.silence import NOT_FOLLOWED, NOT_TESTABLE, OWN, explain_silence, say_evidence
from dashboards.records import Appetite, Observation

PAGE, HARBOR = "/alarms", "?deployment=harbor_companion"
MONDAY = date(2026, 11, 9)
LIMIT = Appetite("missed_escalation_rate", date(2026, 8, 1), 0.1, 0.2, "above", False, 1, "x", "a", "b")
STREAM = StreamStanding(
    "missed_escalation_rate", "level:missed_escalation_rate", "quiet", date(2026, 8, 3), date(2026, 11, 18),
    0.4, 50.0, 1000.0, 0,
)  # fmt: skip
ROW = Observation(
    "missed_escalation_rate", "week", MONDAY, "all", "all", "raw", 30, 100, 0.3, 0.22, 0.39, "wilson",
    "breach", "common_cause", 1.0, False, None, False, "1", "1", 1,
)  # fmt: skip


@pytest.fixture
def explain():
    """The words for a week whose interval lies past the limit, with changes to it."""
    return lambda row, stream: explain_silence(row, "proportion", LIMIT, stream)


@pytest.mark.parametrize(
    ("of_row", "of_stream", "words"),
    [
        ({"ci_low": 0.2}, {}, "Chance can explain the week: its interval"),
        ({}, {"judged_through": date(2026, 11, 14)}, "Days after 14 Nov 2026 wait to be judged"),
        ({}, {"judged_since": date(2026, 11, 10)}, "Evidence counts from 10 Nov 2026"),
        ({}, {"held_day_count": 2}, "The data hold 2 of the days since then"),
        ({}, {"state": "watch", "statistic": 61.0}, "It is on watch: 61 of 1,000."),
        ({}, {}, "one week is not enough"),
    ],
)
def test_each_reason_is_said_where_it_holds_and_only_there(explain, of_row, of_stream, words):
    said = explain(replace(ROW, **of_row), replace(STREAM, **of_stream))
    assert words in said
    assert "Evidence from" in said
    assert (words in explain(ROW, STREAM)) is (not of_row and not of_stream)


def test_what_no_stream_follows_or_can_test_says_so(explain):
    assert explain(ROW, None) == NOT_FOLLOWED
    assert explain(replace(ROW, indicator_id="x_own_rate"), None) == OWN
    unjudged = replace(STREAM, state="not_judged", judged_since=None, judged_through=None, watch_from=None)
    assert explain(ROW, unjudged) == NOT_TESTABLE
    assert say_evidence(unjudged) == "not judged"


def test_what_was_never_seen_claims_no_chance_and_no_evidence(explain):
    unseen = replace(
        STREAM, state="not_judged", judged_through=None, statistic=None, watch_from=None, threshold=None
    )
    said = explain(replace(ROW, ci_low=0.2), unseen)
    assert said.startswith("Its stream is not judged: from 3 Aug 2026 on nothing that it counts was seen")
    assert "hance" not in said
    assert "vidence" not in said
    assert say_evidence(unseen) == "not judged"


def test_evidence_is_out_of_how_much():
    assert say_evidence(STREAM) == "under 1 of 1,000"
    assert say_evidence(replace(STREAM, statistic=912.4)) == "912 of 1,000"
    assert say_evidence(None) == "–"


def test_the_page_lists_breaches_without_an_open_alarm_and_no_others(officer, home, published_factory):
    assert "In breach without an alarm" not in officer.read(PAGE, HARBOR)
    tables = published_factory.make_tables(generation=8)
    for row in tables["alarm"]:
        row["closed_on"], row["state"] = row["opened_on"], "resolved"
    published_factory.write_file(home / "published" / "published-8.duckdb", tables)
    (home / "published" / "current").write_text("published-8.duckdb\n")
    words = officer.read(PAGE, HARBOR)
    assert "In breach without an alarm" in words
    assert "912 of 730" in words


def test_a_release_that_is_not_judged_says_why_beside_its_stream():
    why = "the change of 2026-11-02 has 12 days with units before it"
    row = replace(STREAM, stream_id="release:missed_escalation_rate", state="not_judged", why_not=why)
    told = "the change of 2 Nov 2026 has 12 days with units before it"
    assert say_evidence(row) == f"not judged, because {told}"


def test_a_stream_of_releases_explains_no_week_in_breach(officer, home, published_factory):
    before = officer.read(PAGE, HARBOR)
    tables = published_factory.make_tables(generation=8)
    released = [
        {**row, "stream_id": f"release:{row['indicator_id']}", "state": "not_judged", "judged_since": None,
         "why_not": "no release since the beginning can be compared"}
        for row in tables["alarm_stream"]
    ]  # fmt: skip
    tables["alarm_stream"] = [*tables["alarm_stream"], *released]
    published_factory.write_file(home / "published" / "published-8.duckdb", tables)
    (home / "published" / "current").write_text("published-8.duckdb\n")
    after = officer.read(PAGE, HARBOR)
    assert after.count(NOT_TESTABLE) == before.count(NOT_TESTABLE)
    assert after.count("not judged, because no release") == before.count("not judged, because") + len(
        released
    )
