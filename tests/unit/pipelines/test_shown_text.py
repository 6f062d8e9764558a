"""What others named is spelled where it would act on a terminal, and stays where it is only a letter."""

import pytest

from pipelines.shown_text import show_line, show_text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[2Ka", "\\x1b[2Ka"),
        ("a\rb", "a\\x0db"),
        ("\x00\x08\x7f", "\\x00\\x08\\x7f"),
        ("\x9b31m", "\\x9b31m"),
        ("log\u202elnosj", "log\\u202elnosj"),
        ("\u2066\u2069\u200f\u061c", "\\u2066\\u2069\\u200f\\u061c"),
        ("caf\udce9", "caf\\udce9"),
        ("Größe 日本語 🙂\u200d", "Größe 日本語 🙂\u200d"),
        ("\u2065\u2070\xa0", "\u2065\u2070\xa0"),
    ],
)
def test_what_acts_on_a_terminal_is_spelled(given: str, shown: str) -> None:
    assert show_text(given) == show_line(given) == shown


def test_lines_stay_in_a_text_and_not_in_a_line() -> None:
    given = "a\nb\tc\u2028d\u2029e"
    assert show_text(given) == given
    assert show_line(given) == "a\\x0ab\\x09c\\u2028d\\u2029e"
