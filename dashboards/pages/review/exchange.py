"""What the review page's script asks for, one item at a time: next, open, label, pass on, flag, danger.

The rules are those of `risk_register.review`. Text leaves through `dashboards.evidence` alone, and only of
the item that is open for the person who asks; what the detectors said leaves after that person's label.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.evidence import Reading, Spoken, TextGoneError, read_conversation
from dashboards.pages.review.danger import call_for_help
from dashboards.view import View
from dashboards.wording import say_day
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.review import reviews
from risk_register.review.reviews import OwnPace, Purpose, ReviewTask

Fields = Mapping[str, str]
Answer = dict[str, Any]
ALL_DONE = "Nothing waits for you. All is labelled, in other hands, or in a language you have not named."
ENOUGH = (
    "That is enough of the severe ones for today: the limit of {limit} is reached, and nothing else waits. "
    "Thank you. They go to others, or to tomorrow."
)
PURPOSE_WORDS = MappingProxyType(
    {
        Purpose.FIRST: "Label what you see.",
        Purpose.SECOND: "Somebody else has labelled it too. Label what you see.",
        Purpose.ADJUDICATION: "Two people saw different things. Your label is the one that counts.",
    }
)


def answer(view: View, fields: Fields) -> Answer:
    """One question of the script.

    Raises:
        RegisterError: the account may not, or the item is not open for it.
    """
    view.check_may(Action.REVIEW)
    asked = fields.get("action", "")
    if asked not in ANSWERS:
        raise NotAllowedError(f"{asked!r} is nothing to ask of a review; known: {', '.join(ANSWERS)}.")
    return ANSWERS[asked](view, fields)


def _resume(view: View, _fields: Fields) -> Answer:
    """The item that is open already, and no other."""
    task = reviews.open_task(
        view.store, deployment_id=view.deployment_id, reviewer=view.account.name, at=view.at
    )
    return _describe(view, task)


def _next(view: View, _fields: Fields) -> Answer:
    task = reviews.next_item(
        view.store, deployment_id=view.deployment_id, reviewer=view.account.name, at=view.at
    )
    found = _describe(view, task)
    if task is None:
        pace: OwnPace = reviews.read_own_pace(
            view.store, deployment_id=view.deployment_id, reviewer=view.account.name, at=view.at
        )
        found["nothing"] = ENOUGH.format(limit=pace.severe_limit) if pace.is_done_for_today else ALL_DONE
    return found


def _open(view: View, fields: Fields) -> Answer:
    """The text, after it was written down who reads it."""
    task = _find_open(view, fields)
    reading = Reading(
        account=view.account,
        deployment_id=view.deployment_id,
        conversation_id=task.conversation_id,
        day=task.day,
        subject=task.item_id,
        reason=f"Review of {task.sample_id}, {task.purpose} label.",
        at=view.at,
    )
    try:
        spoken = read_conversation(view.lake, view.store, reading)
    except TextGoneError as error:
        raise TextGoneError(f"{error} Pass the item on.") from error
    return {
        "zone": view.deployment.zone,
        "messages": [_place(one, ZoneInfo(view.deployment.zone)) for one in spoken],
    }


def _place(one: Spoken, zone: ZoneInfo) -> Answer:
    """A message on the day and at the time of the deployment, by which the person lives."""
    sent_at = one.sent_at.astimezone(zone)
    return {
        "role": one.role,
        "text": one.text,
        "day": say_day(sent_at.date()),
        "sent_at": f"{sent_at:%H:%M}",
        "turn": one.turn,
    }


def _label(view: View, fields: Fields) -> Answer:
    task = _find_open(view, fields)
    answers = _read_answers(fields)
    done = reviews.submit_label(
        view.store, item_id=task.item_id, answers=answers, reviewer=view.account.name, at=view.at
    )
    previous = {
        "item": task.item_id,
        "state": done.state.value,
        "verdict": {name: level for name, level in done.verdict.items() if level},
        "answers": answers,
    }
    return {"previous": previous, **_next(view, fields)}


def _pass(view: View, fields: Fields) -> Answer:
    task = _find_open(view, fields)
    reviews.pass_on(view.store, item_id=task.item_id, reviewer=view.account.name, at=view.at)
    return _next(view, fields)


def _know(view: View, fields: Fields) -> Answer:
    task = _find_open(view, fields)
    reviews.recuse(view.store, item_id=task.item_id, reviewer=view.account.name, at=view.at)
    return _next(view, fields)


def _flag(view: View, fields: Fields) -> Answer:
    task = _find_open(view, fields)
    reviews.flag_item(view.store, item_id=task.item_id, reviewer=view.account.name, at=view.at)
    return {"is_flagged": True}


def _danger(view: View, fields: Fields) -> Answer:
    """For an item that is open no more, too: a call for help has no time limit."""
    view.check_may(Action.OPEN_INCIDENT)
    conversation = reviews.find_item_conversation(
        view.store, deployment_id=view.deployment_id, item_id=fields.get("item", "")
    )
    return call_for_help(view, conversation)


ANSWERS: Mapping[str, Callable[[View, Fields], Answer]] = MappingProxyType(
    {
        "resume": _resume,
        "next": _next,
        "open": _open,
        "label": _label,
        "pass": _pass,
        "know": _know,
        "flag": _flag,
        "danger": _danger,
    }
)


def _find_open(view: View, fields: Fields) -> ReviewTask:
    """The item that is open for this person, which must be the one that the script speaks of."""
    task = reviews.open_task(
        view.store, deployment_id=view.deployment_id, reviewer=view.account.name, at=view.at
    )
    if task is None or task.item_id != fields.get("item"):
        raise NotAllowedError(
            "This item is not open for you any more: its time is over, or another window of yours ended it."
        )
    return task


def _describe(view: View, task: ReviewTask | None) -> Answer:
    pace = reviews.read_own_pace(
        view.store, deployment_id=view.deployment_id, reviewer=view.account.name, at=view.at
    )
    found: Answer = {
        "item": None,
        "pace": {
            "labelled": pace.labelled_today,
            "severe": pace.severe_today,
            "limit": pace.severe_limit,
            "waiting": pace.waiting_count,
            "minutes": pace.minutes_without_rest,
            "is_rest_due": pace.is_rest_due,
        },
    }
    if task is not None:
        found["item"] = {
            "id": task.item_id,
            "purpose": task.purpose.value,
            "words": PURPOSE_WORDS[task.purpose],
            "language": task.language,
            "until": f"{task.locked_until:%H:%M} UTC",
            "seconds": int((task.locked_until - view.at).total_seconds()),
            "is_flagged": reviews.is_flagged(view.store, task.item_id),
            "answers_so_far": [dict(one) for one in task.answers_so_far],
        }
    return found


def _read_answers(fields: Fields) -> dict[str, int]:
    try:
        answers = json.loads(fields.get("answers", ""))
    except ValueError:
        answers = None
    if not isinstance(answers, dict):
        raise NotAllowedError(
            'A label is a JSON object of levels by signal, such as {"u_acute_distress": 1}.'
        )
    return answers
