"""No deployment without a grant: pages, downloads, forms and every callback, on every request."""

import json

import pytest

from dashboards.app import PAGES
from risk_register.account import accounts

MARKS_OF_HARBOR = ("Harbor companion", "gpt-5.2", "23,480")
PATHS = [page.path + ("/missed_escalation_rate" if page.takes_subject else "") for page in PAGES]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("search", ["?deployment=quiet_cove", "?deployment=no_such_deployment"])
def test_a_page_of_a_deployment_without_grant_shows_nothing_of_it(visit, path, search):
    answer = json.dumps(visit().sign_in("viewer").show(path, search))
    assert "has no role on this deployment" in answer
    assert "Quiet cove" not in answer
    assert "Harbor companion" not in answer


@pytest.mark.parametrize("path", PATHS)
def test_an_account_without_any_grant_sees_no_deployment(visit, path):
    answer = json.dumps(visit().sign_in("stranger").show(path))
    assert "has no role on any deployment" in answer
    assert [mark for mark in MARKS_OF_HARBOR if mark in answer] == []


def test_the_switcher_lists_only_what_may_be_read(visit):
    one = json.dumps(visit().sign_in("viewer").show("/overview")["switcher"])
    both = json.dumps(visit().sign_in("safety_officer").show("/overview")["switcher"])
    assert "quiet_cove" not in one
    assert "quiet_cove" in both


def test_a_grant_that_is_taken_away_ends_at_once(officer):
    search = "?deployment=quiet_cove"
    assert "Quiet cove" in officer.read("/overview", search)
    accounts.revoke(
        officer.store, name="safety_officer", role=accounts.Role.SAFETY_OFFICER, deployment_id="quiet_cove",
        actor="command_line", at=officer.clock(),
    )  # fmt: skip
    assert "No access" in officer.read("/overview", search)


def test_a_disabled_account_is_signed_out_wherever_it_is_open(officer):
    assert officer.client.get("/overview").status_code == 200
    accounts.disable_account(officer.store, name="safety_officer", actor="command_line", at=officer.clock())
    assert officer.client.get("/overview").status_code == 303
    assert officer.client.post("/_dash-update-component", json={}).status_code == 401


def test_every_callback_that_runs_here_goes_through_the_grant(app, visit):
    ours = {key for key, entry in app.callback_map.items() if "callback" in entry}
    assert ours == {key for key in ours if key.startswith("..page.children")}
    assert len(ours) == 1


@pytest.mark.parametrize("page", [page for page in PAGES if page.sheets], ids=lambda page: page.title)
def test_a_download_needs_a_grant_and_the_right_to_export(visit, page):
    path = page.path + ("/missed_escalation_rate" if page.takes_subject else "")
    address = f"/download{path}/{next(iter(page.sheets))}.csv?deployment="
    viewer, officer = visit().sign_in("viewer").client, visit().sign_in("safety_officer").client
    assert officer.get(address + "harbor_companion").status_code == 200
    assert viewer.get(address + "harbor_companion").status_code == 403
    assert viewer.get(address + "quiet_cove").status_code == 403
    assert officer.get(address + "no_such_deployment").status_code == 403


def test_a_viewer_is_not_offered_downloads_or_the_form_to_attest(visit):
    search = "?deployment=harbor_companion&item=crisis_testing_passed"
    for name, is_offered in (("viewer", False), ("safety_officer", True)):
        answer = json.dumps(visit().sign_in(name).show("/ethics-checklist", search))
        assert ("/download/" in answer) is is_offered
        assert ("/send/" in answer) is is_offered
