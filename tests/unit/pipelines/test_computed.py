"""A day is stale when a file, a verdict, a detector or a definition that it comes from is another one."""

import datetime as dt

from pipelines.computed import finding_inputs, indicator_inputs, record, recorded
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake, Partition

ONE: Partition = ("one", dt.date(2026, 8, 3))
TWO: Partition = ("one", dt.date(2026, 8, 4))


class Held:
    """A lake of which only the names of files are known."""

    def __init__(self, **files: dict[Partition, str]) -> None:
        self._files = {"staging_message": {ONE: "a", TWO: "b"}} | files

    def fingerprints(self, name: str) -> dict[Partition, str]:
        """Files by partition, as `Lake.fingerprints` gives them."""
        return self._files.get(name.replace(".", "_"), {})

    def read(self, name: str) -> None:
        """Nothing else is known: nothing has expired."""


def changed(before: dict[Partition, str], after: dict[Partition, str]) -> set[Partition]:
    return {part for part in before.keys() | after.keys() if before.get(part) != after.get(part)}


def test_the_same_inputs_are_the_same_word():
    assert finding_inputs(Held(), "1") == finding_inputs(Held(), "1")  # type: ignore[arg-type]


def test_findings_of_a_day_depend_on_its_messages_its_verdict_and_the_detectors():
    before = finding_inputs(Held(), "1")  # type: ignore[arg-type]
    messages = finding_inputs(Held(staging_message={ONE: "other", TWO: "b"}), "1")  # type: ignore[arg-type]
    gate = finding_inputs(Held(ledger_quality={TWO: "checked"}), "1")  # type: ignore[arg-type]
    assert changed(before, messages) == {ONE}
    assert changed(before, gate) == {TWO}
    assert changed(before, finding_inputs(Held(), "2")) == {ONE, TWO}  # type: ignore[arg-type]


def test_indicators_of_a_day_depend_on_its_findings_conversations_events_and_definitions():
    findings = {ONE: "f", TWO: "g"}
    before = indicator_inputs(Held(), findings, "1")  # type: ignore[arg-type]
    for table in ("staging_conversation", "staging_event"):
        after = indicator_inputs(Held(**{table: {ONE: "other"}}), findings, "1")  # type: ignore[arg-type]
        assert changed(before, after) == {ONE}
    assert changed(before, indicator_inputs(Held(), findings | {TWO: "h"}, "1")) == {TWO}  # type: ignore[arg-type]
    assert changed(before, indicator_inputs(Held(), findings, "2")) == {ONE, TWO}  # type: ignore[arg-type]


def test_what_is_written_down_is_read_back_by_stage_and_what_is_gone_goes(tmp_path):
    with lakes.write(tmp_path, by="a test") as commit:
        record(commit, "finding", {ONE: "f", TWO: "g"}, [ONE, TWO])
    with lakes.write(tmp_path, by="a test") as commit:
        record(commit, "indicator", {ONE: "i"}, [ONE])
    with lakes.write(tmp_path, by="a test") as commit:
        record(commit, "finding", {ONE: "other"}, [ONE], gone=[TWO])
    assert recorded(Lake(tmp_path), "finding") == {ONE: "other"}
    assert recorded(Lake(tmp_path), "indicator") == {ONE: "i"}
    assert recorded(Lake(tmp_path / "empty"), "finding") == {}


def test_what_a_step_writes_down_twice_in_one_commit_is_all_kept(tmp_path):
    part = ("one", dt.date(2026, 8, 3))
    with lakes.write(tmp_path / "lake", by="a test") as commit:
        record(commit, "indicator", {part: "a"}, {part})
        record(commit, "carried", {part: "b"}, {part})
    lake = Lake(tmp_path / "lake")
    assert (recorded(lake, "indicator"), recorded(lake, "carried")) == ({part: "a"}, {part: "b"})
