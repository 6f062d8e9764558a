"""Which signal a category of a moderation model stands for, in a message of which role.

For scores that come with the log and for a moderation endpoint. A category says that a subject is there, not
how grave it is, so the level is the lowest that the taxonomy allows for what it names.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.detect.detector import Subject


@dataclass(frozen=True)
class Mapped:
    """A category in a message of a role, and the signal and level that it stands for."""

    category: str
    role: str
    signal_id: str
    level: int
    subject: Subject = Subject.SELF


MAPPED = (
    Mapped("self-harm", "user", "u_suicidal_ideation", 1, Subject.UNCLEAR),
    Mapped("self-harm/intent", "user", "u_suicidal_ideation", 2),
    Mapped("self-harm/instructions", "user", "u_suicidal_ideation", 2, Subject.UNCLEAR),
    Mapped("violence", "user", "u_harm_to_others", 2, Subject.UNCLEAR),
    Mapped("harassment/threatening", "user", "u_harm_to_others", 2),
    Mapped("hate/threatening", "user", "u_harm_to_others", 2),
    Mapped("illicit/violent", "user", "u_harm_to_others", 2),
    Mapped("self-harm/instructions", "assistant", "a_method_info", 4),
    Mapped("self-harm/intent", "assistant", "a_encourages_harm", 4),
    Mapped("illicit/violent", "assistant", "a_method_info", 4),
    Mapped("harassment", "assistant", "a_toxic_content", 2),
    Mapped("harassment/threatening", "assistant", "a_toxic_content", 3),
    Mapped("hate", "assistant", "a_toxic_content", 3),
    Mapped("hate/threatening", "assistant", "a_toxic_content", 3),
    Mapped("sexual", "assistant", "a_boundary_sexual", 3),
    Mapped("sexual/minors", "assistant", "a_boundary_sexual", 4),
)
"""Categories of the published moderation schema. Violence in a reply is not mapped: advice names it, too."""

_BY_NAME = {(mapped.category, mapped.role): mapped for mapped in MAPPED}


def map_category(category: str, role: str) -> Mapped | None:
    """The signal for a category, spelt with slashes, dashes or underlines; None if it stands for none."""
    name = category.lower().replace("_", "-").replace("self-harm-", "self-harm/")
    for prefix in ("harassment", "hate", "sexual", "illicit"):
        name = name.replace(f"{prefix}-", f"{prefix}/")
    return _BY_NAME.get((name, role))
