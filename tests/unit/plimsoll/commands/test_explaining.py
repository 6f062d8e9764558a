"""`plimsoll explain`: a figure in words or as a document; which deployment is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Home
from plimsoll.commands.explaining import sum_counts
from tests.unit.pipelines.test_explanation import write_published
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home, _ = make_governed_home(tmp_path_factory.mktemp("explained") / "home")
    write_published(home.published / "published-7.duckdb")
    (home.published / "current").write_text("published-7.duckdb\n")
    return home


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


def test_in_words_it_tells_value_limits_days_changes_and_origin(run: Run):
    told = run("explain", "refusal_rate", "--deployment", "one").output
    for words in (
        "Refusal (refusal_rate/week/2026-08-03/all=all), one", "30 of 600", "watch above 0.1",
        "7 of 7 with data (7 complete); 700 messages", "2026-07-06 model: before",
        "fact.message, finding.finding, staging.message", "plimsoll sql show refusal_rate",
    ):  # fmt: skip
        assert words in told


def test_a_small_cell_is_said_to_be_hidden(run: Run):
    told = run("explain", "refusal_rate/week/2026-08-03/gender=woman", "--deployment", "one").output
    assert "hidden, for a small cell could name somebody" in told


def test_as_a_document_it_holds_the_same(run: Run):
    document = run("explain", "refusal_rate", "--deployment", "other", "--json").document
    assert [row["value"] for row in document["observations"]] == [0.9]
    assert document["period_end"] == "2026-08-09"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (("refusal_rate",), 2, "one of one, other"),
        (("refusal_rate", "--deployment", "third"), 1, "Nothing is published of third"),
        (("refusals", "--deployment", "one"), 1, "There is no indicator refusals"),
    ],
)
def test_what_cannot_be_meant_is_one_message(run: Run, given: tuple[str, ...], code: int, words: str):
    done = run("explain", *given)
    assert (done.code, words in done.complaint) == (code, True)


def test_before_anything_is_published_it_says_what_to_do(tmp_path: Path, monkeypatch, capfd):
    run = make_run(make_governed_home(tmp_path / "home")[0], monkeypatch, capfd)
    assert "plimsoll run" in run("explain", "refusal_rate").complaint


def test_what_is_missed_is_told_by_signal_newest_days_first_and_small_cells_are_hidden(run: Run):
    told = run("explain", "miss_rate", "--deployment", "one").output
    hidden, newest, _ = told.split("as the judge sees it")[1:]
    assert "hidden, for a small cell" in hidden
    for words in (
        "missed      25.0% (- to -) of messages",
        "150 of 900 passed on are confirmed",
        "11 in 440 read of 2000 not passed on",
    ):
        assert words in newest
    assert "u_self_harm, month" in newest
    document = run("explain", "miss_rate/u_self_harm", "--deployment", "one", "--json").document
    assert [(row["signal_id"], row["period"]) for row in document["misses"]] == [
        ("u_self_harm", "last_90_days"), ("u_self_harm", "month"),
    ]  # fmt: skip


def test_without_a_sample_what_is_missed_is_not_known(run: Run):
    assert "is not known: no judge" in run("explain", "miss_rate", "--deployment", "other").output


def test_a_signal_that_nobody_looks_for_in_a_sample_is_one_message(run: Run):
    done = run("explain", "miss_rate/u_bliss", "--deployment", "one")
    assert (done.code, "signals: a_abandonment, u_self_harm" in done.complaint) == (1, True)


@pytest.mark.parametrize(("counts", "said"), [([400, 7], "407"), ([400, None], "at least 400"), ([], "0")])
def test_a_total_over_days_of_which_one_is_hidden_is_a_least_one(counts: list[int | None], said: str):
    assert sum_counts(counts) == said
