"""Dates of birth and precise places: refused in a mapping by the field's name, in a record by its value."""

import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest.field import UNRECOGNISED, to_slice
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.precise import find_precise, find_precise_of_software, name_reason
from pipelines.ingest.reason import Reason

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
        ("bday", "birth_date"), ("fecha_nacimiento", "birth_date"), ("date_naissance", "birth_date"),
        ("geburtstag", "birth_date"), ("latlng", "precise_location"), ("user.geo", "precise_location"),
        ("street1", "precise_location"), ("strasse", "precise_location"), ("adresse", "precise_location"),
        ("anschrift", "precise_location"), ("direccion", "precise_location"),
        ("postcode", "precise_location"), ("zip", "precise_location"), ("zipCode", "precise_location"),
        ("plz", "precise_location"), ("remoteAddr", "precise_location"), ("what3words", "precise_location"),
        ("geography", None), ("geo.country", None), ("zipped", None), ("zip_file", None),
        ("address_variable", None), ("addressed", None), ("streetwear", None),
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
        ("1987-03-14T00:00:00Z", "birth_date"), ("1987-03-14 00:00:00", "birth_date"),
        ("14 March 1987", "birth_date"), ("14.3.87", "birth_date"), ("14-Mar-1987", "birth_date"),
        ("born 1987-03-14", "birth_date"), ("March 14, 1987", "birth_date"), ("14 mars 1987", "birth_date"),
        ("14 de marzo de 1987", "birth_date"), ("lat 40.7128 lon -74.0060", "precise_location"),
        ("40.7128 N 74.0060 W", "precise_location"), ("40.7128° N, 74.0060° W", "precise_location"),
        ("Main Street 12", "precise_location"), ("203.0.113.9", "precise_location"),
        ("ios-2026-08-03", None), ("web 17.3.1", None), ("web 1.2.3.4", None), ("Test drive 2", None),
        ("may 2026", None), ("18 - 24 (2026)", None), ("US/Eastern", None),
        ("3.5", None), ("companion-web", None), ("52.5", None), ("12.12", None), ("18 to 24", None),
    ],
)  # fmt: skip
def test_a_value_is_a_date_of_birth_or_a_precise_place_or_neither(value, reason):
    found = find_precise(value)
    assert (None if found is None else found.value) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1987-03-14", "birth_date"), ("born 1987-03-14", "birth_date"), ("14 March 1987", "birth_date"),
        ("19870314", "birth_date"), ("203.0.113.9", "precise_location"),
        ("2001:db8::ff00:42", "precise_location"),
        ("gpt-4o-2024-08-06", None), ("2024-08-06", None), ("20240806", None), ("2015-01-01", None),
        ("claude-3-5-sonnet-20241022", None), ("14.3.87", None), ("3.1.0.12", None), ("gpt-4-0613", None),
    ],
)  # fmt: skip
def test_a_version_may_look_like_a_date_of_our_years_and_not_like_one_of_birth(value, reason):
    found = find_precise_of_software(value)
    assert (None if found is None else found.value) == reason


@pytest.mark.parametrize("value", ["+44 7700 900123", "07700900123", "202-555-0143", "call 07700 900123"])
def test_a_number_to_ring_in_the_place_of_a_version_is_not_kept(value):
    assert to_slice(value, "model") == UNRECOGNISED


@pytest.mark.parametrize("value", ["gpt-4-0613", "2024-08-06 12:00", "20240806-1234", "fp_44709d6fcb"])
def test_a_version_is_kept_as_it_is(value):
    assert to_slice(value, "prompt_version") == value


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


@pytest.mark.parametrize(
    "value", ["14. März 1987", "14. Ma\u0308rz 1987", "3 août 1987", "3 aou\u0302t 1987", "3 fev 1987"]
)
def test_a_month_is_known_however_its_accent_is_kept(value):
    assert find_precise(value) is Reason.BIRTH_DATE
