"""What a corrected rate rests on, in words."""

import pytest

from dashboards.pages.measurement import say_held


class Row:
    """A corrected rate of which labels may wait."""

    def __init__(self, waiting_count: int = 0, passed_over_count: int = 0) -> None:
        self.waiting_count, self.passed_over_count = waiting_count, passed_over_count


def test_a_rate_of_which_all_counts_says_nothing_of_waiting():
    assert say_held(Row()) == ""


@pytest.mark.parametrize("row", [Row(waiting_count=3), Row(passed_over_count=3)])
def test_what_is_not_in_a_corrected_rate_is_said_with_its_number(row):
    assert "3 " in say_held(row)
    assert "Nothing is estimated from their strata until they have been read." in say_held(row)
