"""Recognisers of e-mail addresses, links, handles and network addresses."""

from __future__ import annotations

import re
from collections.abc import Set

from pipelines.ingest.recogniser import Find, Recogniser, Span

SPELLED_TLD = "(?:com|org|net|de|fr|es|uk|ie|au|info|eu|edu|io)"
# Runs have a bound or one beginning: else a text of one repeated character costs the square of its length.
HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}"
LOCAL = r"(?<![\w.+%'-])[\w.+%'-]++"
BRACKET_AT = r" ?[\[({] ?(?:at|arroba|arobase) ?[\])}] ?"
SPELLED_DOT = r"(?: ?[\[({] ?(?:dot|punkt|punto|point) ?[\])}] ?| (?:dot|punkt|punto|point) )"
SPELLED_NAME = rf"[\w.+-]{{1,64}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
REST = r"(?:[/?#:][^\s<>\"')\]]*)?"
TLD = "(?:com|org|net|info|io|app|fr|de|uk|ie|au|eu|ca|ch)"
LATER_TLD = "(?:es|us|me|at|it|co|be|nl|gg|tv)"
"""Words of our languages: `help.me` is a sentence without a blank, `www.help.me` is an address."""

EMAIL = Recogniser(
    hint="[@＠]",
    pattern=re.compile(rf"{LOCAL} ?[@＠] ?{HOST}\.[a-z]{{2,24}}|{LOCAL}[@＠]{HOST}(?=[\s,;:!?)]|$)", re.I),
    kind="email",
)
SPELLED_EMAIL = Recogniser(
    hint=r"[\[({] ?(?:at|arroba|arobase) ?[\])}]"
    rf"|[ \])}}](?:dot|punkt|punto|point)[ \])}}]{{1,3}}{SPELLED_TLD}[^a-z]",
    pattern=re.compile(
        rf"{SPELLED_NAME}{BRACKET_AT}[\w-]{{1,63}}(?:(?:\.|{SPELLED_DOT})[\w-]{{1,63}}){{1,5}}"
        rf"|{SPELLED_NAME} (?:at|arroba|arobase) [\w-]{{1,63}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
        rf"{SPELLED_DOT}{SPELLED_TLD}\b",
        re.I,
    ),
    kind="email",
)
HANDLE = Recogniser("[@＠]", re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}"), "handle")
URL_HINT = rf"https?://|www\.|\.{TLD}[^a-z]|\.[^ \n.]+\.{LATER_TLD}[^a-z]|\.[a-z]{{2,6}}/"
URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+"
    r"|\b(?=[\w-]{1,63}\.[\w-])(?:"  # most words end here
    rf"{HOST}\.{TLD}\b{REST}"
    rf"|{HOST}\.[\w-]{{1,63}}\.{LATER_TLD}\b{REST}"
    rf"|{HOST}\.[a-z]{{2,6}}/[^\s<>\"')\]]+)",  # a path makes it an address
    re.I,
)
PART = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IPV4 = Recogniser(
    hint=r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
    pattern=re.compile(rf"(?<![\d.])(?:{PART}\.){{3}}{PART}(?![\d.]*\d)", re.A),
    kind="ip",
)
IPV6_WORDS = re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])", re.I)


def recognise_contacts(domains: Set[str]) -> tuple[Recogniser, ...]:
    """The recognisers in their order; links to listed domains stay."""
    url = Recogniser(URL_HINT, URL, "url", _find_url(domains), is_unlisted_for_assistant=True)
    return (EMAIL, SPELLED_EMAIL, url, HANDLE, IPV4, IPV6)


def _find_url(domains: Set[str]) -> Find:
    def find(match: re.Match[str], _country: str) -> Span | None:
        host = re.sub(r"^(?:https?://)?(?:www\.)?", "", match.group().lower())
        host = re.split(r"[/?#:]", host)[0].rstrip(".,;!")
        if any(host == domain or host.endswith("." + domain) for domain in domains):
            return None
        return match.start(), match.start() + len(match.group().rstrip(".,;:!?"))

    return find


def _find_ipv6(match: re.Match[str], _country: str) -> Span | None:
    # 10:30:00 is a time: an address has a double colon, eight parts, or letters.
    text = match.group()
    is_address = "::" in text or text.count(":") == 7
    return match.span() if is_address and not re.fullmatch(r"[\d:]{1,8}", text) else None


IPV6 = Recogniser(":[0-9a-f]{0,4}:", IPV6_WORDS, "ip", _find_ipv6)
