"""Which indicators a log can support, told from the mapping that was proposed for it."""

from __future__ import annotations

from typing import Any

from pipelines.indicators.definition import Definition, load_definitions
from pipelines.indicators.vocabulary import Computer
from pipelines.ingest.mapping import MESSAGE_FIELDS

REQUIRED = {name for name, is_required in MESSAGE_FIELDS.items() if is_required}


def say_supported(mapping: dict[str, Any]) -> list[str]:
    """Lines for a reader: indicators that the log can support, those in part, and what the others lack."""
    rules = mapping["records"]
    if not any(rule["kind"] == "message" and set(rule["fields"]) >= REQUIRED for rule in rules):
        return ["Without whole messages this log supports no indicator."]
    given = _given(rules)
    groups: dict[str, list[str]] = {"whole": [], "part": [], "none": []}
    lacking: dict[str, set[str]] = {}
    for one in load_definitions():
        if one.computed_by is not Computer.SQL:
            continue  # computed from what Plimsoll itself knows, whatever the log holds
        missing = _missing(one, given)
        for need in missing:
            lacking.setdefault(need, set()).add(one.indicator_id)
        wants = [need for need in map(str, one.needs) if not need.startswith("signal:")]
        state = "whole" if not missing else "part" if len(missing) < len(one.needs) and wants else "none"
        groups[state].append(one.indicator_id)
    lines = [
        f"Indicators that this log can support, if a detector knows its language ({len(groups['whole'])}): "
        f"{', '.join(groups['whole'])}."
    ]
    if groups["part"]:
        lines.append(f"In part ({len(groups['part'])}): {', '.join(groups['part'])}.")
    if groups["none"]:
        lines.append(f"Not ({len(groups['none'])}): {', '.join(groups['none'])}.")
    lines += [f"  {need} is missing for {', '.join(sorted(ids))}." for need, ids in sorted(lacking.items())]
    return lines


def _given(rules: list[dict[str, Any]]) -> set[str]:
    """What a mapping gives, in the words of an indicator's `needs`. A kind of notice is seen only later."""
    given: set[str] = set()
    for rule in rules:
        if rule["kind"] == "message":
            given |= {f"field:{name}" for name in rule["fields"]}
        given.add({"handoff": "event:handoff", "notice": "notice:"}.get(rule["kind"], ""))
    return given


def _missing(one: Definition, given: set[str]) -> list[str]:
    def is_given(need: str) -> bool:
        kind = need.partition(":")[0]
        return kind == "signal" or need in given or (kind == "notice" and "notice:" in given)

    return [need for need in map(str, one.needs) if not is_given(need)]
