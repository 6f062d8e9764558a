"""Which indicators a log can support, from what was proposed for it."""

from plimsoll.commands.fitting import say_supported

MESSAGE = {"kind": "message", "fields": {"thread": "t", "text": "x", "role": "r", "sent_at": "s"}}


def groups(*rules):
    lines = say_supported({"records": list(rules)})
    found = {line.partition(" (")[0].partition(",")[0]: line for line in lines}
    return {name: set(line.rpartition("): ")[2].rstrip(".").split(", ")) for name, line in found.items()}


def test_messages_alone_support_what_needs_no_more():
    found = groups(MESSAGE)
    assert "si_prevalence" in found["Indicators that this log can support"]
    assert "minor_share" in found["Not"]
    assert "handoff_completion_rate" in found["Not"]


def test_a_field_and_a_handoff_more_make_more_indicators():
    whole = {**MESSAGE, "fields": MESSAGE["fields"] | {"age_band": "a", "model": "m"}}
    found = groups(whole, {"kind": "handoff", "fields": {}})
    supported = found["Indicators that this log can support"]
    assert {"minor_share", "handoff_completion_rate"} <= supported
    assert "version_completeness" in found["In part"]


def test_what_is_missing_is_said_with_the_indicators_it_is_missing_for():
    lines = say_supported({"records": [MESSAGE]})
    assert any("field:age_band is missing for minor_share" in line for line in lines)


def test_without_whole_messages_there_is_nothing():
    said = ["Without whole messages this log supports no indicator."]
    assert say_supported({"records": []}) == said
    assert say_supported({"records": [{"kind": "message", "fields": {"text": "x"}}]}) == said
