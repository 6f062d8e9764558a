"""The door to the text: role, grant and reason, a trace before the reading, nothing of what was erased."""

from datetime import date, timedelta

import pyarrow.compute as pc
import pytest

from dashboards.auth import Account
from dashboards.evidence import MOVED_DAYS, Place, Reading, find_files, find_message, read_conversation
from pipelines.lake import lake as lakes
from pipelines.schemas.staging import MESSAGE
from risk_register.account.accounts import Grant, Role
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.alarm.grave_findings import list_findings
from risk_register.database.audit import list_entries
from risk_register.errors import NotAllowedError, UnknownRecordError

HARBOR = "harbor_companion"


@pytest.fixture
def texts(home, review_factory):
    review_factory.fill_lake(home / "lake", count=3)
    return home / "lake"


def reading(clock, role=Role.REVIEWER, *, deployment=HARBOR, **changes):
    account = Account("somebody", frozenset({Grant(role, deployment)}))
    wanted = {"deployment_id": HARBOR, "conversation_id": "conversation_001", "day": date(2026, 11, 11),
              "subject": "item_1", "reason": "A review.", "at": clock(), "account": account}  # fmt: skip
    return Reading(**{**wanted, **changes})


def test_only_the_conversation_that_was_asked_for_is_read(texts, store, clock):
    assert [one.turn for one in read_conversation(texts, store, reading(clock))] == [0, 1, 2, 3]
    (entry,) = list_entries(store, action="conversation_read")
    assert (entry.actor, entry.subject, entry.details["reason"]) == ("somebody", "item_1", "A review.")


@pytest.mark.parametrize("day", [None, date(2026, 11, 12)], ids=["unknown", "moved by late records"])
def test_a_conversation_on_another_day_is_found_too(texts, store, clock, day):
    assert len(read_conversation(texts, store, reading(clock, day=day))) == 4


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.REVIEWER, Role.SAFETY_OFFICER}))
def test_a_role_that_does_not_read_leaves_empty_handed(texts, store, clock, role):
    with pytest.raises(NotAllowedError, match="may not read conversations"):
        read_conversation(texts, store, reading(clock, role))
    assert list_entries(store, action="conversation_read") == ()


def test_a_grant_elsewhere_is_none_here(texts, store, clock):
    with pytest.raises(NotAllowedError, match="may not read conversations"):
        read_conversation(texts, store, reading(clock, deployment="quiet_cove"))


def test_without_a_reason_nothing_is_read(texts, store, clock):
    with pytest.raises(NotAllowedError, match="needs a reason"):
        read_conversation(texts, store, reading(clock, reason=" "))


def test_what_was_erased_or_blanked_is_gone_and_the_attempt_is_traced(texts, store, clock):
    rows = lakes.Lake(texts).read(MESSAGE.full_name)
    place = rows.schema.get_field_index("text")
    blank = rows.set_column(place, rows.schema.field(place), pc.if_else(
        pc.equal(rows["conversation_id"], "conversation_001"), "", rows["text"]))  # fmt: skip
    kept = blank.filter(pc.not_equal(blank["conversation_id"], "conversation_002"))
    with lakes.write(texts, by="a test") as commit:
        commit.replace_days(MESSAGE.full_name, kept, {(HARBOR, date(2026, 11, 11))})
    for gone in ("conversation_001", "conversation_002", "conversation_x"):
        with pytest.raises(UnknownRecordError, match="no longer held"):
            read_conversation(texts, store, reading(clock, conversation_id=gone))
    assert len(list_entries(store, action="conversation_read")) == 3
    assert len(read_conversation(texts, store, reading(clock, conversation_id="conversation_000"))) == 4


def test_a_lake_without_texts_or_no_lake_is_said_in_words(tmp_path, store, clock):
    assert find_files(tmp_path, deployment_id=HARBOR, day=None) == []
    with pytest.raises(UnknownRecordError, match="no longer held"):
        read_conversation(tmp_path, store, reading(clock))
    with pytest.raises(UnknownRecordError, match="without the lake"):
        read_conversation(None, store, reading(clock))


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}"])
def test_a_lake_whose_pointer_is_lost_or_damaged_is_not_one_without_texts(texts, store, clock, content):
    pointer = texts / "generations" / "current.json"
    pointer.unlink()
    if content is not None:
        pointer.write_bytes(content)
    with pytest.raises(UnknownRecordError, match="Do not pass the item on"):
        read_conversation(texts, store, reading(clock))


def test_only_the_day_that_is_asked_for_is_opened(texts):
    assert len(find_files(texts, deployment_id=HARBOR, day=date(2026, 11, 11))) == 1
    assert find_files(texts, deployment_id=HARBOR, day=date(2026, 11, 12)) == []
    assert find_files(texts, deployment_id="quiet_cove", day=None) == []


DAY = date(2026, 11, 11)


def find_seen(store, clock, message_id="message_001_2", **changes):
    """The record of a grave finding that an assessment saw in a message."""
    given = {"deployment_id": HARBOR, "day": DAY, "message_id": message_id, "what": "assistant_harm",
             "signal_id": "a_method_info", "detector_id": "lexicon"}  # fmt: skip
    with store.write(actor="assess", at=clock()) as write:
        (finding_id,) = call_for_eyes(write, HARBOR, [SeenFinding(**{**given, **changes})], figures={})
    return next(one for one in list_findings(store, HARBOR) if one.finding_id == finding_id)


def test_the_message_of_a_grave_finding_is_found_by_its_hash_alone(texts, store, clock):
    assert find_message(texts, find_seen(store, clock)) == Place("conversation_001", 2, DAY)
    assert find_message(texts, find_seen(store, clock, "message_000_0")) == Place("conversation_000", 0, DAY)


def test_a_message_that_the_lake_has_not_is_not_found(texts, store, clock):
    assert find_message(texts, find_seen(store, clock, "message_009_2")) is None
    assert find_message(None, find_seen(store, clock)) is None
    rows = lakes.Lake(texts).read(MESSAGE.full_name)
    kept = rows.filter(pc.not_equal(rows["conversation_id"], "conversation_002"))
    gone = find_seen(store, clock, "message_002_1")
    assert find_message(texts, gone) is not None
    with lakes.write(texts, by="a test") as commit:
        commit.replace_days(MESSAGE.full_name, kept, {(HARBOR, DAY)})
    assert find_message(texts, gone) is None


@pytest.mark.parametrize("days", [-MOVED_DAYS - 1, -MOVED_DAYS, -1, 1, MOVED_DAYS, MOVED_DAYS + 1])
def test_a_conversation_that_late_records_moved_is_found_as_far_as_they_move_one(texts, store, clock, days):
    moved = find_seen(store, clock, day=DAY + timedelta(days=days))
    expected = Place("conversation_001", 2, DAY) if abs(days) <= MOVED_DAYS else None
    assert find_message(texts, moved) == expected
