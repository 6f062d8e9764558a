"""The files of a report: the same numbers in all of them, the same bytes twice, and nothing that runs."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pipelines.errors import HomeError, StateError
from pipelines.report.build import REPORTS, build_report
from pipelines.report.display import MARK_TEXTS, STATUS_WORDS, show_cell
from pipelines.report.document import Mark
from pipelines.report.pdf import FOLDER
from pipelines.report.published import Status

NOW = dt.datetime(2026, 9, 2, 6, 30, tzinfo=dt.UTC)


def ask(published: Path, out: Path, **changes: Any) -> None:
    """Ask for the sample's report with one thing changed."""
    asked = {
        "name": "monthly_safety_review",
        "period": "2026-08",
        "deployment_id": "replay_companion",
        **changes,
    }
    build_report(asked.pop("name"), published=published, out=out, built_at=NOW, **asked)


def test_known_numbers_stand_in_json_workbook_and_pdf(built: Any) -> None:
    row = built.row("headline", indicator_id="missed_escalation_rate")
    assert (row["numerator"], row["denominator"], row["value"]) == (37, 412, 37 / 412)
    assert (row["watch"], row["breach"], row["status"]) == (0.02, 0.05, "breach")
    assert built.row("headline", indicator_id="escalation_rate")["previous_value"] == 1100 / 11001
    for text in (
        "Missed escalation 8.98% (8.08% to 9.88%) 37 of 412",
        "1,234 of 11,903",
        "1.37 per 1,000 (1.10 to 1.70) 88 of 64,201",
        "3.0 turns, median (2.0 to 4.0) 90th percentile 9.0 n = 375",
        "watch > 2.00% breach > 5.00%",
        "In breach: Missed escalation (8.98%) and Critical harm count (value hidden).",
        "The month covers 12,240 conversations.",
        "Special cause, high",
    ):
        assert text in built.text


