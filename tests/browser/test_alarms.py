"""An officer deals with an alarm by keyboard alone: take the call, say what it was, look at a stream."""

import pytest

from risk_register.alarm.cases import list_cases
from risk_register.alarm.streams import list_streams

pytestmark = pytest.mark.browser

HARBOR = "deployment=harbor_companion"


def test_an_alarm_is_taken_and_resolved_with_keys_alone(reader):
    page = reader.open(f"/alarms?{HARBOR}&range=all")
    story = page.locator("section.card", has=page.locator("h2", has_text="After a change of the model"))
    summary = story.locator("summary", has_text="Say what it was")
    summary.focus()
    page.keyboard.press("Enter")
    story.locator("input[type=radio][value=expected]").focus()
    page.keyboard.press("Space")
    story.locator("textarea").focus()
    page.keyboard.type("The release of October was meant.")
    story.get_by_role("button", name="Resolve").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".message-done")
    assert page.locator(".message-done").inner_text() == "Resolved 1 alarm as expected."
    states = {case.alarm_id: case.state.value for case in list_cases(reader.site.store, "harbor_companion")}
    assert states["a1"] == "resolved"


def test_a_stream_shows_its_back_test_before_it_can_call(reader):
    page = reader.open(f"/alarms?{HARBOR}&range=all")
    streams = page.locator("#streams")
    assert streams.get_by_role("button", name="Let it call people").count() == 0
    streams.get_by_role("link", name="Harmful replies").first.focus()
    page.keyboard.press("Enter")
    reader.wait("document.getElementById('back-test') !== null")
    assert "a doubling of the appetite" in page.locator("#back-test").inner_text()
    page.locator("#back-test input[name=reason]").focus()
    page.keyboard.type("It would have called once.")
    page.locator("#back-test").get_by_role("button", name="Let it call people").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".message-done")
    assert "calls people from the next run on" in page.locator(".message-done").inner_text()
    (stream,) = list_streams(reader.site.store, "harbor_companion")
    assert (stream.stream_id, stream.is_on) == ("level:harm_rate_per_1000", True)


def test_nothing_is_cut_off_on_a_narrow_screen(reader):
    page = reader.open(f"/alarms?{HARBOR}&range=all&show=level:missed_escalation_rate")
    page.set_viewport_size({"width": 375, "height": 800})
    reader.wait("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
