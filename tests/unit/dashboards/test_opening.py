"""Where a page opens whose address names no deployment, and that nothing else is answered for one."""

import json

import pytest

from risk_register.account import accounts
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.alarm.grave_findings import dismiss

HARBOR, COVE = "harbor_companion", "quiet_cove"


def opened(visitor, search="", path="/overview"):
    return visitor.show(path, search)["shown-deployment"]["data"]


def test_the_first_time_it_is_the_one_that_needs_a_person_most_and_says_so(officer):
    words = officer.read("/overview")
    assert "Of your 2 deployments this one needs a person most" in words
    assert "Harbor companion" in words


def test_alarms_that_a_person_took_call_nobody_in_the_reason_either(officer):
    assert "alarms calling: 1;" in officer.read("/overview")
    officer.send(
        "/alarms", f"?deployment={HARBOR}", action="resolve", alarm="a1", resolution="true", reason="R."
    )
    officer.client.delete_cookie("plimsoll_last_seen")
    assert "alarms calling: 0;" in officer.read("/overview")


def test_a_grave_finding_that_nobody_has_looked_at_counts_before_alarms_and_breaches(officer, store, clock):
    seen = [SeenFinding(COVE, clock().date(), f"m{number}", "x", "a_x", "lexicon") for number in range(2)]
    with store.write(actor="assess", at=clock()) as write:
        called = call_for_eyes(write, COVE, seen, figures={})
    assert "Grave findings that need eyes: 2; alarms calling: 0;" in officer.read("/overview")
    assert opened(officer) == COVE
    officer.client.delete_cookie("plimsoll_last_seen")
    for finding_id in called:
        dismiss(
            store, deployment_id=COVE, finding_id=finding_id, reason="R.", actor="safety_officer", at=clock()
        )
    assert "Grave findings that need eyes: 1; alarms calling: 1;" in officer.read("/overview")
    assert opened(officer) == HARBOR


def test_later_it_is_the_one_that_was_last_looked_at_without_a_word(officer):
    officer.show("/overview", f"?deployment={COVE}")
    assert opened(officer, path="/alarms") == COVE
    assert "needs a person most" not in officer.read("/overview")
    officer.show("/alarms", f"?deployment={HARBOR}")
    assert opened(officer) == HARBOR


def test_an_address_that_names_one_always_wins(officer):
    officer.show("/overview", f"?deployment={COVE}")
    assert opened(officer, f"?deployment={HARBOR}") == HARBOR


def test_it_outlives_the_session_but_not_for_somebody_else(officer, store, clock):
    officer.show("/overview", f"?deployment={COVE}")
    officer.client.post("/sign-out", data={"csrf_token": officer.token()})
    officer.sign_in("safety_officer")
    assert opened(officer) == COVE
    accounts.grant(store, name="viewer", role=accounts.Role.VIEWER, deployment_id=COVE,
                   actor="command_line", at=clock())  # fmt: skip
    assert opened(officer.sign_in("viewer")) == HARBOR
    assert COVE not in officer.client.get_cookie("plimsoll_last_seen").value


def test_a_deployment_whose_grant_was_taken_away_is_forgotten(officer, store, clock):
    officer.show("/overview", f"?deployment={COVE}")
    accounts.revoke(
        store, name="safety_officer", role=accounts.Role.SAFETY_OFFICER, deployment_id=COVE,
        actor="command_line", at=clock(),
    )  # fmt: skip
    assert opened(officer) == HARBOR


@pytest.mark.parametrize("name", ["safety_officer", "viewer"])
def test_no_download_and_no_form_is_answered_for_a_deployment_that_nobody_named(visit, name):
    visitor = visit().sign_in(name)
    has_several = name == "safety_officer"
    answer = visitor.client.get("/download/overview/indicators.csv")
    assert (answer.status_code == 400) is has_several
    sent = visitor.send("/incidents", "", action="open", title="x", severity="S2", nature="not_serious")
    assert (sent.status_code == 400) is has_several


def test_a_last_deployment_that_somebody_made_up_is_ignored(officer):
    officer.client.set_cookie(
        "plimsoll_last_seen", json.dumps({"account": "safety_officer", "deployment": COVE})
    )
    assert opened(officer) == HARBOR
