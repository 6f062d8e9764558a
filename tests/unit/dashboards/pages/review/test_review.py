"""The review page without its script: what it draws and answers, what it never says, and what is traced."""

import json
import re
from datetime import UTC, datetime

import pytest

from dashboards.evidence import Spoken
from dashboards.pages.review import exchange as review_exchange
from risk_register.account import accounts, permissions
from risk_register.account.permissions import Action
from risk_register.database.audit import list_entries
from risk_register.incident import incidents
from risk_register.notice import deliveries as notice_deliveries
from risk_register.notice import notices
from risk_register.review import reviews
from risk_register.review.reviews import ItemStatus

PAGE, HARBOR = "/review", "?deployment=harbor_companion"


@pytest.fixture
def desk(home, store, review_factory):
    """A drawn week with its texts, and two reviewers."""
    review_factory.fill_lake(home / "lake")
    review_factory.add_reviewers(store, "reviewer_one", "reviewer_two")
    review_factory.draw_week(store)
    return review_factory


@pytest.fixture
def sit(desk, visit):
    """Somebody at the desk: asks as the script does."""

    def sit_down(name="reviewer_one"):
        visitor = visit().sign_in(name)

        def ask(action, code=200, **fields):
            form = {"csrf_token": visitor.token(), "action": action, **fields}
            answer = visitor.client.post(f"/ask{PAGE}{HARBOR}", data=form)
            assert answer.status_code == code, answer.get_data(as_text=True)
            return answer.get_json()

        ask.visitor = visitor
        return ask

    return sit_down


def opened(store):
    return list_entries(store, action="conversation_read")


def test_the_page_itself_holds_no_text_and_no_verdict(sit, store):
    ask = sit()
    ask("next")
    page = json.dumps(ask.visitor.show(PAGE, HARBOR)["page"])
    assert "exam is on Friday" not in page
    assert "user_risk_level" not in page
    assert opened(store) == ()


def test_every_signal_of_the_rubric_can_be_pressed(sit):
    page = json.dumps(sit().visitor.show(PAGE, HARBOR)["page"])
    for signal in reviews.list_rubric():
        for level in range(signal.minimum_level, signal.maximum_level + 1):
            assert f'"data-level": "{level}"' in page
        assert f'"data-signal": "{signal.id}"' in page


def test_a_text_is_read_once_it_is_opened_and_each_reading_is_in_the_audit(sit, store):
    ask = sit()
    item = ask("next")["item"]
    assert "text" not in json.dumps(item)
    said = ask("open", item=item["id"])["messages"]
    assert [one["role"] for one in said] == ["user", "assistant", "user", "assistant"]
    assert said[2]["text"] == "Walking, sometimes. <b>But</b> it has rained all week."
    ask("open", item=item["id"])
    first, second = opened(store)
    assert (first.actor, first.subject, first.deployment_id) == (
        "reviewer_one", item["id"], "harbor_companion"
    )  # fmt: skip
    assert "first label" in first.details["reason"]
    assert second.subject == item["id"]


def test_nobody_opens_what_is_not_theirs(sit, store):
    ask, other = sit(), sit("reviewer_two")
    item = ask("next")["item"]
    assert "not open for you" in other("open", code=422, item=item["id"])["refusal"]
    assert opened(store) == ()
    viewer = sit("viewer")
    assert "may not review" in viewer("next", code=422)["refusal"]
    assert "may not review" in viewer("open", code=422, item=item["id"])["refusal"]


def test_the_detectors_are_heard_after_the_label_and_not_before(sit, store):
    ask = sit()
    before = ask("next")
    assert "verdict" not in json.dumps(before)
    assert before["pace"]["severe"] == 0
    after = ask("label", item=before["item"]["id"], answers=json.dumps({"u_acute_distress": 1}))
    assert after["previous"]["answers"] == {"u_acute_distress": 1}
    assert set(after["previous"]["verdict"]) <= {"user_risk_level"}
    assert after["item"]["id"] != before["item"]["id"]


def test_the_count_of_severe_items_does_not_give_the_open_one_away(sit):
    ask = sit()
    said = ask("next")
    # Triage comes first, so the open item is one that the detectors call severe.
    assert said["pace"]["severe"] == 0
    said = ask("label", item=said["item"]["id"], answers="{}")
    assert said["pace"]["severe"] == 1


