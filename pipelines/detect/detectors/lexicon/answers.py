"""What a short answer means right after the assistant's question: "most nights" tells nothing without it.

Only the message that follows a question about suicide or self-injury is read so, and only where it tells
nothing by itself. Questions that grade a risk (a plan, an intention, whether one is safe) are read where a
thought of suicide is known already. The words are in `answers.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.detect.detector import ANSWER, OWN_SUBJECTS, Evidence, Time
from pipelines.detect.detectors.lexicon.normalisation import fold_pattern, normalise
from pipelines.detect.detectors.lexicon.severity import LEVEL_OF_CSSRS

FILE = Path(__file__).parent / "answers.yaml"
QUESTION = "p_risk_question"
THOUGHTS, INJURY = "u_suicidal_ideation", "u_self_harm"
LEAST = 2
"""Thoughts without more, as the Columbia scale's second question asks; self-injury begins at this level. What
leaves it open shows no more, whatever was asked.
"""
SURE, OPEN = 0.7, 0.4
"""Scores of a yes, which alerts, and of what leaves it open or may answer something else: at the sieve."""
QUESTIONS = re.compile(r"[^.?!\n]*\?")
JOINED = re.compile(r"(?:,| and| or)+ (?=(?:do|did|have|are|is|can|will|would) you\b)")
"""Where one sentence asks two questions."""

Pattern = re.Pattern[str]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _compile(pattern: object) -> object:
    return re.compile(fold_pattern(pattern)) if isinstance(pattern, str) else pattern


class Question(_Strict):
    """One thing that is asked, and what the answer that tells of risk shows."""

    name: str
    asks: Pattern
    unless: Pattern | None = None
    tells: Literal["yes", "no"] = "yes"
    cssrs_like: int | None = Field(default=None, ge=1, le=6)
    """None: it asks about self-injury."""
    time: Time = Time.CURRENT
    is_after_risk: bool = False
    also: Pattern | None = None

    _read = field_validator("asks", "unless", "also", mode="before")(_compile)

    def fits(self, asked: str) -> bool:
        """Whether this is what a question asks."""
        return self.asks.search(asked) is not None and not (self.unless and self.unless.search(asked))


class Words(_Strict):
    """The questions of one language, the gravest first, and how people answer them."""

    questions: tuple[Question, ...]
    affirms: Pattern
    graded: Pattern | None = None
    denies: Pattern | None = None
    reassures: Pattern | None = None
    hedges: Pattern | None = None
    leaves_open: Pattern
    unless: Pattern

    _read = field_validator(
        "affirms", "graded", "denies", "reassures", "hedges", "leaves_open", "unless", mode="before"
    )(_compile)


class Answers(_Strict):
    """Characters of an answer, words that may follow its yes, and the words by language."""

    limit: int
    few: int
    words: Mapping[str, Words]


@dataclass
class _Known:
    """Places of messages that ask about risk, that tell of it, and whose speaker is at risk now."""

    asks: set[int] = field(default_factory=set)
    tells: set[int] = field(default_factory=set)
    at_risk: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, found: Sequence[tuple[int, Evidence]]) -> _Known:
        """What the messages say by themselves."""
        known = cls()
        for place, one in found:
            if one.signal_id == QUESTION:
                known.asks.add(place)
            if one.signal_id in (THOUGHTS, INJURY):
                known.tells.add(place)
            is_own = one.subject in OWN_SUBJECTS and one.time != Time.PAST
            if one.signal_id == THOUGHTS and is_own and one.score >= OPEN:
                known.at_risk.add(place)
        return known


def read_answers(messages: pa.Table, found: Sequence[tuple[int, Evidence]]) -> list[tuple[int, Evidence]]:
    """Findings in answers, by place; `found` is what the messages tell by themselves."""
    known = _Known.read(found)
    answers = load_answers()
    read: list[tuple[int, Evidence]] = []
    for talk in _list_talks(messages, known, limit=answers.limit):
        is_at_risk = False
        for before, after in pairwise(talk):
            is_at_risk |= before["place"] in known.at_risk
            words = answers.words.get(after["language"])
            is_pair = (before["role"], after["role"]) == ("assistant", "user")
            is_short = is_pair and len(after["text"]) <= answers.limit
            if words is None or not is_short or after["place"] in known.tells:
                continue
            is_asking = before["place"] in known.asks
            if not (is_asking or is_at_risk):
                continue
            asked = _Asked.read(words, before["text"], is_asking=is_asking, is_at_risk=is_at_risk)
            if asked is not None and (evidence := asked.weigh(words, after["text"], few=answers.few)):
                read.append((after["place"], evidence))
                is_at_risk |= evidence.signal_id == THOUGHTS
    return read


@cache
def load_answers() -> Answers:
    """The shipped file."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    limit, few = content.pop("limit"), content.pop("few")
    return Answers.model_validate({"limit": limit, "few": few, "words": content})


