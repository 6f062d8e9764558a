"""Turns what a source read into rows of staging: pseudonyms, redacted text, dates in the deployment's zone.

Episodes are not cut here: that needs the whole thread, see `fold`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.field import UNRECOGNISED
from pipelines.ingest.pseudonymise import UNKNOWN, Pseudonymiser
from pipelines.ingest.raw import read_columns
from pipelines.ingest.redaction.redact import Redactor
from pipelines.ingest.redaction.sieve import redact_texts
from pipelines.ingest.source import Records
from pipelines.schemas.staging import EVENT, MESSAGE, SCORE, VERSIONS
from pipelines.schemas.table import SLICES, TIMESTAMP

SOFTWARE = ("model", "prompt_version", *VERSIONS)
"""Slices that name software, not people; their versions may look like numbers to ring."""
CONTENT = (
    *("thread", "user", "message_id", "turn", "role", "sent_at"),
    *("language", "region", "age_band", "gender", "model", "prompt_version", "use", "surface"),
    *("model_requested", "model_served", "provider_fingerprint", "policy_version"),
    "text",
)
"""What is hashed of a message, in this order: another order or another set would make copies conflict."""
CONTENT_OF_TRANSCRIPT = ("thread", "message_id")
ROWS_AT_ONCE = 5_000
"""Messages that are named at once; memory is then used again."""
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
        rows = read_columns(records)
        count = rows.num_rows
        if count == 0:
            return DELIVERED_MESSAGE.empty_table()
        texts, redacted = redact_texts(self.redactor, rows)
        message_ids, content_hashes = self._name(rows, is_transcript=records.is_transcript)
        is_uncounted = records.is_transcript or records.is_again
        copies = pa.repeat(pa.scalar(0 if is_uncounted else 1), count)  # the fold makes one of none
        moments = rows["sent_at"].cast(TIMESTAMP)
        columns = {
            "deployment_id": pa.repeat(pa.scalar(self.deployment_id), count),
            "thread_id": self._identify("thread", rows["thread"]),
            "user_id": self._identify("user", rows["user"]),
            "message_id": message_ids,
            "source_turn": rows["turn"],
            "role": rows["role"],
            "text": texts,
            "sent_at": moments,
            "sent_on": local_dates(moments, self.zone),
            **{name: self._labels(name, rows[name]) for name in (*SLICES, *VERSIONS)},
            "received_on": pa.repeat(pa.scalar(received_on), count),
            "content_hash": content_hashes,
            "copy_count": copies,
            "same_copy_count": copies,
            "redacted_count": pa.array(redacted),
            "version_on": pa.repeat(
                pa.scalar(None if records.is_transcript else received_on, pa.date32()), count
            ),
        }
        return pa.table(columns).cast(DELIVERED_MESSAGE)

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
            "copy_count": [0 if records.is_again else 1] * count,
        }
        return pa.table(rows, schema=DELIVERED_EVENT)

    def name_in(self, thread: str, names: Iterable[str]) -> list[str]:
        """The `message_id` of messages of a thread that the log, or the reader of its calls, names so."""
        told = (f"{thread}\x1fid\x1f{name}".encode() for name in names)
        return self.pseudonymiser.hash_all(("message", self.deployment_id), told)

    def name_transcript(self, threads: Sequence[str], names: Sequence[str]) -> tuple[pa.Array, pa.Array]:
        """`message_id` and `content_hash` of messages of transcripts."""
        columns = {"thread": threads, "message_id": names, "turn": [None] * len(names)}
        schema = pa.schema([("thread", pa.string()), ("message_id", pa.string()), ("turn", pa.int64())])
        return self._name(pa.RecordBatch.from_pydict(columns, schema=schema), is_transcript=True)

    def _identify(self, purpose: str, ids: pa.Array) -> pa.Array:
        """Pseudonyms of a column, each id hashed once."""
        encoded = ids.dictionary_encode()
        known = self.pseudonymiser.identify_all(purpose, self.deployment_id, encoded.dictionary.to_pylist())
        return pc.fill_null(pa.array(known, pa.string()).take(encoded.indices), UNKNOWN)

    def _labels(self, name: str, values: pa.Array) -> pa.Array:
        # A contact detail in the place of a label would pass by the text's redaction.
        encoded = values.dictionary_encode()
        labels = [str(value or UNKNOWN) for value in encoded.dictionary.to_pylist()]
        if name not in SOFTWARE:
            labels = [
                UNRECOGNISED if self.redactor.redact(label, is_assistant=False).count else label
                for label in labels
            ]
        return pc.fill_null(pa.array(labels, pa.string()).take(encoded.indices), UNKNOWN)

    def _name(self, rows: pa.RecordBatch, *, is_transcript: bool) -> tuple[pa.Array, pa.Array]:
        """`message_id` and `content_hash` of each row: what names it, and what tells copies from conflicts.

        A message is named by its own id, else by its turn, else by its content.
        """
        ids: list[str] = []
        contents: list[str] = []
        for start in range(0, rows.num_rows, ROWS_AT_ONCE):
            piece = rows.slice(start, ROWS_AT_ONCE)
            told = CONTENT_OF_TRANSCRIPT if is_transcript else CONTENT
            hashes = self.pseudonymiser.hash_all(("content",), _join(piece[name] for name in told))
            has_id, has_turn = pc.is_valid(piece["message_id"]), pc.is_valid(piece["turn"])
            kind = pc.if_else(has_id, "id", pc.if_else(has_turn, "turn", "content"))
            name = pc.coalesce(piece["message_id"], piece["turn"].cast(pa.string()), pa.array(hashes))
            ids += self.pseudonymiser.hash_all(
                ("message", self.deployment_id), _join([piece["thread"], kind, name])
            )
            contents += hashes
        return pa.array(ids, pa.string()), pa.array(contents, pa.string())


def _join(columns: Iterable[pa.Array]) -> Iterable[bytes]:
    """The values of each row as one content; what is not there is not the same as what is empty."""
    words = [column.cast(pa.string()) for column in columns]
    joined = pc.binary_join_element_wise(*words, "\x1f", null_handling="replace", null_replacement="\x1e")
    return joined.cast(pa.binary()).to_pylist()


def fill_columns(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows of a lake that an earlier version wrote: a column that it did not know is 'unknown', or null."""
    for field in schema:
        if field.name not in rows.schema.names:
            value = pa.scalar(None if field.nullable else UNKNOWN, field.type)
            rows = rows.append_column(field.name, pa.repeat(value, rows.num_rows))
    return rows.select(schema.names).cast(schema)


def local_dates(moments: pa.Array, zone: str) -> pa.Array:
    """Dates of UTC moments in an IANA zone."""
    return pc.local_timestamp(moments.cast(pa.timestamp("us", tz=zone))).cast(pa.date32(), safe=False)
