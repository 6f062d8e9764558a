"""What was replaced is gone from files and from the log of the table, and the table goes on."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable

from pipelines.lake import lake as lakes
from pipelines.lake.forgetting import forget
from pipelines.lake.lake import Lake, locate

DAY = dt.date(2026, 3, 1)
SCHEMA = pa.schema([("deployment_id", pa.string()), ("day", pa.date32()), ("text", pa.string())])


def put(path: Path, *texts: str) -> None:
    rows = pa.Table.from_pylist(
        [{"deployment_id": "one", "day": DAY, "text": text} for text in texts], SCHEMA
    )
    with lakes.write(path, by="test") as commit:
        commit.replace_days("staging.message", rows, [("one", DAY)])


def content(path: Path) -> str:
    """Everything below the lake, Parquet decoded."""
    found = []
    for file in path.rglob("*"):
        if file.suffix == ".parquet":
            table = lakes.datasets.dataset([str(file)], format="parquet").to_table()
            found.append(str(table.to_pylist()))
        elif file.is_file():
            found.append(file.read_text())
    return "\n".join(found)


def test_the_log_of_a_table_quotes_no_text(tmp_path: Path) -> None:
    put(tmp_path, "a heron on the roof")
    logs = "".join(file.read_text() for file in tmp_path.rglob("_delta_log/*.json"))
    assert "numRecords" in logs
    assert "heron" not in logs


def test_replaced_text_is_gone_from_data_files_and_logs(tmp_path: Path) -> None:
    put(tmp_path, "a heron on the roof", "kept")
    put(tmp_path, "kept")
    assert "a heron on the roof" in content(tmp_path)
    forget(tmp_path)
    assert "heron" not in content(tmp_path)
    assert Lake(tmp_path).read("staging.message")["text"].to_pylist() == ["kept"]


def test_a_file_that_a_killed_writer_had_not_committed_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "kept")
    shown = Path(Lake(tmp_path).files("staging.message")[0])
    pq.write_table(pa.table({"text": ["a heron on the roof"]}), shown.with_name("part-killed.parquet"))
    shown.with_name("part-torn.parquet").write_bytes(b"PAR1 a heron")
    forget(tmp_path)
    assert list(shown.parent.iterdir()) == [shown]


def test_a_table_that_forgot_takes_new_rows_and_can_forget_again(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        put(tmp_path, text)
        forget(tmp_path)
    put(tmp_path, "four")
    assert Lake(tmp_path).read("staging.message")["text"].to_pylist() == ["four"]
    assert DeltaTable(locate(tmp_path, "staging.message")).version() > 3


def test_only_the_current_generation_is_left(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        put(tmp_path, text)
    forget(tmp_path)
    left = [file.name for file in (tmp_path / "generations").glob("0*.json")]
    assert left == [f"{Lake(tmp_path).generation.number:08d}.json"]
