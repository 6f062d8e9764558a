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


def draw_edition(draft: Path, edition: Edition) -> Path:
    """The folder of the edition beside the draft's; drawn again, it takes the place of an unfinished one.

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
    place = draft.with_name(name_folder(manifest["period"], edition.number))
    aside = place.with_name(f".{place.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    write_files(aside, draw_files(compose_json(name, **asked, edition=words), name), published=published)
    shutil.rmtree(place, ignore_errors=True)
    aside.rename(place)
    return place


def name_folder(period: str, number: int) -> str:
    """The name of an edition's folder."""
    return f"{period}_edition_{number}"
