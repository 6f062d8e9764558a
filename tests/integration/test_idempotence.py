"""The same deliveries give the same rows: again, in another order, one at a time, late."""

import random
import shutil

import pytest

from pipelines.lake.lake import Lake


def one_at_a_time(files):
    return [[file] for file in files]


def shuffled(files):
    return random.Random(3).sample(files, len(files))  # noqa: S311


ORDERS = {
    "one at a time, last first": lambda files: one_at_a_time(files[::-1]),
    "one at a time, shuffled": lambda files: one_at_a_time(shuffled(files)),
    "two deliveries that overlap": lambda files: [files[:4], files[1:]],
}


def deliver_in_parts(kit, home, parts, inbox):
    for part in parts:
        inbox.mkdir(exist_ok=True)
        for file in part:
            shutil.copy(file, inbox)
        kit.warm.ingest(home, inbox, kit.mapping)


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_deliveries_does_not_count(order, kit, tmp_path):
    home, parts = kit.same_keys(), ORDERS[order](sorted(kit.logs.iterdir()))
    assert len(parts) > 1
    deliver_in_parts(kit, home, parts, tmp_path / "inbox")
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.ingested)


def test_late_deliveries_end_in_the_same_numbers(kit, tmp_path):
    home, files = kit.same_keys(), sorted(kit.logs.iterdir())
    wanted = kit.row_hash.hash_published(kit.computed)
    deliver_in_parts(kit, home, [files[3:]], tmp_path / "inbox")
    kit.warm.run(home)
    assert kit.row_hash.hash_published(home)["observation"] != wanted["observation"]
    deliver_in_parts(kit, home, [files[2:3], files[:2]], tmp_path / "inbox")
    kit.warm.run(home)
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)
    assert kit.row_hash.hash_published(home) == wanted


def test_the_same_folder_again_changes_no_row_and_no_number(kit):
    home = kit.copy(kit.computed)
    before = Lake(home / "lake").generation
    kit.warm.ingest(home, kit.logs, kit.mapping)
    assert Lake(home / "lake").generation == before
    kit.warm.run(home)
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.computed)
    assert kit.row_hash.hash_published(home) == kit.row_hash.hash_published(kit.computed)


def test_the_comparison_sees_a_single_changed_value(kit):
    rows = Lake(kit.ingested / "lake").read("staging.message")
    turns = [9, *rows["turn"].to_pylist()[1:]]
    changed = rows.set_column(rows.schema.get_field_index("turn"), "turn", [turns])
    assert kit.row_hash.hash_rows(changed) != kit.row_hash.hash_rows(rows)
    backwards = rows.take(list(range(rows.num_rows))[::-1])
    assert kit.row_hash.hash_rows(backwards) == kit.row_hash.hash_rows(rows)
