"""Test traffic is left out and counted, by a field of the mapping or by a field of a known format."""

import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest.mapping import parse_mapping
from pipelines.status import describe_home

BASE = {"thread": "thread", "user": "user", "role": "role", "text": "text", "sent_at": "sent_at"}


def mapping_with(rule):
    content = {"kind": "message", "fields": BASE | {"is_test_traffic": rule}}
    return parse_mapping({"deployment": {"id": "one"}, "records": [content]}, name="a test")


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [(True, False), ("true", False), (1, False), (False, True), ("0", True), (None, True)],
)
def test_a_flag_decides(place, value, is_taken):
    summary = place.deliver(place.say(0, test=value), mapping=mapping_with("test"))
    assert dict(summary.rejected) == ({} if is_taken else {"test_traffic": 1})
    assert len(place.rows("staging.message")) == is_taken


def test_a_flag_that_says_neither_is_not_guessed_at(place):
    summary = place.deliver(place.say(0, test="maybe"), mapping=mapping_with("test"))
    assert dict(summary.rejected) == {"wrong_type": 1}


def test_values_of_another_field_may_mean_a_test(place):
    rule = {"field": "environment", "values": {"staging": True, "production": "false"}}
    place.deliver(
        place.say(0, environment="staging"),
        place.say(1, environment="production"),
        place.say(2, environment="canary"),
        mapping=mapping_with(rule),
    )
    assert len(place.rows("staging.message")) == 2


@pytest.mark.parametrize(("kind", "detail"), [("handoff", "offered"), ("notice", "ai_disclosure")])
def test_a_tested_handoff_or_notice_is_no_event(place, kind, detail):
    fields = {"thread": "thread", "detail": "detail", "occurred_at": "at", "is_test_traffic": "test"}
    content = {"deployment": {"id": "one"}, "records": [{"kind": kind, "fields": fields}]}
    said = {"thread": "a", "detail": detail, "at": "2026-08-03T10:00:00Z"}
    summary = place.deliver(
        said | {"test": True}, said | {"test": False}, mapping=parse_mapping(content, name="a test")
    )
    assert dict(summary.rejected) == {"test_traffic": 1}
    assert len(place.rows("staging.event")) == 1


def test_what_a_value_means_must_be_true_or_false():
    with pytest.raises(DefinitionError, match="is_test_traffic means something else"):
        mapping_with({"field": "environment", "values": {"staging": "perhaps"}})


def test_a_record_of_a_known_format_is_a_test_by_one_of_its_fields(place):
    content = {
        "deployment": {"id": "one"},
        "format": "lmsys",
        "test_traffic": {"field": "meta.environment", "values": ["staging"]},
    }
    said = {"conversation": [{"role": "user", "content": "Hello"}]}
    summary = place.deliver(
        said | {"conversation_id": "a", "meta": {"environment": "Staging"}},
        said | {"conversation_id": "b"},
        mapping=parse_mapping(content, name="a test"),
    )
    assert dict(summary.rejected) == {"test_traffic": 1}
    assert len(place.rows("staging.message")) == 1


def test_status_counts_it_apart_from_faults(place):
    place.deliver(
        place.say(0, test=True),
        place.say(1, test=False),
        place.say(2, role="x"),
        mapping=mapping_with("test"),
    )
    told = describe_home(place.home)["deployments"]["one"]
    assert (told["test_traffic"], told["rejected"]) == (1, {"unknown_role": 1})
    assert list(told["rejected_by_day"].values()) == [{"unknown_role": 1}]


def test_a_mapping_set_right_takes_in_what_was_left_out(place):
    first = place.say(0, test=True)
    place.deliver(first, mapping=mapping_with("test"))
    place.again(place.inbox / "1", mapping=mapping_with("other_field"))
    assert len(place.rows("staging.message")) == 1
    assert place.rows("ledger.rejected") == []


def test_test_traffic_makes_no_delivery_look_broken(place):
    place.deliver(
        *(place.say(turn, test=turn >= 20, turn=turn) for turn in range(60)), mapping=mapping_with("test")
    )
    facts = describe_home(place.home)["deployments"]["one"]
    assert (facts["accepted_messages"], facts["test_traffic"], facts["rejected"]) == (20, 40, {})
    assert "many_rejected" not in {alert["kind"] for alert in facts["data"]["open_alerts"]}
