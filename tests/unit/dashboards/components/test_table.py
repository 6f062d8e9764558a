"""Tables say what each cell is, also where a narrow screen lays them out as blocks."""

import pytest

from dashboards.components.table import (
    LONGEST_NUMBER,
    LONGEST_PHRASE,
    Group,
    Heading,
    Line,
    draw_download,
    draw_groups,
    draw_table,
)

HEADINGS = (Heading("Name"), Heading("Rows", is_number=True))


def test_every_cell_carries_its_heading_and_role():
    table = draw_table("Things", HEADINGS, [Line(("a", "1"))], empty="none").children
    head, cell = table.children[2].children[0].children
    assert (head.scope, head.role) == ("row", "rowheader")
    assert (cell.role, getattr(cell, "data-label"), cell.className) == ("cell", "Rows", "number")


@pytest.mark.parametrize(
    ("length", "class_name"), [(LONGEST_NUMBER, "number"), (LONGEST_NUMBER + 1, "number sentence")]
)
def test_a_sentence_in_a_column_of_numbers_wraps(length, class_name):
    table = draw_table("Things", HEADINGS, [Line(("a", "w" * length))], empty="none").children
    assert table.children[2].children[0].children[1].className == class_name


@pytest.mark.parametrize(("length", "class_name"), [(LONGEST_PHRASE, None), (LONGEST_PHRASE + 1, "sentence")])
def test_a_sentence_in_a_column_of_words_is_known_so_that_paper_gives_it_room(length, class_name):
    headings = (Heading("Name"), Heading("Why"))
    table = draw_table("Things", headings, [Line(("a", "w" * length))], empty="none").children
    assert getattr(table.children[2].children[0].children[1], "className", None) == class_name


def test_no_rows_are_said_in_words():
    assert draw_table("Things", HEADINGS, [], empty="none yet").children == "none yet"
    assert draw_groups("Things", HEADINGS, [], empty="none yet").children == "none yet"


def test_groups_have_a_heading_of_their_own():
    table = draw_groups("Things", HEADINGS, [Group("One", [Line(("a", "1"))])], empty="none").children
    assert table.children[2].children[0].children.children == "One"


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="zip"):
        draw_table("Things", HEADINGS, [Line(("a",))], empty="none")


def test_who_may_not_export_gets_no_link():
    assert draw_download(None, "rows") is None
