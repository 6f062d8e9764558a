"""Regimes: what they stop in words of their own row, and what answers the paper by its usual name."""

import json

from risk_register.content import load_paper_map
from risk_register.register.register import list_risks

PAGE, HARBOR = "/regimes", "?deployment=harbor_companion"


def test_a_row_says_why_its_reports_wait_without_its_own_id(officer):
    words = officer.read(PAGE, HARBOR)
    assert "no: nobody has signed whether it applies here." in words
    assert "us_ca_companion_chatbots: nobody" not in words


def test_a_signed_regime_that_applies_stops_its_reports_no_more(visit):
    compliance = visit().sign_in("compliance")
    signed = {"regime": "us_ca_companion_chatbots", "applies": "yes", "reason": "We serve it."}
    before = compliance.read(PAGE, HARBOR).count("no: nobody has signed")
    assert compliance.send(PAGE, HARBOR, action="sign", **signed).status_code == 303
    assert compliance.read(PAGE, HARBOR).count("no: nobody has signed") == before - 1


def test_what_answers_the_paper_is_called_as_on_its_own_page(officer):
    named = {name for row in load_paper_map() for name in row.risks}
    risks = [one for one in list_risks(officer.store, "harbor_companion") if one.risk_id in named]
    assert len(risks) > 5
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert [one.risk_id for one in risks if f"{one.reference} {one.title}" not in page] == []
    assert "Missed escalation" in page
    assert "EC-18 crisis testing passed" in page


def test_the_page_says_that_returns_are_not_built_here(officer):
    words = officer.read(PAGE, f"{HARBOR}&regime=us_ca_companion_chatbots")
    assert "Ground for its return" in words
    assert "this tool builds none of these" in words
    assert "state annual crisis referral return (not built here)" in words
    assert "may be issued" not in words
