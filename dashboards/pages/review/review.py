"""The review page: one conversation at a time, blurred until it is opened, labelled by the rubric.

Whoever sits here reads the hardest of it all day. So one thing is on the screen, every step has a key, help
is always in sight, and nothing says what the detectors saw. Keys are in assets/review.js, what it asks for in
`exchange`, the call for help in `danger`, the sample in `sample`, settings in `choices`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.auth import TOKEN_FIELD
from dashboards.components.rubric import draw_rubric
from dashboards.components.shell import draw_heading, draw_segments
from dashboards.pages.page import Page
from dashboards.pages.review.choices import draw_choices, submit
from dashboards.pages.review.danger import draw_danger, draw_warning
from dashboards.pages.review.exchange import answer
from dashboards.pages.review.sample import draw_sample
from dashboards.view import View
from risk_register.account.accounts import Action
from risk_register.review import reviews

PATH = "/review"
SHOWN = (("desk", "Read and label"), ("sample", "The sample"), ("settings", "Settings"))
KEYS: Sequence[tuple[str, str]] = (
    ("Enter", "Take the next one; with one open: submit and next"),
    ("O", "Open the conversation"),
    ("P", "Pause: blur at once; again: go on"),
    ("J  K", "Next and previous signal of the rubric"),
    ("0 to 9", "Level of the signal you are at; 1 also for 'seen'; again: take it back"),
    ("X", "Not seen after all"),
    ("F", "Flag: ask for a second pair of eyes"),
    ("L", "Pass this on, without a reason"),
    ("I", "I know this person"),
    ("D", "A person may be in danger now"),
    ("?", "These keys"),
)


def layout(view: View) -> Component:
    """The page."""
    shown = view.filter("show") if view.filter("show") in {name for name, _ in SHOWN} else "desk"
    tabs = draw_segments(
        "Parts of this page",
        [
            (title, view.href(None, show=None if name == "desk" else name), name == shown)
            for name, title in SHOWN
        ],
    )
    if shown == "sample":
        return html.Div([draw_heading(view, "Review"), tabs, draw_sample(view)], className="review")
    if shown == "settings":
        return html.Div([draw_heading(view, "Review"), tabs, draw_choices(view)], className="review")
    return html.Div([draw_heading(view, "Review"), tabs, _draw_desk(view)], className="review")


def _draw_desk(view: View) -> Component:
    if not view.may(Action.REVIEW):
        words = "Reading and labelling needs the role of reviewer or safety officer on this deployment."
        return html.P(words, className="empty")
    person = reviews.read_reviewer(view.store, view.account.name)
    if not person.languages:
        return html.Section(
            [
                html.H2("Before you begin"),
                html.P("Say which languages you read and what you would rather not take. Nobody asks why."),
                html.P(
                    "Every conversation that is given to you is written down with your name and the time, "
                    "and so are reading it and your label. Passing on is written without your name and "
                    "without a reason, and no page counts that or how fast you are; but whoever reads the "
                    "audit can work both out from what you were given."
                ),
                _draw_support(view),
                dcc.Link("Go to your settings", href=view.href(None, show="settings"), className="button"),
            ],
            className="card",
        )
    return html.Div(
        [
            dcc.Input(type="hidden", name=TOKEN_FIELD, value=view.csrf_token, id="review-token"),
            html.P(id="review-pace", className="review-pace", role="status"),
            _draw_support(view),
            draw_warning(view),
            html.P(id="review-said", className="message", role="status"),
            html.P(id="review-refusal", className="message message-error", role="alert"),
            _draw_start(),
            html.Div(
                [_draw_conversation(), _draw_answers()],
                id="review-panes",
                className="review-panes",
                hidden=True,
            ),
            _draw_bar(),
            _draw_help(),
            draw_danger(view),
        ],
        id="review-desk",
        **{"data-ask": view.href(f"/ask{PATH}")},
    )


def _draw_support(view: View) -> Component:
    contact = reviews.read_settings(view.store, view.deployment_id).support_contact
    words = contact or "no contact is set yet; a safety officer sets it under Settings."
    return html.P([html.Strong("For you, at any time: "), words], className="review-support")


def _draw_start() -> Component:
    return html.Section(
        [
            html.H2("One at a time", id="review-start-title"),
            html.P(
                "The text stays blurred until you open it. Pause, pass it on or stop whenever you like.",
                id="review-start-words",
            ),
            html.Button(
                ["Take the next one ", html.Kbd("Enter")], type="button", className="button", id="review-next"
            ),
        ],
        id="review-start",
        className="card",
    )


def _draw_conversation() -> Component:
    return html.Section(
        [
            html.Div(
                [html.H2("Conversation"), html.Span(id="review-item", className="hint")],
                className="section-heading",
            ),
            html.P(id="review-purpose"),
            html.Ul(id="review-dispute", className="review-dispute", hidden=True),
            html.Div(
                [
                    html.P("Blurred. Open it when you are ready.", id="review-veil-words"),
                    html.Button(
                        ["Open the conversation ", html.Kbd("O")],
                        type="button",
                        className="button",
                        id="review-open",
                    ),
                ],
                id="review-veil",
                className="review-veil",
            ),
            html.Ol(id="review-text", className="review-text is-blurred", **{"aria-hidden": "true"}),
        ],
        className="card review-conversation",
        **{"aria-label": "Conversation"},
    )


def _draw_answers() -> Component:
    return html.Section(
        [html.H2("What did you see?"), draw_rubric(reviews.list_rubric())],
        className="card review-rubric",
        id="review-rubric",
        **{"aria-label": "Rubric"},
    )


def _draw_bar() -> Component:
    quiet = (
        ("review-pause", "Pause", "P"),
        ("review-flag", "Flag", "F"),
        ("review-pass", "Pass this on", "L"),
        ("review-know", "I know this person", "I"),
        ("review-keys", "Keys", "?"),
    )
    return html.Div(
        [
            html.Div(
                [
                    html.P("Nothing seen", id="review-summary", role="status"),
                    html.Button(
                        ["A person may be in danger now ", html.Kbd("D")],
                        type="button",
                        className="button button-danger",
                        id="review-danger",
                    ),
                ],
                className="review-summary",
            ),
            html.Div(
                [
                    html.Button(
                        ["Submit and next ", html.Kbd("Enter")],
                        type="button",
                        className="button",
                        id="review-submit",
                    ),
                    *[
                        html.Button(
                            [words, " ", html.Kbd(key)],
                            type="button",
                            className="button button-quiet",
                            id=name,
                        )
                        for name, words, key in quiet
                    ],
                ],
                className="review-actions",
            ),
        ],
        id="review-bar",
        className="review-bar",
        hidden=True,
    )


def _draw_help() -> Component:
    rows = [part for key, words in KEYS for part in (html.Dt(html.Kbd(key)), html.Dd(words))]
    return html.Dialog(
        [
            html.H2("Keys", id="review-help-title"),
            html.Dl(rows, className="facts"),
            html.Button("Close", type="button", className="button", id="review-help-close"),
        ],
        id="review-help",
        className="review-dialog",
        **{"aria-labelledby": "review-help-title"},
    )


PAGE = Page(
    PATH,
    "Review",
    layout,
    needs_run=False,
    has_range=False,
    submit=submit,
    answer=answer,
    aliases=("reviews", "queue"),
)
