"""Dates of birth and precise places: refused in a mapping by the field's name, in a record by its value."""

import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.precise import find_precise, name_reason

BASE = {"thread": "thread", "user": "user", "role": "role", "text": "text", "sent_at": "sent_at"}


def mapping_with(**fields):
    rule = {"kind": "message", "fields": BASE | fields}
    return parse_mapping({"deployment": {"id": "one"}, "records": [rule]}, name="a test")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("dob", "birth_date"), ("user.dateOfBirth", "birth_date"), ("meta.birth_date", "birth_date"),
        ("profile.birthday", "birth_date"), ("geo.lat", "precise_location"),
        ("home_address", "precise_location"), ("user.street", "precise_location"),
        ("address.line1", "precise_location"), ("location.coordinates", "precise_location"),
        ("client_ip", "precise_location"), ("geo.geohash", "precise_location"),
        ("age_band", None), ("region", None), ("country", None), ("state", None), ("platform", None),
        ("latency", None), ("longest", None), ("birthplace_country", None), ("lang", None),
        ("template", None),
    ],
)  # fmt: skip
def test_a_name_says_what_a_field_holds(path, reason):
    assert (found := name_reason(path)) is None or found.value == reason
    assert (found is None) == (reason is None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1987-05-12", "birth_date"), ("12.05.1987", "birth_date"), ("5/12/1987", "birth_date"),
        ("19870512", "birth_date"), ("52.5200, 13.4050", "precise_location"),
        ("-33.8688", "precise_location"),
        ("12 Long Acre Street", "precise_location"), ("Hauptstraße 5", "precise_location"),
        ("25-34", None), ("1987", None), ("65+", None), ("US-CA", None), ("Berlin", None), ("DE", None),
        ("3.5", None), ("companion-web", None), ("52.5", None), ("12.12", None), ("18 to 24", None),
    ],
)  # fmt: skip
def test_a_value_is_a_date_of_birth_or_a_precise_place_or_neither(value, reason):
    found = find_precise(value)
    assert (None if found is None else found.value) == reason


def test_a_mapping_that_reads_either_is_refused_with_what_to_map_instead():
    with pytest.raises(DefinitionError) as caught:
        mapping_with(age_band="user.dob", region="geo.lat")
    assert "age_band reads user.dob" in str(caught.value)
    assert "map an age band" in str(caught.value)
    assert "region reads geo.lat" in str(caught.value)


def test_a_record_that_holds_either_is_rejected_and_its_value_kept_nowhere(place):
    mapping = mapping_with(age_band="age", region="where", model="model")
    summary = place.deliver(
        place.say(0, age="1987-05-12"),
        place.say(1, age="25-34", where="52.5200 13.4050"),
        place.say(2, age="25-34", where="GB", model="x-2026-01-31"),
        mapping=mapping,
    )
    assert dict(summary.rejected) == {"birth_date": 1, "precise_location": 1}
    assert [(row["reason"], row["field"]) for row in place.rows("ledger.rejected")] == [
        ("birth_date", "age"),
        ("precise_location", "where"),
    ]
    (message,) = place.rows("staging.message")
    assert (message["region"], message["model"]) == ("GB", "x-2026-01-31")


def test_a_call_log_is_held_to_the_same(place):
    mapping = parse_mapping({"deployment": {"id": "one"}, "format": "openai"}, name="a test")
    call = {
        "request": {"messages": [{"role": "user", "content": "Hello"}]},
        "response": {"choices": []},
        "age_band": "1987-05-12",
        "timestamp": "2026-08-03T12:00:00Z",
    }
    assert dict(place.deliver(call, mapping=mapping).rejected) == {"birth_date": 1}
