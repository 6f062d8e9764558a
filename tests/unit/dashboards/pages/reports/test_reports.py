"""Reports: listed by month with their facts, handed out as their manifest vouches for them, with a trace."""

import hashlib
import json
import shutil

import pytest

from dashboards.reports import KINDS
from risk_register.database.audit import list_entries

NAME = "monthly_safety_review"
PAGE, HARBOR = "/reports", "?deployment=harbor_companion"
FILES = "/file/reports/monthly_safety_review/2026-10"
PDF = f"{FILES}/monthly_safety_review.pdf{HARBOR}"


@pytest.fixture
def reports(home, report_factory):
    folder = home / "reports"
    for period in ("2026-09", "2026-10"):
        report_factory.build(folder, period=period)
    report_factory.build(folder, deployment_id="quiet_cove", period="2026-10")
    return folder


def traces(visitor):
    return list_entries(visitor.store, action="exported")


def test_reports_are_listed_by_month_with_what_their_manifests_say(reports, officer):
    words = officer.read(PAGE, HARBOR)
    assert words.index("October 2026") < words.index("September 2026")
    for told in ("2 built", "draft", "generation 7", "lexicon@1.4.0", "12 small cells", "21 Nov 2026, 05:00"):
        assert told in words


def test_a_file_comes_as_it_was_built_and_leaves_a_trace(reports, officer):
    answer = officer.client.get(PDF)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"pdf of 2026-10")
    assert "harbor_companion_monthly_safety_review_2026-10.pdf" in answer.headers["Content-Disposition"]
    (trace,) = traces(officer)
    assert (trace.actor, trace.deployment_id) == ("safety_officer", "harbor_companion")
    assert trace.subject == "harbor_companion_monthly_safety_review_2026-10.pdf"


@pytest.mark.parametrize(
    ("file", "media_type", "ending"),
    [("monthly_safety_review.json", "application/json", "2026-10.json"),
     ("monthly_safety_review.xlsx", KINDS[".xlsx"], "2026-10.xlsx"),
     ("manifest.json", "application/json", "_manifest.json")],
)  # fmt: skip
def test_every_kind_of_file_can_be_taken_away(reports, officer, file, media_type, ending):
    answer = officer.client.get(f"{FILES}/{file}{HARBOR}")
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert answer.headers["Content-Disposition"].endswith(ending)


