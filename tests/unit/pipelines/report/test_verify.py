"""A report can be checked by anyone who has it and the published file it was made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from pipelines.report.build import hash_file
from pipelines.report.verify import verify


def test_a_report_that_nobody_touched_has_no_problem(build: Callable[..., Any]) -> None:
    assert verify(build().files.folder) == []


def test_a_home_that_was_moved_verifies_with_the_file_named(build: Callable[..., Any]) -> None:
    built = build()
    elsewhere = built.published.parent.parent / "elsewhere" / "published-7.duckdb"
    elsewhere.parent.mkdir()
    built.published.rename(elsewhere)
    (problem,) = verify(built.files.folder)
    assert problem.startswith(f"{built.published.resolve()} is not there")
    assert "--published" in problem
    assert verify(built.files.folder, published=elsewhere) == []


def test_an_altered_file_is_named(build: Callable[..., Any]) -> None:
    built = build()
    built.files.pdf.write_bytes(built.files.pdf.read_bytes() + b"\n")
    assert verify(built.files.folder) == [
        "monthly_safety_review.pdf is not the file that was built: its SHA-256 differs from the manifest."
    ]


def test_a_missing_and_a_strange_file_are_named(build: Callable[..., Any]) -> None:
    built = build()
    built.files.xlsx.unlink()
    (built.files.folder / "notes.txt").write_text("x")
    assert verify(built.files.folder) == [
        "monthly_safety_review.xlsx is missing.",
        "notes.txt is not part of the report.",
    ]


def test_numbers_changed_together_with_their_hash_do_not_survive_a_rebuild(build: Callable[..., Any]) -> None:
    built = build()
    manifest = built.manifest
    manifest["files"]["monthly_safety_review.json"]["sha256"] = "0" * 64
    built.files.manifest.write_text(json.dumps(manifest))
    problems = verify(built.files.folder)
    assert "A rebuild gives another monthly_safety_review.json." in problems


def test_a_rebuild_that_differs_names_what_changed_since(build: Callable[..., Any]) -> None:
    built = build()
    manifest = built.manifest
    manifest["renderer"]["typst"] = "0.1.0"
    manifest["files"]["monthly_safety_review.pdf"]["sha256"] = "0" * 64
    built.files.manifest.write_text(json.dumps(manifest))
    assert any("since then typst was 0.1.0, is " in problem for problem in verify(built.files.folder))


def test_a_file_that_later_code_cannot_read_is_told_as_such_and_not_as_an_error_of_the_database(
    build: Callable[..., Any],
) -> None:
    built = build()
    manifest = built.manifest
    with duckdb.connect(str(built.published)) as connection:
        connection.execute("alter table published.incident drop column closed_at")
    manifest["published"]["sha256"] = hash_file(built.published)
    manifest["renderer"]["report_code_sha256"] = "0" * 64
    built.files.manifest.write_text(json.dumps(manifest))
    (problem,) = verify(built.files.folder)
    assert problem.startswith(
        "The report cannot be rebuilt by this code, which is not the code that built it"
    )
    assert "closed_at" not in problem


def test_another_published_file_is_not_taken_for_the_one_used(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    built = build()
    sample_rows["observation"][0]["numerator"] = 1235.0
    build(sample_rows, out="other")
    assert verify(built.files.folder) == [
        "published-7.duckdb is not the file the report was built from: its SHA-256 differs."
    ]


def test_a_folder_without_a_whole_manifest_says_so(build: Callable[..., Any]) -> None:
    built = build()
    built.files.manifest.write_text("{}")
    assert "lacks name" in verify(built.files.folder)[0]
    built.files.manifest.write_text("not json")
    assert "is not valid JSON" in verify(built.files.folder)[0]
    built.files.manifest.unlink()
    assert "is missing" in verify(built.files.folder)[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [("generation", 99), ("home_kind", "real"), ("detector_versions", ["judge@9"]), ("row_counts", {}),
     ("suppression", {"hidden_cells": 0}), ("published_at", "2020-01-01"), ("status", "issued"),
     ("note", "x")],
)  # fmt: skip
def test_what_pages_show_of_a_manifest_is_compared_too(
    build: Callable[..., Any], key: str, value: object
) -> None:
    built = build()
    built.files.manifest.write_text(json.dumps(built.manifest | {key: value}))
    assert verify(built.files.folder) == [f"manifest.json says another {key} than a rebuild; it was altered."]


@pytest.mark.parametrize(
    ("key", "value"), [("files", []), ("published", "x"), ("built_at", "yesterday"), ("renderer", None)]
)
def test_a_manifest_of_another_form_is_told_in_words(
    build: Callable[..., Any], key: str, value: object
) -> None:
    built = build()
    built.files.manifest.write_text(json.dumps(built.manifest | {key: value, "generation": 99}))
    (*_, problem) = verify(built.files.folder)
    assert problem.endswith("It was altered.")
