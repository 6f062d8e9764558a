"""The rubric: every signal that a reviewer is asked about, from the taxonomy, with the levels it can have.

Drawn once and empty; what is chosen lives in the browser until it is sent (assets/review.js).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from dash import html
from dash.development.base_component import Component

from risk_register.definition import Polarity, Signal

LEVEL_WORDS: Mapping[int, str] = MappingProxyType(
    {0: "context", 1: "low", 2: "moderate", 3: "high", 4: "critical"}
)
GROUPS: Mapping[Polarity, str] = MappingProxyType(
    {
        Polarity.USER_RISK: "What the person says",
        Polarity.ASSISTANT_HARM: "What the assistant does that can hurt",
        Polarity.PROTECTIVE: "What the assistant does that can protect",
    }
)


def draw_rubric(signals: Iterable[Signal]) -> Component:
    """Every signal under its heading; a level is a button that is pressed or not."""
    listed = list(signals)
    scale = " · ".join(f"{level} {word}" for level, word in LEVEL_WORDS.items())
    groups = [
        html.Section(
            [
                html.H3(title, id=f"rubric-{polarity}"),
                html.Ul([_draw_signal(signal) for signal in listed if signal.polarity is polarity]),
            ],
            **{"aria-labelledby": f"rubric-{polarity}"},
        )
        for polarity, title in GROUPS.items()
        if any(signal.polarity is polarity for signal in listed)
    ]
    return html.Div(
        [html.P(f"Levels: {scale}. What you leave out you did not see.", className="hint"), *groups]
    )


def _draw_signal(signal: Signal) -> Component:
    is_presence = signal.minimum_level == signal.maximum_level
    levels = range(signal.minimum_level, signal.maximum_level + 1)
    buttons = [
        html.Button(
            "seen" if is_presence else str(level),
            type="button",
            className="level",
            title=LEVEL_WORDS[level],
            **{
                "data-level": str(level),
                "aria-pressed": "false",
                "aria-label": f"{signal.title}: {'seen' if is_presence else f'{level} {LEVEL_WORDS[level]}'}",
            },
        )
        for level in levels
    ]
    return html.Li(
        [
            html.Div(
                [html.Span(signal.title, className="signal-title"), html.Span(buttons, className="levels")],
                className="signal-line",
            ),
            html.P(
                [signal.definition, " ", html.Span(signal.rules, className="why")], className="signal-words"
            ),
        ],
        className="signal",
        **{"data-signal": signal.id, "data-title": signal.title},
    )
