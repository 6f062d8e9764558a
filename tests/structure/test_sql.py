"""SQL files: one statement each, opened by what it holds, at what grain, and what is missing."""

import re

import pytest

HEADER = re.compile(
    r"-- (?P<sentence>[^\n]{10,})\.\n"
    r"-- Grain: (?P<grain>[^\n]{3,})\.\n"
    r"-- Missing: (?P<missing>[^\n]{3,}(\n-- [^\n]+)*)\.\n(?!--)"
)
SOUND = "-- Messages of a day.\n-- Grain: one row a message.\n-- Missing: nothing.\n\nselect 1 as one\n"


def has_header(text: str) -> bool:
    return HEADER.match(text) is not None


def is_generated(text: str) -> bool:
    return "Generated from " in text.partition("\n")[0]


def count_statements(text: str) -> int:
    code = "\n".join(line.partition("--")[0] for line in text.splitlines())
    return len([part for part in code.split(";") if part.strip()])


def test_every_sql_file_opens_with_its_three_lines(files):
    queries = {name: text for name, text in files.items() if name.endswith(".sql")}
    assert queries != {}
    assert [name for name, text in queries.items() if not has_header(text)] == []


def test_every_written_sql_file_holds_one_statement(files):
    queries = {name: text for name, text in files.items() if name.endswith(".sql") and not is_generated(text)}
    assert queries != {}
    assert {name: count for name, text in queries.items() if (count := count_statements(text)) != 1} == {}


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_missing_line_of_the_header_is_found(line: int):
    assert has_header(SOUND)
    lines = SOUND.splitlines(keepends=True)
    del lines[line]
    assert not has_header("".join(lines))


def test_what_is_missing_may_take_two_lines_but_ends_with_its_sentence():
    assert has_header(SOUND.replace("nothing.", "a day without\n-- messages."))
    assert not has_header(SOUND.replace("nothing.", "a day without\n-- messages"))


def test_a_second_statement_is_found():
    assert count_statements(SOUND) == 1
    assert count_statements(SOUND + ";\nselect 2 as two -- the end; really\n") == 2
