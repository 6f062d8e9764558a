"""The picture of rows that did not pass: a held day is a day, and no rows are no bars."""

from datetime import date

from dashboards.figures.quality import SHOWN_REASONS, draw_quality
from dashboards.health_records import QualityCount
from dashboards.theme import Scheme

DAY = date(2026, 11, 9)


def count(reason, rows=5, day=DAY):
    return QualityCount(day=day, source="ingest", reason=reason, row_count=rows)


def test_a_held_day_is_shaded_and_not_a_bar():
    figure = draw_quality([count("stop:row_count_fell", 900), count("late")], Scheme.LIGHT)
    assert [bar.name for bar in figure.data] == ["late"]
    assert [note.text for note in figure.layout.annotations] == ["held"]


def test_reasons_beyond_what_can_be_told_apart_are_one_stack_that_keeps_its_rows():
    rows = [count(f"rejected:{number}", rows=number + 1) for number in range(SHOWN_REASONS + 2)]
    figure = draw_quality(rows, Scheme.LIGHT)
    assert len(figure.data) == SHOWN_REASONS + 1
    assert sum(sum(bar.y) for bar in figure.data) == sum(row.row_count for row in rows)


def test_no_rows_are_said_and_not_drawn():
    assert draw_quality([], Scheme.LIGHT).layout.annotations[0].text == "No such rows in this range"
