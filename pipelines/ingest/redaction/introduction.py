"""The recogniser of names that people give of themselves: "my name is", "je m'appelle".

A name in the middle of a sentence is the task of a model, see `names`.
"""

from __future__ import annotations

import re

from pipelines.ingest.redaction.recogniser import Recogniser, Span

NOT_A_NAME = frozenset(
    word
    for line in (
        "a about after all also always an and another any as así at attached auch aussi back be because",
        "been before being bit but by can changed common connu crazy das de der die different difficile",
        "difficult dein difícil dirt doctor dr egal ein eine el everywhere for forgotten from gone good hard",
        "hated her him his horrible how i ici if igual immer important in into is it its just kein keine",
        "known lang le les like listed literally lo lost là me mean mein mentioned misspelled mommy mud mum",
        "muy my más nada nadie names never nicht nie no nobody noch not nothing of off often on one only",
        "out over pas personne plus pronounced rare raro really registered rien right ruined same schon",
        "schwer secret selten so something sometimes spelled spelt still stuff stupid such taken también",
        "tan that the their them there these they thing this to tomorrow tonight too trash trop très ugly",
        "un una une unusual unwichtig up used very weird what whatever when where which who with",
        "worthless wrong yet you your",
    )
    for word in line.split()
)
"""Words after such a phrase that are no name: "my name is not important"."""
PARTICLES = frozenset(
    ["van", "von", "de", "del", "der", "den", "la", "le", "da", "dos", "di", "al", "bin", "mc", "zu"]
)
ALSO_NAMES = frozenset(["al", "an", "das", "de", "der", "di", "la", "le", "so"])
"""Such words that begin a name when they have a capital and a name follows: Le Nguyen, Das Gupta."""
AFTER_A_NAME = frozenset(
    word
    for line in (
        # What goes on after somebody said their name, and what begins the next phrase that says one.
        "aber age aged ainsi aka aunque bin cada call can can't come con could couldn't cuando depuis do",
        "don't donc e estoy et everyone female friends from habe hallo have he hello help here hey hi hola",
        "i i'd i'll i'm i've ich id ill im ive j'ai j'habite je komme live living mais male man mi mon my",
        "möchte need now o od oder ok okay older or para people pero please pls por porque que qui quiero",
        "salut she since soy speaking suis tengo than thank thanks then today und veux vivo wanna want was",
        "we wer when while will wo wohne would y years yes yo",
        # What people say of themselves, which detection has to see.
        "afraid alive allein alone anxious bipolar bleeding broken cansada cansado cold cry cut dead",
        "depressed die drunk dumb einsam empty enferma exhausted fat feel fine free glad happy hate hell",
        "high homeless hopeless hungry hurt kaputt kill knife krank lonely love mad mal malade miss morir",
        "mourir muerta müde numb overdose pills pregnant sad safe scared self seul seule sick single sober",
        "sola solo sorry sterben stop stressed suicidal suicide take think tonta took tot traumatised",
        "traurig triste unsafe unwell well wish worried",
    )
    for word in line.split()
)
"""Words that are not the second word of a name."""
NEXT = "|".join(sorted((NOT_A_NAME | AFTER_A_NAME) - PARTICLES - ALSO_NAMES)).replace("'", "['’]")
FORMS = re.compile(r"(?:ing|ed|ly|n['’]t|['’]\w+)$")
"""Endings of words that are no surname in lower case."""
SURNAMES_ANYWAY = frozenset(
    ["king", "fleming", "browning", "harding", "reed", "kelly", "daly", "reilly", "healy", "o'reilly"]
)
LONGEST = 6
"""Words that are read of a name, with its particles."""
TITLE = r"(?:(?i:dr|prof|mr|mrs|ms|mx|miss|herr|frau|mme|mlle|sra?)\.?[ ]){0,2}"
WORD = r"[^\W\d_][\w'’-]{0,30}"
NAME = re.compile(
    r"\b(?P<cue>(?i:my (?:(?:full|first|last|middle|maiden|given|real|legal|sur) ?)?name(?:['’]?s| is| was)"
    r"|the name(?:['’]s| is)|(?:i['’]?m|i am) called|(?:everyone|people|friends|they) calls? me|call me"
    r"|ich hei(?:ß|ss)e|mein (?:\w{3,10}er )?(?:vor|nach)?name ist|man nennt mich"
    r"|je m['’]appelle|mon (?:nom|prénom|prenom)(?: de famille)? (?:est|c['’]est)"
    r"|me llamo|mi (?:nombre|apellido)(?: completo)? es)[ ]*[:,]?[ ]+[\"'“„«‘]?)"
    rf"(?P<name>{TITLE}(?P<given>{WORD}(?:[ ](?!(?i:{NEXT})(?![\w'’-])){WORD}){{0,{LONGEST - 1}}}))"
)


def find_name(match: re.Match[str], _country: str) -> Span | None:
    """Where the name of a match stands; None if the words after the phrase are no name."""
    words, cue = match["given"].split(" "), match["cue"].lower()
    if words[0].lower() in NOT_A_NAME and not _begins_name(words):
        return None
    if words[0].islower() and ("call" in cue or cue.startswith("the name")):
        return None  # "they call me lazy"
    if "call" in cue and not cue.endswith(" "):
        return None  # they call me "FRIEND"
    is_shouted = len(words) > 1 and words[0].isupper() and words[1].isupper()
    is_lower = is_shouted or words[0].islower()
    most = 3 if "llamo" in cue or cue.startswith("mi ") else 2  # a first name and two surnames
    count = _count_lower(words, most=most) if is_lower else _count_capitals(words)
    return match.start("name"), match.start("given") + len(" ".join(words[:count]))


def _begins_name(words: list[str]) -> bool:
    """Le Nguyen, de La Tour, but neither "AN INSULT" nor "das Problem"."""
    is_first = words[0] == "de" or (words[0].istitle() and words[0].lower() in ALSO_NAMES)
    return is_first and len(words) > 1 and words[1].istitle()


def _count_capitals(words: list[str]) -> int:
    """How many words are the name: of Teresa van der Berg all, of "Teresa rang" one."""
    count = 1
    for place, word in enumerate(words):
        if word[0].isupper():
            count = place + 1
        elif word not in PARTICLES:
            break
    return count


def _count_lower(words: list[str], *, most: int) -> int:
    """The same where capitals tell nothing: more than one only if few words stand before the next thought."""
    named = [place for place, word in enumerate(words) if word.lower() not in PARTICLES]
    others = {words[place].lower() for place in named[1:]} - SURNAMES_ANYWAY
    if not named or len(named) > most or len(words) == LONGEST or any(map(FORMS.search, others)):
        return 1
    return named[-1] + 1


INTRODUCTION = Recogniser(
    hint=r"name(?:['’]?s| is| was| ist)[ :,]|m called[ :,]|calls? me[ :,]|hei(?:ß|ss)e[ :,]|nennt mich[ :,]"
    r"|m['’]appelle[ :,]|nom(?: de famille)? (?:est|c['’]est)[ :,]|me llamo[ :,]"
    r"|(?:nombre|apellido)(?: completo)? es[ :,]",
    pattern=NAME,
    kind="name",
    find=find_name,
    is_for_people=True,
)
