"""No cell begins a formula, at no place where a spreadsheet may begin a cell; every text comes back."""

import itertools

import pytest

from risk_register.exchange.cell import guard, read_guarded


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ('Over-reliance;=HYPERLINK("x")', 'Over-reliance;\'=HYPERLINK("x")'),
        (" =1+1", "' =1+1"),
        ("a\n=1+1", "a\n'=1+1"),
        ("a\r\n\t@b", "a\r\n'\t@b"),
        ("\n=1", "'\n'=1"),
        ("\tx", "'\tx"),
        ("'=1", "''=1"),
        ("'tis over-due; so", "'tis over-due; so"),
        ("", ""),
    ],
)
def test_a_quote_stands_before_whatever_would_run(text: str, guarded: str) -> None:
    assert guard(text) == guarded
    assert read_guarded(guarded) == text


def test_every_text_comes_back() -> None:
    for parts in itertools.product("'=;\n\t \"a", repeat=6):
        text = "".join(parts)
        assert read_guarded(guard(text)) == text
