"""Killed at any moment, a home shows the old or the new state; the next attempt ends as if undisturbed."""

import os
import random

import pytest

from pipelines.lake.lake import Lake

KILLS = int(os.environ.get("PLIMSOLL_TEST_KILLS", "6"))
KILLS_OF_RUN = KILLS // 3
MOMENTS = random.Random()  # noqa: S311 - other moments every time; a failure names its own


def kill(make_home, act, longest: float):
    """A home in which an attempt was killed at a random moment before its usual end, and that moment.

    An attempt that was quicker is made again in another home, for in the same one nothing would be left;
    later ones end earlier.
    """
    for _ in range(20):
        home, moment = make_home(), MOMENTS.uniform(0, longest)
        took = act(home, kill_after=moment)
        if took is None:
            return home, moment
        longest = min(longest, took)
    pytest.fail("every attempt ended before it could be killed")


def test_an_ingest_that_is_killed_leaves_nothing_or_all(kit):
    whole = kit.row_hash.hash_lake(kit.ingested)
    longest = kit.warm.ingest(kit.same_keys(), kit.logs, kit.mapping)
    for _ in range(KILLS):
        home, moment = kill(
            kit.same_keys, lambda home, **how: kit.warm.ingest(home, kit.logs, kit.mapping, **how), longest
        )
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
        home, moment = kill(
            lambda: kit.copy(kit.ingested),
            lambda home, **how: kit.warm.ingest(home, late, kit.mapping, **how),
            longest,
        )
        assert kit.row_hash.hash_lake(home) in (before, after), f"a half state after {moment:.3f} s"
        kit.warm.ingest(home, late, kit.mapping)
        assert kit.row_hash.hash_lake(home) == after
        assert Lake(home / "lake").generation.number == Lake(undisturbed / "lake").generation.number


def test_a_run_that_is_killed_again_and_again_ends_as_if_undisturbed(kit):
    home, published = kit.copy(kit.ingested), kit.row_hash.hash_published(kit.computed)
    begun = [home]
    staged = {name: rows for name, rows in kit.row_hash.hash_lake(home).items() if name.startswith("staging")}
    for _ in range(KILLS_OF_RUN):
        home, moment = kill(
            lambda: begun.pop() if begun else kit.copy(kit.ingested), kit.warm.run, kit.run_seconds
        )
        begun.append(home)
        assert staged.items() <= kit.row_hash.hash_lake(home).items(), f"staging changed at {moment:.3f} s"
        if (home / "published" / "current").exists():
            assert kit.row_hash.hash_published(home) == published, f"half published at {moment:.3f} s"
    kit.warm.run(home)
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)
    assert kit.row_hash.hash_published(home) == published
