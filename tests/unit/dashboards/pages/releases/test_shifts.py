"""What moved is named as a reader would name it."""

import pytest

from dashboards.pages.releases.shifts import say_category


@pytest.mark.parametrize(
    ("feature", "category", "words"),
    [
        ("message_length", "16.0", "256 to 362 characters"),
        ("message_length", "15.0", "182 to 255 characters"),
        ("user_message_length", "0.0", "1 character"),
        ("score", "8.0", "0.8 to 0.9"),
        ("score", "10.0", "1.0"),
        ("response_class", "refusal", "refusal"),
    ],
)
def test_a_category_is_said_in_words(feature, category, words):
    assert say_category(feature, category) == words
