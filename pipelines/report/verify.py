"""Checks a built report: nothing was altered, and the same published file still gives the same report.

Who signed an edition stands in the store alone: whoever draws a folder anew can write any name into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipelines.errors import PlimsollError
from pipelines.report.build import (
    MANIFEST,
    compose_json,
    describe_report,
    draw_files,
    hash_bytes,
    hash_file,
    read_inputs,
    renderer,
)
from risk_register.report.editions import Edition
from risk_register.report.states import SubmissionRecord

OF_THE_PLACE = frozenset({"published", "renderer"})
"""What another place or version says otherwise of the same report; the file's own hash is checked."""
NEEDED = ("name", "deployment_id", "period", "built_at", "files", "published", "renderer")


def verify(folder: Path, *, published: Path | None = None) -> list[str]:
    """Problems of a built report, none if it is whole and can be rebuilt to the byte.

    The published file is found by the path that the manifest keeps relative to the folder, or is given.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return [f"{path} is missing: the report was never finished, or its manifest was removed."]
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{path} is not valid JSON: {error}"]
    missing = [key for key in NEEDED if not isinstance(manifest, dict) or key not in manifest]
    if missing:
        return [f"{path} lacks {', '.join(missing)}."]
    try:
        problems = _check_hashes(folder, manifest["files"])
        source = published or (folder / manifest["published"]["path_from_here"]).resolve()
        return problems + _check_rebuild(manifest, source)
    except (AttributeError, KeyError, TypeError, ValueError):  # of what a manifest holds nothing is sure
        return [f"{path} is not as it was written: a part of it has another form. It was altered."]


def read_issued(folder: Path) -> dict[str, Any] | None:
    """The manifest of an edition; None of a draft."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest if manifest.get("edition") else None


def check_signers(folder: Path, submissions: Iterable[SubmissionRecord]) -> list[str]:
    """What an edition says of who submitted, approved and issued it and the store does not say.

    Args:
        folder: of an edition whose manifest can be read.
        submissions: those of its deployment, as the store has them.
    """
    manifest = read_issued(folder)
    if manifest is None:
        return []
    said = manifest["edition"]
    asked = (manifest["name"], manifest["period"], said.get("number"))
    found = next((one for one in submissions if (one.report, one.period, one.edition) == asked), None)
    if found is None:
        return [f"Nobody issued edition {asked[2]} of {asked[0]} of {asked[1]} here: the store has none."]
    known = _say_words(found)
    different = [
        f"The edition says {key} {said.get(key)}, the store says {value}."
        for key, value in known.items()
        if said.get(key) != value
    ]
    if not different and hash_file(folder / MANIFEST) != found.edition_hash:
        return [
            f"{MANIFEST} is not that of the edition that was issued: its SHA-256 differs from the store's."
        ]
    return different


def _say_words(issued: SubmissionRecord) -> dict[str, Any]:
    """The words of an edition as the store keeps them; what it corrects has another number there."""
    names = {field.name for field in fields(Edition)} - {"number", "corrects", "approved_manifest_sha256"}
    words = {name: getattr(issued, name) for name in sorted(names)}
    edition = Edition(number=0, approved_manifest_sha256=issued.manifest_hash, **words).as_words()
    return {name: edition[name] for name in (*sorted(names), "approved_manifest_sha256")}


def _check_hashes(folder: Path, files: dict[str, dict[str, Any]]) -> list[str]:
    problems = []
    for name, entry in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing.")
        elif hash_file(path) != entry["sha256"]:
            problems.append(f"{name} is not the file that was built: its SHA-256 differs from the manifest.")
    strangers = {path.name for path in folder.iterdir()} - set(files) - {MANIFEST}
    return problems + [f"{name} is not part of the report." for name in sorted(strangers)]


def _check_rebuild(manifest: dict[str, Any], published: Path) -> list[str]:
    if not published.is_file():
        return [
            f"{published} is not there, so the report cannot be rebuilt and compared. Its home keeps "
            "it; name it with --published where the report was copied elsewhere."
        ]
    if hash_file(published) != manifest["published"]["sha256"]:
        return [f"{published.name} is not the file the report was built from: its SHA-256 differs."]
    name = manifest["name"]
    edition = manifest.get("edition")
    asked = read_inputs(manifest, published)
    try:
        approved = compose_json(name, **asked)
        content = compose_json(name, **asked, edition=edition) if edition else approved
    except PlimsollError as error:
        since = _reason(manifest)
        if since:
            return [f"The report cannot be rebuilt by this code, which is not the code that built it{since}."]
        return [f"The report cannot be rebuilt: {error}"]
    if edition and hash_bytes(approved) != edition["approved_json_sha256"]:
        return [
            f"This edition is not what was approved: it differs in more than its issue{_reason(manifest)}."
        ]
    return _compare(manifest, content)


def _compare(manifest: dict[str, Any], content: bytes) -> list[str]:
    """Where a rebuild differs: in a file, or in what pages show of the manifest and people sign."""
    drawn = draw_files(content, manifest["name"])
    said = json.loads(json.dumps(describe_report(json.loads(content), drawn)))
    files = [
        f"A rebuild gives another {file}{_reason(manifest)}."
        for file, data in drawn.items()
        if hash_bytes(data) != manifest["files"].get(file, {}).get("sha256")
    ]
    why = _reason(manifest) or "; it was altered"
    return files or [
        f"{MANIFEST} says another {key} than a rebuild{why}."
        for key in sorted((manifest.keys() | said) - OF_THE_PLACE)
        if manifest.get(key) != said.get(key)
    ]


def _reason(manifest: dict[str, Any]) -> str:
    now = renderer()
    changed = [
        f"{key} was {was}, is {now.get(key)}"
        for key, was in manifest["renderer"].items()
        if now.get(key) != was
    ]
    return f"; since then {', '.join(changed)}" if changed else ""
