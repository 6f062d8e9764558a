"""Equity: four results in words, what cannot be assessed is shown, and small groups do not leave."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from dashboards.figures.ratios import FURTHEST, draw_ratios
from dashboards.records import EquityRatio
from dashboards.theme import Scheme
from dashboards.wording import say_factor, say_ratio

PAGE, HARBOR = "/equity", "?deployment=harbor_companion"


def make_ratio(group="es", *, numerator=40.0, denominator=400.0, ratio=1.9, status="different"):
    return EquityRatio(
        indicator_id="harm_rate", slice="language", slice_value=group, first_day=date(2026, 10, 19),
        last_day=date(2026, 11, 15), numerator=numerator, denominator=denominator, ratio=ratio,
        ci_low=None if ratio is None else ratio / 2, ci_high=None if ratio is None else ratio * 2,
        difference_per_1000=1.0, bound_low=None, bound_high=None, status=status, method="raw_counts",
    )  # fmt: skip


def test_a_ratio_without_an_upper_end_says_from_where_on():
    row = replace(make_ratio(ratio=200.0), ci_low=25.8, ci_high=None)
    assert say_ratio(row) == "25.80 or more"
    assert say_ratio(replace(row, ci_low=None)) == "no ratio"


def lower_half(visitor, search):
    """The words below the picture and its twin."""
    return visitor.read(PAGE, search).split("Groups by indicator", maxsplit=1)[-1]


def test_the_four_results_are_told_in_words_with_their_counts(officer):
    words = officer.read(PAGE, HARBOR)
    assert "4 comparisons from 19 Oct 2026 to 15 Nov 2026: 1 different" in words
    for mark in ("alike in practice", "different", "measurement cannot separate", "not assessable"):
        assert mark in words
    assert "1.90 (1.40 to 2.60)" in words
    assert "1.30 to 2.90" in words


def test_groups_that_cannot_be_assessed_are_counted_and_listed_for_one_indicator(officer):
    everything = lower_half(officer, HARBOR)
    assert "1 group not assessable, by indicator" in everything
    assert "language: pl" not in everything
    one = lower_half(officer, f"{HARBOR}&indicator=missed_escalation_rate")
    assert "language: pl" in one
    assert "no ratio" in one


def test_a_deployment_that_was_not_compared_says_what_it_takes(officer):
    words = officer.read(PAGE, "?deployment=quiet_cove")
    assert "No group has been compared. That takes four whole weeks" in words
    assert "groups are never guessed" in words


def test_of_what_the_published_file_marks_no_number_leaves_and_the_rest_does(officer):
    answer = officer.client.get(f"/download{PAGE}/groups.csv{HARBOR}")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    names = ("numerator", "denominator", "ratio", "ci_low", "ci_high", "difference_per_1000", "bound_low")
    shown = {row["slice_value"]: {row[name] for name in names} for row in rows}
    assert shown["pl"] == shown["es"] == {"suppressed"}
    assert "suppressed" not in shown["en"] | shown["25-44"]
    assert {row["status"] for row in rows if row["slice_value"] == "pl"} == {"not_assessable"}


def test_a_group_that_was_reviewed_says_of_which_weeks_and_what_its_counts_are(home, officer):
    (file,) = (home / "published").glob("published-*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update published.equity set method = 'reviewed', last_day = date '2026-11-08' "
            "where slice_value = 'es'"
        )
    words = lower_half(officer, HARBOR)
    assert "reviews of both sides, 19 Oct 2026 to 8 Nov 2026; counted is what was reviewed" in words
    assert "4 comparisons from 19 Oct 2026 to 15 Nov 2026" in officer.read(PAGE, HARBOR)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.009, "below 0.01"), (0.01, "0.01"), (1.0, "1.00"), (100, "100.00"), (100.1, "above 100")],
)
def test_a_factor_says_no_more_figures_than_it_can_carry(value, words):
    assert say_factor(value) == words


@pytest.mark.parametrize("scheme", Scheme)
def test_a_ratio_beyond_the_scale_points_outwards_and_one_without_says_so(scheme):
    rows = [make_ratio("far", ratio=FURTHEST * 2), make_ratio("near"), make_ratio("none", ratio=None)]
    figure = draw_ratios(rows, scheme)
    marks = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(marks.marker.symbol) == ["triangle-right", "octagon"]
    assert list(marks.x) == [FURTHEST, 1.9]
    assert "no ratio" in [note.text for note in figure.layout.annotations]


def test_without_any_ratio_no_axis_is_drawn():
    figure = draw_ratios([make_ratio(ratio=None)], Scheme.LIGHT)
    assert figure.layout.annotations[0].text == "No group can be compared"
    assert "null" not in json.dumps(figure.layout.title.to_plotly_json())
