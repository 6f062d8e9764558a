"""Labelled files: what is missing is unknown, what is wrong is said with its line and field."""

import gzip
import json
from pathlib import Path

import pytest

from pipelines.detect.labelled import (
    LabelMap,
    extend_label_map,
    find_strange_labels,
    load_label_map,
    read_labelled,
)
from pipelines.detect.labelled_files import read_files
from pipelines.detect.overlap import hash_text
from pipelines.errors import DefinitionError, SourceError
from risk_register.content import load_taxonomy


def write(path: Path, *records: object) -> Path:
    lines = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(lines.encode()))
    else:
        path.write_text(lines, encoding="utf-8")
    return path


RECORD = {"id": "a", "role": "user", "text": "hello", "language": "en", "labels": {"violence": 1}}


@pytest.mark.parametrize("name", ["chat_dev.jsonl", "chat_dev.jsonl.gz"])
def test_a_plain_and_a_packed_file_are_read_alike(tmp_path: Path, name: str) -> None:
    (row,) = read_labelled(write(tmp_path / name, RECORD))
    assert (row.row_id, row.dataset, row.labels) == ("a", "chat_dev", {"violence": 1})


def test_an_absent_label_is_unknown(tmp_path: Path) -> None:
    (row,) = read_labelled(write(tmp_path / "set.jsonl", RECORD))
    meanings = load_label_map().labels
    assert row.answer("violence", meanings["violence"]) is True
    assert row.answer("self_harm", meanings["self_harm"]) is None


def test_rows_of_a_conversation_stand_or_fall_together(tmp_path: Path) -> None:
    rows = read_labelled(
        write(
            tmp_path / "set.jsonl",
            RECORD | {"conversation_id": "c"},
            RECORD | {"id": "b", "meta": {"prompt_id": 7}},
        )
    )
    assert [row.cluster for row in rows] == ["c", "prompt_id:7"]


def test_every_wrong_line_is_named_without_its_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "set.jsonl", "{nonsense", RECORD | {"role": "robot", "text": "a secret"}, RECORD, RECORD
    )
    with pytest.raises(SourceError) as raised:
        read_labelled(path)
    message = str(raised.value)
    assert "line 1" in message
    assert "line 2: role" in message
    assert "id a occurs twice" in message
    assert "secret" not in message


@pytest.mark.parametrize("value", ["yes", "1", 2, -1])
def test_a_label_that_is_neither_yes_nor_no_is_refused_with_its_line(tmp_path: Path, value: object) -> None:
    path = write(tmp_path / "set.jsonl", RECORD, RECORD | {"id": "b", "labels": {"self_harm": value}})
    with pytest.raises(SourceError, match=r"set\.jsonl .*line 2: labels\.self_harm: allowed: 0, 1, true"):
        read_labelled(path)


@pytest.mark.parametrize("value", [0, 1, True, False, None])
def test_yes_no_and_unknown_are_labels(tmp_path: Path, value: object) -> None:
    (row,) = read_labelled(write(tmp_path / "set.jsonl", RECORD | {"labels": {"self_harm": value}}))
    assert row.labels["self_harm"] == value


def test_a_label_that_grades_another_has_any_value(tmp_path: Path) -> None:
    labels = {"suicide_risk_level": "cssrs_5", "sexual": 3}
    (row,) = read_labelled(write(tmp_path / "set.jsonl", RECORD | {"labels": labels}))
    assert row.labels == labels


def test_a_map_of_ones_own_says_which_labels_are_yes_or_no(tmp_path: Path) -> None:
    own = LabelMap.model_validate({"labels": {"hurts": {"signals": ["u_self_harm"], "role": "user"}}})
    path = write(tmp_path / "set.jsonl", RECORD | {"labels": {"hurts": "yes"}})
    assert len(read_labelled(path)) == 1
    with pytest.raises(SourceError, match=r"line 1: labels\.hurts: allowed"):
        read_labelled(path, extend_label_map(own))


def test_half_a_character_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", RECORD, RECORD | {"id": "b", "text": "a secret \ud83d"})
    with pytest.raises(SourceError, match="line 2: text: half a character") as raised:
        read_labelled(path)
    assert "secret" not in str(raised.value)