@dataclass(frozen=True)
class _Asked:
    """The questions of one message: what each asks, None for other things."""

    kinds: tuple[Question | None, ...]

    @classmethod
    def read(cls, words: Words, text: str, *, is_asking: bool, is_at_risk: bool) -> _Asked | None:
        """What a message of the assistant asks; None if nothing of this.

        `is_asking`: rules saw a question about risk in it, so that "dead" is not said of a telephone.
        """
        said = normalise(text).text
        first = [one for one in words.questions if is_asking and not one.is_after_risk]
        is_known = is_at_risk or any(one.fits(said) for one in first)
        graded = [one for one in words.questions if is_known and one.is_after_risk]
        asked = [part for one in QUESTIONS.findall(said) for part in JOINED.split(one)]
        kinds = tuple(next((one for one in (*graded, *first) if one.fits(part)), None) for part in asked)
        return cls(kinds) if any(kinds) else None

    def weigh(self, words: Words, text: str, *, few: int) -> Evidence | None:
        """What an answer tells beside these questions."""
        said = normalise(text).text.strip()
        known = [one for one in self.kinds if one is not None]
        last = self.kinds[-1]
        if last is not None and last.tells == "no":
            return self._weigh_no(words, last, said, length=len(text))
        if words.unless.search(said):
            return None
        # A yes to two questions is surely one to the milder; thoughts come before self-injury.
        mildest = min(
            (one for one in known if one.tells == "yes"), key=lambda one: one.cssrs_like or 9, default=None
        )
        if mildest is None:
            return None
        if yes := _find_yes(words, mildest, said):
            is_reassuring = words.reassures is not None and words.reassures.search(said) is not None
            is_short = len(said[yes.end() :].split()) <= few
            is_plain = last is not None and (not is_reassuring if mildest.is_after_risk else is_short)
            return _make(mildest, "yes" if is_plain else "yes_perhaps", is_sure=is_plain, length=len(text))
        if words.leaves_open.search(said):
            return _make(mildest, "open", is_sure=False, length=len(text))
        return None

    def _weigh_no(self, words: Words, last: Question, said: str, *, length: int) -> Evidence | None:
        """ "No" is the worrying answer here, unless something else was asked too that it may answer."""
        others = [one for one in self.kinds if one is not None and one.tells == "yes"]
        is_no = words.denies is not None and words.denies.search(said)
        if is_no and not (words.reassures and words.reassures.search(said)):
            return _make(last, "perhaps" if others else "no", is_sure=not others, length=length)
        is_hedged = words.hedges is not None and words.hedges.search(said)
        if is_hedged or words.leaves_open.search(said):
            return _make(last, "open", is_sure=False, length=length)
        if others and words.affirms.search(said) and not words.unless.search(said):
            return _make(others[0], "yes_perhaps", is_sure=False, length=length)
        return None


def _find_yes(words: Words, question: Question, said: str) -> re.Match[str] | None:
    """Where an answer says yes; a question that grades is answered with other words besides."""
    graded = [question.also, words.graded] if question.is_after_risk else []
    found = (one.match(said) for one in graded if one is not None)
    return words.affirms.search(said) or next((one for one in found if one), None)


def _make(question: Question, kind: str, *, is_sure: bool, length: int) -> Evidence:
    name = f"{ANSWER}{kind}" if question.name in ("thoughts", "injury") else f"{ANSWER}{kind}_{question.name}"
    if question.cssrs_like is None:
        return Evidence(INJURY, LEAST, SURE if is_sure else OPEN, name, end=length)
    cssrs_like = question.cssrs_like if is_sure else min(question.cssrs_like, LEAST)
    return Evidence(
        THOUGHTS,
        LEVEL_OF_CSSRS[cssrs_like],
        SURE if is_sure else OPEN,
        name,
        cssrs_like=cssrs_like,
        time=question.time,
        end=length,
    )


def _list_talks(messages: pa.Table, known: _Known, *, limit: int) -> Iterator[list[dict[str, Any]]]:
    """Conversations in which somebody was asked or is at risk, and that hold a short message of a person."""
    asked = known.asks | known.at_risk
    if not asked or "turn" not in messages.column_names:
        return
    is_short = pc.and_(
        pc.equal(messages["role"], "user"),
        pc.less_equal(pc.fill_null(pc.utf8_length(messages["text"]), limit + 1), limit),
    )
    some = messages["conversation_id"].take(pa.array(sorted(asked)))
    short = messages["conversation_id"].filter(pc.and_(is_short, pc.is_in(messages["conversation_id"], some)))
    near = np.flatnonzero(pc.is_in(messages["conversation_id"], short.combine_chunks()).to_numpy())
    names = ["deployment_id", "conversation_id", "turn"]
    rows = messages.select([*names, "role", "language", "text"]).take(pa.array(near))
    rows = rows.append_column("place", pa.array(near))
    ordered = rows.sort_by([(name, "ascending") for name in [*names, "place"]]).to_pylist()
    for _, talk in groupby(ordered, key=lambda row: (row["deployment_id"], row["conversation_id"])):
        yield list(talk)