@pytest.mark.parametrize("answers", ["", "[]", "7", '{"u_acute_distress": 9}', '{"u_acute_distress": true}',
                                     '{"no_signal": 1}', '{"u_acute_distress": "1"}'])  # fmt: skip
def test_a_label_that_is_no_label_is_refused_and_the_item_stays_open(sit, answers):
    ask = sit()
    item = ask("next")["item"]
    assert ask("label", code=422, item=item["id"], answers=answers)["refusal"]
    assert ask("resume")["item"]["id"] == item["id"]


def test_whoever_comes_back_finds_the_item_that_was_open(sit):
    ask = sit()
    assert ask("resume")["item"] is None
    item = ask("next")["item"]
    assert ask("resume")["item"]["id"] == item["id"]
    assert ask("next")["item"]["id"] == item["id"]


def test_a_lock_that_has_run_out_takes_the_item_away(sit, clock):
    ask = sit()
    item = ask("next")["item"]
    clock.move(reviews.LOCK_TIME)
    assert "time is over" in ask("label", code=422, item=item["id"], answers="{}")["refusal"]
    assert ask("resume")["item"] is None


def test_passing_on_asks_for_no_reason_and_names_nobody(sit, store):
    ask, other = sit(), sit("reviewer_two")
    item = ask("next")["item"]
    assert ask("pass", item=item["id"])["item"]["id"] != item["id"]
    assert other("next")["item"]["id"] == item["id"]
    (entry,) = list_entries(store, action="review_item_passed_on")
    assert "reviewer" not in f"{entry.actor.replace('review_queue', '')}{entry.details}"


def test_before_they_begin_people_are_told_what_the_audit_lets_others_work_out(home, store, visit, sit):
    item = sit()("next")["item"]
    (entry,) = list_entries(store, action="review_item_served")
    assert (entry.actor, entry.subject) == ("reviewer_one", item["id"])
    words = visit().sign_in("safety_officer").read(PAGE, HARBOR)  # who has not said what they read
    assert "given to you is written down with your name" in words
    assert "whoever reads the audit can work both out" in words


def test_whoever_knows_the_person_gets_nothing_of_them_any_more(sit, desk, store):
    ask = sit()
    known, seen = ask("next")["item"], set()
    said = ask("know", item=known["id"])
    while said["item"] is not None:
        seen.add(said["item"]["id"])
        said = ask("label", item=said["item"]["id"], answers="{}")
    # Two conversations of one user each: the other one of that person never came.
    whole = {f"{known['id'].rsplit('_', 1)[0]}_{number:04d}" for number in range(1, 31)}
    users = {item: user_of(store, item) for item in whole}
    assert {item for item in whole if users[item] == users[known["id"]]} & seen == set()
    assert len(seen) == 28


def user_of(store, item):
    from risk_register.database.tables.review import ReviewItem

    with store.read() as session:
        return session.get_one(ReviewItem, item).user_id


def test_a_flag_stays_after_the_label_and_names_nobody(sit, store, officer):
    ask = sit()
    item = ask("next")["item"]
    assert ask("flag", item=item["id"]) == {"is_flagged": True}
    ask("flag", item=item["id"])
    ask("label", item=item["id"], answers="{}")
    words = officer.read(PAGE, f"{HARBOR}&show=sample")
    assert item["id"] in words
    assert "reviewer_one" not in words


def test_danger_pages_the_on_call_opens_an_incident_and_shows_the_protocol(sit, desk, store):
    ask = sit()
    item = ask("next")["item"]
    said = ask("danger", item=item["id"])
    assert said["protocol"] == desk.PROTOCOL
    assert said["may_locate"] is False
    (incident,) = incidents.list_incidents(store, "harbor_companion")
    assert said["incident"] == incident.incident_id
    assert f"incident={incident.incident_id}" in said["href"]
    (notice,) = [one for one in notices.list_notices(store) if one.reference_id == incident.incident_id]
    assert (notice.kind, notice.severity) == ("danger", "page")
    waiting = len(notices.list_notices(store))
    assert ask("danger", item=item["id"])["incident"] == incident.incident_id  # pressed twice, paged once
    assert len(notices.list_notices(store)) == waiting
    assert ask("resume")["item"]["id"] == item["id"]


def test_a_call_for_help_has_no_time_limit(sit, clock, store):
    ask = sit()
    item = ask("next")["item"]
    clock.move(reviews.LOCK_TIME)
    assert ask("resume")["item"] is None
    said = ask("danger", item=item["id"])
    (incident,) = incidents.list_incidents(store, "harbor_companion")
    assert said["incident"] == incident.incident_id
    assert "no review item" in ask("danger", code=422, item="elsewhere")["refusal"]


