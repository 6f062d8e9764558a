"""From which day to which a delivered file reaches: when its messages were sent and its events happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.source import Records

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Span(NamedTuple):
    """Dates in the zone of the deployment; None where there is nothing, or nothing is known."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def cover(self, other: Span) -> Span:
        """The span of both."""
        days = [day for day in (*self, *other) if day is not None]
        return Span(min(days), max(days)) if days else self


NOTHING = Span()


def find_span(records: Records, zone: str) -> Span:
    """The span of what was accepted."""
    moments = list(_find_ends(records))
    if not moments:
        return NOTHING
    first, last = (
        (EPOCH + dt.timedelta(microseconds=one)).astimezone(ZoneInfo(zone)).date()
        for one in (min(moments), max(moments))
    )
    return Span(first, last)


def _find_ends(records: Records) -> Iterator[int]:
    plain = [] if records.plain is None else records.plain["sent_at"].chunks
    for values in (records.messages.get("sent_at", []), records.events.get("occurred_at", []), *plain):
        if len(values):
            yield from pc.min_max(pa.array(values, pa.int64())).as_py().values()