def test_a_label_whose_signal_is_not_there_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("labels:\n  a: {signals: [x_own], role: user}\n  b: {signals: [u_nothing], role: user}\n")
    with pytest.raises(DefinitionError, match=r"mine\.yaml:3: labels\.b\.signals\.0: .*u_nothing; allowed: "):
        load_label_map(path)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b broken"])
def test_an_empty_or_broken_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"set\.jsonl\.gz"):
        read_labelled(path)


@pytest.mark.parametrize("value", ["[" * 100_000, "1" + "0" * 5_000])
def test_what_json_itself_gives_up_on_is_a_problem_of_its_line(tmp_path: Path, value: str) -> None:
    line = f'{{"id": "b", "role": "user", "text": "x", "language": "en", "labels": {{"self_harm": {value}}}}}'
    with pytest.raises(SourceError, match=r"set\.jsonl .*line 2: a number or a nesting"):
        read_labelled(write(tmp_path / "set.jsonl", RECORD, line))


def test_a_label_outside_of_labels_is_refused_and_not_taken_for_a_file_without_any(tmp_path: Path) -> None:
    record = {name: value for name, value in RECORD.items() if name != "labels"} | {"self_harm": 1}
    with pytest.raises(SourceError, match=r"line 1: self_harm: belongs in labels"):
        read_labelled(write(tmp_path / "set.jsonl", record))


def test_a_mark_of_byte_order_is_not_part_of_the_first_row(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl", RECORD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_labelled(path)) == 1


def test_a_file_that_is_no_text_is_told_what_to_be(tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    path.write_bytes(b"PAR1\xff\xfe")
    with pytest.raises(SourceError, match=r"no text in UTF-8 .*one JSON object a line, plain or gzip"):
        read_labelled(path)


def test_a_text_with_a_yes_and_a_no_is_told_and_the_same_answer_twice_is_not(tmp_path: Path) -> None:
    def copy(name: str, text: str, value: int | None) -> dict[str, object]:
        return RECORD | {"id": name, "text": text, "labels": {"self_harm": value}}

    path = write(
        tmp_path / "set.jsonl",
        *(copy("a", "One.", 1), copy("b", "ONE.", 0), copy("c", "Two.", 1), copy("d", "Two.", 1)),
        *(copy("e", "Three.", 1), copy("f", "Three.", None)),
    )
    _, told = read_files([path], load_label_map())
    assert told == ["set: 1 of its texts have a yes and a no to self_harm: one is counted as an error."]


def test_label_names_speak_of_signals_of_the_taxonomy() -> None:
    known = {signal.id for signal in load_taxonomy().signals}
    assert {signal for one in load_label_map().labels.values() for signal in one.signals} <= known


def test_a_label_name_that_nobody_knows_is_said_with_what_is_allowed(tmp_path: Path) -> None:
    rows = read_labelled(write(tmp_path / "set.jsonl", RECORD | {"labels": {"violence": 1, "violense": 1}}))
    said = " ".join(find_strange_labels(rows, load_label_map()))
    assert "set: no label is called violense." in said
    assert "violence" in said
    assert "hate_or_harassment" in said


def test_a_file_of_whose_labels_none_is_known_is_refused(tmp_path: Path) -> None:
    rows = read_labelled(write(tmp_path / "set.jsonl", RECORD | {"labels": {"violense": 1}}))
    with pytest.raises(SourceError, match=r"no label is called violense.*self_harm_or_suicide.*Nothing"):
        find_strange_labels(rows, load_label_map())


def test_a_name_of_ones_own_is_mapped_to_signals(tmp_path: Path) -> None:
    own = LabelMap.model_validate({"labels": {"violense": {"signals": ["u_harm_to_others"], "role": "user"}}})
    known = extend_label_map(own)
    rows = read_labelled(write(tmp_path / "set.jsonl", RECORD | {"labels": {"violense": 1}}))
    assert find_strange_labels(rows, known) == []
    assert rows[0].answer("violense", known.labels["violense"]) is True
    assert "violence" in known.labels


def test_every_label_of_a_published_set_is_mapped_or_left_alone_once() -> None:
    known = load_label_map()
    assert not set(known.left_alone) & known.labels.keys()
    assert set(known.grades.values()) <= known.labels.keys()


def test_copies_of_a_text_are_known_by_their_hash() -> None:
    assert hash_text("Hello  World") == hash_text("hello world\n")
    assert hash_text("hello world") != hash_text("hello worlds")
