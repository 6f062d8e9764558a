"""Proposes a mapping from a sample of a log, and says what it guessed.

A proposal is for a person to check: names and values give hints, never certainty. Nothing is stored, and
no value of a free text is ever shown (`code_word`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.ingest.mapping import HANDOFF_STAGES, MESSAGE_FIELDS, NOTICE_KINDS, TEST_TRAFFIC, parse_mapping
from pipelines.ingest.precise import name_reason
from pipelines.ingest.proposal.candidate import NAMES, Column, Columns, choose, find_name, gather, pick
from pipelines.ingest.proposal.code_word import find_kinds, say_values
from pipelines.ingest.proposal.doubt import (
    find_test_traffic,
    say_lacking,
    say_lists,
    say_no_values,
    say_nobody,
    say_not_found,
    say_others,
    say_shared,
    say_times,
    values_at,
)
from pipelines.ingest.proposal.sample import take_sample
from pipelines.ingest.sources import recognise

RECOGNISED = 20
"""Records of these in which a known format is looked for."""

ROLES = {
    "user": ("user", "human", "customer", "client", "member", "patient", "person"),
    "assistant": ("assistant", "bot", "ai", "model", "system_bot", "gpt", "chatbot"),
    "agent": ("agent", "operator", "staff", "counsellor", "counselor", "clinician", "human_agent"),
}
NAMING = ("message_id", "turn")
UNNAMED = (
    "No field names a message (message_id, turn): it is told by its time, role and text, so that one whose "
    "text was corrected and delivered again counts twice. Map such a field if the log has one."
)
REQUIRED = {name for name, is_required in MESSAGE_FIELDS.items() if is_required}


@dataclass(frozen=True)
class Proposal:
    """A mapping as plain data, and what was guessed, each in a sentence."""

    mapping: dict[str, Any]
    notes: tuple[str, ...]


def infer_mapping(source: Path) -> Proposal:
    """Propose a mapping for the records of a folder or file.

    Raises:
        SourceError: there is no readable file, or no record in it; with the reason of each file.
    """
    sample = take_sample(source)
    records = sample.records
    notes = [f"Looked at {len(records)} records.", *(f"Not read: {one}" for one in sample.tell_unread())]
    formats = sorted({name for record in records[:RECOGNISED] for name in recognise(record)})
    notes += [
        f"Records look like format {name}: `plimsoll ingest DIR --format {name} --deployment ID` "
        "reads it without a mapping."
        for name in formats
    ]
    by, kinds = find_kinds(records, notes)
    groups: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        if by is None or record[by] in kinds:
            groups[record[by] if by else None].append(record)
    rules: list[dict[str, Any]] = []
    for value, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        rule = _rule(by, value, group, notes, is_main=not rules)
        if rule is not None:
            rules.append(rule)
    mapping: dict[str, Any] = {
        "deployment": {"id": "my_deployment", "title": "My deployment", "zone": "UTC"},
        "records": rules,
    }
    notes += [UNNAMED] * any(
        rule["kind"] == "message" and not set(NAMING) & set(rule["fields"]) for rule in rules
    )
    notes.append(
        "Set deployment.id, title and zone (of the reporting day) yourself: a log does not say them."
    )
    if any(re.search(r"\d{4}-\d{2}-\d{2}", path.name) for path in sample.paths):
        mapping["received_on"] = {"file_name": r"(\d{4}-\d{2}-\d{2})"}
        notes.append("File names hold a date; it is taken as the day of delivery.")
    else:
        notes.append("No file name holds a date: the day of the ingest counts as that of delivery.")
    if all(set(rule["fields"]) >= REQUIRED for rule in rules if rule["kind"] == "message"):
        parse_mapping(mapping, name="the proposal")
    return Proposal(mapping, tuple(notes))


def _rule(
    by: str | None, value: str | None, group: list[dict[str, Any]], notes: list[str], *, is_main: bool
) -> dict[str, Any] | None:
    """The rule for records of one kind; of the main kind also one that still lacks something."""
    columns = gather(group)
    columns.pop(by or "", None)
    label = f"{by} = {value}" if by else "records"
    _forget_precise(columns, notes, label)
    fields, kind = _message_fields(columns, notes, label, group), "message"
    missing = [name for name in MESSAGE_FIELDS if name in REQUIRED and name not in fields]
    if missing:
        events, event_kind = _event_fields(columns, group)
        if events is not None:
            fields, kind = events | _test_fields(columns, notes, label), event_kind
        elif is_main:
            seen = {path: column.types.total() for path, column in columns.items()}
            notes.append(f"{label}: {say_not_found(missing, seen, len(group))}")
            notes += [f"{label}: {doubt}" for doubt in say_lists(group)]
        else:
            notes.append(
                f"{label}: neither messages nor handoffs nor notices; left out ({len(group)} records)."
            )
            return None
    elif kind == "message":
        doubts = [
            *say_lacking(fields, group),
            *say_times(fields["sent_at"], values_at(group, fields["sent_at"])),
            *say_no_values(fields, group),
        ]
        notes += [f"{label}: {doubt}" for doubt in doubts]
    rule: dict[str, Any] = {"kind": kind}
    if by:
        rule["when"] = {"field": by, "equals": value}
    rule["fields"] = fields
    how = "read as" if kind != "message" or not missing else "begun as"
    notes.append(f"{label}: {how} {kind}, fields {', '.join(sorted(fields)) or 'none yet'}.")
    return rule


def _forget_precise(columns: dict[str, Column], notes: list[str], label: str) -> None:
    """No proposal ever reads a date of birth or a precise place."""
    for path in sorted(columns):
        if name_reason(path) is not None:
            notes.append(f"{label}: {path} looks like a date of birth or a precise place and stays out.")
            del columns[path]


def _message_fields(
    columns: Columns, notes: list[str], label: str, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Where the fields of a message lie, as far as names and values tell."""
    thread = choose(columns, "thread", records)
    chosen = {
        "thread": thread,
        "text": choose(columns, "text", records, thread=thread.path, suits=_is_text),
        "sent_at": choose(columns, "sent_at", records, thread=thread.path),
        "role": choose(columns, "role", records, suits=lambda column: bool(_role_values(column))),
        "user": choose(columns, "user", records),
    }
    found = {name: one.path for name, one in chosen.items()}
    fields: dict[str, Any] = {name: path for name, path in found.items() if path and name != "user"}
    if role := found["role"]:
        known = _role_values(columns[role])
        fields["role"] = {"field": role, "values": known}
        strange = {value: count for value, count in columns[role].values.items() if value not in known}
        if strange:
            notes.append(
                f"{label}: unknown roles, which would be rejected: {say_values(strange)}. "
                "Say under role.values whether they are user, assistant or agent."
            )
    if set(fields) < REQUIRED:
        return fields
    fields |= {"user": found["user"]} if found["user"] else {}
    for name, one in chosen.items():
        if one.path:
            notes += [f"{label}: {doubt}" for doubt in say_others(name, one.path, one.others)]
    if user := found["user"]:
        user_count, thread_count = (len(columns[fields[name]].values) for name in ("user", "thread"))
        doubts = [
            *say_nobody(user, value_count=user_count, thread_count=thread_count),
            *say_shared(fields, records),
        ]
        notes += [f"{label}: {doubt}" for doubt in doubts]
    for name in NAMING:
        path, doubts = find_name(columns, name, fields, records)
        fields |= {name: path} if path else {}
        notes += [f"{label}: {doubt}" for doubt in doubts]
    for name in NAMES:
        if name not in fields and name not in (*NAMING, "detail", TEST_TRAFFIC):
            path = pick(columns, name)
            if path and path not in found.values():
                fields[name] = path
    return fields | _test_fields(columns, notes, label)