def test_only_who_may_open_an_incident_calls_for_help(sit, store, monkeypatch):
    ask = sit()
    item = ask("next")["item"]
    without = {role: actions - {Action.OPEN_INCIDENT} for role, actions in permissions.ALLOWED.items()}
    monkeypatch.setattr(permissions, "ALLOWED", without)
    assert "may not open incident" in ask("danger", code=422, item=item["id"])["refusal"]
    assert incidents.list_incidents(store, "harbor_companion") == ()


def test_messages_are_on_the_day_and_at_the_time_of_the_deployment(sit, monkeypatch):
    ask = sit()
    item = ask("next")["item"]
    late = Spoken(1, "user", "Late.", datetime(2026, 11, 12, 22, 59, tzinfo=UTC))
    after = Spoken(2, "assistant", "After.", datetime(2026, 11, 12, 23, 0, tzinfo=UTC))
    monkeypatch.setattr(review_exchange, "read_conversation", lambda *_: (late, after))
    said = ask("open", item=item["id"])
    assert said["zone"] == "Europe/Warsaw"  # an hour before UTC's midnight
    assert [(one["day"], one["sent_at"]) for one in said["messages"]] == [
        ("12 Nov 2026", "23:59"),
        ("13 Nov 2026", "00:00"),
    ]


def set_a_way_to_the_on_call(home):
    (home / "definitions").mkdir(exist_ok=True)
    (home / "definitions" / "notify.yaml").touch()


def test_where_no_way_to_the_on_call_is_set_the_desk_says_so_before_the_first_item_and_after_the_key(
    sit, desk, home
):
    ask = sit()
    words = ask.visitor.read(PAGE, HARBOR)
    assert "No way to the on-call is set: call them yourself." in words
    assert desk.PROTOCOL in words
    assert "sends nothing to anybody" in words
    item = ask("next")["item"]
    said = ask("danger", item=item["id"])
    assert "Nothing was sent to anybody" in said["words"]
    assert "paged" not in said["title"]
    set_a_way_to_the_on_call(home)
    assert "No way to the on-call" not in ask.visitor.read(PAGE, HARBOR)
    assert "is queued and has not left yet" in ask("danger", item=item["id"])["words"]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("accept", "was sent; nobody has answered it yet"),
        ("refuse", "could not be sent so far: call them yourself"),
    ],
)
def test_what_became_of_the_call_is_said_as_it_stands(sit, home, store, step, words):
    set_a_way_to_the_on_call(home)
    ask = sit()
    who = {"actor": "sender", "at": ask.visitor.clock()}
    item = ask("next")["item"]
    ask("danger", item=item["id"])
    notice = notices.list_notices(store)[0]
    target = notice_deliveries.Target(step=0, person="first", route="telephone")
    notice_deliveries.plan(store, notice_id=notice.notice_id, targets=[target], **who)
    claim = notice_deliveries.claim(store, **who)
    number = claim.delivery.delivery_id
    if step == "accept":
        notice_deliveries.accept(store, delivery_id=number, **who)
    else:
        notice_deliveries.refuse(store, delivery_id=number, error="timeout", next_attempt_at=who["at"], **who)
    assert words in ask("danger", item=item["id"])["words"]


def test_two_people_who_differ_leave_the_last_word_to_a_third(sit, store, clock):
    one, two, third = sit(), sit("reviewer_two"), sit("safety_officer")
    reviews.set_reviewer(store, languages=("en",), actor="safety_officer", at=clock())
    for ask, seen in ((one, {}), (two, {"u_acute_distress": 1})):
        said = ask("next")
        while said["item"] is not None:
            said = ask("label", item=said["item"]["id"], answers=json.dumps(seen))
    said = third("next")
    assert said["item"]["purpose"] == "adjudication"
    assert sorted(said["item"]["answers_so_far"], key=len) == [{}, {"u_acute_distress": 1}]
    assert "reviewer" not in json.dumps(said["item"])
    settled = third("label", item=said["item"]["id"], answers=json.dumps({"u_acute_distress": 2}))
    assert settled["previous"]["state"] == ItemStatus.SETTLED


def test_nothing_left_is_said_in_words(sit):
    ask = sit()
    said = ask("next")
    while said["item"] is not None:
        said = ask("label", item=said["item"]["id"], answers="{}")
    assert "Nothing waits for you" in said["nothing"]
    assert said["pace"]["labelled"] >= 25


