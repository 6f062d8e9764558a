"""Killed at any moment, a home shows the old or the new state; the next attempt ends as if undisturbed."""

import os
import random

import pytest

from pipelines.lake import Lake

KILLS = int(os.environ.get("PLIMSOLL_TEST_KILLS", "6"))
KILLS_OF_RUN = KILLS // 3
MOMENTS = random.Random()  # noqa: S311 - other moments every time; a failure names its own


def kill(act, longest: float) -> float:
    """Kill an attempt at a random moment before its usual end; an attempt that was quicker is made again."""
    for _ in range(20):
        moment = MOMENTS.uniform(0, longest)
        if act(kill_after=moment) is None:
            return moment
    pytest.fail("every attempt ended before it could be killed")


def test_an_ingest_that_is_killed_leaves_nothing_or_all(kit):
    whole = kit.row_hash.hash_lake(kit.ingested)
    longest = kit.warm.ingest(kit.same_keys(), kit.logs, kit.mapping)
    for _ in range(KILLS):
        home = kit.same_keys()
        moment = kill(lambda home=home, **how: kit.warm.ingest(home, kit.logs, kit.mapping, **how), longest)
        assert kit.row_hash.hash_lake(home) in ({}, whole), f"a half state after {moment:.3f} s"
        kit.warm.ingest(home, kit.logs, kit.mapping)
        assert kit.row_hash.hash_lake(home) == whole, f"not the same after a kill at {moment:.3f} s"


def test_a_second_delivery_that_is_killed_leaves_the_first(kit, tmp_path):
    late = tmp_path / "late"
    talk = kit.export.talk("late", kit.export.moment(1, 3), "Awake.", "So am I.")
    kit.export.deliver(late, talk, on=6)
    undisturbed = kit.copy(kit.ingested)
    longest = kit.warm.ingest(undisturbed, late, kit.mapping)
    before, after = kit.row_hash.hash_lake(kit.ingested), kit.row_hash.hash_lake(undisturbed)
    assert before != after
    for _ in range(KILLS_OF_RUN):
        home = kit.copy(kit.ingested)
        moment = kill(lambda home=home, **how: kit.warm.ingest(home, late, kit.mapping, **how), longest)
        assert kit.row_hash.hash_lake(home) in (before, after), f"a half state after {moment:.3f} s"
        kit.warm.ingest(home, late, kit.mapping)
        assert kit.row_hash.hash_lake(home) == after
        assert Lake(home / "lake").generation.number == Lake(undisturbed / "lake").generation.number


def test_a_run_that_is_killed_again_and_again_ends_as_if_undisturbed(kit):
    home, published = kit.copy(kit.ingested), kit.row_hash.hash_published(kit.computed)
    staged = {name: rows for name, rows in kit.row_hash.hash_lake(home).items() if name.startswith("staging")}
    for _ in range(KILLS_OF_RUN):
        moment = kill(lambda **how: kit.warm.run(home, **how), kit.run_seconds)
        assert staged.items() <= kit.row_hash.hash_lake(home).items(), f"staging changed at {moment:.3f} s"
        if (home / "published" / "current").exists():
            assert kit.row_hash.hash_published(home) == published, f"half published at {moment:.3f} s"
    kit.warm.run(home)
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)
    assert kit.row_hash.hash_published(home) == published
