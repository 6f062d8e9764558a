"""The door in a browser: a link opens once, nothing opens without a grant, an ended session says so."""

import pytest

pytestmark = pytest.mark.browser


def test_a_link_opens_once_and_only_by_its_button(site, make_reader):
    link = site.issue_link("viewer")
    first, second = make_reader(None), make_reader(None)
    for reader in (first, second):
        assert reader.page.request.head(link).ok
        reader.page.goto(link)
        reader.page.reload()
    first.page.get_by_role("button", name="Sign in with this link").click()
    first.settle()
    assert first.page.locator("h1").inner_text() == "Overview"
    second.page.get_by_role("button", name="Sign in with this link").click()
    assert "A link opens the door once" in second.page.get_by_role("alert").inner_text()
    assert first.external == second.external == []


def test_the_way_back_leads_to_the_page_that_was_asked_for(site, make_reader, factories):
    reader = make_reader(None)
    reader.page.goto(f"{site.url}/data-health?deployment=harbor_companion&range=4w")
    reader.page.get_by_label("Account").fill("viewer")
    reader.page.get_by_label("Password").fill(factories["governance_factory"].PASSWORD)
    reader.page.keyboard.press("Enter")
    reader.settle()
    assert reader.page.url.endswith("/data-health?deployment=harbor_companion&range=4w")


def test_a_deployment_without_a_grant_does_not_open(make_reader):
    page = make_reader("viewer").open("/overview?deployment=quiet_cove")
    assert page.locator("h1").inner_text() == "No access"
    assert "Quiet cove" not in page.content()


def test_an_account_without_any_grant_sees_no_access(make_reader):
    page = make_reader("stranger").open("/overview")
    assert page.locator("h1").inner_text() == "No access"
    assert "Harbor" not in page.content()


def test_a_session_that_ended_leads_back_to_the_door(make_reader):
    reader = make_reader(is_own=True)
    page = reader.open("/overview?deployment=harbor_companion")
    page.context.clear_cookies(name="plimsoll_session")
    page.locator(".rail-link", has_text="Data health").click()
    page.wait_for_url("**/sign-in?next=**")
    assert page.get_by_role("heading", name="Sign in").is_visible()


def test_signing_out_closes_the_door(site, make_reader):
    reader = make_reader(None)  # a session of its own: signing out ends it in every window
    reader.page.goto(site.issue_link("safety_officer"))
    reader.page.get_by_role("button", name="Sign in with this link").click()
    page = reader.open("/overview?deployment=harbor_companion")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{reader.site.url}/overview")
    assert "/sign-in" in page.url


def test_a_page_keeps_answering_while_a_new_generation_is_published(site, make_reader, factories):
    reader = make_reader()
    page = reader.open("/overview?deployment=harbor_companion")
    before = page.locator("footer").inner_text().split("Generation ")[1].split(",")[0]
    assert before == "7"
    publish = factories["published_factory"].publish
    publish(site.home / "published", generation=8)
    page.locator(".rail-link", has_text="Data health").click()
    reader.wait("document.querySelector('footer').innerText.includes('Generation 8')")
    assert reader.faults == []
    (site.home / "published" / "current").write_text("published-7.duckdb\n")
