"""Built reports as they lie on disk: a manifest with hashes beside the files it vouches for."""

import hashlib
import json
import shutil
from contextlib import contextmanager
from pathlib import Path

from risk_register.report.editions import Drawn

NAME = "monthly_safety_review"


def build(
    reports: Path, *, deployment_id: str = "harbor_companion", period: str = "2026-10", **changes
) -> Path:
    """Write a small report into `reports`; `changes` replace facts of the manifest."""
    folder = reports / deployment_id / NAME / period
    folder.mkdir(parents=True, exist_ok=True)
    contents = {f"{NAME}.{kind}": f"{kind} of {period}".encode() for kind in ("pdf", "xlsx", "json")}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    manifest = {
        "schema": 1,
        "name": NAME,
        "status": "draft",
        "deployment_id": deployment_id,
        "period": period,
        "generation": 7,
        "built_at": "2026-11-21T05:00:00Z",
        "code_version": "0.1.0",
        "detector_versions": ["lexicon@1.4.0"],
        "home_kind": "demo",
        "published": {"file": "published-7.duckdb", "sha256": "ab" * 32},
        "suppression": {"hidden_cells": {"all": 12}},
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in contents.items()
        },
    } | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def draw_edition(reports: Path):
    """Stands for what draws an issued report: the files of the draft, in the edition's own folder."""

    @contextmanager
    def draw(deployment_id, report, period, edition):
        draft = reports / deployment_id / report / period
        manifest = json.loads((draft / "manifest.json").read_text()) | {"edition": edition.as_words()}
        content = json.dumps(manifest)

        def put_in_place():
            place = draft.with_name(f"{period}_edition_{edition.number}")
            shutil.copytree(draft, place)
            (place / "manifest.json").write_text(content)

        yield Drawn(hashlib.sha256(content.encode()).hexdigest(), put_in_place)

    return draw
