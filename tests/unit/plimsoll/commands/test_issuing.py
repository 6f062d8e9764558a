"""Issuing draws the edition beside whoever has the published file open, and says in words what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.report.build import hash_file
from pipelines.report.verify import verify
from pipelines.settings import Home
from plimsoll.commands.issuing import make_draw
from risk_register.errors import NotAllowedError
from risk_register.report_editions import Edition
from tests.unit.pipelines.report.conftest import DEPLOYMENT, build_from, sample

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def test_what_cannot_be_drawn_is_refused_in_words(tmp_path: Path) -> None:
    edition = Edition(1, "officer", AT, "second", AT, "compliance", AT, "0" * 64)
    with pytest.raises(NotAllowedError, match="does not hold the report that was approved"):
        make_draw(Home(tmp_path))("demo", "monthly_safety_review", "2026-10", edition)


def test_an_edition_is_drawn_while_a_reader_has_the_published_file_open_in_another_way(
    tmp_path: Path,
) -> None:
    (tmp_path / "published").mkdir()
    built = build_from(sample(), tmp_path / "published" / "published-7.duckdb", tmp_path / "reports")
    edition = Edition(1, "officer", AT, "second", AT, "compliance", AT, hash_file(built.files.manifest))
    with duckdb.connect(str(built.published), read_only=True, config={"threads": 1}):
        found = make_draw(Home(tmp_path))(DEPLOYMENT, "monthly_safety_review", "2026-08", edition)
    place = built.files.folder.with_name("2026-08_edition_1")
    assert found == hash_file(place / "manifest.json")
    assert verify(place) == []
