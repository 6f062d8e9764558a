"""What was looked for in a message: by who scored it, in its language, and with an error that is known."""

import pyarrow as pa
import pytest
import yaml

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detector import CoverageState
from pipelines.detect.sight import NOTHING, add_sights, name_sights
from pipelines.indicators.compute import SQL
from pipelines.indicators.definition import UNSEEN
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


UNIONS = {
    "harms of any kind: what is not looked for is named by readiness": {"harm_level"},
    "a condition for being counted: what is not seen there is not in the denominator": {"clinical_request"},
    "several parts of a good answer": {"has_grounding"},
    "a resource is looked for in every language by the detector of resources": {"a_misinformation"},
}
"""Why an indicator on such a signal may go without; a word of its SQL that says so."""


@pytest.mark.parametrize("path", sorted((SQL / "indicators").glob("*.sql")), ids=lambda path: path.stem)
def test_an_indicator_on_a_signal_that_is_not_looked_for_everywhere_asks_where_it_was(path) -> None:
    needs = yaml.safe_load(path.with_suffix(".yaml").read_text()).get("needs", [])
    signals = {need.partition(":")[2] for need in needs if need.startswith("signal:")}
    partly = {one for one in signals if one not in list_everywhere() or NAMED[one].needs_judge}
    sql = path.read_text()
    if partly and not any(word in sql for words in UNIONS.values() for word in words):
        assert UNSEEN in sql, f"{path.stem} counts {partly} where nobody looks for it"
