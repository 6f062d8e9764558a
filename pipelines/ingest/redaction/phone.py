"""Whether a run of digits in a text is a number to ring, or a dose, a date, a score or a price.

To miss a number is a breach of privacy; to take a dose for one hides what was said from detection. Ten
digits and more are a number unless they are plainly something else; fewer only if they are written as a
country writes its numbers, or the words before them say so.
"""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import pairwise

import phonenumbers
from stdnum import isbn

from pipelines.ingest.redaction.recogniser import OR_OTHER_DIGIT, Find, Recogniser, Span

DASHES = "\u2010-\u2015\u2212-"
MARK = f"[ \t\u00a0\u2007\u2009\u202f\u200b-\u200d\u2060\ufeff()./_·{DASHES}]"
BETWEEN = f"(?:{MARK}|&nbsp;)"
"""What may stand between the digits of one number, seen or not; a new line begins another."""
NUMBER = re.compile(
    r"[(+\d](?<!\d.)(?<!\d[.,:].)(?:(?<=\d)|(?<=\+)[ \u00a0]?\(?\d|(?<=\()(?:\+[ \u00a0]?)?\(?\d)"
    rf"(?:{MARK}{{0,3}}(?:&nbsp;{MARK}{{0,2}})?\d){{5,18}}"
    rf"(?:[ \u00a0]?(?:x|ext\.?|extension|durchwahl|poste)[ \u00a0]?\d{{1,6}}(?!\w))?(?!\d)(?!:\d\d)",
    re.I,
)
NEAR_DIGITS = rf"[0-9](?:{BETWEEN}{{0,3}}[0-9])"
HINT = rf"{NEAR_DIGITS}{{6}}|{NEAR_DIGITS}{{5}} ?[xedp]{OR_OTHER_DIGIT}"
"""Seven digits that may be of one number, or six and what may be an extension."""
SHORTEST, LONGEST = 7, 19
SURE = 10
"""Digits. No dose, score or price that people write to a companion is as long."""
ZERO_FIRST, DIALLED = re.compile(r"0\d"), 9
"""No amount begins with 0 before another digit; one with so many digits is dialled."""

CUE = re.compile(
    r"\b(?:call|ring|text|dial|phone|tel|cell|mobile|whats\s?app|signal|reach me|my number|number is|fax"
    r"|nummer|handy|telefon|anrufen|ruf|erreichbar|num[eé]ro|portable|t[eé]l[eé]phone|appel\w*|joindre"
    r"|tel[eé]fono|m[oó]vil|ll[aá]m\w*|mobil|tél|celular|tlf|contact (?:no|number|me)|my (?:no|nr)"
    r"|meine nr)\b"
    r"[^\d\n]{0,25}$",
    re.I,
)
MONEY_BEFORE = re.compile(r"[$€£¥]\s?$|\b(?:version|v|isbn)[.:]?\s?$", re.I)
MARK_BEFORE = re.compile(r"[#§]\s?$|\b(?:no|nr)[.:]?\s?$", re.I)
"""Of an order or a paragraph, unless the words before it speak of a telephone: my phone no."""
UNIT_AFTER = re.compile(
    r"^\s?(?:mg|mcg|µg|μg|ml|mmol|iu|ie|kcal|cal|kj|km|cm|mm|kg|lbs?|oz|bpm|mmhg|%|€|\$|£|euros?|eur|usd|gbp"
    r"|dollars?|pounds?|steps|schritte|pasos|calories|kalorien|g)(?![\w'’])",
    re.I,
)
WORD_AFTER = re.compile(r"^\s?(?:pas|hours|hrs|minutes|people|words|years|l)(?![\w'’])", re.I)
"""A unit, or the next word of a sentence that has said its number: call 555-0143 people say."""
YEAR = r"(?:19|20)\d\d"
NOT_RUNG = re.compile(
    rf"(?<!\d)(?<!\d[./{DASHES}])(?:"
    rf"{YEAR}[./{DASHES}]\d{{1,2}}[./{DASHES}]\d{{1,2}}"  # 2026-08-03
    rf"|\d{{1,2}}[. /{DASHES}]{{1,2}}\d{{1,2}}[. /{DASHES}]{{1,2}}{YEAR}"  # 03.08.2026
    rf"|\d{{1,2}}[./{DASHES}]\d{{1,2}}[./{DASHES}]\d\d"  # 3/8/26
    rf"|{YEAR} ?[./{DASHES}] ?{YEAR}|{YEAR}(?=[ /]{YEAR})|(?<=[ /]){YEAR}"  # 2019-2024
    r"|[1-9]\d{1,2}/[1-9]\d{1,2}"  # a blood pressure
    rf")(?!\d)(?![./{DASHES}]\d)"
)
STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[ _.-]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?")
DECIMALS = re.compile(
    r"(?=(?:[^.]*\.\d){2})(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?(?:[ \t]{1,2}(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?)+"
)
"""101.5 99.8 98.2: weights, levels."""
DECIMAL = re.compile(r"(?:0|[1-9]\d{0,3})\.\d+")
NORTH_AMERICAN = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
LOCAL = re.compile(rf"[2-9]\d\d[.{DASHES}]\d{{4}}")
SPANISH = re.compile(r"[6-9]\d{8}")
ISBN = re.compile(r"97[89]\d{10}$")  # ten digits may be a number to ring whose checksum fits by chance
NOT_A_DIGIT = re.compile(r"\D+")
PARTS = re.compile(r"\s*/\s*|\s{2,}|\s[-–—]\s")
HIGHEST_IN_ROW, WIDEST_ROW = 299, 100
"""Of pulses, pressures and weights that somebody writes one after the other."""
NEAR = 60
"""Characters around a number that may say what it is."""