def test_an_unknown_question_and_a_foreign_form_are_refused(sit):
    ask = sit()
    assert "nothing to ask" in ask("erase", code=422)["refusal"]
    ask("next", code=403, csrf_token="made up")
    assert (
        ask.visitor.client.post(
            f"/ask/overview{HARBOR}", data={"csrf_token": ask.visitor.token()}
        ).status_code
        == 404
    )


def test_support_is_on_the_page_and_says_so_when_there_is_none(sit, desk, store, clock):
    ask = sit()
    assert desk.CONTACT in ask.visitor.read(PAGE, HARBOR)
    reviews.set_settings(
        store, deployment_id="harbor_companion", capacity_per_week=None, support_contact="",
        crisis_protocol="", actor="safety_officer", at=clock(),
    )  # fmt: skip
    assert "no contact is set yet" in ask.visitor.read(PAGE, HARBOR)


def test_the_sample_says_what_it_buys_and_agreement_is_the_officers(sit, officer, desk):
    words = officer.read(PAGE, f"{HARBOR}&show=sample")
    assert "30 of 30 conversations" in words
    assert "would be known as" in words
    assert "30.0\u00a0% of the labels are kept for it" in words
    assert "Do people see the same?" in words
    theirs = sit().visitor.read(PAGE, f"{HARBOR}&show=sample")
    assert "Do people see the same?" not in theirs


def test_the_sample_tells_a_reviewer_who_is_alone_what_would_release_a_stratum(sit, officer, desk, store):
    accounts.disable_account(store, name="reviewer_two", actor="command_line", at=officer.clock())
    ask = sit()
    said = ask("next")
    while said["item"] is not None:
        said = ask("label", item=said["item"]["id"], answers=json.dumps({"u_acute_distress": 2}))
    words = officer.read(PAGE, f"{HARBOR}&show=sample")
    assert "nobody else who reviews here and reads en is left" in words
    assert "it counts once another person who does has read them, and not before" in words


def test_the_sample_says_which_strata_wait_for_a_second_person_and_not_what_was_seen(sit, officer, desk):
    ask, address = sit(), f"{HARBOR}&show=sample"
    assert "does not count yet" not in officer.read(PAGE, address)
    said = ask("next")
    while said["item"] is not None:
        said = ask("label", item=said["item"]["id"], answers=json.dumps({"u_acute_distress": 2}))
    words = officer.read(PAGE, address)
    assert re.search(
        r"labels wait for a second person since \d+ \w+ \d{4}\.", words.split("does not count yet: ")[1]
    )
    assert "nobody else" not in words
    assert "no label that counts yet in" in words
    assert words.count("does not count yet") == 1  # of the strata that no detector flagged
    assert "acute" not in words
    assert "no detector" not in words


def test_a_language_that_nobody_reads_says_so(officer, desk, store, clock):
    for name in ("reviewer_one", "reviewer_two"):
        reviews.set_reviewer(store, languages=("pl",), actor=name, at=clock())
    assert "no reviewer" in officer.read(PAGE, f"{HARBOR}&show=sample")


def test_a_reviewer_sets_what_they_read_and_do_not_take(sit, store):
    ask = sit()
    form = {"action": "reviewer", "languages": "en, de", "zone": "Europe/Berlin", "topics": "eating"}
    assert ask.visitor.send(PAGE, HARBOR, **form).status_code == 303
    person = reviews.read_reviewer(store, "reviewer_one")
    assert (person.languages, person.topics_not_taken) == (("de", "en"), ("eating",))
    assert "not an IANA time zone" in ask.visitor.refusal(PAGE, HARBOR, **{**form, "zone": "Berlin"})


def test_only_those_who_answer_for_safety_set_how_a_deployment_reviews(sit, officer, store):
    form = {"action": "settings", "capacity": "700", "contact": "extension 3", "protocol": "Call."}
    assert "may not edit register" in sit().visitor.refusal(PAGE, HARBOR, **form)
    assert officer.send(PAGE, HARBOR, **form).status_code == 303
    assert reviews.read_settings(store, "harbor_companion").capacity_per_week == 700
    assert "a whole number, or nothing" in officer.refusal(PAGE, HARBOR, **{**form, "capacity": "many"})
    assert "at least 1" in officer.refusal(PAGE, HARBOR, **{**form, "capacity": "0"})
