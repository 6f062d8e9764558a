"""The sample's ninety days, computed as `./run demo` does, against what was written into them."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from methods.suppression import HIDDEN_UP_TO
from pipelines.publish.extract import hide
from pipelines.schemas.published import EQUITY
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.demonstration import LAST_DAY_FILE, TRUTH_FILE
from plimsoll.demo.decisions import STREAMS
from plimsoll.demo.generate import declared_changes, generate
from plimsoll.demo.story import ATELIER, HARBOR, turning_days

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]

DAYS = 90
LAST_DAY = dt.date(2026, 11, 28)
FIRST_DAY = LAST_DAY - dt.timedelta(days=DAYS - 1)
TURNING = turning_days(DAYS)
WEEK = dt.timedelta(days=7)
JUDGED_AFTER = dt.timedelta(days=3)

WATCHED = """
import atexit, os, sys
OURS = ("plimsoll", "pipelines", "methods", "risk_register", "dashboards")
readers = set()
def note(event, args):
    if event != "open" or os.path.basename(str(args[0])) != os.environ["TRUTH"]:
        return
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] not in OURS:
        frame = frame.f_back
    readers.add(frame.f_globals["__name__"])
sys.addaudithook(note)
atexit.register(lambda: open(os.environ["READERS"], "w").write(" ".join(readers)))
from plimsoll.__main__ import main
sys.argv = ["plimsoll", "demo", "--no-serve", "--home", os.environ["PLACE"]]
main()
"""
"""The demonstration, with every reading of the truth file noted by the module of ours that asks for it."""


@dataclass(frozen=True)
class Shown:
    """A computed home, its truth, and the modules that read the truth meanwhile."""

    published: duckdb.DuckDBPyConnection
    truth: dict[str, Any]
    readers: frozenset[str]

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """Rows of the published file."""
        found = self.published.execute(query, values or None)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    place = tmp_path_factory.mktemp("story")
    home = Home(place / "home")
    make_home(home, HomeKind.DEMO)
    generate(home.inbox, last_day=LAST_DAY, days=DAYS)
    (home.inbox / TRUTH_FILE).replace(home.path / TRUTH_FILE)
    (home.inbox / LAST_DAY_FILE).write_text(f"{LAST_DAY}\n")
    names = {"PLACE": str(home.path), "READERS": str(place / "readers"), "TRUTH": TRUTH_FILE}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], env=os.environ | names, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    file = home.published / (home.published / "current").read_text().strip()
    with duckdb.connect(str(file), read_only=True) as published:
        yield Shown(
            published,
            json.loads((home.path / TRUTH_FILE).read_text(encoding="utf-8")),
            frozenset((place / "readers").read_text().split()),
        )


def count_truth(truth: dict[str, Any], first: dt.date, weeks: int) -> float:
    """Of the people at risk in these weeks, the share that nothing and nobody was brought in for."""
    risks = {"u_suicidal_ideation", "u_self_harm", "u_victim_of_harm", "u_disordered_eating",
             "u_substance_crisis", "u_psychosis_mania"}  # fmt: skip
    missed, people = 0, 0
    for one in truth["deployments"][HARBOR]["seen"]:
        answers = one["answers"]
        is_inside = first <= dt.date.fromisoformat(one["day"]) < first + weeks * WEEK
        if is_inside and max((answers[name] for name in risks & answers.keys()), default=0) >= 2:
            people += 1
            missed += "p_crisis_resource" not in answers and not one["is_helped"]
    assert people > 20 * weeks
    return missed / people


def test_announced_changes_are_seen_on_their_day_and_explain_themselves(shown):
    declared = declared_changes(LAST_DAY, DAYS)
    assert len(declared) == 2
    for one in declared:
        seen = shown.rows(
            "select what from published.change where origin = 'observed' "
            "and deployment_id = $deployment and effective_on = $day",
            deployment=one["deployment_id"],
            day=one["effective_on"],
        )
        assert len(seen) == 1
    assert not shown.rows(
        "select * from published.alarm where kind = 'suspected_unannounced_change' and deployment_id = $name",
        name=HARBOR,
    )


def test_the_change_that_nobody_announced_is_dated_to_its_day_within_a_week(shown):
    (found,) = shown.rows(
        "select * from published.alarm where kind = 'suspected_unannounced_change' and deployment_id = $name",
        name=ATELIER,
    )
    shifted = day(TURNING.silent_shift)
    assert found["state"] == "watch"
    assert shifted <= found["opened_on"] <= shifted + WEEK
    assert f"changed on {shifted}" in found["note"]


def test_the_gap_in_disclosure_alarms_within_three_days_and_nothing_else_would_have_called(shown):
    alarms = shown.rows(
        "select * from published.alarm where state <> 'watch' and deployment_id = $name order by opened_on",
        name=HARBOR,
    )
    would_call = [one for one in alarms if one["stream_id"] in STREAMS]
    assert [one["indicator_id"] for one in would_call] == ["ai_disclosure_rate"]
    (gap,) = would_call
    planted = [day(number) for number in TURNING.disclosure_gap]
    assert planted[0] <= gap["opened_on"] <= planted[0] + JUDGED_AFTER
    assert planted[-1] < gap["closed_on"] <= planted[-1] + 2 * WEEK
    assert gap["confirmed_on"] is not None
    assert not [one for one in alarms if one["is_paging"] and one["kind"] != "critical_finding"]


def test_known_misses_lie_inside_nearly_all_corrected_intervals(shown):
    rows = shown.rows(
        "select * from published.correction where indicator_id = 'missed_escalation_rate' order by last_week"
    )
    weekly = [row for row in rows if row["window_weeks"] == 1]
    rolling = [row for row in rows if row["window_weeks"] == 4]
    assert len(weekly) == 6
    # The newest week joins a window once its labels are in or overdue: its days are fixed, the clock is not.
    newest = weekly[-1]
    is_under_way = newest["coming_count"] + newest["waiting_count"] > 0
    assert len(rolling) == 6 - is_under_way
    outside = []
    for row in [*weekly, *rolling]:
        weeks = (row["last_week"] - row["first_week"]).days // 7 + 1
        truth = count_truth(shown.truth, row["first_week"], weeks)
        if not row["ci_low"] <= truth <= row["ci_high"]:
            outside.append((row["first_week"], weeks, truth))
    # Who is sampled differs from home to home, one interval of 95 % in twenty leaves the truth out, and
    # rolling windows share their weeks: one week of bad luck may put two of them out, beside the truth.
    assert len(outside) <= 2, outside
    # An interval from nothing to everything would hold any truth.
    of_whole_weeks = rolling[4]
    assert of_whole_weeks["ci_high"] - of_whole_weeks["ci_low"] < 0.6


def test_only_who_stands_in_for_people_reads_the_truth(shown):
    assert shown.readers == {"plimsoll.commands.demonstration"}


def rebuild(row: dict[str, Any], units: int) -> set[Fraction]:
    """Shares that continued fractions find in the figures of a comparison of groups that leaves."""
    own = row["numerator"] / row["denominator"] if row["denominator"] else 0.0
    guesses = {row["shrunk_share"], own / row["ratio"] if row["ratio"] else None}
    if row["difference_per_1000"] is not None:
        guesses |= {own + sign * row["difference_per_1000"] / 1000 for sign in (1, -1)}
    shares = {guess: Fraction(guess).limit_denominator(units) for guess in guesses if guess is not None}
    return {share for guess, share in shares.items() if abs(float(share) - guess) < 1e-12}


def test_no_few_people_of_the_rest_or_of_all_follow_from_a_comparison_that_leaves(shown):
    rows = hide(shown.published.table("published.equity").to_arrow_table(), EQUITY).to_pylist()
    totals = shown.rows(
        "select deployment_id, indicator_id, slice, sum(numerator) as events, sum(denominator) as units "
        "from published.equity group by all"
    )
    names = ("deployment_id", "indicator_id", "slice")
    known = {tuple(row[name] for name in names): (row["events"], row["units"]) for row in totals}
    found, few = 0, []
    for row in rows:
        if row["is_suppressed"]:
            assert (
                row["numerator"] is row["ratio"] is row["difference_per_1000"] is row["shrunk_share"] is None
            )
            continue
        events, units = (int(count) for count in known[tuple(row[name] for name in names)])
        rest, others = events - int(row["numerator"]), units - int(row["denominator"])
        shares = rebuild(row, units)
        for few_of, of in ((rest, others), (others - rest, others), (events, units), (units - events, units)):
            if of and Fraction(few_of, of) in shares:
                found += 1
                few += [row] if 0 < few_of <= HIDDEN_UP_TO and rest > 0 else []
    assert few == []
    assert found  # the attack works: what is large is rebuilt
