"""The review desk by keyboard alone: blurred until opened, paused at once, labelled, passed on, danger."""

import pytest

pytestmark = pytest.mark.browser

DESK = "/review?deployment=harbor_companion"
FIRST = "I could not sleep again"


def text_of(reader):
    return reader.page.evaluate("document.getElementById('review-text').innerText")


def is_veiled(reader):
    return reader.page.evaluate("document.getElementById('review-text').classList.contains('is-blurred')")


def wait_for_item(reader):
    reader.wait("!document.getElementById('review-bar').hidden")
    reader.wait("document.getElementById('review-item').textContent.includes('yours until')")


def take(reader):
    reader.open(DESK)
    reader.wait("document.getElementById('review-pace').textContent.includes('wait for you')")
    if reader.page.evaluate("document.getElementById('review-bar').hidden"):
        reader.page.keyboard.press("Enter")
    wait_for_item(reader)


def test_a_conversation_is_labelled_without_a_mouse(make_reader):
    reader = make_reader("reviewer_one")
    take(reader)
    keys = reader.page.keyboard
    assert text_of(reader) == ""
    keys.press("j")  # the button to open has the focus, and keys still mean what they say
    keys.press("k")
    keys.press("o")
    reader.wait(f"document.getElementById('review-text').innerText.includes('{FIRST}')")
    assert not is_veiled(reader)
    assert "<b>But</b>" in text_of(reader)
    assert reader.page.evaluate("document.querySelector('.spoken p').dir") == "auto"
    assert reader.page.evaluate("document.getElementById('review-text').lang") == "en"
    keys.press("p")
    assert is_veiled(reader)
    keys.press("p")
    assert not is_veiled(reader)
    keys.press("1")
    keys.press("j")
    keys.press("2")
    assert "Self-injury 2, Suicidal thoughts 1" in reader.page.inner_text("#review-summary")
    keys.press("x")
    keys.press("k")
    keys.press("1")  # the same level again takes it back
    assert "nothing seen" in reader.page.inner_text("#review-summary")
    keys.press("9")
    assert "has the levels 1, 2, 3, 4" in reader.page.inner_text("#review-summary")
    keys.press("3")
    keys.press("f")
    reader.wait("document.getElementById('review-flag').getAttribute('aria-pressed') === 'true'")
    keys.press("Enter")
    reader.wait("document.getElementById('review-said').textContent.includes('The detectors:')")
    wait_for_item(reader)
    assert text_of(reader) == ""
    assert "1 labelled today" in reader.page.inner_text("#review-pace")
    assert (reader.faults, reader.external) == ([], [])


def test_a_press_of_the_mouse_chooses_the_level_under_it(make_reader):
    reader = make_reader("reviewer_one")
    take(reader)
    reader.page.keyboard.press("o")
    reader.wait(f"document.getElementById('review-text').innerText.includes('{FIRST}')")
    rows = reader.page.locator("#review-rubric .signal")
    assert rows.count() > 10
    for place in [*range(0, rows.count(), 3), 1]:  # down the list, then up past what has unfolded
        level = rows.nth(place).locator(".level").last
        level.scroll_into_view_if_needed()
        box = level.bounding_box()
        reader.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        reader.page.mouse.down()
        reader.page.wait_for_timeout(60)  # milliseconds; a hand does not let go at once
        reader.page.mouse.up()
        assert level.get_attribute("aria-pressed") == "true", place
        assert "is-here" in rows.nth(place).get_attribute("class")
    assert (reader.faults, reader.external) == ([], [])


def test_an_unopened_item_cannot_be_submitted_and_can_be_passed_on(make_reader):
    reader = make_reader("reviewer_one")
    take(reader)
    keys = reader.page.keyboard
    reader.page.evaluate("document.activeElement.blur()")
    keys.press("Enter")
    assert "Open the conversation first" in reader.page.inner_text("#review-refusal")
    keys.press("l")
    reader.wait("document.getElementById('review-refusal').textContent === ''")
    wait_for_item(reader)
    keys.press("?")
    assert reader.page.evaluate("document.getElementById('review-help').open")
    keys.press("Escape")
    assert reader.faults == []


def test_danger_needs_one_key_and_one_confirmation(make_reader):
    reader = make_reader("reviewer_two")
    take(reader)
    keys = reader.page.keyboard
    keys.press("d")
    reader.wait("document.getElementById('review-alert').open")
    keys.press("Escape")
    assert "is open" not in reader.page.inner_text("#review-alert-title")
    keys.press("d")
    keys.press("Enter")
    reader.wait("document.getElementById('review-alert-title').textContent.includes('is open.')")
    assert "Nothing was sent to anybody" in reader.page.inner_text("#review-alert-words")
    assert "Do not contact the person yourself" in reader.page.inner_text("#review-protocol")
    keys.press("Enter")
    assert not reader.page.evaluate("document.getElementById('review-alert').open")
    wait_for_item(reader)
    assert reader.faults == []


def break_off(reader, action):
    """The network fails for one kind of question."""

    def decide(route):
        if f"action={action}" in (route.request.post_data or ""):
            route.abort()
        else:
            route.continue_()

    reader.page.route("**/ask/review*", decide)


def test_a_call_for_help_that_fails_says_so_in_its_own_dialog_and_can_be_pressed_again(make_reader):
    reader = make_reader("reviewer_two")
    take(reader)
    keys = reader.page.keyboard
    break_off(reader, "danger")
    keys.press("d")
    keys.press("Enter")
    reader.wait("document.getElementById('review-alert-words').textContent.includes('try again, or call')")
    assert reader.page.evaluate("document.activeElement.id") == "review-alert-yes"
    reader.page.unroute("**/ask/review*")
    keys.press("Enter")
    reader.wait("document.getElementById('review-alert-title').textContent.includes('is open.')")
    keys.press("Enter")
    reader.faults.clear()  # the network's


def test_an_item_that_is_open_no_more_goes_from_the_screen_and_the_next_is_a_key_away(make_reader):
    here, elsewhere = make_reader("reviewer_one"), make_reader("reviewer_one")
    take(here)
    take(elsewhere)
    here.page.keyboard.press("o")
    here.wait(f"document.getElementById('review-text').innerText.includes('{FIRST}')")
    here.page.keyboard.press("2")
    with elsewhere.page.expect_response(lambda answer: "/ask/review" in answer.url):
        elsewhere.page.keyboard.press("l")
    here.page.keyboard.press("Enter")
    here.wait("document.getElementById('review-refusal').textContent.includes('not open for you any more')")
    here.wait("document.getElementById('review-text').innerText === ''")
    assert "nothing seen" in here.page.inner_text("#review-summary")
    assert all("422" in one for one in here.faults)


def test_what_was_chosen_is_still_there_after_another_page(make_reader):
    reader = make_reader("reviewer_two")
    take(reader)
    reader.page.keyboard.press("2")
    assert "Suicidal thoughts 2" in reader.page.inner_text("#review-summary")
    reader.go(f"{DESK}&show=sample".replace("/review", "/register"))
    reader.go(DESK)
    wait_for_item(reader)
    reader.wait("document.getElementById('review-summary').textContent.includes('Suicidal thoughts 2')")
    reader.page.keyboard.press("2")  # taken back, so that leaving asks nothing
    assert reader.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_fits_a_narrow_screen(make_reader, scheme):
    reader = make_reader("reviewer_two", width=375, scheme=scheme)
    take(reader)
    reader.page.keyboard.press("o")
    reader.wait(f"document.getElementById('review-text').innerText.includes('{FIRST}')")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 375
    assert reader.page.is_visible("#review-danger")
    assert reader.faults == []
