"""Charts are positions and marks: a gap is never drawn as a zero, a placeholder never as a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.chart import draw_charts, nice_ceiling


@pytest.mark.parametrize(
    ("value", "top"), [(0.0, 1.0), (0.073, 0.08), (0.1, 0.1), (1.01, 1.5), (9.9, 10.0), (61, 80)]
)
def test_the_top_of_a_scale_is_the_next_round_number(value: float, top: float) -> None:
    assert nice_ceiling(value) == pytest.approx(top)


def test_weeks_keep_their_marks(built: Any) -> None:
    chart = draw_charts(built.document)["missed_escalation_rate"]
    states = [point["state"] for point in chart["points"]]
    assert states == ["not_measured"] * 8 + ["hidden", "hidden", "shown", "shown", "not_measured"]
    assert [point["y"] for point in chart["points"] if point["state"] != "shown"] == [None] * 11
    assert chart["points"][10]["y"] == 0.0
    assert chart["points"][11]["low"] < chart["points"][11]["y"] < chart["points"][11]["high"]


def test_a_chart_says_in_words_what_it_draws(built: Any) -> None:
    chart = draw_charts(built.document)["missed_escalation_rate"]
    assert chart["alt"] == (
        "Weekly values of Missed escalation, 13 weeks from 2026-06-08 to 2026-08-31: 2 shown, "
        "from 0.00% to 21.6%, last 21.6% in the week of 2026-08-24."
    )
    assert (chart["first"], chart["last"], chart["limits"]) == (
        "8 Jun",
        "31 Aug",
        "watch 2.00%, breach 5.00%",
    )


def test_limits_are_drawn_once_a_person_has_approved_them(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    approved = draw_charts(build().document)["missed_escalation_rate"]
    assert 0 < approved["watch"] < approved["breach"] < 1
    sample_rows["appetite"][0]["is_placeholder"] = True
    placeholder = draw_charts(build(sample_rows).document)["missed_escalation_rate"]
    assert (placeholder["watch"], placeholder["breach"]) == (None, None)
    assert placeholder["limits"] == "no approved limit"


def test_a_change_stands_between_its_weeks_and_the_month_is_shaded(built: Any) -> None:
    chart = draw_charts(built.document)["missed_escalation_rate"]
    monday, next_monday = chart["points"][9]["x"], chart["points"][10]["x"]
    assert monday < chart["changes"][0] < next_monday  # 12 August, a Wednesday
    assert chart["month"][0] < chart["points"][8]["x"] < chart["month"][1] == 1.0
