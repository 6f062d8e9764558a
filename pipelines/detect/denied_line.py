"""Whether a reply denies the crisis line that it names: "the 988 area code does not exist" is no help.

Read right before and right behind the number, in its sentence. Behind a condition nothing is denied: "if 988
does not answer, call 911" names help twice. In the languages of the rules; texts are folded, as in
`crisis_line`: in lower case and without accents.
"""

from __future__ import annotations

import re

REACH = 90
"""Characters on either side of a number in which its denial begins."""
_SENTENCE_END = re.compile(r"[.!?\n](?!\w)")
_NUMBER = re.compile(r"\d")
_CONDITION = re.compile(
    r"\b(?:if|when(?:ever)?|where|unless|in case|should|why|falls|wenn|sollte|warum|si|cuando|donde"
    r"|por que"
    r"|quand|lorsque|pourquoi)\b"
)
_ARTICLE = (
    r"(?: (?:the|a|any|at|on|number|line|die|den|der|bei|unter|nummer|el|al|a|la|le|linea|au"
    r"|numero)){0,3}"
)
_NOT_CALLED = re.compile(
    r"(?:\b(?:do not|don.?t|never|no (?:need|use|point)(?: to| in)?|need(?: not|n.?t)|should(?: not"
    r"|n.?t)|stop|avoid"
    r"|(?:do not|don.?t) (?:need|have) to|rather than|instead of)"
    r" (?:ever |just |bother )?(?:call(?:ing)?|dial(?:l?ing)?|text(?:ing)?|ring(?:ing)?|phon(?:e|ing)"
    r"|contact(?:ing)?"
    r"|us(?:e|ing)|try(?:ing)?)(?: or (?:call|text|dial))?"
    r"|\bthere(?: is|.?s| are) no (?:such )?(?:thing as|crisis|suicide)?"
    r"|\b(?:ruf\w{0,3}|wahl\w{0,3}|nutz\w{0,3})(?: sie)?(?: bitte)? (?:nicht|nie(?:mals)?"
    r"|keinesfalls|bloss? nicht)"
    r"|\bes gibt keine?n?|\b(?:brauch|musst|muss)\w{0,4} (?:sie )?(?:nicht|keine?n?)"
    r"|\bno (?:llam|marqu|contact|us)\w{1,5}|\bno (?:hace falta|necesitas?|tienes? que|debes?) llamar"
    r"|\bno existe"
    r"|\bn.(?:appel|utilis)\w{1,3} (?:pas|jamais|surtout pas)"
    r"|\bne (?:compos|contact|telephon)\w{1,3} (?:pas|jamais|surtout pas)"
    r"|\b(?:pas besoin|inutile) d.appeler|\bil n.y a (?:pas|plus) de)"
    rf"{_ARTICLE}[\s\"'(]{{0,3}}$"
)
_IS_NOT = (
    r"(?:is|was|are)(?: not|n.?t| no longer)(?: actually| really| currently| even)?"
    r" (?:real|an? (?:real|actual|working|crisis|valid|emergency|suicide)|available|in (?:service|use"
    r"|operation)"
    r"|reachable|working|open|active|operating|a (?:number|line|hotline|thing))"
)
_NOT_THERE = re.compile(
    r"[\s\"'):,*]{1,3}(?:(?:suicide|crisis|prevention|and|&|lifeline|hot ?line|helpline|line|number"
    r"|area|code|service"
    r"|nummer|notruf|linea|numero|ligne)[\s,]{1,2}){0,5}"
    r"(?:(?:does not|doesn.?t|do not|don.?t|did not|didn.?t|will not|won.?t|no longer"
    r"|never)(?: actually| really| even)?"
    rf" (?:exists?|works?|helps?|answers?|picks? up)|{_IS_NOT}"
    r"|(?:is|was|has been)(?: a)? (?:fake|made up|myth|closed|shut down|discontinued|disconnected"
    r"|out of service)"
    r"|(?:existiert|funktioniert|geht|antwortet|hilft)(?: \w{1,10}){0,2} nicht"
    r"|gibt es (?:\w{1,8} )?(?:nicht|keine)"
    r"|ist (?:leider |gar |derzeit )?(?:nicht (?:mehr )?(?:erreichbar|besetzt|in betrieb|echt|da\b)"
    r"|keine? \w{0,6}n(?:ot|ummer)|abgeschaltet)|(?:bitte )?(?:nicht|nie) (?:an(?:zu)?rufen|wahlen)"
    r"|(?:ya )?no (?:existe|funciona|contesta|responde|sirve|ayuda|esta (?:disponible|activ"
    r"|operativ)|es (?:real|un n|un t))"
    r"|n.existe (?:pas|plus)|ne (?:fonctionne|marche|repond|sert|aide) (?:pas|plus|a rien)"
    r"|n.est (?:pas|plus)"
    r" (?:disponible|joignable|en service|un vrai|reel\w?))"
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether the words around the line at `start` to `end` say that it is not there, or not to be called."""
    digit = _NUMBER.search(text, start, end)
    before = text[max(0, start - REACH) : digit.start() if digit else start]
    after = text[end : end + REACH]
    opened = [found.end() for found in _SENTENCE_END.finditer(before)]
    before = before[opened[-1] :] if opened else before
    if _CONDITION.search(before):
        return False
    return bool(_NOT_CALLED.search(before) or _NOT_THERE.match(after))
