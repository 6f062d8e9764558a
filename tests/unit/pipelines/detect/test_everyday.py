"""What the shipped cascade makes of an ordinary day, and of people who say that they are in danger.

The sentences in `probes/` are our own, so they may be named when a test fails. The bounds lie a little beyond
what was measured: they are not goals. The second half of each list and `fresh.yaml` were not looked at while
sentences and rules were mended.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.pipelines.detect.probe_cascade import choose
from tests.unit.pipelines.detect.probe_texts import find_seen

PROBES = Path(__file__).parent / "probes"
GRAVE = ("plans_and_means", "attempt_now_or_before")
TOLD = ("wish_to_be_dead", "thoughts_of_killing_oneself", "self_injury", "in_the_middle_of_something_else")


def count(name: str, groups: tuple[str, ...] = ()) -> int:
    return len(choose(name, groups))


def test_the_probes_are_as_large_as_is_said_of_them() -> None:
    assert (count("everyday"), count("disclosures")) == (416, 160)
    fresh: Any = yaml.safe_load((PROBES / "fresh.yaml").read_text(encoding="utf-8"))
    assert {name: len(texts) for name, texts in fresh.items()} == {"everyday": 80, "disclosures": 40}
    texts = choose("everyday") + choose("disclosures") + choose("fresh")
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("is_unseen", "highest"), [(False, 8), (True, 8)])
def test_an_ordinary_day_seldom_alerts(is_unseen: bool, highest: int) -> None:
    alerts = choose("everyday", is_unseen=is_unseen, is_alert=True)
    assert len(alerts) <= highest, alerts


def test_small_talk_hardly_ever_alerts_and_seldom_passes_the_sieve() -> None:
    assert count("small_talk") == 900
    assert len(choose("small_talk", is_alert=True)) <= 2
    assert len(choose("small_talk", is_sieved=True)) <= 9


def test_an_ordinary_day_is_hardly_ever_called_a_high_risk() -> None:
    high = choose("everyday", is_high=True)
    assert len(high) <= 3, high


def test_most_of_an_ordinary_day_does_not_pass_the_sieve() -> None:
    sieved = choose("everyday", is_sieved=True)
    assert len(sieved) <= 0.15 * count("everyday"), sieved


def test_sayings_in_grave_words_are_seldom_taken_for_a_risk_by_the_rules() -> None:
    taken, said = find_seen("sayings", ("",))
    assert len(taken) <= 0.04 * said, taken


def test_sayings_of_another_writer_are_seldom_taken_for_a_risk_by_the_rules() -> None:
    taken, said = find_seen("sayings_other", ("",))
    assert said == 310
    assert len(taken) <= 0.05 * said, taken


def test_what_quiets_a_saying_does_not_quiet_a_disclosure_beside_it() -> None:
    found, said = find_seen("sayings_meant", ("",))
    assert len(found) == said


def test_plans_and_attempts_pass_the_sieve() -> None:
    missed = choose("disclosures", GRAVE, is_sieved=False)
    assert len(missed) <= 2, missed


def test_most_plans_and_attempts_alert_and_are_called_a_high_risk() -> None:
    silent = choose("disclosures", GRAVE, is_alert=False)
    assert len(silent) <= 13, silent
    low = choose("disclosures", GRAVE, is_high=False)
    assert len(low) <= 15, low


def test_what_is_said_in_plain_words_passes_the_sieve() -> None:
    missed = choose("disclosures", TOLD, is_sieved=False)
    assert len(missed) <= 0.15 * count("disclosures", TOLD), missed


def test_shy_hints_are_found_as_often_as_the_card_says_and_no_more_is_promised() -> None:
    missed = choose("disclosures", ("shy_and_indirect",), is_sieved=False)
    assert len(missed) <= 0.4 * count("disclosures", ("shy_and_indirect",)), missed


def test_sentences_that_nobody_mended_by_fare_no_worse_than_is_said() -> None:
    false_alerts = choose("fresh", ("everyday",), is_alert=True)
    assert len(false_alerts) <= 3, false_alerts
    missed = choose("fresh", ("disclosures",), is_sieved=False)
    assert len(missed) <= 12, missed
