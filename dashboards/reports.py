"""Built reports on disk: which a deployment has, what their manifests say, and their files.

A file is only ever found by walking the folder and its manifest, never by joining what a request says to a
path. How a report is built, and whether it can be rebuilt, is not here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
EDITION = "_edition_"  # between the period and the number, in the name of an edition's folder
LAST_OF_ALL = 1_000_000  # a draft stands above the editions
KINDS = {  # in the order in which people look for them
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
}


class ReportError(Exception):
    """A built report is not what its manifest says."""


@dataclass(frozen=True)
class ReportFile:
    """One file of a report; the manifest itself has no hash of its own."""

    name: str
    path: Path
    size: int
    sha256: str | None

    @property
    def kind(self) -> str:
        """PDF, XLSX, JSON or manifest."""
        return "manifest" if self.sha256 is None else self.path.suffix.removeprefix(".").upper()

    @property
    def media_type(self) -> str:
        """What a browser is told."""
        return KINDS[self.path.suffix]

    def read(self) -> bytes:
        """The bytes that the manifest vouches for.

        Raises:
            ReportError: the file is gone or was changed after it was built.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ReportError(f"{self.name} cannot be read; build the report again.") from error
        if self.sha256 is not None and hashlib.sha256(content).hexdigest() != self.sha256:
            raise ReportError(
                f"{self.name} is not the file that its manifest names: it was changed after it was built. "
                "Build the report again, and find out who changed it."
            )
        return content


@dataclass(frozen=True)
class BuiltReport:
    """A report of one period: a draft, or an edition that was issued; `place` names its folder.

    `problem` says why its manifest cannot be used, then nothing else is known.
    """

    name: str
    period: str
    place: str = ""
    edition: int | None = None
    manifest_sha256: str = ""
    built_at: datetime | None = None
    generation: int | None = None
    code_version: str = ""
    detectors: tuple[str, ...] = ()
    published_sha256: str = ""
    hidden_cells: int | None = None
    home_kind: str = ""
    files: tuple[ReportFile, ...] = ()
    problem: str = ""


def find_reports(folder: Path | None, deployment_id: str) -> tuple[BuiltReport, ...]:
    """The reports of a deployment, the newest period first; none if there is no folder."""
    if folder is None:
        return ()
    place = _below(folder, deployment_id)
    if place is None or not place.is_dir():
        return ()
    found = [
        _read_report(path.parent, deployment_id)
        for path in place.glob(f"*/*/{MANIFEST}")
        if path.resolve().is_relative_to(place.resolve())
    ]
    return tuple(
        sorted(found, key=lambda one: (one.period, one.name, one.edition or LAST_OF_ALL), reverse=True)
    )


def find_file(folder: Path | None, deployment_id: str, name: str) -> ReportFile | None:
    """The file that a page calls `<report>/<folder>/<file>`; None for anything else."""
    for report in find_reports(folder, deployment_id):
        for file in report.files:
            if name == f"{report.name}/{report.place}/{file.name}":
                return file
    return None


def _below(folder: Path, deployment_id: str) -> Path | None:
    """The folder of a deployment, which must be named by one plain word."""
    return folder / deployment_id if Path(deployment_id).name == deployment_id else None


def _read_report(place: Path, deployment_id: str) -> BuiltReport:
    name, period = place.parent.name, place.name.partition(EDITION)[0]
    try:
        content = (place / MANIFEST).read_bytes()
        manifest: dict[str, Any] = json.loads(content)
        edition = manifest.get("edition", {}).get("number")
        folder = period if edition is None else f"{period}{EDITION}{edition}"
        named = (manifest["deployment_id"], manifest["name"], manifest["period"], folder)
        if named != (deployment_id, name, period, place.name):
            return BuiltReport(name, period, problem="The manifest is of another report.")
        files = [
            ReportFile(file, place / file, int(facts["bytes"]), str(facts["sha256"]))
            for file, facts in manifest["files"].items()
            if Path(file).name == file and Path(file).suffix in KINDS and _lies_in(place / file, place)
        ]
        return BuiltReport(
            name=name,
            period=period,
            place=place.name,
            edition=edition,
            manifest_sha256=hashlib.sha256(content).hexdigest(),
            built_at=datetime.fromisoformat(manifest["built_at"]),
            generation=int(manifest["generation"]),
            code_version=str(manifest["code_version"]),
            detectors=tuple(str(one) for one in manifest["detector_versions"]),
            published_sha256=str(manifest["published"]["sha256"]),
            hidden_cells=int(manifest["suppression"]["hidden_cells"]["all"]),
            home_kind=str(manifest["home_kind"]),
            files=(
                *sorted(files, key=_order),
                ReportFile(MANIFEST, place / MANIFEST, (place / MANIFEST).stat().st_size, None),
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return BuiltReport(name, period, problem=f"The manifest cannot be read ({type(error).__name__}).")


def _order(file: ReportFile) -> tuple[int, str]:
    return (list(KINDS).index(file.path.suffix), file.name)


def _lies_in(path: Path, place: Path) -> bool:
    """Whether a file is really there and not a link to somewhere else."""
    return path.is_file() and path.resolve().parent == place.resolve()