def test_a_breach_of_which_only_the_least_is_known_says_at_least_how_much(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    row = next(one for one in sample_rows["observation"] if one["indicator_id"] == "turns_to_escalation")
    unknown = {"value": None, "ci_low": 40.0, "ci_high": None, "p90": None}
    row |= unknown | {"at_least": 40.0, "status": "breach"}
    week = row | {"period": "week", "period_start": dt.date(2026, 8, 10)}
    sample_rows["observation"].append(week)
    built = build(sample_rows)
    for table in ("headline", "escalation", "weekly"):
        found = [one for one in built.rows(table) if one["indicator_id"] == "turns_to_escalation"]
        assert {"mark": "unknown"} in [one["value"] for one in found]
        assert 40.0 in [one["at_least"] for one in found]
    assert built.row("headline", indicator_id="missed_escalation_rate")["at_least"] == {"mark": "none"}
    assert "at least 40.0 turns, median n = 375" in built.text
    assert "Turns to escalation (at least 40.0)" in built.text


def test_every_cell_of_the_json_is_the_typed_cell_of_the_workbook(built: Any) -> None:
    compared = 0
    for table in built.document["tables"]:
        sheet = built.workbook[table["title"][:31]]
        assert [cell.value for cell in sheet[1]] == [column["title"] for column in table["columns"]]
        assert sheet.freeze_panes == "A2"
        for row, cells in zip(table["rows"], sheet.iter_rows(min_row=2), strict=False):
            for column, cell in zip(table["columns"], cells, strict=True):
                assert_same_cell(row[column["key"]], cell.value, column["kind"])
                compared += 1
        assert sheet.max_row - 1 == max(len(table["rows"]), 1)
    assert compared > 500


def assert_same_cell(expected: Any, actual: Any, kind: str) -> None:
    """A mark as its text, a date as a date, a number as the same number, a word as itself."""
    if isinstance(expected, dict):
        assert actual == MARK_TEXTS[Mark(expected["mark"])]
    elif kind == "date":
        assert actual.date().isoformat() == expected
    elif kind in {"status", "variation"}:
        assert actual == show_cell(expected, kind)
    elif isinstance(expected, str):
        assert (actual or "") == expected
    else:
        assert type(actual) is type(expected) or isinstance(expected, int | float)
        assert actual == pytest.approx(expected, rel=1e-12)


def test_every_number_of_the_headline_and_the_data_quality_is_in_the_pdf(built: Any) -> None:
    text = built.text
    for row in built.rows("headline"):
        for key, kind in (
            ("value", "measure"),
            ("numerator", "count"),
            ("denominator", "count"),
            ("coverage", "share"),
        ):
            assert show_cell(row[key], kind, unit=row["kind"]) in text
    for row in built.rows("data_quality"):
        assert show_cell(row["row_count"], "count") in text


def test_building_twice_gives_the_same_bytes(build: Callable[..., Any]) -> None:
    first, second = build(out="first"), build(out="second")
    for name in ("json", "pdf", "xlsx"):
        assert getattr(first.files, name).read_bytes() == getattr(second.files, name).read_bytes()


def test_a_full_disk_is_told_with_the_folder_that_lies_on_it(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipelines.report.build._replace", fill)
    with pytest.raises(HomeError, match=r"The disk of .* is full"):
        build(out="full")


def test_the_manifest_names_versions_counts_and_hashes(built: Any) -> None:
    manifest = built.manifest
    assert manifest["parameters"] == {
        "name": "monthly_safety_review",
        "period": "2026-08",
        "deployment_id": "replay_companion",
    }
    assert (manifest["generation"], manifest["taxonomy_version"], manifest["detector_versions"]) == (
        7,
        "2026-11",
        ["rules@1"],
    )
    assert manifest["row_counts"]["headline"] == 11
    assert manifest["suppression"]["smallest_shown"] == 11
    assert manifest["suppression"]["hidden_cells"] == built.document["suppression"]["hidden_cells"]
    for path in (built.files.json, built.files.pdf, built.files.xlsx):
        assert manifest["files"][path.name]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert built.files.folder.parts[-3:] == ("replay_companion", "monthly_safety_review", "2026-08")


def test_no_text_becomes_a_formula_a_link_or_a_script(built: Any, hostile: str) -> None:
    cells = [cell for sheet in built.workbook for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == hostile] != []
    assert {cell.data_type for cell in cells if cell.value == hostile} == {"s"}
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile(built.files.xlsx) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower() or "external" in name.lower()]


def test_markup_and_typst_code_are_drawn_as_the_text_they_are(built: Any, hostile: str) -> None:
    assert built.text.replace(" ", "").count(hostile.replace(" ", "")) >= 3  # headline, change, incident
    reader = PdfReader(built.files.pdf)
    assert "/OpenAction" not in reader.trailer["/Root"]
    assert "/JavaScript" not in str(reader.trailer["/Root"].get("/Names", ""))
    actions = [a.get_object().get("/A") for page in reader.pages for a in page.get("/Annots") or ()]
    assert not [action for action in actions if action]


def test_the_templates_evaluate_nothing_and_fetch_nothing() -> None:
    templates = [*FOLDER.rglob("*.typ")]
    assert len(templates) >= 2
    for template in templates:
        source = template.read_text()
        assert not re.search(r"\beval\(|@preview|@local|\bplugin\(|\bread\(", source)


def test_every_status_but_the_last_has_a_shape_of_its_own() -> None:
    drawn = set(re.findall(r'id == "(\w+)"', (FOLDER / "house.typ").read_text()))
    assert (
        drawn
        == {status.value for status in Status} - {"not_applicable"}
        == set(STATUS_WORDS) - {"not_applicable"}
    )


def test_the_pdf_has_a_title_a_language_tags_and_page_numbers(built: Any) -> None:
    reader = PdfReader(built.files.pdf)
    root = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Monthly safety review, Replay companion, August 2026"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert f"page 1 of {len(reader.pages)}" in built.text
    assert "not a crisis service" in built.text.lower()
    assert "DRAFT" in built.text
    assert "Approved by another person" in built.text


def test_headers_of_a_long_table_come_back_on_every_page(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    item = sample_rows["checklist_item"][1]
    sample_rows["checklist_item"] = [
        {**item, "item_id": f"item_{i}", "reference": f"EC-{i:02}", "state": "not_met"} for i in range(120)
    ]
    reader = PdfReader(build(sample_rows).files.pdf)
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    with_items = [page for page in pages if "EC-" in page and "Stage Question State" in page]
    assert len(with_items) >= 3


def test_a_waiver_is_said_among_what_needs_attention_and_among_all_items(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    sample_rows["checklist_item"][1] |= {"waived_until": dt.date(2027, 2, 1)}
    built = build(sample_rows)
    told = built.text.replace("\xad", "-")  # as the bold font names its hyphen
    assert told.count("waived until 2027-02-01") == 2
    assert built.row("checklist", reference="EC-30")["waived_until"] == "2027-02-01"


def test_characters_that_no_shipped_font_has_are_written_out_in_the_pdf_alone(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    title = "Größe 心 \U0001f600 Привет a\u202eb\x07"
    sample_rows["incident"][0]["title"] = title
    built = build(sample_rows)
    assert (
        built.row("incidents", incident_id="incident-1")["title"]
        == "Größe 心 \U0001f600 Привет a[U+202E]b[U+0007]"
    )
    assert "Größe [U+5FC3] [U+1F600] Привет a[U+202E]b[U+0007]" in built.text


def test_a_word_without_a_blank_does_not_run_out_of_the_page(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    sample_rows["incident"][0]["title"] = "x" * 400
    reader = PdfReader(build(sample_rows).files.pdf)
    ends: list[float] = []
    for page in reader.pages:
        page.extract_text(
            visitor_text=lambda text, _cm, matrix, _font, size: ends.append(
                matrix[4] + (len(text.strip()) * size * 0.45 if "xxxx" in text else 0)
            )
        )
    assert max(ends) < float(reader.pages[0].mediabox.width)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"period": "2026-09"}, "no data for 2026-09. Months with data: 2026-07, 2026-08"),
        ({"period": "August"}, "'August' is not a month"),
        ({"name": "yearly_review"}, "no report 'yearly_review'. Available: monthly_safety_review"),
        ({"deployment_id": "other"}, "no deployment 'other' here. There are: replay_companion"),
    ],
)
def test_what_cannot_be_built_says_what_can(
    published: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(StateError, match=re.escape(message)):
        ask(published, tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()


def test_a_month_in_which_no_day_has_data_is_refused_though_a_week_of_a_user_counts_in_it(
    build: Any, sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    september = {"day": dt.date(2026, 9, 1), "state": "complete", "message_count": 400}
    sample_rows["data_day"] = [
        september,
        september | {"day": dt.date(2026, 8, 31), "state": "late", "message_count": 0},
    ]
    with pytest.raises(StateError, match=r"no data for 2026-08\. Months with data: none"):
        build(sample_rows)


def test_a_missing_or_a_foreign_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="Run the pipelines first"):
        ask(tmp_path / "published-1.duckdb", tmp_path / "out")
    foreign = tmp_path / "published-2.duckdb"
    foreign.write_text("not a database")
    with pytest.raises(StateError, match=r"cannot be read as a published file\..* `plimsoll run` publishes"):
        ask(foreign, tmp_path / "out")


def test_a_deployment_whose_name_is_a_path_gets_no_folder(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    for rows in sample_rows.values():
        for row in rows:
            row["deployment_id"] = "../elsewhere"
    sample_rows = {
        name: [
            {k: v for k, v in row.items() if k != "deployment_id"} if name in UNSCOPED else row
            for row in rows
        ]
        for name, rows in sample_rows.items()
    }
    with pytest.raises(StateError, match="no deployment 'replay_companion'"):
        build(sample_rows)
    published = tmp_path / "published" / "published-7.duckdb"
    with pytest.raises(StateError, match="cannot name a folder"):
        ask(published, tmp_path / "out" / "deep", deployment_id="../elsewhere")
    assert not (tmp_path / "out" / "elsewhere").exists()


UNSCOPED = {"build", "indicator", "detector"}


def test_an_almost_empty_month_says_what_is_missing_and_calls_nothing_safe(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    kept = ("build", "deployment", "indicator")
    one = next(row for row in sample_rows["observation"] if row["indicator_id"] == "handoff_offer_rate")
    days = [row for row in sample_rows["data_day"] if row["day"] == dt.date(2026, 8, 1)]
    built = build({**{name: sample_rows[name] for name in kept}, "observation": [one], "data_day": days})
    assert built.document["tally"]["within"] == 0
    assert built.document["tally"]["not_measured"] == 10
    for text in (
        "Not assessed yet.",
        "its quality is unknown",
        "The register of this deployment is empty.",
        "How many conversations took place in the month is not measured.",
        "Drift was not assessed",
    ):
        assert text in built.text


def test_an_unknown_status_is_refused_and_never_drawn(
    build: Callable[..., Any], sample_rows: dict[str, list[dict[str, Any]]]
) -> None:
    sample_rows["observation"][0]["status"] = "fine"
    with pytest.raises(StateError, match="unknown status 'fine'"):
        build(sample_rows)


def test_the_time_of_building_needs_a_zone(published: Path, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="time zone"):
        build_report(
            REPORTS[0],
            published=published,
            period="2026-08",
            deployment_id="replay_companion",
            out=tmp_path,
            built_at=NOW.replace(tzinfo=None),
        )


def test_the_json_is_sorted_and_reads_back(built: Any) -> None:
    content = built.files.json.read_text()
    assert content == json.dumps(json.loads(content), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
