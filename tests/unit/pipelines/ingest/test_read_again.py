"""A file whose mapping was wrong is read again with the right one: nothing is lost, nothing comes twice."""

import gzip

import pytest

from pipelines.ingest.mapping import parse_mapping

TALK = ("I cannot sleep.", "Since when?", "Since the move.", "What helps?")


def conversation(number: int, environment: str = "live") -> dict:
    sides = ("human", "gpt")
    said = [{"from": sides[place % 2], "value": f"{text} {number}"} for place, text in enumerate(TALK)]
    return {"id": f"c{number}", "conversations": said, "environment": environment}


def rules(format_name: str, **more) -> object:
    return parse_mapping({"deployment": {"id": "one"}, "format": format_name, **more}, name="a test")


def counts(place) -> list[tuple[int, int, int]]:
    """(delivered, accepted, rejected) of every file."""
    return [
        (row["record_count"], row["message_count"], row["rejected_count"])
        for row in place.rows("ledger.delivery")
    ]


@pytest.mark.parametrize("wrong", ["langfuse", "openai", "lmsys"])
def test_a_format_set_right_takes_in_the_whole_file(place, wrong):
    place.deliver(conversation(1), conversation(2), mapping=rules(wrong))
    assert place.rows("staging.message") == []
    place.again(place.inbox / "1", mapping=rules("sharegpt"))
    assert len(place.rows("staging.message")) == 8
    assert place.rows("ledger.rejected") == []
    assert counts(place) == [(2, 8, 0)]


def test_a_mapping_in_the_place_of_a_format_is_no_loss(place, mapping):
    place.deliver(conversation(1), conversation(2), mapping=mapping())
    assert counts(place) == [(2, 0, 2)]
    place.again(place.inbox / "1", mapping=rules("sharegpt"))
    assert counts(place) == [(2, 8, 0)]


def test_a_format_in_the_place_of_a_mapping_is_no_loss(place, mapping):
    place.deliver(place.say(0), place.say(1), mapping=rules("openai"))
    place.again(place.inbox / "1", mapping=mapping())
    assert counts(place) == [(2, 2, 0)]


def test_a_rule_of_test_traffic_set_right_takes_in_every_conversation(place):
    def marked(value):
        return rules("sharegpt", test_traffic={"field": "environment", "values": [value]})

    talks = [conversation(number, "live" if number % 2 else "staging") for number in range(4)]
    place.deliver(*talks, mapping=marked("live"))
    assert len(place.rows("staging.message")) == 8
    place.again(place.inbox / "1", mapping=marked("nothing"))
    rows = place.rows("staging.message")
    assert (len(rows), {row["copy_count"] for row in rows}) == (16, {1})
    assert counts(place) == [(4, 16, 0)]


def test_what_is_stored_of_a_file_that_breaks_off_is_no_duplicate_when_it_is_read_again(place, mapping):
    folder = place.inbox / "x"
    folder.mkdir(parents=True)
    row = b"message,a,u,user,hello,2026-08-03T09:00:00Z\n"
    padding = b"".join(b"message,a,u,client,number %d,2026-08-03T09:01:00Z\n" % one for one in range(2_000))
    packed = gzip.compress(b"is,thread,user,role,text,sent_at\n" + row + padding)
    (folder / "a.csv.gz").write_bytes(packed[:-200])
    place.again(folder)
    ((delivered, accepted, rejected),) = counts(place)
    assert (delivered, accepted) == (1 + rejected, 1)
    place.again(folder, mapping=mapping(title="A better one"))
    assert counts(place) == [(delivered, accepted, rejected)]
    assert [one["copy_count"] for one in place.rows("staging.message")] == [1]


def test_a_mapping_set_right_reads_only_the_rejected_lines_of_a_file_with_lines(place, mapping):
    place.deliver(place.say(0), place.say(1, role="client"), mapping=mapping())
    right = {
        "deployment": {"id": "one"},
        "records": [{
            "kind": "message",
            "fields": {**{name: name for name in ("thread", "user", "text", "sent_at")},
                       "role": {"field": "role", "values": {"client": "user"}}},
        }],
    }  # fmt: skip
    (one,) = place.again(place.inbox / "1", mapping=parse_mapping(right, name="a test")).files
    assert (one.records.message_count, one.records.rejected) == (1, [])
    assert counts(place) == [(2, 2, 0)]


TABLE = b"is,thread,user,role,text,sent_at\nmessage,a,u,user,hello,2026-08-03T09:00:00Z\n"


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_a_file_under_a_wrong_extension_is_read_again_once_it_is_named_right(place, packed):
    folder = place.inbox / "x"
    folder.mkdir(parents=True)
    wrong = folder / f"a.jsonl{packed}"
    wrong.write_bytes(gzip.compress(TABLE) if packed else TABLE)
    place.again(folder)
    assert counts(place) == [(2, 0, 2)]
    wrong.rename(folder / f"a.csv{packed}")
    place.again(folder)
    assert counts(place) == [(1, 1, 0)]
    assert place.rows("ledger.rejected") == []
    assert [row["copy_count"] for row in place.rows("staging.message")] == [1]
    (one,) = place.again(folder).files
    assert one.is_known


def test_a_file_that_is_renamed_as_the_same_kind_is_known(place):
    place.deliver(place.say(0), b"no record", name="a.jsonl")
    path = place.inbox / "1" / "a.jsonl"
    path.rename(path.with_name("b.ndjson"))
    (one,) = place.again(place.inbox / "1").files
    assert one.is_known
