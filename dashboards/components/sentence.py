"""Sentences that name a command, which a reader has to tell from the words around it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component


def draw_sentence(text: str) -> list[Component | str]:
    """The words; what stands between grave accents is a command to type."""
    return [html.Code(part) if place % 2 else part for place, part in enumerate(text.split("`"))]
