"""`plimsoll export`: a table as a file of four kinds, by whoever may, and never without a trace."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.publish.extract import TABLES
from pipelines.schemas.published import TABLES as PUBLISHED
from pipelines.settings import Home
from risk_register.database import audit
from risk_register.database.store import Store
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run

NOTE = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has published one change."""
    home, _ = make_governed_home(tmp_path_factory.mktemp("template") / "home")
    table = TABLES["change"]
    row = {
        "change_id": "c1",
        "deployment_id": "companion",
        "what": "model",
        "note": NOTE,
        "origin": "observed",
    }
    with duckdb.connect(str(home.published / "published-1.duckdb")) as connection:
        connection.execute("create schema published")
        made = table.empty().from_pylist([row], schema=table.arrow_schema)
        connection.from_arrow(made).create(table.full_name)
    (home.published / "current").write_text("published-1.duckdb\n")
    return home.path


@pytest.fixture
def governed(template: Path, tmp_path: Path) -> tuple[Home, Store]:
    home = Home(Path(shutil.copytree(template, tmp_path / "home")))
    return home, Store(home.governance_url)


def add_deployment(home: Home) -> None:
    table = next(one for one in PUBLISHED if one.name == "deployment")
    row = {
        "deployment_id": "companion",
        "title": "",
        "zone": "UTC",
        "conversation_count": 1,
        "message_count": 1,
    }
    with duckdb.connect(str(home.published / "published-1.duckdb")) as connection:
        connection.from_arrow(table.empty().from_pylist([row], schema=table.arrow_schema)).create(
            table.full_name
        )


@pytest.fixture
def run(
    governed: tuple[Home, Store], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    return make_run(governed[0], monkeypatch, capfd)


def test_each_kind_of_file_holds_the_row_and_nothing_that_runs(run: Run, tmp_path: Path) -> None:
    for form in ("csv", "json", "xlsx", "parquet"):
        out = tmp_path / f"change.{form}"
        assert run("export", "change", "--format", form, "--out", out, account="compliance").code == 0
    (line,) = csv.DictReader(io.StringIO((tmp_path / "change.csv").read_text(encoding="utf-8-sig")))
    assert line["note"] == f"'{NOTE}"
    assert json.loads((tmp_path / "change.json").read_text())[0]["note"] == NOTE
    sheet = openpyxl.load_workbook(tmp_path / "change.xlsx").active
    place = [cell.value for cell in sheet[1]].index("note")
    assert (sheet[2][place].value, sheet[2][place].data_type) == (NOTE, "s")
    assert pq.read_table(tmp_path / "change.parquet")["note"].to_pylist() == [NOTE]


def test_an_export_leaves_a_trace_and_needs_a_role_that_may(run: Run, governed: tuple[Home, Store]) -> None:
    assert "viewer may not export" in run("export", "change", account="viewer").complaint
    assert "HYPERLINK" in run("export", "change", account="compliance").output
    (entry,) = [one for one in audit.list_entries(governed[1]) if one.action == "exported"]
    assert (entry.actor, entry.subject) == ("compliance", "change of published-1.duckdb")


def test_without_an_account_the_audit_names_the_command_line(run: Run, governed: tuple[Home, Store]) -> None:
    add_deployment(governed[0])
    assert "HYPERLINK" in run("export", "change").output
    (entry,) = [one for one in audit.list_entries(governed[1]) if one.action == "exported"]
    assert (entry.actor, entry.deployment_id) == ("command_line", "companion")


def test_a_file_is_whole_under_its_name_and_for_its_owner_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, seen = tmp_path / "change.csv", []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(out.exists()))
    assert run("export", "change", "--out", out, account="compliance").code == 0
    assert seen[-1] is False
    assert out.stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("mine")
    done = run("export", "change", "--out", tmp_path / "there.csv", account="compliance")
    assert (done.code, "exists already" in done.complaint) == (1, True)
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_before_anything_is_published_it_says_what_to_do(run: Run, governed: tuple[Home, Store]) -> None:
    (governed[0].published / "current").unlink()
    assert "plimsoll run" in run("export", "change", account="compliance").complaint


def test_what_left_from_another_generation_is_told_to_whoever_takes_it_again(
    governed: tuple[Home, Store], run: Run
) -> None:
    published = governed[0].published
    for _ in range(2):
        assert "subtract" not in run("export", "change", account="compliance").complaint
    (published / "published-1.duckdb").rename(published / "published-2.duckdb")
    (published / "current").write_text("published-2.duckdb\n")
    told = run("export", "change", account="compliance").complaint
    assert "change has left before, from other generations (1, the newest published-1.duckdb)" in told


def test_the_rows_are_those_that_were_asked_for_and_the_trace_counts_them(
    governed: tuple[Home, Store], run: Run
) -> None:
    table = TABLES["observation"]
    rows = [
        {"deployment_id": "companion", "indicator_id": name, "period": "week", "slice": part,
         "slice_value": part, "estimate": "raw", "is_of_few": False, "period_start": dt.date(2026, 8, day)}
        for name, part, day in (("refusal_rate", "all", 3), ("refusal_rate", "all", 10),
                                ("refusal_rate", "region", 3), ("escalation_rate", "all", 3))
    ]  # fmt: skip
    with duckdb.connect(str(governed[0].published / "published-1.duckdb")) as connection:
        made = pa.Table.from_pylist(rows, schema=pa.schema([(c.name, c.type) for c in table.columns]))
        connection.from_arrow(made).create(table.full_name)
    asked = {
        (): 4,
        ("--indicator", "refusal_rate"): 3,
        ("--slice", "region"): 1,
        ("--from", "2026-08-04"): 1,
        ("--to", "2026-08-04"): 3,
    }
    counts = [
        len(run("export", "observation", *words, "--format", "json", account="compliance").document)
        for words in asked
    ]
    assert counts == list(asked.values())
    said = [one.details["reason"] for one in audit.list_entries(governed[1], action="exported")]
    assert said[::-1] == [f"plimsoll export, {count} rows as json." for count in counts]


def test_what_left_of_another_table_is_no_earlier_export_of_this_one(
    governed: tuple[Home, Store], run: Run
) -> None:
    audit.record_access(
        governed[1], action="exported", subject="observation of published-0.duckdb",
        deployment_id="companion", reason="R.", actor="compliance", at=dt.datetime(2026, 8, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    assert "subtract" not in run("export", "change", account="compliance").complaint
