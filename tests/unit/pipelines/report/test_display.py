"""How cells look: one place for the PDF, the summary and the tests."""

from __future__ import annotations

import pytest

from pipelines.report.display import (
    MARK_MEANINGS,
    MARK_TEXTS,
    STATUS_MEANINGS,
    STATUS_WORDS,
    show_cell,
    show_duration,
    show_measure,
    show_share,
)
from pipelines.report.document import Kind, Mark
from pipelines.report.published import Status


def test_every_mark_and_every_status_has_its_own_text_and_a_meaning() -> None:
    assert set(MARK_TEXTS) == set(MARK_MEANINGS) == set(Mark)
    assert len(set(MARK_TEXTS.values())) == len(Mark)
    assert set(STATUS_WORDS) == set(STATUS_MEANINGS) == {status.value for status in Status}
    assert len(set(STATUS_WORDS.values())) == len(Status)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.00%"), (0.0712, "7.12%"), (0.09994, "9.99%"), (0.09996, "10.0%"), (1.0, "100.0%")],
)
def test_a_share_below_ten_per_cent_keeps_a_second_decimal(share: float, text: str) -> None:
    assert show_share(share) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("proportion", "150.0%"),
        ("rate_per_1000", "1.50"),
        ("count", "1.5"),
        ("distribution", "1.5"),
        ("index", "1.500"),
    ],
)
def test_a_measure_looks_like_its_unit(unit: str, text: str) -> None:
    assert show_measure(1.5, unit) == text


def test_a_zero_is_a_number_and_a_hidden_cell_is_a_dot() -> None:
    assert show_cell(0, Kind.COUNT) == "0"
    assert show_cell({"mark": "hidden"}, Kind.COUNT) == "·"
    assert show_cell({"mark": "not_measured"}, Kind.MEASURE, unit="proportion") == "n/m"


def test_a_distance_just_below_its_threshold_does_not_look_like_it() -> None:
    assert show_cell(0.096, Kind.NUMBER) == "0.096"
    assert show_cell(1.4, Kind.RATIO) == "1.40"


@pytest.mark.parametrize(("minutes", "text"), [(90, "90 minutes"), (120, "2 hours"), (1530, "25.5 hours")])
def test_a_delay_is_told_in_hours_from_two_of_them(minutes: int, text: str) -> None:
    assert show_duration(minutes) == text
