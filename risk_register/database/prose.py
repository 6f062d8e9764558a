"""Words that people wrote may name an erased person by an id; the id goes, and the words around it stay.

Columns that hold an id as such are the business of `review.withdrawal`. What the database lets nobody change
keeps its words; an erasure says how many such rows there are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator

from sqlalchemy import Column, String, Table, UniqueConstraint, select, update

from risk_register.database.store import Store
from risk_register.database.tables.every import METADATA

HIDDEN = "[erased]"
PSEUDONYM = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
AUDIT = frozenset({"audit_entry", "audit_head"})
NEVER_CHANGED = AUDIT | {"risk_change", "risk_comment", "applicability_decision"}
"""Triggers of the database refuse it, whatever program is connected (migrations 0002 and 0005)."""


def hide_named(
    store: Store, *, deployment_id: str, ids: Collection[str], actor: str, at: dt.datetime
) -> dict[str, int]:
    """Put a neutral word in the place of these ids; returns how many rows of which table. Safe to repeat."""
    gone = frozenset(ids)
    counts: dict[str, int] = {}
    with store.write(actor=actor, at=at) as write:
        for table, columns in _list_prose():
            keys = list(table.primary_key.columns)
            for row in write.session.execute(select(*keys, *columns)).mappings().all():
                written = {one.name: row[one] for one in columns if row[one] is not None}
                hidden = {name: _hide(words, gone) for name, words in written.items()}
                changed = {name: words for name, words in hidden.items() if words != written[name]}
                if changed:
                    chosen = [key == row[key] for key in keys]
                    write.session.execute(update(table).where(*chosen).values(changed))
                    counts[table.name] = counts.get(table.name, 0) + 1
        if counts:
            write.record(
                "erased_ids_hidden_in_words", subject=deployment_id, deployment_id=deployment_id, **counts
            )
    return counts


def list_written(store: Store) -> frozenset[str]:
    """Everything in such words that looks like a pseudonym."""
    with store.read() as session:
        return frozenset(
            found
            for _, columns in _list_prose()
            for row in session.execute(select(*columns))
            for words in row
            if words is not None
            for found in PSEUDONYM.findall(words)
        )


def _hide(words: str, gone: Collection[str]) -> str:
    return PSEUDONYM.sub(lambda found: HIDDEN if found[0] in gone else found[0], words)


def _list_prose() -> Iterator[tuple[Table, list[Column[str]]]]:
    """Tables that can be changed, with their texts that neither identify a row nor lead to another."""
    for table in METADATA.sorted_tables:
        unique = {
            column.name
            for rule in table.constraints
            if isinstance(rule, UniqueConstraint)
            for column in rule.columns
        }
        columns = [
            column
            for column in table.columns
            if isinstance(column.type, String)
            and not (column.primary_key or column.foreign_keys or column.unique or column.name in unique)
        ]
        if columns and table.name not in NEVER_CHANGED:
            yield table, columns
