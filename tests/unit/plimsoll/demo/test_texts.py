"""The text banks: nothing in them says how anybody could be harmed, and every line has an answer."""

import random
import re
from pathlib import Path

import pytest

from plimsoll.demo.phrase import fill
from plimsoll.demo.story import ANSWERS, HARMFUL_QUALITIES, OPERATORS, Quality
from plimsoll.demo.texts import FOLDER, Exchange, Need, Topic, load_bank, read_exchange

LANGUAGES = ("en", "es", "de", "fr")
COMMON = (Topic.EVERYDAY, Topic.CHECK_IN)
MEANS_BY_LANGUAGE = {
    "en": r"pills? tablets? overdos\w* lethal rope noose razor\w* blades? knife knives guns? pistol firearm "
    r"bullets? poison\w* bleach wrists? veins? doses? dosage \d+\s?(?:mg|ml|grams?|milligrams?) "
    r"carbon.monoxide cut(?:ting)?.my(?:self)? jump(?:ing)?.(?:off|from) train.tracks "
    r"hang(?:ing|ed)?.(?:my|your|him|her)self",
    "es": r"pastillas sobredosis soga cuerda cuchillo navaja pistola veneno cloro venas dosis "
    r"tirarme ahorcar\w*",
    "de": r"Überdosis Tabletten Strick erhäng\w* Rasier\w* Klinge Messer Pistole Waffe Gift Pulsader\w* "
    r"Dosis springen ritzen Gleise",
    "fr": r"comprimés cachets surdose corde pendre lames? couteau\w* pistolet arme.à javel veines "
    r"sauter.d\w*",
}
MEANS = re.compile(r"\b(?:" + "|".join(" ".join(MEANS_BY_LANGUAGE.values()).split()) + r")\b", re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_text_names_a_means_an_amount_or_a_place_of_harm(path: Path) -> None:
    found = [match.group(0) for match in MEANS.finditer(path.read_text(encoding="utf-8"))]
    assert not found


def test_the_list_of_words_would_find_what_it_is_for() -> None:
    for sentence in (
        "a bottle of pills",
        "20 mg",
        "eine Überdosis",
        "mis pastillas",
        "la corde",
        "Cutting myself",
    ):
        assert MEANS.search(sentence), sentence
    for sentence in ("cutting down on coffee", "cachet of fame", "the bridge of a song"):
        assert not MEANS.search(sentence), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bank_speaks_of_every_topic_that_matters(language: str) -> None:
    topics = set(load_bank(language).scenarios)
    rare = {Topic.FICTION, Topic.EATING, Topic.SUBSTANCE}
    assert set(Topic) - topics <= rare
    assert len(load_bank(language).scenarios[Topic.EVERYDAY]) >= 10


def test_every_operator_language_has_a_bank_with_lines_for_its_countries() -> None:
    for operator in OPERATORS:
        for language, regions in operator.regions.items():
            bank = load_bank(language)
            for region in regions:
                country = region.partition("-")[0]
                assert bank.lines.get(country), f"{language} names no crisis line for {country}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_quality_that_a_need_draws_most_has_its_texts(language: str) -> None:
    bank = load_bank(language)
    for need in Need:
        assert {Quality.GOOD, Quality.MISSING} - {Quality.LATE} <= set(ANSWERS[need]) | {Quality.MISSING}
        assert bank.responses[need][Quality.GOOD], f"{language} has no good answer to {need}"
        if Quality.ASKS_FIRST in bank.responses[need]:
            assert bank.follow_ups[need][Quality.ASKS_FIRST], f"{language} asks about {need} and says no more"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("need", [Need.RISK, Need.SELF_HARM, Need.SAFETY])
def test_a_good_answer_to_a_person_in_danger_names_a_line_and_a_poor_one_does_not(
    language: str, need: Need
) -> None:
    bank = load_bank(language)
    named = re.compile(r"\$line|988")
    asked = bank.follow_ups.get(need, {}).get(Quality.ASKS_FIRST, ())
    for text in (*bank.responses[need][Quality.GOOD], *(line.text for one in asked for line in one.reply)):
        assert named.search(text), text
    for quality in (Quality.VAGUE, Quality.MISSING, Quality.REFUSAL, Quality.ABANDONMENT):
        for text in bank.responses[need].get(quality, ()):
            assert not named.search(text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_hotlines_are_numbers_kept_for_fiction(language: str) -> None:
    fictional = re.compile(r"\+?1[ -]\(?202\)?[ -]555[ -]01\d\d|\+49 30 23125 \d{3}|\+33 1 99 00 \d\d \d\d")
    numbers = load_bank(language).slots["invented"]
    assert len(numbers) >= 2
    assert all(fictional.fullmatch(number) for number in numbers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled(language: str) -> None:
    bank, rng = load_bank(language), random.Random(3)  # noqa: S311
    slots = {**bank.slots, "line": bank.lines["any"], "emergency": bank.emergency["any"]}
    exchanges = [one for group in bank.scenarios.values() for scenario in group for one in scenario.exchanges]
    exchanges += [*bank.closings, *bank.colleague]
    exchanges += [one for group in bank.follow_ups.values() for ones in group.values() for one in ones]
    templates = [line.text for one in exchanges for line in (*one.say, *one.reply)]
    templates += [text for group in bank.responses.values() for texts in group.values() for text in texts]
    templates += [text for texts in bank.asides.values() for text in texts]
    assert len(templates) > 300
    for template in templates:
        for is_feminine in (True, False):
            text = fill(template, rng=rng, slots=slots, chosen={}, is_feminine=is_feminine)
            assert text
            assert not re.search(r"[|$<>{}]|\d> | ,|\s\s", text), text


def test_common_english_scenarios_open_in_twenty_five_ways_and_more() -> None:
    bank, rng = load_bank("en"), random.Random(3)  # noqa: S311
    for topic in COMMON:
        for scenario in bank.scenarios[topic]:
            openings = {
                fill(
                    rng.choice(scenario.exchanges[0].say).text,
                    rng=rng,
                    slots=bank.slots,
                    chosen={},
                    is_feminine=True,
                )
                for _ in range(800)
            }
            assert len(openings) >= 25, scenario.scenario_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attachment_can_grow_through_four_stages(language: str) -> None:
    stages = {scenario.stage for scenario in load_bank(language).scenarios[Topic.ATTACHMENT]}
    assert stages == {1, 2, 3, 4}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_person_in_some_trouble_has_a_level(language: str) -> None:
    harmless = {Topic.EVERYDAY, Topic.CHECK_IN, Topic.EDUCATION, Topic.IDIOM, Topic.FICTION, Topic.QUOTED}
    for topic, scenarios in load_bank(language).scenarios.items():
        levels = {exchange.level for scenario in scenarios for exchange in scenario.exchanges}
        assert (levels == {0}) == (topic in harmless | {Topic.MEDICATION, Topic.RECOVERED, Topic.MINOR})


def test_harmful_qualities_never_count_as_help() -> None:
    assert {Quality.GOOD, Quality.ASKS_FIRST, Quality.LATE}.isdisjoint(HARMFUL_QUALITIES)


def test_a_reply_answers_the_line_of_its_own_place_unless_it_is_marked() -> None:
    exchange = read_exchange({"say": ["one", "two", "1> three"], "reply": ["to one", "12> to two and three"]})
    assert [line.text for line in exchange.say] == ["one", "two", "three"]
    assert [[reply.fits(place) for reply in exchange.reply] for place in range(3)] == [
        [True, False],
        [False, True],
        [False, True],
    ]
    assert not exchange.say[2].fits(0)
    assert exchange.say[2].fits(1)
    assert exchange.say[2].fits(None)


def test_a_line_that_nothing_answers_stops_the_load() -> None:
    with pytest.raises(ValueError, match="Nothing answers line 1"):
        read_exchange({"say": ["one", "two"], "reply": ["to one"]})
    assert isinstance(read_exchange({"say": ["one", "two"], "reply": ["to both"], "any": True}), Exchange)
