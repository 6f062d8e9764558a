"""Makes text comparable with rules: lower case, straight quotes, accents folded to ASCII.

Hyperscan's word boundary knows ASCII only, so accents are folded before matching. Almost every text
keeps one character for each character, so that positions stay true; the few that do not carry a map.
Markup is taken out first, by `markup.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import hyperscan

from pipelines.detect.detectors.lexicon.markup import SIGNS, Places, blank_pictographs, strip_markup

OTHER = "\x7f"
"""Stands for a character without an ASCII form: a separator, never part of a word."""

_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d\u0432\u043c\u043d\u0442\u043a"
    "\u03b1\u03b5\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7",
    "aeopcyxijsdhqwbmhtkaeopviktux",
)
"""Cyrillic and Greek letters that are written in Latin words as a disguise. In the other direction, a word of
Russian in an English text becomes letters that spell nothing."""
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
_QUOTES = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u00b4\u0060\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a", '"'),
}
_SIMPLE = {
    **_QUOTES,
    **SIGNS,
    **dict.fromkeys("\u2013\u2014\u2012\u2010\u2011\u2212", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u3000", " "),
    "\u2026": ".",
    "\u00df": "s",
    "\u00f8": "o",
    "\u0153": "o",
    "\u00e6": "a",
    "\u0142": "l",
    "\u0131": "i",
    "\u00bf": " ",
    "\u00a1": " ",
}
# A vowel held ("dieeee") or a consonant held ("killlll"): three of a kind never occur in these languages.
_HELD = re.compile(r"([a-z])\1{2,}")
_HELD_LETTERS = "|".join(letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz")
"""Looked for first: most texts hold none, and the engine sees it in a tenth of the time of 26 `in`."""
_VOWELS = frozenset("aeiou")
_BEYOND_LATIN = re.compile("[^\x00-\x7f\u00a1-\u00ac\u00ae-\u012f\u0131-\u02ff\u2010-\u2027\u2030-\u205e]")
"""A mark that may vanish, change the length of the text, or belong to another script."""


class _Fold(dict[int, str]):
    """Folds a character on first sight and remembers it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _SIMPLE.get(character)
        if folded is None:
            base = unicodedata.normalize("NFKD", character)[0]
            folded = base.lower() if base.isascii() and base.isprintable() else OTHER
        self[code] = folded if code > 127 else character
        return self[code]


_FOLD = _Fold()


@dataclass(frozen=True)
class Normalised:
    """ASCII text in lower case; `positions` maps its characters to the message's, if they differ."""

    text: str
    positions: tuple[int, ...] | None
    is_foreign_script: bool

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the message of a span in the normalised text."""
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end - 1] + 1


def normalise(text: str, *, keeps_addresses: bool = False) -> Normalised:
    """Fold a message to ASCII. Most of the letters without an ASCII form means another script.

    `keeps_addresses` leaves the addresses of links in the text: for replies, in which they are looked for.
    """
    return fold_text(*strip_markup(text, keeps_addresses=keeps_addresses))


def fold_text(text: str, places: Places | None = None) -> Normalised:
    """The same of a text whose markup stays; `places` are those of its characters, if it had some."""
    if text.isascii():
        return _squeeze(text.lower(), places, is_foreign_script=False)
    if _BEYOND_LATIN.search(text) is None:
        return _squeeze(text.lower().translate(_FOLD), places, is_foreign_script=False)
    text, places = blank_pictographs(text, places)
    lowered = text.lower()
    if len(lowered) != len(text) or any(_vanishes(mark) for mark in text):
        kept = [(place, mark) for place, mark in enumerate(text) if not _vanishes(mark)]
        places = [place if places is None else places[place] for place, _ in kept]
        lowered = "".join(mark.lower()[0] for _, mark in kept)
    folded = lowered.translate(_FOLD)
    letters = sum(mark.isalpha() for mark in lowered)
    readable = sum(mark.isalpha() for mark in folded)
    is_foreign_script = letters > 0 and readable * 2 < letters
    if not is_foreign_script and readable < letters:
        folded = lowered.translate(_LOOKALIKES).translate(_FOLD)
    return _squeeze(folded, places, is_foreign_script=is_foreign_script)


def fold_pattern(pattern: str) -> str:
    """A rule's pattern, written with accents as its language is, in the form its text will have."""
    return pattern.translate(_FOLD) if not pattern.isascii() else pattern


def _vanishes(mark: str) -> bool:
    """Whether a reader sees nothing of it: joiners, marks of direction, variants, accents of their own."""
    return unicodedata.category(mark) in _UNSEEN


@cache
def _held_database() -> tuple[hyperscan.Database, hyperscan.Scratch]:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=[_HELD_LETTERS.encode()], flags=[hyperscan.HS_FLAG_SINGLEMATCH])
    return database, hyperscan.Scratch(database)


def _holds_letters(text: str) -> bool:
    database, scratch = _held_database()
    found: list[int] = []

    def remember(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        found.append(number)

    database.scan(text.encode("ascii"), match_event_handler=remember, scratch=scratch)
    return bool(found)


def _squeeze(text: str, places: Places | None, *, is_foreign_script: bool) -> Normalised:
    positions = None if places is None else tuple(places)
    if not _holds_letters(text):
        return Normalised(text, positions, is_foreign_script)
    keep: list[int] = []
    end = 0
    for held in _HELD.finditer(text):
        allowed = 1 if held[1] in _VOWELS else 2
        keep.extend(range(end, held.start() + allowed))
        end = held.end()
    keep.extend(range(end, len(text)))
    squeezed = "".join(text[place] for place in keep)
    return Normalised(
        squeezed,
        tuple(keep) if positions is None else tuple(positions[place] for place in keep),
        is_foreign_script,
    )
