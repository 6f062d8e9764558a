"""Days of few messages leave without counts, and so does the day that would give them away."""

from datetime import date, timedelta

import pytest

from methods.day_counts import hide_days, hide_months, is_about_words

FIRST = date(2026, 8, 30)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([400, 11], []),
        ([400, 10], [0, 1]),
        ([0, 400], []),
        ([400, 500, 11, 10, 300], [2, 3]),
        ([400, 500, 10, 300, 0], [2, 3]),
        ([3, 400, 500, 600], [0, 1]),
    ],
)
def test_few_messages_are_hidden_and_not_alone_in_their_month(counts: list[int], hidden: list[int]):
    days = [FIRST + timedelta(days=number) for number in range(len(counts))]
    assert hide_days(dict(zip(days, counts, strict=True))) == {days[place] for place in hidden}


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([400, 11], []),
        ([400, 10], []),
        ([10], [8]),
        ([4, 5], [8]),
        ([10, 0], [8]),
        ([400, 500, 6], [9]),
        ([0], []),
    ],
)
def test_a_month_that_would_tell_its_days_of_few_messages_is_hidden(counts: list[int], hidden: list[int]):
    days = [FIRST + timedelta(days=number) for number in range(len(counts))]
    assert hide_months(dict(zip(days, counts, strict=True))) == {date(2026, month, 1) for month in hidden}


@pytest.mark.parametrize(
    ("reason", "is_one"),
    [("unscored:unsupported_language", True), ("redacted", True), ("rejected:not_json", False),
     ("late", False), ("accepted", False), ("stop:text_is_present", False)],
)  # fmt: skip
def test_what_counts_peoples_words_is_told_from_what_counts_lines_of_a_log(reason: str, is_one: bool):
    assert is_about_words(reason) is is_one
