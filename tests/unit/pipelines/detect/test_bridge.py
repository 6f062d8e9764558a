"""The bridge compares what two versions of the shipped detectors decided about the same messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.detect.bridge import count_bridge, keep_bridge
from pipelines.detect.detector import (
    LOG,
    Badge,
    CoverageState,
    DetectorCard,
    Evidence,
    Scan,
    SignalCard,
    make_coverage,
    make_findings,
)
from pipelines.lake import lake as lakes
from pipelines.schemas.bridge import BRIDGE_DAY
from pipelines.schemas.finding import FINDING
from tests.unit.pipelines.detect.message_factory import make_messages

SIGNAL = "u_suicidal_ideation"


def make_card(version: str, name: str = "lexicon") -> DetectorCard:
    line = SignalCard(SIGNAL, ("en",), Badge.LIMITED, "")
    return DetectorCard(name, version, "", "", (line,), ("en",), ("user",), (), ())


def scan(messages: pa.Table, version: str, *found: int, unread: tuple[int, ...] = (), **more: Any) -> Scan:
    card = make_card(version, **more)
    states = [
        CoverageState.UNSUPPORTED_LANGUAGE if place in unread else CoverageState.SCORED
        for place in range(messages.num_rows)
    ]
    evidence = [(place, Evidence(SIGNAL, 2, 0.9, "rule")) for place in found]
    return Scan(make_findings(messages, evidence, card=card), make_coverage(messages, states, card=card))


def count(old: Scan, new: Scan, messages: pa.Table, version: str = "2") -> list[dict[str, Any]]:
    return count_bridge(messages, old, new, cards=[make_card(version)]).to_pylist()


def make(*users: str) -> pa.Table:
    table = make_messages(*({"role": "user", "conversation_id": f"c{n}"} for n in range(len(users))))
    return table.append_column("user_id", pa.array(users))


def test_conversations_are_counted_by_who_flagged_them_and_by_bucket_of_their_user() -> None:
    messages = make("0a", "0a", "0a", "ff")
    (first, second) = count(scan(messages, "1", 0, 1, 3), scan(messages, "2", 0, 2, 3), messages)
    assert (first["old_version"], first["new_version"]) == ("lexicon@1", "lexicon@2")
    assert [first[name] for name in ("bucket", "both_count", "old_count", "new_count")] == [10, 1, 1, 1]
    assert [second[name] for name in ("bucket", "both_count", "old_count", "new_count")] == [63, 1, 0, 0]


def test_days_on_which_neither_version_flagged_anything_were_compared_and_have_a_bridge_of_zeros() -> None:
    messages = make("0a", "0b")
    (row,) = count(scan(messages, "1"), scan(messages, "2"), messages)
    assert (row["signal_id"], row["old_version"], row["new_version"]) == (SIGNAL, "lexicon@1", "lexicon@2")
    assert [row[name] for name in ("bucket", "both_count", "old_count", "new_count")] == [0, 0, 0, 0]


def test_days_of_which_neither_version_read_a_message_have_no_bridge() -> None:
    messages = make("0a")
    unread = [scan(messages, version, unread=(0,)) for version in ("1", "2")]
    assert count(*unread, messages) == []
    assert count(unread[0], scan(messages, "2"), messages) == []


def test_the_same_version_again_is_no_bridge() -> None:
    messages = make("0a")
    assert count(scan(messages, "1", 0), scan(messages, "1"), messages, "1") == []


def test_a_message_that_one_version_could_not_read_is_not_compared() -> None:
    messages = make("0a", "0b")
    (row,) = count(scan(messages, "1", 0), scan(messages, "2", 0, 1, unread=(1,)), messages)
    assert (row["both_count"], row["new_count"]) == (1, 0)


def test_a_change_of_an_own_signal_is_no_bridge() -> None:
    messages = make("0a")
    old, new = (scan(messages, version, 0, name="x_own") for version in ("1", "2"))
    assert count_bridge(messages, old, new, cards=[make_card("2", "x_own")]).num_rows == 0


def join(*scans: Scan, unfinished: frozenset[tuple[str, dt.date]] = frozenset()) -> Scan:
    findings, coverage = ([getattr(one, name) for one in scans] for name in ("findings", "coverage"))
    return Scan(pa.concat_tables(findings), pa.concat_tables(coverage), unfinished)


def test_a_detector_that_comes_or_leaves_is_bridged() -> None:
    messages = make("0a", "0b")
    alone = scan(messages, "1", 0, 1)
    beside = join(scan(messages, "1", 0), scan(messages, "7", name="judge"))
    cards = [make_card("1"), make_card("7", "judge")]
    rows = count_bridge(messages, alone, beside, cards=cards).to_pylist()
    assert {(row["old_version"], row["new_version"]) for row in rows} == {("judge@none", "judge@7")}
    assert [(row["both_count"], row["old_count"], row["new_count"]) for row in rows] == [(1, 0, 0), (0, 1, 0)]
    back = count_bridge(messages, join(alone, scan(messages, "7", 0, name="judge")), alone, cards=cards[:1])
    assert back["new_version"].unique().to_pylist() == ["judge@none"]


def test_a_detector_that_still_owes_messages_is_bridged_once_it_has_read_them() -> None:
    messages = make("0a")
    owed = frozenset(zip(messages["deployment_id"].to_pylist(), messages["day"].to_pylist(), strict=True))
    cards = [make_card("1"), make_card("7", "judge")]
    before = scan(messages, "1", 0)
    down = Scan(
        FINDING.empty(),
        with_inclusion(make_coverage(messages, [CoverageState.FAILED], card=cards[1])),
        owed,
    )
    waiting = join(before, down, unfinished=owed)
    assert count_bridge(messages, before, waiting, cards=cards).num_rows == 0
    (row,) = count_bridge(
        messages, waiting, join(scan(messages, "1"), scan(messages, "7", 0, name="judge")), cards=cards
    ).to_pylist()
    assert (row["old_version"], row["new_version"]) == ("judge@none", "judge@7")


def with_inclusion(coverage: pa.Table) -> pa.Table:
    place = coverage.schema.get_field_index("inclusion")
    return coverage.set_column(place, coverage.schema.field(place), pa.array([1.0] * coverage.num_rows))


def test_scores_that_the_log_gives_today_are_no_new_detector() -> None:
    messages = make("0a")
    logged = replace(make_card("1", "logged"), reads=(LOG,))
    now = join(scan(messages, "1", 0), scan(messages, "1", 0, name="logged"))
    assert count_bridge(messages, scan(messages, "1", 0), now, cards=[make_card("1"), logged]).num_rows == 0


def test_a_user_whom_the_log_does_not_name_is_a_cluster_of_each_conversation_alone() -> None:
    messages = make("unknown", "unknown")
    rows = count(scan(messages, "1", 0, 1), scan(messages, "2", 0, 1), messages)
    assert [row["bucket"] for row in rows] == [0, 1]


def make_day(day: dt.date, *, new: str = "lexicon@2", both: int = 1, is_trial: bool = False) -> pa.Table:
    row = {"deployment_id": "d", "day": day, "signal_id": SIGNAL, "old_version": "lexicon@1",
           "new_version": new, "is_trial": is_trial, "bucket": 10, "both_count": both, "old_count": 0,
           "new_count": 0}  # fmt: skip
    return pa.Table.from_pylist([row], schema=BRIDGE_DAY.arrow_schema)


def test_days_that_are_scored_in_parts_are_kept_part_by_part(tmp_path: Path) -> None:
    first, second = dt.date(2026, 3, 2), dt.date(2026, 4, 2)
    for rows in (
        make_day(first),
        make_day(second),
        make_day(second, new="lexicon@3"),
        make_day(first, both=7),
    ):
        with lakes.write(tmp_path, by="test") as commit:
            keep_bridge(commit, rows)
    held = lakes.Lake(tmp_path).read(BRIDGE_DAY.full_name)
    assert held is not None
    found = {(row["day"], row["new_version"], row["both_count"]) for row in held.to_pylist()}
    assert found == {(first, "lexicon@2", 7), (second, "lexicon@2", 1), (second, "lexicon@3", 1)}


def test_a_trial_takes_no_record_of_a_change_that_was_and_the_change_takes_that_of_its_trial(
    tmp_path: Path,
) -> None:
    first, second, third = (dt.date(2026, month, 2) for month in (3, 4, 5))
    for rows in (
        make_day(first, both=1, is_trial=True),
        make_day(first, both=2),  # adopted, and scored again
        make_day(first, both=3, is_trial=True),  # tried anew, after a way back
        make_day(second, both=4, is_trial=True),
        make_day(second, both=5, is_trial=True),
        pa.concat_tables([make_day(first, both=6, is_trial=True), make_day(third, both=7, is_trial=True)]),
    ):
        with lakes.write(tmp_path, by="test") as commit:
            keep_bridge(commit, rows)
    held = lakes.Lake(tmp_path).read(BRIDGE_DAY.full_name)
    assert held is not None
    found = {(row["day"], row["is_trial"], row["both_count"]) for row in held.to_pylist()}
    assert found == {(first, False, 2), (second, True, 5), (third, True, 7)}
