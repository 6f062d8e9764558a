"""Recognisers of e-mail addresses, links, handles and network addresses."""

from __future__ import annotations

import re
from collections.abc import Set

from pipelines.ingest.redaction.recogniser import Find, Recogniser, Span

SPELLED_TLD = "(?:com|org|net|de|fr|es|uk|ie|au|info|eu|edu|io|ch|at|it|be|nl|ca)"
MAIL_HOST = (
    "(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|icloud|aol|protonmail|proton|gmx|web|freenet"
    "|t-online|posteo|mailbox|orange|wanadoo|laposte|free|sfr|btinternet|virginmedia|bigpond|telefonica|zoho)"
)
"""Behind the word `at` these are where somebody's mail is, when one word stands before it."""
# Runs have a bound or one beginning: else a text of one repeated character costs the square of its length.
HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}"
LOCAL = r"(?<![\w.+%'-])[\w.+%'-]++"
BRACKET_AT = r" ?[\[({] ?(?:at|arroba|arobase) ?[\])}] ?"
SPELLED_DOT = r"(?: ?[\[({] ?(?:dot|punkt|punto|point) ?[\])}] ?| (?:dot|punkt|punto|point) )"
TLD = "(?:com|org|net|info|io|app|fr|de|uk|ie|au|eu|ca|ch)"
LATER_TLD = "(?:es|us|me|at|it|co|be|nl|gg|tv)"
"""Words of our languages: `help.me` is a sentence without a blank, `www.help.me` is an address."""
NO_NAME = (
    "(?:it|me|them|us|him|her|you|account|accounts|address|mail|email|e-mail|inbox|look|looked|looking|is|was|are"
    "|and|or|on|by|up|in|here|there|that|this|one|support|help|work|works|working|log|sign|them|hosted)"
)
"""Words before `at` and a host that name nobody: look at gmail.com."""
WORD_BEGINS = r"(?<![\w.+-])"
SPELLED_NAME = rf"[\w.+-]{{1,64}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
REST = r"(?:[/?#:][^\s<>\"')\]]*)?"
EMAIL = Recogniser(
    hint="[@＠]",
    pattern=re.compile(
        rf"{LOCAL} ?[@＠](?: ?{MAIL_HOST} ?\. ?{SPELLED_TLD}\b| ?{HOST}\.[a-z]{{2,24}}"
        rf"| ?{HOST} \. (?:com|org|net|edu)\b|(?<! [@＠]){HOST}(?=[\s,;:!?)]|$))",
        re.I,
    ),
    kind="email",
)
SPELLED_EMAIL = Recogniser(
    hint=r"[\[({] ?(?:at|arroba|arobase) ?[\])}]"
    rf"|[ \])}}](?:dot|punkt|punto|point)[ \])}}]{{1,3}}{SPELLED_TLD}[^a-z]"
    r"| (?:at|arroba|arobase) [a-z0-9-]{1,63}\.[a-z0-9.-]{2,60}[^a-z0-9@._+-]",
    pattern=re.compile(
        rf"{WORD_BEGINS}(?=[\w.+-]{{1,64}}(?: ?[\[({{]| (?:at|arroba|arobase|dot|punkt|punto|point) ))(?:"
        rf"{SPELLED_NAME}{BRACKET_AT}[\w-]{{1,63}}(?:(?:\.|{SPELLED_DOT})[\w-]{{1,63}}){{1,5}}"
        rf"|{SPELLED_NAME} (?:at|arroba|arobase) [\w-]{{1,63}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
        rf"{SPELLED_DOT}{SPELLED_TLD}\b"
        rf"|{SPELLED_NAME} (?:arroba|arobase) {HOST}\.[a-z]{{2,24}}\b"
        rf"|(?=[^\W\d_][\w-]{{0,62}}[._+\d])[\w.+-]{{2,64}} at {HOST}\.(?:{TLD}|{LATER_TLD})\b"
        rf"|(?!{NO_NAME} )[\w+-]{{2,64}} at {MAIL_HOST}\.{SPELLED_TLD}\b)",
        re.I,
    ),
    kind="email",
)
SITE = "(?:insta(?:gram)?|snap(?:chat)?|tik ?tok|discord|telegram|kik|user ?name|usuario|nutzername|pseudo)"
SITE_IS = rf"{SITE}(?: (?:is|ist|es|est|handle|name|user)){{0,3}}[ :]{{1,3}}"
NO_WORD = r"[a-z_](?:[a-z0-9_.]{0,28}[_0-9]|[a-z]{1,20}\.[a-z]{2})"
"""With a digit, a dot or a line in it: behind the name of a site a word is a word."""
HANDLE = Recogniser("[@＠]", re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}"), "handle")
SITE_HANDLE = Recogniser(
    hint=f"[a-z0-9_.]#[0-9]{{4}}\n{SITE_IS}{NO_WORD}",
    pattern=re.compile(
        r"(?<![\w#.])(?!(?i:issue|ticket|order|room|bug|case|pr|no)#)"
        r"(?P<tagged>[a-zA-Z_][a-zA-Z0-9_.]{1,31}#[0-9]{4})(?!\w)"
        rf"|\b(?i:{SITE_IS}(?P<named>(?={NO_WORD})[a-z0-9_.]{{3,30}}))"
    ),
    kind="handle",
    find=lambda match, _country: match.span(match.lastgroup or 0),
)
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
IPV6_WORDS = re.compile(
    r"(?<![\w:])(?:[0-9a-f]{1,4}:){1,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])(?:%[\w.-]{1,16})?", re.I
)


def recognise_contacts(domains: Set[str]) -> tuple[Recogniser, ...]:
    """The recognisers in their order; links to listed domains stay."""
    url = Recogniser(URL_HINT, URL, "url", _find_url(domains), is_unlisted_for_assistant=True)
    return (EMAIL, SPELLED_EMAIL, url, HANDLE, SITE_HANDLE, IPV4, IPV6)


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
    is_time = re.fullmatch(r"[\d:]{1,8}", text) is not None
    return match.span() if is_address and not is_time and re.search(r"\d", text) else None


IPV6 = Recogniser(":[0-9a-f]{0,4}:", IPV6_WORDS, "ip", _find_ipv6)
