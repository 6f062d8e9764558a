"""An issued report says that it left, by whom and what it corrects, and nothing that was not approved."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipelines.errors import StateError
from pipelines.report.build import hash_file
from pipelines.report.verify import check_signers, verify
from risk_register.report.editions import Edition
from risk_register.report.states import ReportStatus, SubmissionRecord
from tests.unit.pipelines.report.conftest import Built, build_from, issue_edition

NAME = "monthly_safety_review"
AT = dt.datetime(2026, 9, 3, 9, 30, tzinfo=dt.UTC)


def edition_of(built: Built, number: int = 1, **changes: object) -> Edition:
    given = {"number": number, "submitted_by": "officer", "submitted_at": AT, "approved_by": "second",
             "approved_at": AT, "issued_by": "compliance", "issued_at": AT + dt.timedelta(days=1),
             "approved_manifest_sha256": hash_file(built.files.manifest), **changes}  # fmt: skip
    return Edition(**given)  # type: ignore[arg-type]


def read_pdf(folder: Path) -> str:
    pages = [page.extract_text() for page in PdfReader(folder / f"{NAME}.pdf").pages]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


@pytest.fixture(scope="module")
def own(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample month's report in a folder of its own, to be issued."""
    return build_from(None, built.published, tmp_path_factory.mktemp("issued"))


def test_an_edition_says_that_it_was_issued_and_the_draft_stays_a_draft(own: Built) -> None:
    before = {path.name: path.read_bytes() for path in own.files.folder.iterdir()}
    place = issue_edition(own.files.folder, edition_of(own))
    assert place.name == "2026-08_edition_1"
    words = read_pdf(place)
    assert "ISSUED, EDITION 1" in words
    assert "Issued by compliance, 2026-09-04 09:30" in words
    assert "Approved by second" in words
    assert "DRAFT" not in words
    assert "this report is a draft" not in words
    assert "DRAFT" in read_pdf(own.files.folder)
    assert {path.name: path.read_bytes() for path in own.files.folder.iterdir()} == before
    assert verify(place) == []


def test_a_correction_names_what_it_replaces_and_leaves_it_alone(own: Built) -> None:
    first = issue_edition(own.files.folder, edition_of(own))
    kept = {path.name: path.read_bytes() for path in first.iterdir()}
    second = issue_edition(
        own.files.folder, edition_of(own, 2, corrects=1, correction_reason="A day came late.")
    )
    assert "Takes the place of edition 1: A day came late." in read_pdf(second)
    assert {path.name: path.read_bytes() for path in first.iterdir()} == kept
    assert verify(first) == verify(second) == []


def test_drawing_an_edition_again_gives_the_same_bytes(own: Built) -> None:
    edition = edition_of(own, 3)
    first = {path.name: path.read_bytes() for path in issue_edition(own.files.folder, edition).iterdir()}
    assert {
        path.name: path.read_bytes() for path in issue_edition(own.files.folder, edition).iterdir()
    } == first


def test_an_edition_in_which_a_figure_was_changed_is_found(own: Built) -> None:
    place = issue_edition(own.files.folder, edition_of(own, 4))
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["edition"]["approved_json_sha256"] = "0" * 64
    (place / "manifest.json").write_text(json.dumps(manifest))
    assert any("is not what was approved" in problem for problem in verify(place))


def test_what_was_not_approved_becomes_no_edition(own: Built) -> None:
    with pytest.raises(StateError, match="does not hold the report that was approved"):
        issue_edition(own.files.folder, edition_of(own, approved_manifest_sha256="0" * 64))


def kept(place: Path, edition: Edition, **changes: object) -> SubmissionRecord:
    """What the store says of an edition that lies in this folder."""
    given = {"deployment_id": "replay_companion", "number": 7, "report": NAME, "period": "2026-08",
             "manifest_hash": edition.approved_manifest_sha256, "state": ReportStatus.ISSUED,
             "submitted_by": edition.submitted_by, "submitted_at": edition.submitted_at,
             "approved_by": edition.approved_by, "approved_at": edition.approved_at,
             "issued_by": edition.issued_by, "issued_at": edition.issued_at, "filed_by": None,
             "filed_at": None, "reference": "", "declined_by": None, "declined_at": None,
             "decline_reason": "", "edition": edition.number,
             "edition_hash": hash_file(place / "manifest.json"), "corrects": None,
             "correction_reason": edition.correction_reason, **changes}  # fmt: skip
    return SubmissionRecord(**given)  # type: ignore[arg-type]


def test_an_edition_that_was_drawn_anew_with_another_approver_is_found_by_the_store(own: Built) -> None:
    edition = edition_of(own, 5)
    issued = kept(issue_edition(own.files.folder, edition), edition)
    assert check_signers(own.files.folder.with_name("2026-08_edition_5"), [issued]) == []
    forged = issue_edition(own.files.folder, edition_of(own, 5, approved_by="dr_jane_smith"))
    assert verify(forged) == []
    assert check_signers(forged, [issued]) == [
        "The edition says approved_by dr_jane_smith, the store says second."
    ]


def test_an_edition_that_nobody_issued_and_one_of_other_bytes_are_found_by_the_store(own: Built) -> None:
    edition = edition_of(own, 6)
    place = issue_edition(own.files.folder, edition)
    issued = kept(place, edition)
    for other in ([], [replace(issued, edition=5)], [replace(issued, period="2026-07")]):
        (problem,) = check_signers(place, other)
        assert problem.startswith(f"Nobody issued edition 6 of {NAME} of 2026-08 here")
    (problem,) = check_signers(place, [replace(issued, edition_hash="0" * 64)])
    assert problem.startswith("manifest.json is not that of the edition that was issued")


def test_a_draft_has_no_signers(own: Built) -> None:
    assert check_signers(own.files.folder, []) == []
