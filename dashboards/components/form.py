"""Forms of ours: plain HTML with the session's token, so that they work by keyboard alone.

The browser sends them without leaving the page (assets/forms.js): a refusal stands under the form and what
was typed stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.auth import TOKEN_FIELD
from dashboards.view import View

SHORT, LONG = 200, 4000  # characters; the store keeps names and titles in 200
LINE = 1000


def draw_form(
    view: View,
    action: str,
    fields: Sequence[Component | None],
    *,
    button: str,
    hidden: Mapping[str, str] | None = None,
    is_line: bool = False,
    has_file: bool = False,
) -> Component:
    """A form that goes to `/send` of the view's page and comes back to where it was.

    `is_line` is for a single button that stands in a table, `has_file` for a form that carries a file.
    """
    kept = {TOKEN_FIELD: view.csrf_token, "action": action, **(hidden or {})}
    return html.Form(
        [
            *[dcc.Input(type="hidden", name=name, value=value) for name, value in kept.items()],
            *[field for field in fields if field is not None],
            html.P(className="refusal message message-error", role="alert"),
            html.Button(button, type="submit", className="button"),
        ],
        method="post",
        action=view.href(f"/send{view.path}", **view.query.filters),
        className="form form-line" if is_line else "form",
        **({"encType": "multipart/form-data"} if has_file else {}),
    )


def draw_text(
    name: str,
    label: str,
    *,
    note: str,
    is_long: bool = False,
    is_required: bool = False,
    value: str = "",
    limit: int | None = None,
    within: str = "",
) -> Component:
    """A field for words; `within` tells fields of the same name in several forms apart."""
    field: Component
    key = _name_field(name, within)
    if is_long:
        field = html.Div(
            dcc.Textarea(
                name=name, id=key, required=is_required, maxLength=limit or LONG, rows=3, value=value
            )
        )
    else:
        field = dcc.Input(
            type="text", name=name, id=key, required=is_required, maxLength=limit or LINE, value=value
        )
    return _label(key, label, field, note, is_required=is_required)


def draw_file(name: str, label: str, *, note: str) -> Component:
    """A field for a file; the browser puts it there (assets/forms.js), because Dash has none that is sent."""
    key = _name_field(name, "")
    place = html.Div(className="file-field", **{"data-name": name, "data-key": key})
    return _label(key, label, place, note)


def draw_day(
    name: str,
    label: str,
    *,
    note: str,
    first: date | None = None,
    is_required: bool = False,
    value: date | None = None,
    within: str = "",
) -> Component:
    """A field for a day."""
    key = _name_field(name, within)
    given = {"value": value.isoformat()} if value else {}
    least = {"min": first.isoformat()} if first else {}
    field = dcc.Input(type="date", name=name, id=key, required=is_required, **given, **least)
    return _label(key, label, field, note, is_required=is_required)


def draw_moment(
    view: View, name: str, label: str, *, note: str, value: datetime | None = None, within: str = ""
) -> Component:
    """A field for a day and a time where the deployment is; the label names its zone."""
    key, zone = _name_field(name, within), view.deployment.zone
    given = {"value": f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"} if value else {}
    field = dcc.Input(type="datetime-local", name=name, id=key, **given)
    return _label(key, f"{label} (time in {zone})", field, note)


def draw_choice(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    note: str,
    value: str | None = None,
    is_stacked: bool = False,
) -> Component:
    """One of a few; every choice is on the screen."""
    options = [dmc.Radio(label=words, value=choice, size="sm") for choice, words in choices]
    chosen = {"value": value} if value else {}
    return dmc.RadioGroup(
        html.Div(options, className="choices" if is_stacked else "radios"),
        name=name,
        label=label,
        description=note,
        required=True,
        **chosen,
    )


def draw_pick(
    name: str, label: str, choices: Sequence[tuple[str, str]], *, note: str, value: str | None = None
) -> Component:
    """One of many, or none."""
    return dmc.Select(
        name=name,
        label=label,
        description=note,
        data=[{"value": choice, "label": words} for choice, words in choices],
        value=value,
        clearable=True,
        searchable=True,
        size="sm",
        id=f"pick-{name}",
    )


def draw_pair(*fields: Component) -> Component:
    """Short fields side by side where there is room."""
    return html.Div(list(fields), className="form-pair")


def draw_decisions(title: str | None, forms: Sequence[tuple[str, Component]]) -> Component | None:
    """Forms behind their names, so that a page shows what can be done before it asks for words."""
    if not forms:
        return None
    return html.Div(
        [
            html.H3(title) if title else None,
            *[html.Details([html.Summary(name), form]) for name, form in forms],
        ],
        className="decisions",
    )


def _name_field(name: str, within: str) -> str:
    return f"field-{within}-{name}" if within else f"field-{name}"


def _label(key: str, label: str, field: Component, note: str, *, is_required: bool = False) -> Component:
    """A field under its name; what must be filled in has the star that choices have, for eyes alone."""
    star = html.Span(" *", className="star", **{"aria-hidden": "true"}) if is_required else None
    return html.Div(
        [html.Label([label, star], htmlFor=key), field, html.P(note, className="hint")], className="field"
    )
