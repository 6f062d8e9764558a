"""Forms of ours: plain HTML that posts back with the session's token, so that they work by keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.auth import TOKEN_FIELD
from dashboards.view import View


def draw_form(
    view: View,
    action: str,
    fields: Sequence[Component],
    *,
    button: str,
    hidden: Mapping[str, str] | None = None,
) -> Component:
    """A form that goes to `/send` of the view's page and comes back to where it was."""
    kept = {TOKEN_FIELD: view.csrf_token, "action": action, **(hidden or {})}
    return html.Form(
        [
            *[dcc.Input(type="hidden", name=name, value=value) for name, value in kept.items()],
            *fields,
            html.Button(button, type="submit", className="button"),
        ],
        method="post",
        action=view.href(f"/send{view.path}", **view.query.filters),
        className="form",
    )


def draw_text(
    name: str, label: str, *, note: str, is_long: bool = False, is_required: bool = False
) -> Component:
    """A field for words."""
    field: Component
    if is_long:
        field = html.Div(
            dcc.Textarea(name=name, id=f"field-{name}", required=is_required, maxLength=4000, rows=3)
        )
    else:
        field = dcc.Input(type="text", name=name, id=f"field-{name}", required=is_required, maxLength=1000)
    return _label(name, label, field, note)


def draw_day(name: str, label: str, *, first: date, note: str) -> Component:
    """A field for a day."""
    return _label(
        name, label, dcc.Input(type="date", name=name, id=f"field-{name}", min=first.isoformat()), note
    )


def draw_choice(name: str, label: str, choices: Sequence[tuple[str, str]], *, note: str) -> Component:
    """One of a few; every choice is on the screen."""
    options = [dmc.Radio(label=words, value=value, size="sm") for value, words in choices]
    return dmc.RadioGroup(
        html.Div(options, className="radios"), name=name, label=label, description=note, required=True
    )


def _label(name: str, label: str, field: Component, note: str) -> Component:
    return html.Div(
        [html.Label(label, htmlFor=f"field-{name}"), field, html.P(note, className="hint")], className="field"
    )
