"""No receipt repeats an id that a delivered file carries in its name."""

import pytest

from pipelines.privacy.file_names import count_by_name, hide_ids


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("inbox/one/js-user-1 2026-11-20.jsonl", "inbox/one/[erased] 2026-11-20.jsonl"),
        ("inbox/one/2026_js-user-1_a.jsonl.gz", "inbox/one/2026_[erased]_a.jsonl.gz"),
        ("inbox/one/js-user-12.jsonl", "inbox/one/js-user-12.jsonl"),
        ("inbox/js-user-1/a.jsonl", "inbox/js-user-1/a.jsonl"),
        ("inbox/one/11-2026-11-11-11.jsonl", "inbox/one/[erased]-2026-11-11-[erased].jsonl"),
        ("inbox/one/11-b.jsonl", "inbox/one/[erased].jsonl"),
        ("a+b@x.csv", "[erased].csv"),
    ],
)
def test_an_id_is_hidden_as_a_word_of_the_name(name: str, hidden: str) -> None:
    assert hide_ids(name, {"js-user-1", "user-1", "a+b@x", "11", "11-b", ""}) == hidden


def test_files_that_have_the_same_name_then_are_counted_together() -> None:
    assert count_by_name([("x/u1.jsonl", 2), ("x/u2.jsonl", 3)], {"u1", "u2"}) == {"x/[erased].jsonl": 5}
