"""Everything by keyboard alone: skip link, rail, filters, attesting; the focus can always be seen."""

import datetime as dt

import pytest

pytestmark = pytest.mark.browser

HARBOR = "deployment=harbor_companion"
FOCUS = """() => {
  const e = document.activeElement, s = getComputedStyle(e);
  return {text: (e.innerText || e.getAttribute('aria-label') || e.id || '').trim(),
          name: e.getAttribute('name'), seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
          id: e.id, tag: e.tagName};
}"""


def test_the_first_stop_skips_to_the_page(reader):
    page = reader.open(f"/overview?{HARBOR}")
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUS)
    assert first["text"] == "Skip to the page"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS)["id"] == "main"
    assert page.evaluate("document.querySelectorAll('main, [role=main]').length") == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_every_stop_of_the_frame_and_the_page_can_be_seen(reader):
    page = reader.open(f"/indicators/missed_escalation_rate?{HARBOR}")
    stops = []
    for _ in range(24):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    texts = " | ".join(stop["text"] for stop in stops)
    for wanted in ("Weekly", "Switch between light and dark", "Sign out", "Overview", "Risk register"):
        assert wanted in texts
    assert {"A", "BUTTON", "INPUT"} <= {stop["tag"] for stop in stops}
    assert [stop for stop in stops if not stop["seen"]] == []


def test_a_page_of_the_rail_opens_with_enter_and_takes_the_focus(reader):
    page = reader.open(f"/overview?{HARBOR}")
    link = page.get_by_role("link", name="Ethics checklist", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    reader.wait("document.querySelector('h1').innerText === 'Ethics checklist'")
    reader.wait("document.activeElement.id === 'main'")
    assert page.title() == "Ethics checklist · Harbor companion · Plimsoll"


def test_a_filter_keeps_the_focus_where_it_is(reader):
    page = reader.open(f"/overview?{HARBOR}")
    page.locator(".tally", has_text="within").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**status=within**")
    page.wait_for_selector(".chip")
    assert "within" in page.evaluate(FOCUS)["text"]


def test_a_page_says_when_it_has_come_and_what_it_shows(reader):
    page = reader.open(f"/overview?{HARBOR}")
    come = "document.getElementById('page').getAttribute('aria-busy') === 'false'"
    said = "document.getElementById('arrived').textContent"
    reader.wait(come)
    assert page.evaluate(said) == ""  # the title says it
    page.evaluate(
        """() => {
          window.states = [];
          new MutationObserver(seen => seen.forEach(one => window.states.push(one.target.ariaBusy)))
            .observe(document.getElementById('page'), {attributeFilter: ['aria-busy']});
        }"""
    )
    page.get_by_role("link", name="4 weeks").click()
    reader.wait(f"{said} === 'Overview · Harbor companion, 4 weeks'")
    reader.wait(come)
    assert page.evaluate("window.states[0]") == "true"
    page.locator(".tally", has_text="within").click()
    reader.wait(f"{said} === 'Overview · Harbor companion, 4 weeks, status: within'")
    page.get_by_role("link", name="Incidents", exact=True).click()
    reader.wait(f"{said} === 'Incidents · Harbor companion'")
    reader.wait(come)
    assert page.locator("#arrived").get_attribute("role") == "status"


@pytest.mark.parametrize(
    ("path", "name"), [(f"/overview?{HARBOR}", "4 weeks"), (f"/review?{HARBOR}", "The sample")]
)
def test_a_choice_that_draws_itself_anew_keeps_the_focus(reader, path, name):
    page = reader.open(path)
    page.get_by_role("link", name=name).focus()
    page.keyboard.press("Enter")
    reader.wait(f"document.querySelector('.segment.is-chosen:focus')?.textContent.includes('{name}')")
    assert (reader.faults, reader.external) == ([], [])


def test_choosing_another_deployment_keeps_the_focus_on_the_choice(reader):
    page = reader.open(f"/overview?{HARBOR}")
    page.locator("#deployment").focus()
    for key in ("Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    page.wait_for_url("**deployment=quiet_cove**")
    reader.wait("document.querySelector('#page .eyebrow').textContent === 'Quiet cove'")
    reader.wait("document.activeElement.id === 'deployment'")


def test_a_table_of_many_rows_is_one_stop_and_arrows_lead_through_it(reader):
    page = reader.open(f"/data-health?{HARBOR}")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    reader.settle()
    page.locator(".grid .ag-header-cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.className.includes('ag-cell')")
    stops = []
    for key in ("Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(key)
        stops.append(page.evaluate("Boolean(document.activeElement.closest('.grid'))"))
    assert stops == [False, True, False]  # out, in again, and out at the other side


def test_an_item_is_attested_without_a_mouse(reader):
    page = reader.open(f"/ethics-checklist?{HARBOR}&item=detectors_validated")
    page.get_by_text("Attest", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="met", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("reports/validation.pdf")
    page.locator("input[name=expires_on]").fill(f"{dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)}")
    page.get_by_role("button", name="Attest EC-24").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".message-done")
    reader.settle()
    assert page.locator(".message-done").inner_text() == "Attested as met."
    reader.wait("document.activeElement.className.includes('message-done')")
    assert "reports/validation.pdf" in page.locator("#item").inner_text()
    assert "item=detectors_validated" in page.url


def test_a_refused_attestation_says_why(reader):
    page = reader.open(f"/ethics-checklist?{HARBOR}&item=incidents_handled_in_time")
    item = page.locator(".table a").last
    item.click()
    page.get_by_text("Attest", exact=True).click()
    page.get_by_role("radio", name="met", exact=True).check()
    page.get_by_role("button", name="Attest EC-").click()
    page.wait_for_selector(".refusal[role=alert]:not(:empty)")
    assert "met needs evidence" in page.locator(".refusal[role=alert]:not(:empty)").inner_text()


def test_no_stop_lies_below_the_fixed_header(reader):
    """Backwards through a page, where each stop is scrolled to from below."""
    page = reader.open(f"/indicators?{HARBOR}")
    page.evaluate("""() => {
      window.scrollTo(0, document.body.scrollHeight);
      [...document.querySelectorAll('main a[href]')].at(-1).focus();
    }""")
    hidden = []
    for _ in range(24):
        page.keyboard.press("Shift+Tab")
        stop = page.evaluate("""() => {
          const box = document.activeElement.getBoundingClientRect();
          const bar = document.querySelector('.mantine-AppShell-header').getBoundingClientRect();
          return {tag: document.activeElement.tagName, top: box.top, bar: bar.bottom,
                  text: document.activeElement.innerText.slice(0, 40)};
        }""")
        if stop["tag"] == "A" and stop["top"] < stop["bar"]:
            hidden.append(stop)
    assert hidden == []


def test_the_filters_of_the_audit_show_the_focus(reader):
    page = reader.open(f"/audit?{HARBOR}")
    page.locator("#audit-actor").focus()
    ring = page.evaluate("getComputedStyle(document.querySelector('#audit-actor').parentElement).outline")
    assert "solid 3px" in ring
