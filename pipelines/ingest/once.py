"""Each delivered message once; and the sorting of rows, which is fast where texts are compared once each.

Most messages come once. Only those that came again are weighed against each other, in SQL. Messages of one
name by different speakers are different messages: many logs number exchanges, question and answer alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.ingest.pseudonymise import CHARACTERS
from pipelines.settings import REPOSITORY

QUERY = REPOSITORY / "sql" / "staging" / "message.sql"
KEYS = ("role", "sent_at", "received_on", "version_on", "content_hash", "copy_count", "same_copy_count")
COUNTS = ("copy_count", "same_copy_count")
CHOSEN = ("message_id", "received_on", "version_on", *COUNTS)
LAST = np.iinfo(np.int64).max


def keep_once(engine: DuckDBEngine, delivered: pa.Table) -> pa.Table:
    """Each message once, in no order; of copies the one that `sql/staging/message.sql` keeps."""
    names = cut_names(delivered)
    codes = names.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    is_repeated = (np.bincount(codes) > 1)[codes] if len(codes) else np.zeros(0, dtype=bool)
    if is_repeated.any():
        again = delivered.filter(pa.array(is_repeated))
        weighed = again.select(KEYS).append_column("message_id", names.filter(pa.array(is_repeated)))
        engine.register("staging.delivered_message", weighed.append_column("row", _count(again)))
        kept = engine.query(QUERY.read_text(encoding="utf-8"))
        weighed = again.take(kept["row"])
        types = weighed.schema
        weighed = replace_columns(weighed, {one: kept[one].cast(types.field(one).type) for one in CHOSEN})
        delivered = pa.concat_tables([delivered.filter(pa.array(~is_repeated)), weighed])
    # A transcript counts as no copy; what is kept is one.
    return replace_columns(delivered, {one: pc.max_element_wise(delivered[one], 1) for one in COUNTS})


def cut_names(messages: pa.Table) -> pa.Array:
    """The names of messages without the speaker that stands behind some of them (`name_beside`)."""
    return pc.utf8_slice_codeunits(messages["message_id"].combine_chunks(), 0, CHARACTERS)


def replace_columns(rows: pa.Table, values: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    """Rows with other values in some columns."""
    for name, column in values.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(place), column)
    return rows


def name_beside(message_id: str, role: str) -> str:
    """What a message is called that has its name in common with one of another speaker.

    The name itself stays with the user's message, and with the only one: what is stored keeps its name.
    """
    return f"{message_id}-{role}"


def count_versions(messages: pa.Table) -> int:
    """Deliveries of these messages that said something else than the version that is kept."""
    return int(pc.sum(pc.subtract(*(messages[name] for name in COUNTS))).as_py() or 0)


def sort_rows(rows: pa.Table, *names: str) -> pa.Table:
    """Rows by these columns, nulls last."""
    return rows.take(pa.array(find_order(rows, *names)))


def find_order(rows: pa.Table, *names: str, at_last: str | None = None) -> npt.NDArray[np.int64]:
    """The places of the rows, sorted by these columns, nulls last.

    Args:
        rows: what is sorted.
        names: columns, the first counts most.
        at_last: a column of texts that decides among rows which are equal in all others; it is looked at for
            those alone, for texts that hardly come twice are dear to sort.
    """
    ranks = [_rank(rows[name].combine_chunks()) for name in names]
    order: npt.NDArray[np.int64] = np.lexsort(ranks[::-1])
    if at_last is None or len(order) < 2:
        return order
    is_same = np.ones(len(order) - 1, dtype=bool)
    for rank in ranks:
        is_same &= np.diff(rank[order]) == 0
    is_tied = np.append(is_same, False) | np.insert(is_same, 0, False)
    if is_tied.any():
        tied = order[is_tied]
        among = [rank[tied] for rank in ranks]
        last = _rank(rows[at_last].combine_chunks().take(pa.array(tied)))
        order[is_tied] = tied[np.lexsort([last, *among[::-1]])]
    return order


def _rank(values: pa.Array) -> npt.NDArray[np.int64]:
    """Numbers that sort as the values do."""
    if not pa.types.is_string(values.type):
        numbers = values.cast(pa.int32()) if pa.types.is_date32(values.type) else values
        return numbers.cast(pa.int64()).fill_null(LAST).to_numpy(zero_copy_only=False)
    encoded = values.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    ranks = np.empty(len(order) + 1, dtype=np.int64)
    ranks[order], ranks[-1] = np.arange(len(order)), LAST
    return ranks[encoded.indices.fill_null(len(order)).to_numpy(zero_copy_only=False)]


def _count(rows: pa.Table) -> pa.Array:
    return pa.array(np.arange(rows.num_rows), pa.int64())
