"""Decisions of people in a browser: two sign in, one proposes, the other approves; what was typed stays."""

import json

import pytest

pytestmark = pytest.mark.browser

HARBOR = "deployment=harbor_companion"
RISK = f"/risk-register?{HARBOR}&risk=privacy_breach"


def open_form(page, name):
    page.get_by_text(name, exact=True).click()


def wait_for_done(reader, words):
    said = f"e => e.innerText.includes({json.dumps(words)})"
    reader.wait(f"[...document.querySelectorAll('.message-done')].some({said})")
    reader.settle()


def test_a_refusal_stands_under_the_form_and_keeps_what_was_typed(reader):
    page = reader.open(RISK)
    open_form(page, "Say who answers for it")
    page.locator("#field-owner").fill("privacy lead")
    page.locator("#field-assign-reason").fill("   ")
    page.get_by_role("button", name="Assign R-10").click()
    page.wait_for_selector(".refusal:not(:empty)")
    assert "may not be blank" in page.locator(".refusal:not(:empty)").inner_text()
    assert page.locator("#field-owner").input_value() == "privacy lead"
    page.locator("#field-assign-reason").fill("Knows the contracts.")
    page.get_by_role("button", name="Assign R-10").click()
    wait_for_done(reader, "privacy lead answers for R-10 now.")
    assert "privacy lead" in page.locator("#risk .facts").inner_text()


def test_somebody_who_is_signed_out_meanwhile_keeps_what_was_typed(make_reader):
    reader = make_reader(is_own=True)
    page = reader.open(f"/releases-and-drift?{HARBOR}")
    open_form(page, "Declare a change")
    page.get_by_role("radio", name="prompt").check()
    page.get_by_role("radio", name="planned", exact=True).check()
    page.locator("#field-effective_on").fill("2026-11-25")
    page.get_by_label("Note").fill("A long and careful note.")
    page.context.clear_cookies(name="plimsoll_session")
    page.get_by_role("button", name="Declare this change").click()
    page.wait_for_selector(".refusal:not(:empty)")
    assert "You are signed out" in page.locator(".refusal:not(:empty)").inner_text()
    assert page.get_by_label("Note").input_value() == "A long and careful note."


@pytest.fixture
def writing(make_reader):
    """Somebody who wrote a note about people, and has not sent it."""
    reader = make_reader(is_own=True)
    page = reader.open(f"/overview?{HARBOR}")
    page.get_by_role("link", name="Releases and drift", exact=True).click()
    reader.wait("document.querySelector('h1').innerText === 'Releases and drift'")
    reader.settle()
    open_form(page, "Declare a change")
    page.get_by_label("Note").fill("A long and careful note.")
    reader.asked = []
    reader.leaves = False

    def answer(dialog):
        reader.asked.append(dialog.type)
        dialog.accept() if reader.leaves else dialog.dismiss()

    page.on("dialog", answer)
    return reader


def press_back(page):
    page.evaluate("window.history.back()")
    page.wait_for_timeout(400)


def choose_other_deployment(page):
    page.get_by_role("textbox", name="Deployment").click()
    page.get_by_role("option", name="Quiet cove").click()


@pytest.mark.parametrize(
    "leave",
    [
        lambda page: page.get_by_role("link", name="Incidents", exact=True).click(),
        press_back,
        choose_other_deployment,
    ],
    ids=["a link of the rail", "back", "another deployment"],
)
def test_leaving_a_form_that_was_written_in_asks_first(writing, leave):
    page = writing.page
    address = page.url
    leave(page)
    page.wait_for_timeout(500)
    assert writing.asked == ["confirm"]
    assert page.url == address
    assert page.get_by_label("Note").input_value() == "A long and careful note."
    assert page.get_by_role("textbox", name="Deployment").input_value() == "Harbor companion"
    assert page.evaluate("JSON.stringify([sessionStorage, localStorage])").count("careful") == 0
    writing.leaves = True
    leave(page)
    writing.wait(
        "!document.querySelector('#field-note') || document.querySelector('#field-note').value === ''"
    )
    assert writing.asked == ["confirm", "confirm"]


def test_closing_a_window_with_a_form_that_was_written_in_asks_first(writing):
    writing.page.close(run_before_unload=True)
    writing.page.wait_for_timeout(500)
    assert writing.asked == ["beforeunload"]
    assert not writing.page.is_closed()


def test_a_form_that_was_only_looked_at_or_was_sent_does_not_ask(writing):
    page = writing.page
    page.get_by_label("Note").fill("")
    page.get_by_role("link", name="Incidents", exact=True).click()
    page.wait_for_url("**/incidents**")
    writing.settle()
    page.locator("#field-title").fill("Somebody was not heard")
    page.get_by_label("S2 Minor").check()
    page.get_by_role("radio", name="not serious").check()
    page.get_by_role("radio", name="by hand").check()
    page.get_by_role("button", name="Open an incident").click()
    page.wait_for_selector(".message-done")
    assert writing.asked == []


