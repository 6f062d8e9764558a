"""Draws the files of an issued report: the approved one, with the words that it was issued and by whom.

Nothing else may differ: without those words it is the approved JSON to the byte, or no edition is drawn. It
lies in a folder of its own, so that a correction never touches it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pipelines.errors import StateError
from pipelines.report.build import (
    MANIFEST,
    compose_json,
    draw_files,
    hash_bytes,
    hash_file,
    read_inputs,
    write_files,
)
from risk_register.report.editions import Edition


def draw_edition(draft: Path, edition: Edition, aside: Path) -> str:
    """Draw the files of an edition into an empty folder beside the draft's; the SHA-256 of their manifest.

    Raises:
        StateError: the draft is not the approved one, or cannot be rebuilt from its data.
    """
    manifest_path = draft / MANIFEST
    if not manifest_path.is_file() or hash_file(manifest_path) != edition.approved_manifest_sha256:
        raise StateError(f"{draft} does not hold the report that was approved.")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    name, published = manifest["name"], (draft / manifest["published"]["path_from_here"]).resolve()
    if not published.is_file() or hash_file(published) != manifest["published"]["sha256"]:
        raise StateError(
            f"{manifest['published']['file']}, from which {draft} was built, is not there as it was."
        )
    asked = read_inputs(manifest, published)
    if hash_bytes(compose_json(name, **asked)) != manifest["files"][f"{name}.json"]["sha256"]:
        raise StateError(f"{draft} cannot be rebuilt to the same bytes; build, submit and approve it anew.")
    words = {**edition.as_words(), "approved_json_sha256": manifest["files"][f"{name}.json"]["sha256"]}
    write_files(aside, draw_files(compose_json(name, **asked, edition=words), name), published=published)
    return hash_file(aside / MANIFEST)


def put_in_place(aside: Path, place: Path) -> None:
    """Put a drawn edition where it is looked for, in the place of one that was drawn and never issued.

    To be called while nobody else can issue: what left stands in the same place.
    """
    shutil.rmtree(place, ignore_errors=True)
    aside.rename(place)


def name_folder(period: str, number: int) -> str:
    """The name of an edition's folder."""
    return f"{period}_edition_{number}"
