"""How a language is written in logs and in labelled files, made one: its code, in lower case.

In which language a text is read is decided in `detect/language.py`.
"""

from __future__ import annotations

import re

NAMES = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi",
    "french": "fr", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "korean": "ko", "latvian": "lv",
    "lithuanian": "lt", "malay": "ms", "norwegian": "no", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "romanian": "ro", "russian": "ru", "serbian": "sr", "slovak": "sk",
    "slovenian": "sl", "spanish": "es", "swahili": "sw", "swedish": "sv", "tagalog": "tl", "tamil": "ta",
    "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi",
}  # fmt: skip
"""English names, as public chat logs write them, to ISO 639-1."""
_CODE = re.compile(r"[a-z]{2}")


def shorten_tag(text: str) -> str:
    """The code of a tag or of an English name: `en` of en-US, EN and English. Another word stays as it is."""
    name = text.strip().lower()
    return NAMES.get(name, name.replace("_", "-").split("-")[0])


def is_code(text: str) -> bool:
    """Whether it is a code of two letters, as cards name languages."""
    return _CODE.fullmatch(text) is not None
