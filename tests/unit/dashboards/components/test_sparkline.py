"""The sparkline breaks where a week is missing and says in words what it shows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboards.components.sparkline import draw_sparkline, say_run
from dashboards.published import Published
from dashboards.standing import Standing


@pytest.fixture
def standing(shared_home, published_factory):
    with Published(shared_home / "published").read() as reader:
        indicator = next(i for i in reader.indicators() if i.indicator_id == "si_prevalence")
        latest = next(
            row
            for row in reader.latest_weeks(published_factory.HARBOR)
            if (row.indicator_id, row.slice) == ("si_prevalence", "all")
        )
    weeks = tuple(
        replace(latest, period_start=latest.period_start - timedelta(weeks=back), value=0.01 * (back + 1))
        for back in range(4)
    )
    return Standing(indicator, latest, weeks, None, None, ())


def lines(component) -> int:
    return component.children[0].style["maskImage"].count("polyline")


def test_a_whole_run_is_one_line(standing):
    assert lines(draw_sparkline(standing)) == 1
    assert say_run(standing).startswith(
        "4 complete weeks from 19 Oct 2026: first 4.00\u00a0%, last 1.00\u00a0%"
    )


def test_a_missing_week_breaks_the_line_and_is_counted(standing):
    gappy = replace(
        standing,
        weeks=(
            *standing.weeks[:2],
            replace(standing.weeks[3], period_start=standing.weeks[3].period_start - timedelta(weeks=2)),
        ),
    )
    assert "3 without a value" in say_run(gappy)
    assert lines(draw_sparkline(gappy)) == 1
    assert "circle" in str(draw_sparkline(gappy).children[0].style)


def test_a_partial_week_is_left_out_so_that_it_does_not_look_like_a_fall(standing):
    partial = replace(
        standing.weeks[0], period_start=standing.weeks[0].period_start + timedelta(weeks=1), is_partial=True
    )
    assert say_run(replace(standing, weeks=(*standing.weeks, partial))) == say_run(standing)


def test_no_weeks_are_said(standing):
    assert draw_sparkline(replace(standing, weeks=())).children == "no weekly values"
