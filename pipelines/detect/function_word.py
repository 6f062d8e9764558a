"""Function words that show a supported language and none of the others: for and against what a log says.

CLD2 takes French of a few words for English with full confidence ("Je veux cacher mes scarifications à mes
parents"); a reader does not, for `je` and `mes` are French alone. Words that two of the languages share
(`die`, `will`, `me`, `on`) are left out. Who believes what belongs in `language.py`.
"""

from __future__ import annotations

import re
import unicodedata

_LISTED = {
    "en": (
        "i my the and you your to is it its that of have not dont cant want with this for be just they she "
        "are how what do been feel feeling myself at out im ive we our there if can when would could"
    ),
    "de": (
        "ich mich mir nicht und der das dem ein eine einen einem ist bin habe hab hast mein meine meinen "
        "dein deine dich dir wir sie zu auf mit von auch noch mehr nur wie kein keine wenn heute weil aber "
        "sich kann kannst muss möchte für über bei nach immer nie nichts"
    ),
    "fr": (
        "je j qu il elle nous vous ils les des du et est pas qui une dans pour avec suis mon mes ma moi toi "
        "ce cette veux plus sur au aux sans sont tout ça à été être peux ou où ne faire très vais aucune "
        "jamais ai as ont leur"
    ),
    "es": (
        "yo el los las una por para con mi mis lo está esta este esto estoy eres soy tengo quiero puedo muy "
        "pero como cuando porque del al ya nada nunca sin todo más sé su sus hoy qué cómo sí voy"
    ),
}

_SHARED = {
    "en": "a in on me so do no he am an or but",
    "de": "die in an am so du er es war den will",
    "fr": "la de en se un que on ne le me te si les es",
    "es": "la de en se es un que no me te si le eso ese esa",
}
"""Words that other languages have, too: against one that is not listed they say something, all the same."""

WORDS = {language: frozenset(words.split()) for language, words in _LISTED.items()}
"""By language (ISO 639-1), in lower case."""
USUAL = {language: words | frozenset(_SHARED[language].split()) for language, words in WORDS.items()}
"""The same with those that they share."""

_WORD = re.compile(r"[^\W\d_]+")


def count_words(text: str, language: str, *, with_shared: bool = False) -> int:
    """How many words of a text are function words of this language alone; 0 for one that is not listed."""
    listed = (USUAL if with_shared else WORDS).get(language, frozenset())
    return sum(word in listed for word in _WORD.findall(unicodedata.normalize("NFC", text.lower())))