@pytest.mark.parametrize(
    "name",
    ["../../../governance.sqlite", "..%2f..%2f..%2fgovernance.sqlite", "monthly_safety_review/2026-10/../x",
     "monthly_safety_review/2026-10/secret.txt", "monthly_safety_review/2026-10/%2e%2e/manifest.json",
     "monthly_safety_review/2026-12/monthly_safety_review.pdf", "/etc/passwd", "x",
     "monthly_safety_review/2026-10/link.pdf"],
)  # fmt: skip
def test_nothing_but_a_listed_file_of_this_deployment_comes(reports, officer, name):
    folder = reports / "harbor_companion" / "monthly_safety_review" / "2026-10"
    (folder / "secret.txt").write_text("secret")
    (folder / "link.pdf").symlink_to(reports.parent / "governance.sqlite")
    manifest = json.loads((folder / "manifest.json").read_text())
    for extra in ("link.pdf", "secret.txt", "../2026-09/manifest.json"):
        manifest["files"][extra] = {"sha256": "0" * 64, "bytes": 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    answer = officer.client.get(f"/file/reports/{name}{HARBOR}")
    assert "Content-Disposition" not in answer.headers
    assert b"secret" not in answer.data
    assert b"SQLite" not in answer.data
    assert traces(officer) == ()


def test_a_report_of_a_deployment_without_a_grant_does_not_come(reports, visit):
    visitor = visit().sign_in("compliance")
    assert visitor.client.get(f"{FILES}/manifest.json?deployment=quiet_cove").status_code == 403
    assert visitor.client.get(f"{FILES}/manifest.json{HARBOR}").status_code == 200


def test_a_viewer_sees_which_reports_there_are_and_takes_none_away(reports, visit):
    viewer = visit().sign_in("viewer")
    page = json.dumps(viewer.show(PAGE, HARBOR)["page"])
    assert "October 2026" in page
    assert "needs the role of safety officer" in page
    assert '"/file' not in page
    assert viewer.client.get(PDF).status_code == 403
    assert traces(viewer) == ()


def test_a_file_that_was_changed_after_it_was_built_is_not_handed_out(reports, officer):
    folder = reports / "harbor_companion" / "monthly_safety_review" / "2026-10"
    (folder / "monthly_safety_review.pdf").write_bytes(b"better numbers")
    answer = officer.client.get(PDF)
    assert answer.status_code == 409
    assert "was changed after it was built" in answer.get_data(as_text=True)
    assert b"better numbers" not in answer.data
    assert traces(officer) == ()


@pytest.mark.parametrize("text", ["", "[]", '{"name": "x"}', "null"])
def test_a_manifest_that_cannot_be_read_is_said_and_offers_no_file(reports, officer, text):
    (reports / "harbor_companion" / "monthly_safety_review" / "2026-10" / "manifest.json").write_text(text)
    words = officer.read(PAGE, HARBOR)
    assert "The manifest cannot be read" in words
    assert "September 2026" in words
    assert officer.client.get(PDF).status_code == 404


def test_a_manifest_that_was_copied_from_another_report_is_not_believed(reports, officer, report_factory):
    report_factory.build(reports, period="2026-08", deployment_id="harbor_companion")
    manifest = reports / "harbor_companion" / "monthly_safety_review" / "2026-08" / "manifest.json"
    manifest.write_text((manifest.parents[1] / "2026-10" / "manifest.json").read_text())
    assert "The manifest is of another report." in officer.read(PAGE, HARBOR)


def test_without_reports_the_page_says_how_to_build_one(officer):
    assert "plimsoll report build" in officer.read(PAGE, HARBOR)


def test_every_csv_leaves_a_trace_too(officer):
    assert officer.client.get(f"/download/overview/indicators.csv{HARBOR}").status_code == 200
    (trace,) = traces(officer)
    assert trace.subject == "harbor_companion_indicators_generation_7.csv"


def decide(visitor, action, *, folder="2026-10", **more):
    """The form of a step, as it was drawn for what lies there."""
    manifest = (visitor.reports / "harbor_companion" / NAME / folder / "manifest.json").read_bytes()
    form = {"report": NAME, "period": "2026-10", "manifest": hashlib.sha256(manifest).hexdigest()}
    answer = visitor.send(PAGE, HARBOR, takes_json=True, action=action, **form, **more)
    return answer.get_json().get("refusal", "done")


@pytest.fixture
def two(reports, visit):
    """A safety officer and somebody of compliance before the built reports."""
    pair = visit().sign_in("safety_officer"), visit().sign_in("compliance")
    for visitor in pair:
        visitor.reports = reports
    return pair


def test_a_report_goes_from_draft_to_filed_past_two_people(two):
    officer, compliance = two
    assert "Nobody has submitted it." in officer.read(PAGE, HARBOR)
    assert decide(officer, "submit") == "done"
    assert "another person must approve it" in decide(officer, "approve")
    assert decide(compliance, "approve") == "done"
    assert "may not issue report" in decide(officer, "issue")
    assert "Nobody has signed whether" in compliance.read(PAGE, HARBOR)  # beside the form that issues
    assert decide(compliance, "issue") == "done"
    edition = "2026-10_edition_1"
    assert decide(compliance, "file", folder=edition, reference="R-2026/7") == "done"
    words = officer.read(PAGE, HARBOR)
    for told in ("edition 1", "Submitted by safety_officer", "issued by compliance", "Reference: R-2026/7."):
        assert told in words
    assert "2 built" in words  # of October the edition alone; what was approved is in it
    answer = officer.client.get(f"/file/reports/{NAME}/{edition}/{NAME}.pdf{HARBOR}")
    assert (answer.status_code, answer.data) == (200, b"pdf of 2026-10")


def test_a_correction_is_another_edition_and_the_first_stays(two, report_factory):
    officer, compliance = two
    for visitor, step in ((officer, "submit"), (compliance, "approve"), (compliance, "issue")):
        assert decide(visitor, step) == "done"
    report_factory.build(officer.reports, period="2026-10", generation=8)
    words = officer.read(PAGE, HARBOR)
    assert "Edition 1 is out. What was built since may correct it." in words
    assert "a correction says why it is needed" in decide(officer, "submit")
    assert decide(officer, "submit", correction="A day came late.") == "done"
    assert "another person must approve it" in decide(officer, "approve")
    assert decide(compliance, "file", folder="2026-10_edition_1", reference="R-1") == "done"
    for step in ("approve", "issue"):
        assert decide(compliance, step) == "done"
    words = officer.read(PAGE, HARBOR)
    assert "Takes the place of edition 1: A day came late." in words
    assert "Edition 2 has taken its place: A day came late." in words
    assert "Reference: R-1." in words


@pytest.mark.parametrize("is_gone", [True, False])
def test_an_issued_edition_whose_files_are_gone_or_others_does_not_vanish(two, is_gone):
    officer, compliance = two
    for visitor, step in ((officer, "submit"), (compliance, "approve"), (compliance, "issue")):
        assert decide(visitor, step) == "done"
    words = "was issued by compliance"
    lost = "its files are missing here or are not those that were issued"
    assert lost not in officer.read(PAGE, HARBOR)
    folder = officer.reports / "harbor_companion" / NAME / "2026-10_edition_1"
    if is_gone:
        shutil.rmtree(folder)
    else:
        (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes() + b"\n")
    page = officer.read(PAGE, HARBOR)
    assert words in page
    assert lost in page


def test_beside_an_edition_whose_files_are_lost_no_page_says_that_none_has_been_built(two):
    officer, compliance = two
    for visitor, step in ((officer, "submit"), (compliance, "approve"), (compliance, "issue")):
        assert decide(visitor, step) == "done"
    page = officer.read(PAGE, HARBOR)
    assert ("issued and lost" in page, "Nothing else of" in page) == (False, False)
    shutil.rmtree(officer.reports / "harbor_companion")
    page = officer.read(PAGE, HARBOR)
    assert "0 built, 1 issued and lost." in page
    assert "Nothing else of this deployment is here to show." in page
    assert "None has been built for this deployment" not in page
    other = officer.read(PAGE, "?deployment=quiet_cove")
    assert "issued and lost" not in other


def test_only_the_steps_that_are_open_are_offered(two):
    officer, compliance = two
    assert "Submit it for approval" in officer.read(PAGE, HARBOR)
    decide(officer, "submit")
    assert "Approve it, as the second person" in compliance.read(PAGE, HARBOR)
    assert "Approve it, as the second person" not in officer.read(PAGE, HARBOR)  # whose own work it is
    assert "Issue it" not in compliance.read(PAGE, HARBOR)


def test_a_report_that_was_changed_is_not_issued(two):
    officer, compliance = two
    decide(officer, "submit")
    decide(compliance, "approve")
    (officer.reports / "harbor_companion" / NAME / "2026-10" / f"{NAME}.pdf").write_bytes(b"changed")
    assert "was changed after it was built" in decide(compliance, "issue")


def test_what_was_built_again_since_it_was_read_is_not_decided_on(two, report_factory):
    officer, compliance = two
    decide(officer, "submit")
    form = {"report": NAME, "period": "2026-10", "manifest": "0" * 64}
    assert "built again while you looked" in compliance.refusal(PAGE, HARBOR, action="approve", **form)
    report_factory.build(officer.reports, period="2026-10", generation=8)
    assert "was built again after it was submitted" in decide(compliance, "approve")
    assert "It was built again since." in compliance.read(PAGE, HARBOR)
