"""Builds a report: reads the published file once, writes JSON, PDF, workbook and manifest.

The JSON is the source of truth; the PDF and the workbook are drawn from its bytes. Approving, issuing and
filing are `risk_register.report.submissions`; what an issued one adds is `edition`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from pipelines.errors import StateError
from pipelines.full_disk import told_full
from pipelines.report.document import Document
from pipelines.report.month import parse_month
from pipelines.report.pdf import FOLDER, STANDARDS, draw_pdf
from pipelines.report.published import Facts, read_facts
from pipelines.report.reports import monthly_safety_review
from pipelines.report.workbook import draw_workbook

MANIFEST = "manifest.json"
SCHEMA = 1


class Compose(Protocol):
    """How a report module turns facts into a document."""

    def __call__(self, facts: Facts, *, built_at: dt.datetime) -> Document: ...


COMPOSERS: dict[str, Compose] = {monthly_safety_review.NAME: monthly_safety_review.compose}
REPORTS: tuple[str, ...] = tuple(COMPOSERS)


@dataclass(frozen=True)
class ReportFiles:
    """Where a built report lies."""

    folder: Path
    json: Path
    pdf: Path
    xlsx: Path
    manifest: Path


def build_report(
    name: str, *, published: Path, period: str, deployment_id: str, out: Path, built_at: dt.datetime
) -> ReportFiles:
    """Build a report into `out/<deployment>/<name>/<period>/`; a draft of the same period is replaced.

    `published` is one published-<generation>.duckdb, `period` a month as `2026-08`, `built_at` aware.

    Raises:
        StateError: no such report, period, deployment or file, or nothing published for the period.
    """
    content = compose_json(
        name, published=published, period=period, deployment_id=deployment_id, built_at=built_at
    )
    contents = draw_files(content, name)
    if Path(deployment_id).name != deployment_id:
        raise StateError(
            f"The deployment '{deployment_id}' cannot name a folder, so its report has no place."
        )
    folder = out / deployment_id / name / period
    folder.mkdir(parents=True, exist_ok=True)
    write_files(folder, contents, published=published)
    return ReportFiles(
        folder=folder,
        json=folder / f"{name}.json",
        pdf=folder / f"{name}.pdf",
        xlsx=folder / f"{name}.xlsx",
        manifest=folder / MANIFEST,
    )


def read_inputs(manifest: Mapping[str, Any], published: Path) -> dict[str, Any]:
    """What `compose_json` needs to compose a built report again, from its manifest."""
    return {
        "published": published,
        "period": manifest["period"],
        "deployment_id": manifest["deployment_id"],
        "built_at": dt.datetime.fromisoformat(manifest["built_at"]),
    }


def draw_files(content: bytes, name: str) -> dict[str, bytes]:
    """The files of a report, all drawn from the bytes of its JSON."""
    document = json.loads(content)
    return {
        f"{name}.json": content,
        f"{name}.pdf": draw_pdf(document, template=name),
        f"{name}.xlsx": draw_workbook(document),
    }


def write_files(folder: Path, contents: dict[str, bytes], *, published: Path) -> None:
    """Write a report's files and the manifest that vouches for them, there only when all are whole."""
    document = next(json.loads(content) for name, content in contents.items() if name.endswith(".json"))
    tree = describe_report(document, contents) | {
        "published": {
            "file": published.name,
            "path_from_here": Path(os.path.relpath(published.resolve(), folder.resolve())).as_posix(),
            "sha256": hash_file(published),
        },
        "renderer": renderer(),
    }
    manifest = (json.dumps(tree, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()
    with told_full(folder):
        (folder / MANIFEST).unlink(missing_ok=True)
        for name, content in {**contents, MANIFEST: manifest}.items():
            _replace(folder / name, content)


def compose_json(
    name: str,
    *,
    published: Path,
    period: str,
    deployment_id: str,
    built_at: dt.datetime,
    edition: Mapping[str, Any] | None = None,
) -> bytes:
    """The report's JSON, without writing anything; `edition` is what an issued one says of itself."""
    if name not in COMPOSERS:
        raise StateError(f"There is no report '{name}'. Available: {', '.join(REPORTS)}.")
    if built_at.tzinfo is None:
        raise StateError("The time of building needs a time zone.")
    facts = read_facts(published, deployment_id=deployment_id, month=parse_month(period))
    document = COMPOSERS[name](facts, built_at=built_at.replace(microsecond=0))
    if edition is not None:
        document = replace(document, head={**document.head, "status": "issued", "edition": dict(edition)})
    return document.to_json()


def hash_bytes(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file that may be large."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def renderer() -> dict[str, str]:
    """Versions of what draws the files: another one may give other bytes from the same numbers."""
    sources = sorted([*FOLDER.rglob("*.py"), *FOLDER.rglob("*.typ")])
    joined = b"".join(
        path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() for path in sources
    )
    return {
        "report_code_sha256": hash_bytes(joined),
        "plimsoll": version("plimsoll"),
        "typst": version("typst"),
        "xlsxwriter": version("xlsxwriter"),
    }


def describe_report(document: dict[str, Any], contents: dict[str, bytes]) -> dict[str, Any]:
    """What a manifest says of a report, wherever and by whichever version it is drawn."""
    report = document["report"]
    kept = (
        "name", "status", "deployment_id", "period", "generation", "built_at", "published_at", "code_version",
        "taxonomy_version", "detector_versions", "home_kind",
    )  # fmt: skip
    return {
        "schema": SCHEMA,
        **{key: report[key] for key in kept},
        **({"edition": report["edition"]} if "edition" in report else {}),
        "data_cut_off": report["published_at"],
        "parameters": {
            "name": report["name"],
            "period": report["period"],
            "deployment_id": report["deployment_id"],
        },
        "pdf_standards": STANDARDS,
        "suppression": {
            key: document["suppression"][key]
            for key in (
                "smallest_shown",
                "zero_is_shown",
                "minimum_rate_denominator",
                "complementary",
                "hidden_cells",
            )
        },
        "row_counts": {table["id"]: len(table["rows"]) for table in document["tables"]},
        "files": {
            name: {"sha256": hash_bytes(content), "bytes": len(content)}
            for name, content in sorted(contents.items())
        },
    }


def _replace(path: Path, content: bytes) -> None:
    """Write aside and move over, so that a reader never meets half a file."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_bytes(content)
    aside.replace(path)