def recognise_phones(listed: Set[str]) -> Recogniser:
    """The recogniser of numbers to ring; those that are listed (digits only) stay."""
    return Recogniser(HINT, NUMBER, "phone", _find_phone(listed), is_unlisted_for_assistant=True)


def _find_phone(listed: Set[str]) -> Find:
    def find(match: re.Match[str], country: str) -> Span | None:
        found = match.group()
        digits = read_digits(found)
        if digits in listed or all(read_digits(part) in listed for part in PARTS.split(found)):
            return None
        if ISBN.match(digits) and isbn.is_valid(digits):
            return None
        before = match.string[max(0, match.start() - NEAR) : match.start()].rpartition("\n")[2]
        after = match.string[match.end() : match.end() + NEAR]
        return match.span() if is_phone(found, before=before, after=after, region=country) else None

    return find


def is_phone(found: str, *, before: str, after: str, region: str) -> bool:
    """Whether a match of NUMBER is a number to ring.

    Args:
        found: the match.
        before: some text before it, of the same line.
        after: some text after it.
        region: ISO 3166-1 of the person, or empty.
    """
    digits, bare = read_digits(found), found.strip().strip("()")
    if not SHORTEST <= len(digits) <= LONGEST or UNIT_AFTER.match(after) or MONEY_BEFORE.search(before):
        return False
    is_from_abroad = "+" in found or found.lstrip("(").startswith("00")
    is_dialled = is_from_abroad or (ZERO_FIRST.match(bare) is not None and len(digits) >= DIALLED)
    is_whole = len(digits) >= SURE or LOCAL.fullmatch(bare) is not None
    has_word_after = WORD_AFTER.match(after) is not None
    is_marked = has_word_after or MARK_BEFORE.search(before) is not None
    if (has_word_after and not is_whole) or (is_marked and not (is_dialled or CUE.search(before))):
        return False
    if is_from_abroad:
        return len(digits) >= 8
    if _is_plainly_another(found, bare):
        return False
    is_long = len(digits) >= SURE
    is_plain = (
        not _is_row_of_small_numbers(bare, digits) if is_long else _is_written_like_one(bare, digits, region)
    )
    return is_plain or CUE.search(before) is not None


def read_digits(text: str) -> str:
    """The digits of a text, whatever the script, as 0 to 9."""
    digits = NOT_A_DIGIT.sub("", text)
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def _is_plainly_another(found: str, bare: str) -> bool:
    if _is_counting(bare) or STAMP.fullmatch(bare) or DECIMAL.fullmatch(bare) or DECIMALS.fullmatch(bare):
        return True
    return len(read_digits(NOT_RUNG.sub(" ", found))) < SHORTEST


def _is_written_like_one(bare: str, digits: str, region: str) -> bool:
    if digits.startswith("0"):
        return len(digits) >= 9 or _is_valid(digits, region) or _is_valid(digits, "DE")
    if LOCAL.fullmatch(bare) or SPANISH.fullmatch(digits):
        return True
    # Where numbers begin with 0, one that does not is no number: every score would be.
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    return metadata is not None and metadata.national_prefix != "0" and _is_valid(digits, region)


def _is_valid(digits: str, region: str) -> bool:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _is_counting(bare: str) -> bool:
    """10 9 8 7 6, 5 6 7 8: steps of one, or of one size."""
    groups = [int(group) for group in re.findall(r"\d+", bare)]
    steps = {after - before for before, after in pairwise(groups)}
    return len(groups) >= 4 and len(steps) == 1 and steps != {0}


def _is_row_of_small_numbers(bare: str, digits: str) -> bool:
    """12 15 18 9 11 14: scores; 110-120-135-128: beats of a heart.

    A number in pairs begins with 0, one digit by digit has only single ones, and the groups of one in threes
    are not all small and near each other.
    """
    groups = re.findall(r"\d+", bare)
    lengths = {len(group) for group in groups}
    if len(groups) < 2 or digits.startswith("0"):
        return False
    if max(lengths) <= 2:
        return lengths != {1}
    values = [int(group) for group in groups]
    is_near = max(values) - min(values) <= WIDEST_ROW and max(values) <= HIGHEST_IN_ROW
    return lengths <= {2, 3} and is_near and not any(group.startswith("0") for group in groups)