def _test_fields(columns: Columns, notes: list[str], label: str) -> dict[str, Any]:
    """The field that marks tests, of any kind of record; none where no field does."""
    if flag := pick(columns, TEST_TRAFFIC, _is_truth):
        return {TEST_TRAFFIC: flag}
    tests = find_test_traffic({path: column.values for path, column in columns.items()})
    if tests is None:
        return {}
    notes.append(
        f"{label}: {tests['field']} = {', '.join(tests['values'])} is taken for test traffic, "
        "which is left out and counted."
    )
    return {TEST_TRAFFIC: tests}


def _event_fields(
    columns: Columns, records: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any] | None, str]:
    thread = pick(columns, "thread")
    moment = choose(columns, "sent_at", records).path
    for kind, allowed in (("handoff", HANDOFF_STAGES), ("notice", NOTICE_KINDS)):
        detail = pick(columns, "detail", partial(_holds_one_of, words=frozenset(allowed)))
        if thread and moment and detail:
            fields: dict[str, Any] = {"thread": thread, "detail": detail, "occurred_at": moment}
            user = choose(columns, "user", records).path
            return fields | ({"user": user} if user else {}), kind
    return None, ""


def _holds_one_of(column: Column, words: frozenset[str]) -> bool:
    return bool(words & column.values.keys())


def _is_text(column: Column) -> bool:
    return column.types["str"] > 0


def _is_truth(column: Column) -> bool:
    return bool(column.values) and {value.lower() for value in column.values} <= {"true", "false", "0", "1"}


def _role_values(column: Column) -> dict[str, str]:
    return {value: role for value in column.values for role, words in ROLES.items() if value.lower() in words}
