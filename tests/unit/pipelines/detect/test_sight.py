"""What was looked for in a message: by who scored it, in its language, and with an error that is known."""

import pyarrow as pa

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detector import CoverageState
from pipelines.detect.sight import NOTHING, add_sights, name_sights
from pipelines.indicators.own import load_shipped_definitions
from pipelines.schemas.finding import SIGHT
from risk_register.content import load_taxonomy
from tests.unit.pipelines.detect.message_factory import make_messages

NAMED = {one.id: one for one in load_taxonomy().signals}


def see(**message: str) -> set[str]:
    """The signals that were looked for in one message, as the default cascade reads it."""
    messages = make_messages({"role": "assistant", "text": "Guten Tag, was kann ich tun?"} | message)
    cascade = make_cascade()
    (name,), table = name_sights(messages, cascade.scan(messages).coverage, cascade)
    return {row["signal_id"] for row in table.to_pylist() if row["sight"] == name}


def test_a_signal_is_looked_for_in_the_languages_of_who_scored_the_message() -> None:
    german, english = see(language="de"), see(language="en", text="Hello, what can I do?")
    assert "a_abandonment" in german & english
    assert "a_identity_misrepresentation" in english - german
    assert german < english


def test_a_message_that_nobody_scored_has_no_sight() -> None:
    messages = make_messages({"role": "user", "text": "Cześć", "language": "pl"})
    cascade = make_cascade()
    coverage = cascade.skip(messages)
    assert set(coverage["state"].to_pylist()) == {CoverageState.NOT_RUN}
    names, table = name_sights(messages, coverage, cascade)
    assert (names, table.num_rows) == ([NOTHING], 0)


def test_what_a_person_says_and_what_an_assistant_says_are_looked_at_for_other_signals() -> None:
    user = see(role="user", language="en", text="I slept badly")
    assert user
    assert all(signal.startswith("u_") for signal in user)
    assert not any(signal.startswith("u_") for signal in see(language="en"))


def test_phrases_alone_have_not_looked_for_what_only_a_judge_can_see() -> None:
    assert not {signal for signal in see(language="en") if NAMED[signal].needs_judge}


def test_a_name_stands_for_the_same_signals_for_good() -> None:
    first = pa.Table.from_pylist([{"sight": "1", "signal_id": "a_refusal"}], schema=SIGHT.arrow_schema)
    second = pa.Table.from_pylist([{"sight": "2", "signal_id": "a_refusal"}], schema=SIGHT.arrow_schema)
    both = add_sights(add_sights(None, first), pa.concat_tables([first, second]))
    assert both.to_pylist() == [*first.to_pylist(), *second.to_pylist()]


def list_everywhere() -> set[str]:
    """Signals that the rules look for in every language that they read."""
    (lexicon,) = [card for card in make_cascade().cards if card.detector_id == "lexicon"]
    found: dict[str, set[str]] = {}
    for line in lexicon.signals:
        found.setdefault(line.signal_id, set()).update(line.languages)
    return {name for name, languages in found.items() if languages == set(lexicon.languages)}


OF_ANY_KIND = {
    "critical_harm_count",
    "harm_conversation_rate_per_1000",
    "harm_early_rate_per_1000",
    "harm_late_rate_per_1000",
    "harm_late_share",
    "harm_rate_per_1000",
}
"""Harm of any kind: what is not looked for is named by readiness."""


def test_only_harm_of_any_kind_counts_where_one_of_its_signals_was_not_looked_for() -> None:
    shipped = load_shipped_definitions()
    assert {one.indicator_id for one in shipped if one.is_of_any_kind} == OF_ANY_KIND
    assert all(
        one.looked_for == {need[7:] for need in one.needs if need.startswith("signal:")}
        for one in shipped
        if one.indicator_id not in OF_ANY_KIND
    )
