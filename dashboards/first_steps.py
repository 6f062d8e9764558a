"""What a person can settle before anything is published: what a page that needs a run shows until then."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

WAITING = (
    "Whoever runs this home delivers logs and runs the pipelines once (plimsoll ingest, plimsoll run); then "
    "every page opens by itself. Until then nobody is called."
)
BEFORE_FIRST_RUN = (
    "Before the first run all that data would say here is unknown, and data call nobody. What you decide is "
    "kept."
)
FIRST_STEPS = (
    (
        "/appetites",
        "Appetites",
        "How much is too much: one person proposes it, another approves. Nothing is judged before.",
    ),
    (
        "/review",
        "Review, Settings",
        "Who helps reviewers, and the protocol: what is done when a person may be in danger now.",
    ),
    (
        "/ethics-checklist",
        "Ethics checklist",
        "What has to be met before people use the product, and who attests it.",
    ),
    (
        "/risk-register",
        "Risk register",
        "Which harms are foreseen, how grave they are, and who owns them.",
    ),
    (
        "/regimes",
        "Regimes",
        "Which laws apply, as far as somebody has decided: their clocks run from the first incident on.",
    ),
    (
        "/incidents",
        "Incidents",
        "What happened already, whoever told of it; its clocks do not wait for data.",
    ),
)
"""Path, title and what is asked there, whatever the data say."""


def draw_first_steps(root: str) -> Component:
    """The list, with the way to each page; `root` is the path that the site lies under."""
    return html.Div(
        [
            html.P(
                "What these pages ask for depends on no data. All but Appetites can be filled in before the "
                "first run, once logs were delivered and the first account was made (plimsoll users add)."
            ),
            html.Ul(
                [
                    html.Li([dcc.Link(title, href=f"{root}{path}"), html.P(words, className="why")])
                    for path, title, words in FIRST_STEPS
                ],
                className="listed",
            ),
        ]
    )