def test_a_lower_rating_is_made_by_keyboard_and_approved_by_another_person(make_reader):
    first = make_reader("safety_officer")
    page = first.open(RISK)
    page.get_by_text("Rate the residual risk").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="remote: one in a million or more").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("The logs hold no contact details any more.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_done(first, "waits for a second person")
    assert page.get_by_role("button", name="Approve the lower rating").count() == 0
    second = make_reader("compliance")
    page = second.open(RISK)
    page.get_by_role("button", name="Approve the lower rating of R-10").click()
    wait_for_done(second, "the lower rating of R-10 holds")
    assert "remote" in page.locator("#risk .facts").inner_text()


def test_an_appetite_is_proposed_by_one_and_approved_by_another(make_reader):
    first = make_reader("safety_officer")
    page = first.open(f"/appetites?{HARBOR}&indicator=ai_reliance_rate")
    page.get_by_label("Watch limit").fill("4")
    page.get_by_label("Breach limit").fill("3")
    page.get_by_label("Effective from").fill("2036-12-01")
    page.locator("#field-reason").fill("More would be dependence.")
    page.get_by_role("button", name="Propose these limits").click()
    page.wait_for_selector(".refusal:not(:empty)")
    assert "must come before breach" in page.locator(".refusal:not(:empty)").inner_text()
    page.get_by_label("Breach limit").fill("8")
    page.get_by_role("button", name="Propose these limits").click()
    wait_for_done(first, "Proposed for Reliance on the assistant")
    second = make_reader("compliance")
    page = second.open(f"/appetites?{HARBOR}")
    page.get_by_role("button", name="Approve for Reliance on the assistant").click()
    wait_for_done(second, "Approved: it holds from 2036-12-01")


def test_an_alarm_becomes_an_incident_that_another_person_closes(make_reader):
    first = make_reader("safety_officer")
    page = first.open(f"/alarms?{HARBOR}")
    page.get_by_role("link", name="Open an incident").first.click()
    page.wait_for_url("**/incidents?**alarm=**")
    first.settle()
    assert "alarm of" in page.get_by_label("Title").input_value()
    page.get_by_role("radio", name="S3 Serious").check()
    page.get_by_role("radio", name="not serious").check()
    page.get_by_label("Somebody first knew at (time in Europe/Warsaw)").fill("2026-11-20T14:30")
    page.get_by_role("button", name="Open an incident").click()
    wait_for_done(first, "Opened harbor_companion_incident_")
    number = page.locator(".message-done").inner_text().split()[1].rstrip(".")
    page = first.open(f"/incidents?{HARBOR}&incident={number}")
    open_form(page, "Judge it")
    page.get_by_role("radio", name="unrelated").check()
    page.get_by_label("Cause", exact=True).fill("A prompt that named an old list.")
    page.get_by_role("button", name="Keep this judgement").click()
    wait_for_done(first, "The judgement is kept.")
    second = make_reader("compliance")
    page = second.open(f"/incidents?{HARBOR}&incident={number}")
    assert "14:30 in Europe/Warsaw (13:30 UTC)" in page.locator("#incident").inner_text()
    open_form(page, "Close it")
    page.get_by_label("Conclusion").fill("The prompt was rolled back; reviewed in the board.")
    page.get_by_role("button", name="Close", exact=True).click()
    wait_for_done(second, f"Closed {number}.")


def test_a_viewer_is_shown_no_form_but_the_way_out(make_reader):
    reader = make_reader("viewer")
    reader.open(f"/ethics-checklist?{HARBOR}")
    for path in (RISK, f"/appetites?{HARBOR}&indicator=ai_reliance_rate", f"/incidents?{HARBOR}&alarm=a1",
                 f"/releases-and-drift?{HARBOR}", f"/reports?{HARBOR}"):  # fmt: skip
        page = reader.go(path)
        assert page.locator("form:not(.account)").count() == 0, path
        assert page.locator("a[href^='/file'], a[href^='/download']").count() == 0, path
    assert reader.faults == []


def test_a_report_comes_as_a_file(reader):
    page = reader.open(f"/reports?{HARBOR}")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "harbor_companion_monthly_safety_review_2026-10.pdf"
    assert reader.faults == []


def test_another_name_of_a_page_leads_there(reader):
    page = reader.open(f"/register?{HARBOR}")
    assert page.url.endswith(f"/risk-register?{HARBOR}")
    assert page.locator("h1").inner_text() == "Risk register"
