"""Examples made from our own sentences: the same for a seed, each with the label of its family."""

from pipelines.detect.detectors.linear.sentences import SentenceFile, load_sentences, make_examples

SMALL = SentenceFile.model_validate(
    {
        "language": "en",
        "slots": {"drink": ["tea", "milk"]},
        "families": {
            "wish": {
                "role": "user",
                "labels": {"wish": 1},
                "around": ["plain"],
                "tells": ["I want {drink}[ now]"],
            },
            "plain": {
                "role": "user",
                "labels": {"wish": 0},
                "around": [],
                "tells": ["[it rains|it snows]"],
            },
        },
    }
)


def test_a_seed_gives_the_same_examples() -> None:
    first = list(make_examples(SMALL, per_family=5, seed=1))
    assert first == list(make_examples(SMALL, per_family=5, seed=1))
    assert first != list(make_examples(SMALL, per_family=5, seed=2))


def test_choices_are_made_and_slots_filled() -> None:
    texts = [one.text.lower() for one in make_examples(SMALL, per_family=40, seed=1) if one.family == "plain"]
    assert set(texts) == {"it rains", "it snows"}


def test_every_example_of_a_family_holds_its_phrase_and_label() -> None:
    for one in make_examples(SMALL, per_family=40, seed=1):
        if one.family == "wish":
            assert "i want" in one.text.lower()
            assert one.labels == {"wish": 1}


def test_the_shipped_sentences_are_whole() -> None:
    made = list(make_examples(load_sentences(), per_family=30, seed=1))
    assert not [one.text for one in made if set("[]{}|") & set(one.text)]
    assert {one.role for one in made} == {"assistant", "user"}
