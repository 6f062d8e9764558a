"""Turns what a source read into rows of staging: pseudonyms, redacted text, dates in the deployment's zone.

Episodes are not cut here: that needs the whole thread, see `fold`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.field import UNRECOGNISED
from pipelines.ingest.pseudonymise import UNKNOWN, Pseudonymiser
from pipelines.ingest.redact import Redactor
from pipelines.ingest.source import Records
from pipelines.schemas.staging import EVENT, MESSAGE, SCORE, VERSIONS
from pipelines.schemas.table import SLICES, TIMESTAMP

SOFTWARE = ("model", "prompt_version", *VERSIONS)
"""Slices that name software, not people; their versions may look like numbers to ring."""
NOT_YET = {"conversation_id", "turn", "day"}
DELIVERED_MESSAGE = pa.schema([f for f in MESSAGE.arrow_schema if f.name not in NOT_YET])
DELIVERED_SCORE = pa.schema([f for f in SCORE.arrow_schema if f.name not in NOT_YET])
DELIVERED_EVENT = pa.schema([f for f in EVENT.arrow_schema if f.name not in NOT_YET])


@dataclass(frozen=True)
class Stager:
    """What is needed to turn raw records into rows of one deployment."""

    deployment_id: str
    zone: str
    pseudonymiser: Pseudonymiser
    redactor: Redactor

    def stage_messages(self, records: Records, received_on: dt.date) -> pa.Table:
        """Rows of `staging.message` without episode, turn and day."""
        columns, count = records.messages, records.message_count
        if count == 0:
            return DELIVERED_MESSAGE.empty_table()
        redacted = [
            self.redactor.redact(str(text), is_assistant=role == "assistant", region=str(region or ""))
            for text, role, region in zip(columns["text"], columns["role"], columns["region"], strict=True)
        ]
        told = [columns["thread"], columns["message_id"]] if records.is_transcript else columns.values()
        hashes = [self.pseudonymiser.fingerprint(repr(row).encode()) for row in zip(*told, strict=True)]
        copies = [0 if records.is_transcript else 1] * count  # the fold makes one of none
        moments = pa.array(columns["sent_at"], pa.int64()).cast(TIMESTAMP)
        rows = {
            "deployment_id": [self.deployment_id] * count,
            "thread_id": self.pseudonymiser.identify_all("thread", self.deployment_id, columns["thread"]),
            "user_id": self.pseudonymiser.identify_all("user", self.deployment_id, columns["user"]),
            "message_id": self._message_ids(columns, hashes),
            "source_turn": columns["turn"],
            "role": columns["role"],
            "text": [item.text for item in redacted],
            "sent_at": moments,
            "sent_on": local_dates(moments, self.zone),
            **{name: self._labels(name, columns[name]) for name in (*SLICES, *VERSIONS)},
            "received_on": [received_on] * count,
            "content_hash": hashes,
            "copy_count": copies,
            "same_copy_count": copies,
            "redacted_count": [item.count for item in redacted],
        }
        return pa.table(rows, schema=DELIVERED_MESSAGE)

    def stage_scores(self, records: Records, messages: pa.Table) -> pa.Table:
        """Rows of `staging.score` without episode and day, for `messages` as they were staged."""
        given: list[Any] = records.messages.get("scores") or []
        rows = [
            {**person, **score._asdict()}
            for person, scores in zip(
                messages.select(["deployment_id", "thread_id", "message_id", "received_on"]).to_pylist(),
                given,
                strict=True,
            )
            for score in scores or ()
        ] if any(given) else []  # fmt: skip
        return pa.Table.from_pylist(rows, schema=DELIVERED_SCORE)

    def stage_events(self, records: Records, received_on: dt.date) -> pa.Table:
        """Rows of `staging.event` without episode and day."""
        columns, count = records.events, records.event_count
        if count == 0:
            return DELIVERED_EVENT.empty_table()
        identities = zip(
            columns["thread"], columns["kind"], columns["detail"], columns["occurred_at"], strict=True
        )
        moments = pa.array(columns["occurred_at"], pa.int64()).cast(TIMESTAMP)
        rows = {
            "deployment_id": [self.deployment_id] * count,
            "event_id": [
                self.pseudonymiser.identify("event", self.deployment_id, *parts) for parts in identities
            ],
            "thread_id": self.pseudonymiser.identify_all("thread", self.deployment_id, columns["thread"]),
            "user_id": self.pseudonymiser.identify_all("user", self.deployment_id, columns["user"]),
            "kind": columns["kind"],
            "detail": columns["detail"],
            "occurred_at": moments,
            "occurred_on": local_dates(moments, self.zone),
            "received_on": [received_on] * count,
            "copy_count": [1] * count,
        }
        return pa.table(rows, schema=DELIVERED_EVENT)

    def _labels(self, name: str, values: list[object]) -> list[str]:
        # A contact detail in the place of a label would pass by the text's redaction.
        known = {value: str(value or UNKNOWN) for value in set(values)}
        for value, label in known.items() if name not in SOFTWARE else ():
            if self.redactor.redact(label, is_assistant=False).count:
                known[value] = UNRECOGNISED
        return [known[value] for value in values]

    def _message_ids(self, columns: dict[str, list[object]], hashes: list[str]) -> list[str]:
        # The log's own id, else the place in the thread, else what was said and when.
        parts = zip(columns["thread"], columns["message_id"], columns["turn"], hashes, strict=True)
        return [
            self.pseudonymiser.identify(
                "message", self.deployment_id, thread, *_first_known(id=own_id, turn=turn, content=content)
            )
            for thread, own_id, turn, content in parts
        ]


def fill_columns(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of a lake that an earlier version wrote: a text column that it did not know is 'unknown'."""
    for field in schema:
        if field.name not in rows.schema.names:
            rows = rows.append_column(field.name, pa.repeat(pa.scalar(UNKNOWN, field.type), rows.num_rows))
    return rows.select(schema.names).cast(schema)


def local_dates(moments: pa.Array, zone: str) -> pa.Array:
    """Dates of UTC moments in an IANA zone."""
    return pc.local_timestamp(moments.cast(pa.timestamp("us", tz=zone))).cast(pa.date32(), safe=False)


def _first_known(**parts: object) -> tuple[str, object]:
    return next((name, value) for name, value in parts.items() if value is not None)
