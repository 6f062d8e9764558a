"""What leaves as CSV is text and numbers, never something that a spreadsheet runs."""

import csv
import io
from datetime import date

import pytest

from dashboards.sheet import Sheet, write_csv


def read(value):
    text = write_csv(Sheet("x", ("a",), [(value,)]))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1][0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '"=1"', "\tx"])
def test_text_that_begins_like_a_formula_is_quoted(text):
    assert read(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("reason;=1+1", "reason;'=1+1"),
        ('reason; "@SUM(A1)', "reason;' \"@SUM(A1)"),
        ("reason\n=1", "reason\n'=1"),
        ("\r=1", "'\r'=1"),
        ("a;b, c=d", "a;b, c=d"),
    ],
)
def test_nor_does_a_cell_begin_like_one_where_a_semicolon_separates_cells(text, written):
    assert read(text) == written


@pytest.mark.parametrize("text", ["gpt-5.1", "a=b", "an apostrophe's", 'a "quoted" word', "line\nbreak"])
def test_other_text_is_left_alone(text):
    assert read(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0.0"), (-0.5, "-0.5"), (3, "3"), (True, "true"), (date(2026, 11, 9), "2026-11-09")],
)
def test_numbers_days_and_nothing_keep_their_meaning(value, text):
    assert read(value) == text


def test_a_heading_and_every_row_are_written():
    sheet = Sheet("x", ("a", "b"), [(number, "x") for number in range(2000)])
    assert len(write_csv(sheet).splitlines()) == 2001
