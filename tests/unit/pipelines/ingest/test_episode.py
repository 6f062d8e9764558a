"""Where a thread is cut: at a silence, and at the greatest length."""

import numpy as np
import pytest

from pipelines.ingest.episode import HOUR, cut


def episodes(*hours: float, threads: list[int] | None = None) -> list[int]:
    moments = np.array([round(hour * HOUR) for hour in hours], dtype=np.int64)
    codes = np.array(threads or [0] * len(hours), dtype=np.int64)
    return cut(codes, moments, silence_hours=12, maximum_hours=48).tolist()


def test_nothing_has_no_episodes():
    assert episodes() == []


@pytest.mark.parametrize(("gap", "expected"), [(12 - 1e-6, [0, 0]), (12, [0, 1]), (12.5, [0, 1])])
def test_a_silence_of_twelve_hours_cuts_and_a_little_less_does_not(gap: float, expected: list[int]):
    assert episodes(0, gap) == expected


@pytest.mark.parametrize(("last", "expected"), [(48 - 1e-6, 0), (48, 1)])
def test_an_episode_is_cut_at_forty_eight_hours(last: float, expected: int):
    assert episodes(0, 11, 22, 33, 43, last)[-1] == expected


def test_a_chain_without_silence_is_cut_every_forty_eight_hours():
    found = episodes(*range(0, 200, 6))
    assert [found.index(number) * 6 for number in range(5)] == [0, 48, 96, 144, 192]


def test_the_length_counts_from_the_first_message_after_the_cut():
    assert episodes(0, 11, 22, 33, 44, 50, 61, 72, 83, 94, 97.9, 98.1) == [0] * 5 + [1] * 6 + [2]


def test_another_thread_is_another_episode_at_the_same_time():
    assert episodes(0, 1, 0, 1, threads=[0, 0, 1, 1]) == [0, 0, 1, 1]


def test_messages_at_one_moment_stay_together():
    assert episodes(0, 0, 0) == [0, 0, 0]
