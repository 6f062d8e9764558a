"""Settings of reviews: what a reviewer reads and does not take, and how the deployment reviews.

The first is everybody's own and shown to nobody else; the second is the safety officer's.
"""

from __future__ import annotations

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_form, draw_text
from dashboards.pages.submission import read_optional_number
from dashboards.view import View
from dashboards.wording import say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.review import reviews


def draw_choices(view: View) -> Component:
    """What the account may set."""
    return html.Div([_draw_own(view), _draw_deployment(view)])


def _draw_own(view: View) -> Component | None:
    if not view.may(Action.REVIEW):
        return None
    person = reviews.read_reviewer(view.store, view.account.name)
    topics = dmc.MultiSelect(
        name="topics",
        label="Topics you do not take",
        description=(
            "Nobody asks why, and nobody else sees which. What no reviewer takes stays unread, and the "
            "sample says how much that is. It counts from the next item on."
        ),
        data=[{"value": topic, "label": say_words(topic)} for topic in reviews.list_topics()],
        value=list(person.topics_not_taken),
        size="sm",
        id="pick-topics",
    )
    form = draw_form(
        view,
        "reviewer",
        [
            draw_text(
                "languages",
                "Languages you read",
                note="Such as en, de. You get conversations in these alone.",
                value=", ".join(person.languages),
                is_required=True,
            ),
            topics,
            draw_text(
                "zone",
                "Your time zone",
                note="Such as Europe/Berlin. The daily limit of severe items is that of your own day.",
                value=person.zone,
                is_required=True,
            ),
        ],
        button="Keep my settings",
    )
    return html.Section([html.H2("Yours"), form], className="card")


def _draw_deployment(view: View) -> Component:
    now = reviews.read_settings(view.store, view.deployment_id)
    since = "Nobody has set these yet."
    if now.set_at is not None:
        since = f"Set on {say_moment(now.set_at)} by {now.set_by}."
    if not view.may(Action.EDIT_REGISTER):
        facts = [
            ("Labels a week", str(now.capacity_per_week or "not set")),
            ("Support for reviewers", now.support_contact or "not set"),
            ("Crisis protocol", now.crisis_protocol or "not set"),
        ]
        rows = [part for name, words in facts for part in (html.Dt(name), html.Dd(words))]
        return html.Section(
            [
                html.H2("This deployment's"),
                html.P(since, className="hint"),
                html.Dl(rows, className="facts wide"),
            ],
            className="card",
        )
    form = draw_form(
        view,
        "settings",
        [
            draw_text(
                "capacity",
                "Labels that people can give in a week",
                note="The week's sample is drawn by itself for so many labels. Empty: no sample is drawn.",
                value=str(now.capacity_per_week or ""),
            ),
            draw_text(
                "contact",
                "Support for reviewers",
                note="Who helps them and how to reach that person; on the screen with every item.",
                value=now.support_contact,
            ),
            draw_text(
                "protocol",
                "Crisis protocol",
                note="What is done when a person may be in danger now. It is read in a hurry: short steps.",
                value=now.crisis_protocol,
                is_long=True,
            ),
        ],
        button="Keep these settings",
    )
    return html.Section(
        [html.H2("This deployment's"), html.P(since, className="hint"), form], className="card"
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Keep settings.

    Raises:
        RegisterError: the account may not, or a value is not allowed.
    """
    match fields.get("action", ""):
        case "reviewer":
            return _set_own(view, fields)
        case "settings":
            return _set_deployment(view, fields)
        case action:
            raise NotAllowedError(f"{action!r} is nothing to set here; known: reviewer, settings.")


def _set_own(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.REVIEW)
    reviews.set_reviewer(
        view.store,
        languages=_split(fields.get("languages", "")),
        topics_not_taken=_split(fields.get("topics", "")),
        zone=fields.get("zone", "UTC").strip(),
        actor=view.account.name,
        at=view.at,
    )
    return "Kept. It counts from the next item on."


def _set_deployment(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.EDIT_REGISTER)
    refusal = "The labels of a week are a whole number, or nothing."
    reviews.set_settings(
        view.store,
        deployment_id=view.deployment_id,
        capacity_per_week=read_optional_number(fields, "capacity", refusal=refusal),
        support_contact=fields.get("contact", ""),
        crisis_protocol=fields.get("protocol", ""),
        actor=view.account.name,
        at=view.at,
    )
    return "Kept for this deployment."


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())
