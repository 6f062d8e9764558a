"""The recogniser of names that people give of themselves: "my name is", "je m'appelle".

A name in the middle of a sentence is the task of a model, see `names`.
"""

from __future__ import annotations

import re

from pipelines.ingest.recogniser import CAPITAL, Recogniser, Span

PARTICLE = r"(?:van|von|de|del|der|den|la|le|da|dos|di|al|bin|mc|zu)"
GIVEN = (
    rf"(?:(?:{PARTICLE}[ ]){{0,2}}{CAPITAL}(?:[ ](?:{PARTICLE}[ ]){{0,2}}{CAPITAL}){{0,3}}|[^\W\d_]{{2,20}})"
)
NAME = re.compile(
    r"\b(?P<cue>(?i:my (?:(?:full|first|last|middle|maiden|given|real|legal|sur) ?)?name(?:['’]?s| is| was)"
    r"|the name(?:['’]s| is)|(?:i['’]?m|i am) called|(?:everyone|people|friends|they) calls? me|call me"
    r"|ich hei(?:ß|ss)e|mein (?:\w{3,10}er )?(?:vor|nach)?name ist|man nennt mich"
    r"|je m['’]appelle|mon (?:nom|prénom|prenom)(?: de famille)? (?:est|c['’]est)"
    r"|me llamo|mi (?:nombre|apellido)(?: completo)? es)[ ]*[:,]?[ ]+)"
    rf"(?P<name>{GIVEN})"
)
NOT_A_NAME = frozenset(
    word
    for line in (
        "a about after all also always an and another any as así at attached auch aussi back be because",
        "been before being bit but by can changed common connu crazy das de der die different difficile",
        "difficult difícil dirt doctor dr egal ein eine el everywhere for forgotten from gone good hard",
        "hated her him his horrible how i ici if igual immer important in into is it its just kein keine",
        "known lang le les like listed literally lo lost là me mean mentioned misspelled mommy mud mum",
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


def find_name(match: re.Match[str], _country: str) -> Span | None:
    """Where the name of a match stands; None if the words after the phrase are no name."""
    name = match["name"]
    if name.split(" ")[0].lower() in NOT_A_NAME:
        return None
    cue = match["cue"].lower()
    if name.islower() and ("call" in cue or cue.startswith("the name")):
        return None  # "they call me lazy"
    return match.span("name")


INTRODUCTION = Recogniser(
    hint=r"name(?:['’]?s| is| was| ist)[ :,]|m called[ :,]|calls? me[ :,]|hei(?:ß|ss)e[ :,]|nennt mich[ :,]"
    r"|m['’]appelle[ :,]|nom(?: de famille)? (?:est|c['’]est)[ :,]|me llamo[ :,]"
    r"|(?:nombre|apellido)(?: completo)? es[ :,]",
    pattern=NAME,
    kind="name",
    find=find_name,
    is_for_people=True,
)
