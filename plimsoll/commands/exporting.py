"""`plimsoll export`: a published table of one deployment as a file, small cells hidden; it leaves a trace."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import typer
import xlsxwriter

from dashboards.sheet import Sheet, write_csv
from pipelines.errors import StateError
from plimsoll.commands.acting import DeploymentOption, MaybeAsOption, act
from plimsoll.commands.option import HomeOption, open_home, tell
from plimsoll.commands.publication import choose_deployment
from plimsoll.commands.taken_file import write_taken
from risk_register.account.accounts import Action
from risk_register.account.administration import COMMAND_LINE
from risk_register.database import audit
from risk_register.database.store import Store, open_store

SUBTRACTED = (
    "{table} has left before, from other generations ({count}, the newest {newest}). Whoever has both can "
    "subtract them: where days of both differ by a few people, that says something of those people."
)
IndicatorOption = Annotated[str | None, typer.Option("--indicator", help="Rows of this indicator alone.")]
SliceOption = Annotated[str | None, typer.Option("--slice", help="Rows of this slice; all is the whole.")]
FromOption = Annotated[
    dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="From this day.")
]
ToOption = Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="To this day.")]


class Format(StrEnum):
    """What a table is written as; hidden numbers are empty, and `is_suppressed` says so."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    PARQUET = "parquet"


def export(
    table: Annotated[
        str, typer.Argument(help="A published table, such as observation; a wrong one lists them.")
    ],
    *,
    account: MaybeAsOption = None,
    indicator: IndicatorOption = None,
    slice_name: SliceOption = None,
    first: FromOption = None,
    last: ToOption = None,
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.CSV,
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write a published table of a deployment, small cells hidden; the audit keeps who took what."""
    from pipelines.pointer import current_file
    from pipelines.publish.extract import read_extract

    place = open_home(home)
    allowed = None if account is None else act(home, account, deployment, Action.EXPORT).deployment_id
    published = current_file(place.published)
    deployment_id = allowed or choose_deployment(published, deployment)  # else whoever has the machine
    if out is not None and out.exists():
        raise StateError(f"{out} exists already. Nothing was written.")
    rows = read_extract(
        published,
        table,
        deployment_id=deployment_id,
        indicator_id=indicator,
        slice_name=slice_name,
        first=first.date() if first else None,
        last=last.date() if last else None,
    )
    content = WRITERS[form](rows, table)
    store = open_store(place.governance_url)
    earlier = _find_earlier(store, table, deployment_id, published.name)
    audit.record_access(
        store,
        action="exported",
        subject=f"{table} of {published.name}",
        deployment_id=deployment_id,
        reason=f"plimsoll export, {rows.num_rows} rows as {form}.",
        actor=account or COMMAND_LINE,
        at=dt.datetime.now(dt.UTC),
    )
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        write_taken(out, content)
    tell(f"{rows.num_rows} rows of {table}, {published.name}.")
    if earlier:
        tell(SUBTRACTED.format(table=table, count=len(earlier), newest=earlier[-1]))


def _find_earlier(store: Store, table: str, deployment_id: str, current: str) -> list[str]:
    """The other published files from which the same table has left, as the audit knows them."""
    taken = audit.list_entries(store, action="exported", deployment_id=deployment_id, limit=None)
    files = {name for entry in taken for what, _, name in [entry.subject.partition(" of ")] if what == table}
    return sorted(files - {current})


def _write_csv(rows: pa.Table, name: str) -> bytes:
    columns = rows.to_pydict()
    sheet = Sheet(name, tuple(columns), list(zip(*columns.values(), strict=True)))
    return write_csv(sheet).encode()


def _write_json(rows: pa.Table, _name: str) -> bytes:
    return orjson.dumps(rows.to_pylist(), option=orjson.OPT_INDENT_2) + b"\n"


def _write_workbook(rows: pa.Table, name: str) -> bytes:
    buffer = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "remove_timezone": True, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    with xlsxwriter.Workbook(buffer, plain) as workbook:
        sheet = workbook.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for place, (title, values) in enumerate(rows.to_pydict().items()):
            sheet.write_column(0, place, [title, *values])
    return buffer.getvalue()


def _write_parquet(rows: pa.Table, _name: str) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    return buffer.getvalue()


WRITERS: dict[Format, Callable[[pa.Table, str], bytes]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
    Format.XLSX: _write_workbook,
    Format.PARQUET: _write_parquet,
}
