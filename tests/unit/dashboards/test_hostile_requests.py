"""Requests that no page of ours sends: numbers without end, files of any name, words for the log."""

from __future__ import annotations

import hashlib
import io

import pytest

from risk_register.item.checklist import list_items
from risk_register.item.evidence import list_evidence

HARBOR = "?deployment=harbor_companion&range=all"
ITEM = "crisis_testing_passed"
LONG, LONGER = "9" * 30, "9" * 5000  # more than a database holds, and more than Python reads
OPEN = {"action": "open", "title": "x", "severity": "S3", "nature": "not_serious"}


def keep_file(visitor, name, content=b"a protocol"):
    """Put a file beside an item; returns its address."""
    version = next(
        one.version
        for one in list_items(visitor.store, "harbor_companion", as_of=visitor.clock().date())
        if one.item_id == ITEM
    )
    form = {
        "csrf_token": visitor.token(),
        "action": "add_file",
        "item": ITEM,
        "version": str(version),
        "file": (io.BytesIO(content), name),
    }
    answer = visitor.client.post(f"/send/ethics-checklist{HARBOR}", data=form)
    assert answer.status_code == 303
    kept = list_evidence(visitor.store, "harbor_companion")[-1]
    return f"/file/ethics-checklist/{kept.content_hash}{HARBOR}"


@pytest.mark.parametrize("name", ["protocol.pdf", "übung.pdf", "протокол.pdf", "危機.pdf"])
def test_a_file_of_evidence_leaves_under_a_name_that_a_header_can_hold(officer, name):
    answer = officer.client.get(keep_file(officer, name))
    assert (answer.status_code, answer.get_data()) == (200, b"a protocol")
    assert all(value.isascii() for _, value in answer.headers)


def test_a_file_is_taken_whatever_its_bytes(officer):
    """One with hardly a line break, like a scan, is held in memory in larger pieces while it is read."""
    part = hashlib.shake_256(b"a scan").digest(90_000).replace(b"\n", b"n")
    content = b"\n".join([part] * 4)
    assert officer.client.get(keep_file(officer, "scan.pdf", content)).get_data() == content


@pytest.mark.parametrize("name", ['a"; filename="x.html', "..%2f..\\x.html", "../../x.html", "危;/機.html"])
def test_a_file_of_evidence_is_never_shown_in_the_page_and_names_no_other_place(officer, name):
    answer = officer.client.get(keep_file(officer, name))
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=")
    names = said.removeprefix("attachment; ").split("; ")
    assert [name.partition("=")[0] for name in names] in (["filename"], ["filename", "filename*"])
    assert all(not set(name.partition("=")[2].strip('"')) & set('"\\/;') for name in names)
    assert answer.mimetype == "application/octet-stream"


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/ethics-checklist", {"action": "close_task", "item": ITEM, "version": "1", "task": LONGER}),
        ("/ethics-checklist", {"action": "close_task", "item": ITEM, "version": "1", "task": LONG}),
        ("/ethics-checklist", {"action": "attest", "item": ITEM, "version": LONG, "state": "not_met"}),
        ("/review", {"action": "settings", "capacity": LONGER}),
        ("/review", {"action": "settings", "capacity": LONG}),
        ("/incidents", {**OPEN, "aware_at": "0001-01-01T00:00+14:00"}),
        ("/incidents", {**OPEN, "aware_at": "9999-12-31T23:59-14:00"}),
    ],
)
def test_a_number_or_moment_beyond_every_bound_is_refused_in_words(officer, page, fields):
    assert officer.refusal(page, HARBOR, **fields)


def test_what_the_log_says_of_an_unforeseen_error_holds_no_words_of_people(officer, monkeypatch, caplog):
    def fail(*_arguments, **_given):
        raise RuntimeError("a row: I cannot go on like this")

    monkeypatch.setattr("dashboards.pages.review.choices.reviews.set_settings", fail)
    answer = officer.send("/review", HARBOR, action="settings", protocol="Call the duty doctor.")
    assert answer.status_code == 500
    said = caplog.text + answer.get_data(as_text=True)
    assert "POST send failed: RuntimeError at tests/unit/dashboards/test_hostile_requests.py:" in caplog.text
    for words in ("cannot go on", "duty doctor", "Traceback"):
        assert words not in said
