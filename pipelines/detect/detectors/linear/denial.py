"""Puts one word in the place of what a writer denies: "no, I'm not thinking about suicide".

N-grams know words and pairs, and the true no to a question about suicide is full of the words of a yes. What
is told beside it stays and is read. The rules know denials by themselves (guards `negation` and `denied`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

MARK = "saysnot"
"""No word of English."""

_NO = (
    r"(?<!goes by i )(?<!passes i )"
    r"(?:(?<!why )(?<!reason )(?<!reasons )(?<!t )(?<!me )(?<!only )\bnot|\bnever"
    r"|(?<!like i )(?<!that i )\b(?:do|have|would|is|are|wo|was|has|does|ai)n['’]?t"
    r"|\bdid(?:n['’]?t| not) (?:want|have|feel|think)"
    r"|\bno (?:longer|plans?|intentions?|intent|desire|thoughts?|urges?|wish|ideas?)"
    r"|\bno(?= (?:suicid|self)))"
)
"""Not where two negations make a yes: "why not", "no reason not to", "it's not like I haven't"."""
_BETWEEN = (
    r"(?:i'?m|i|am|i'd|really|ever|at all|any|an?|the|been|be|have|had|having|want|wanted|wanting|wanna"
    r"|wish|wished|to|of|about|thinking|think|thoughts?|feel|feeling|felt|like|planning|plans?|going|gonna"
    r"|intend|intending|intentions?|intent|desire|urges?|ideas?|considering|contemplating|or|nor|would|that"
    r"|currently|seriously)"
)
"""Words of a wish or a thought; "stop", "know", "care" and "afraid" are none."""
_HARM = (
    r"(?:suicid(?:e|al)(?: (?:thoughts?|ideation|ideas?|feelings|tendenc(?:y|ies)))?"
    r"|(?:kill|hurt|harm|cut|injur|burn)(?:ing|e|ed|ting)? my ?self|self[- ]?harm(?:ing)?"
    r"|(?:be(?:ing)?|was|were|(?:be )?better off) dead|die|dying"
    r"|end(?:ing)? (?:it all|it|my (?:own )?life)|tak(?:e|ing) my (?:own )?life|unaliv(?:e|ing)(?: my ?self)?"
    r"|do(?:ing)? (?:any|some) ?thing (?:stupid|silly|rash|drastic|to my ?self)|in (?:any )?danger)"
)
_BUT = (
    r"(?! (?:more|so|this (?:much|bad|badly|hard)|as|harder|worse|tonight|today|yet|now|right|until|till"
    r"|before|if|unless|because|cos|cause|just|only|alone|properly|again|in|for|since)\b)"
)
"""What follows and takes the no back, or bounds it: "not tonight", "never wanted to die so badly"."""
DENIED = re.compile(
    rf"{_NO}(?: {{1,2}}{_BETWEEN},?){{0,7}} {{1,2}}{_HARM}"
    rf"(?:,? (?:or|nor|and) (?:{_BETWEEN} ){{0,4}}{_HARM})*{_BUT}\b"
    r"(?: (?:or|and) (?:any(?:one|body|thing)|someone|others)(?: else| like that)?)?",
    re.IGNORECASE,
)
_PERHAPS = (
    r"(?i)suicid|my ?self|self[- ]?harm|\bdead\b|\bdie\b|\bdying\b|\bend(?:ing)? (?:it|my)|\btak(?:e|ing) my"
    r"|unaliv|thing (?:stupid|silly|rash|drastic)|\bin (?:any )?danger"
)
"""What every denial holds, for the engine that looks at a whole column at once."""


def mark_denials(texts: pa.Array) -> pa.Array:
    """The texts (string or large_string, no nulls) with one word in the place of every denial."""
    found = pc.match_substring_regex(texts, _PERHAPS)
    marked = [DENIED.sub(f" {MARK} ", text) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(marked, texts.type)) if marked else texts
