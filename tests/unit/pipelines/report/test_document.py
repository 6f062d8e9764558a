"""The JSON that everything else is drawn from."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from pipelines.report.document import Column, Document, Kind, Mark, Table, clean_text, count_hidden

TABLE = Table(
    "t",
    "T",
    (Column("name", "Name"), Column("count", "Count", Kind.COUNT), Column("on", "On", Kind.DATE)),
    (
        {"name": "a", "count": Mark.HIDDEN, "on": dt.date(2026, 8, 1)},
        {"name": "b\u202ec", "count": 0, "on": None},
    ),
)


def make(**head: object) -> Document:
    return Document(head=head, summary=(), tally={}, tables=(TABLE,), notes={}, suppression={}, sign_off=())


def test_marks_dates_and_zeros_stay_apart_in_json() -> None:
    rows = json.loads(make().to_json())["tables"][0]["rows"]
    assert rows[0] == {"name": "a", "count": {"mark": "hidden"}, "on": "2026-08-01"}
    assert rows[1] == {"name": "b[U+202E]c", "count": 0, "on": {"mark": "none"}}


def test_hidden_cells_are_counted_by_table_and_in_all() -> None:
    assert count_hidden((TABLE,)) == {"all": 1, "t": 1}


def test_keys_are_sorted_and_times_are_in_utc() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    content = make(z="z", a=dt.datetime(2026, 9, 2, 8, 30, tzinfo=zone)).to_json().decode()
    assert content == json.dumps(json.loads(content), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert json.loads(content)["report"] == {"a": "2026-09-02T06:30:00Z", "z": "z"}


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        make(a=float("nan")).to_json()
    with pytest.raises(TypeError, match="no place in a report"):
        make(a={1, 2}).to_json()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("two\nlines\tand more ", "two lines and more"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"),
        ("Größe, 心, καλά", "Größe, 心, καλά"),
    ],
)
def test_only_characters_that_could_deceive_are_written_out(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned
