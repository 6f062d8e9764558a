"""A file of definitions is read, or told to be wrong, however its parts are repeated by aliases."""

from pathlib import Path

import pytest

from pipelines.definition_file import InvalidFileError, open_definition


def test_aliases_that_grow_without_end_are_read_as_often_as_they_are_written(tmp_path: Path) -> None:
    lines = ["a0: &a0 {word: 1, word: 2}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]  # 9**39 words
    path = tmp_path / "mapping.yaml"
    path.write_text("\n".join([*lines, "itself: &itself [*itself]"]))
    with pytest.raises(InvalidFileError) as told:
        open_definition(path)
    assert str(told.value) == f"{path}:1: a0.word: is written twice"
    path.write_text("\n".join(["a0: &a0 {word: 1}", *lines[1:]]))
    assert open_definition(path).content["a0"] == {"word": 1}


def test_every_name_that_is_written_twice_is_told_in_order(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("a:\n  - {b: 1}\n  - {c: 1,\n     c: 2}\nd: 1\nd: 2\nd: 3\n")
    with pytest.raises(InvalidFileError) as told:
        open_definition(path)
    assert [(one.line, one.field) for one in told.value.problems] == [(4, "a.1.c"), (6, "d"), (7, "d")]


def test_a_file_in_another_encoding_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes("a: 1\nb: Häuser\n".encode("latin-1"))
    with pytest.raises(InvalidFileError) as told:
        open_definition(path)
    (problem,) = told.value.problems
    assert (problem.line, problem.what) == (2, "is no text in UTF-8; save it as UTF-8")
