"""ShareGPT conversations."""


def test_a_conversation_is_read_in_order_and_dated_by_the_delivery(read, evening):
    reading = read("sharegpt", "sharegpt.json")
    rows = [row[1:] for row in reading.rows("thread", "role", "text") if row[0] == "c-1"]
    assert rows == evening
    assert reading.clock[2:] == ["15 10:00:00", "15 10:00:01", "15 10:00:02", "15 10:00:03"]
    assert reading.records.notes == ["4 messages had no time and are dated noon of the day of delivery"]


def test_a_conversation_with_a_time_keeps_it(read):
    assert read("sharegpt", "sharegpt.json").clock[:2] == ["14 09:00:00", "14 09:00:00"]


def test_strange_turns_are_rejected_by_place(read):
    assert read("sharegpt", "sharegpt.json").rejected == [
        (3, "unknown_role", "conversations.0.from"), (4, "wrong_type", "conversations.0.value"),
    ]  # fmt: skip


def test_only_the_positions_asked_for_are_read_again(read):
    reading = read("sharegpt", "sharegpt.json", only=[2, 3])
    assert set(reading.column("thread")) == {"c-2"}
    assert reading.rejected == [(3, "unknown_role", "conversations.0.from")]
    assert reading.records.record_count == 2


def test_the_tag_of_an_image_stays_a_message_of_the_conversation(read, deliver):
    turns = [("human", "<image>"), ("gpt", "A lake."), ("human", "<image>\nAnd this?"), ("gpt", "A hill.")]
    record = {"id": 1, "conversations": [{"from": name, "value": text} for name, text in turns]}
    reading = read("sharegpt", deliver(record))
    assert reading.column("text") == [text for _, text in turns]
    assert reading.records.notes[0].startswith("2 messages")


def test_what_tools_were_asked_and_gave_back_is_no_message(read, deliver):
    turns = [("human", "Is it raining?"), ("function_call", "{}"), ("observation", "Rain."), ("gpt", "Yes.")]
    record = {"id": 1, "conversations": [{"from": name, "value": text} for name, text in turns]}
    assert read("sharegpt", deliver(record)).column("text") == ["Is it raining?", "Yes."]


def test_turns_of_role_and_content_and_the_id_of_a_conversation_are_read(read, deliver):
    def record(*turns):
        said = [{"role": role, "content": text} for role, text in turns]
        return {"conversation_id": "c", "conversations": said}

    reading = read("sharegpt", deliver(record(("user", "Hello"), ("assistant", "Hi")),
                                       record(("nobody", "Hello")), record(("user", None))))  # fmt: skip
    assert reading.rows("thread", "role", "text") == [("c", "user", "Hello"), ("c", "assistant", "Hi")]
    assert reading.rejected == [
        (2, "unknown_role", "conversations.0.role"), (3, "wrong_type", "conversations.0.content"),
    ]  # fmt: skip


def test_a_conversation_of_messages_keeps_its_user_and_the_time_of_each_turn(read, deliver):
    record = {
        "id": 7, "user_id": "u-1", "created_at": "2026-09-14T09:00:00+00:00", "model": "m-2", "region": "IE",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "look_up"}}]},
            {"role": "assistant", "content": "Hi", "created_at": "2026-09-14T09:00:05+00:00"},
            {"role": "user", "content": "It is me", "timestamp": 1789377000},
            {"role": "assistant", "content": "I see"},
        ],
    }  # fmt: skip
    reading = read("sharegpt", deliver(record))
    assert reading.rejected == []
    said = [("user", "Hello"), ("assistant", "Hi"), ("user", "It is me"), ("assistant", "I see")]
    assert reading.rows("role", "text") == said
    assert set(reading.rows("thread", "user", "model", "region")) == {("7", "u-1", "m-2", "IE")}
    assert reading.clock == ["14 09:00:00", "14 09:00:05", "14 09:10:00", "14 09:10:00"]


def test_of_messages_what_cannot_be_told_is_rejected_by_place(read, deliver):
    record = {"id": 7, "messages": [{"role": "user", "content": "Hello", "sent_at": "soon"}]}
    assert read("sharegpt", deliver(record, {"id": 8, "messages": "Hello"})).rejected == [
        (1, "bad_time", "messages.0.sent_at"), (2, "unknown_record", "conversations"),
    ]  # fmt: skip
