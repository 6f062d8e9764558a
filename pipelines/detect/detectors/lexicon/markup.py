"""Takes out of a text what its reader does not see, or sees as no word: tags, entities, links, pictographs.

Applications send text with markup, and a tag or an emoji between two words would hide a sentence from every
rule. What only looks like a tag ("I <3 you", "<I want to die>") stays: elements are known by name, and
attributes have values. Folding to ASCII belongs in `normalisation.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

MARKUP = r"&[#a-zA-Z]|</?[a-zA-Z]|\]\(|\\n"
"""What every text with markup holds, for the engine that looks at a whole column at once."""

Places = Sequence[int]
"""For each character of a text its place in the message."""

SIGNS = {
    **dict.fromkeys("\U0001f52b", "\x01"),  # a pistol
    **dict.fromkeys("\U0001f52a\U0001f5e1\U0001fa92", "\x02"),  # knife, dagger, razor
    **dict.fromkeys("\U0001f48a", "\x03"),  # a pill
    **dict.fromkeys("\u26b0\U0001faa6", "\x04"),  # coffin, headstone
    **dict.fromkeys("\U0001fa78", "\x05"),  # a drop of blood
}
"""Emoji that rules know. A control character is no part of a word, and where it stands in a text of itself it
means nothing without the words that these rules ask for beside it."""

_ATTRIBUTES = (
    r"(?:\s{1,5}[\w:-]{1,40}\s{0,3}=\s{0,3}"
    r"(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|[^\s\"'<>]{1,300})){0,20}\s{0,5}/?>"
)
_INLINE = (
    r"a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|img|ins|kbd|label|mark|q|s|samp|small|span|strike|strong"
    r"|sub|sup|tt|u|var|wbr"
)
_BLOCK = (
    r"article|aside|blockquote|body|br|center|dd|details|div|dl|dt|figure|footer|h[1-6]|head|header|hr|html|li"
    r"|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_TAG = re.compile(rf"</?(?:(?:{_INLINE})|(?P<block>{_BLOCK})){_ATTRIBUTES}", re.IGNORECASE)
_TARGET = r"\((?:\[url\]|[^\s()]{0,300}[/.#:][^\s()]{0,300})(?:\s[\"'][^()\n]{0,200})?\)"
_LINK = re.compile(rf"!?\[(?=[^\[\]\n]{{1,200}}\]{_TARGET})|(?<=[^\[\]\n])\]{_TARGET}")
_ESCAPE = re.compile(r"(?:\\r)?\\n")
_PICTOGRAPHS = (
    r"\u2190-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001f0ff\U0001f1e6-\U0001f1ff"
    r"\U0001f300-\U0001faff"
)
"""All but enclosed letters, which fold to letters."""
_NO_SIGN = f"(?![{''.join(SIGNS)}])"
_PICTOGRAPH = re.compile(rf"{_NO_SIGN}[{_PICTOGRAPHS}](?:{_NO_SIGN}[{_PICTOGRAPHS}\ufe0f\u200d ])*")


def strip_markup(text: str, *, keeps_addresses: bool = False) -> tuple[str, Places | None]:
    """What a reader sees of a text, and each character's place in the message where they differ.

    An element that begins a line becomes a line's end. `keeps_addresses` leaves links as they are: in a reply
    the address is what counts.
    """
    places: Places | None = None
    if "&" in text:
        text, places = _replace(_ENTITY, lambda found: html.unescape(found[0]), text, places)
    if "<" in text:
        text, places = _replace(_TAG, lambda found: "\n" if found["block"] else "", text, places)
    if "](" in text and not keeps_addresses:
        text, places = _replace(_LINK, lambda _found: "", text, places)
    if "\\n" in text:
        text, places = _replace(_ESCAPE, lambda _found: "\n", text, places)
    return text, places


def blank_pictographs(text: str, places: Places | None) -> tuple[str, Places | None]:
    """A text with one blank for pictographs in a row that stand for no word.

    Pictographs alone stay: such a message was read, and is no empty one.
    """
    blanked, moved = _replace(_PICTOGRAPH, lambda _found: " ", text, places)
    return (blanked, moved) if blanked.strip() else (text, places)


def _replace(
    pattern: re.Pattern[str], make: Callable[[re.Match[str]], str], text: str, places: Places | None
) -> tuple[str, Places | None]:
    """The text with every match replaced; what is put in has the place where the match began."""
    pieces: list[str] = []
    kept: list[int] = []
    end = 0
    for found in pattern.finditer(text):
        made = make(found)
        pieces += (text[end : found.start()], made)
        kept.extend(range(end, found.start()))
        kept.extend([found.start()] * len(made))
        end = found.end()
    if not pieces:
        return text, places
    pieces.append(text[end:])
    kept.extend(range(end, len(text)))
    return "".join(pieces), kept if places is None else [places[place] for place in kept]
