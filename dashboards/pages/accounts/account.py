"""One's own account: the password, the sessions that are open, and the roles that one has here."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.auth import SESSION_LIMIT
from dashboards.components.form import draw_form
from dashboards.components.shell import draw_heading
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.page import Page, Shelf
from dashboards.view import View
from dashboards.wording import say_moment, say_words
from risk_register.account import accounts, sessions
from risk_register.account.credentials import MINIMUM_PASSWORD_LENGTH
from risk_register.account.sessions import Method
from risk_register.errors import NotAllowedError

PATH = "/account"


def layout(view: View) -> Component:
    """The page."""
    roles = sorted(
        say_words(given.role) for given in view.account.grants if given.deployment_id == view.deployment_id
    )
    lead = f"You are {view.account.name}: {', '.join(roles)} of {view.deployment.title}."
    open_now = [
        one
        for one in sessions.list_sessions(view.store, since=view.at - SESSION_LIMIT)
        if one.name == view.account.name
    ]
    return html.Div(
        [
            draw_heading(view, "Your account", lead),
            html.Section([html.H2("Password"), _draw_password(view)], className="card"),
            html.Section(
                [
                    html.H2("Open sessions"),
                    draw_table(
                        "Your sessions",
                        [Heading("Opened"), Heading("By")],
                        [Line((say_moment(one.opened_at), say_words(one.method))) for one in open_now],
                        empty="None.",
                    ),
                    draw_form(view, "end_sessions", [], button="End all of them, this one too"),
                ],
                className="card",
            ),
        ]
    )


def _draw_password(view: View) -> Component:
    note = f"At least {MINIMUM_PASSWORD_LENGTH} characters; a sentence that nobody else says is good."
    present = _draw_secret("present", "Present password", "The one you came in with.", "current-password")
    fields: list[Component | None] = [
        present if _came_by_password(view) else None,
        _draw_secret("password", "New password", note),
        _draw_secret("again", "The same again", "All your other sessions stay open; end them below."),
    ]
    return draw_form(view, "password", fields, button="Set the password")


def _came_by_password(view: View) -> bool:
    found = sessions.find_session(view.store, view.account.session_id)
    return found is not None and found.method is Method.PASSWORD


def _draw_secret(name: str, label: str, note: str, kind: str = "new-password") -> Component:
    key = f"field-{name}"
    field = dcc.Input(type="password", name=name, id=key, required=True, autoComplete=kind)
    return html.Div(
        [html.Label(label, htmlFor=key), field, html.P(note, className="hint")], className="field"
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Set one's own password, or end one's own sessions.

    Whoever came in by a password shows it again: a desk that was left alone is no way to stay inside.

    Raises:
        NotAllowedError: the present one is wrong, the two differ, or the new one is too short.
    """
    name = view.account.name
    if fields.get("action") == "end_sessions":
        count = sessions.end_sessions(view.store, name=name, actor=name, at=view.at)
        return f"{count} sessions have ended."
    if fields.get("action") != "password":
        raise NotAllowedError("Set the password, or end the sessions.")
    if fields.get("password") != fields.get("again"):
        raise NotAllowedError("The two are not the same; type them again.")
    present = fields.get("present", "")
    if _came_by_password(view) and not accounts.verify_password(
        view.store, name=name, password=present, at=view.at
    ):
        raise NotAllowedError("The present password is not right, or the account rests. Nothing has changed.")
    accounts.set_password(view.store, name=name, password=fields.get("password", ""), actor=name, at=view.at)
    return "The password is set."


PAGE = Page(
    PATH,
    "Your account",
    layout,
    shelf=Shelf.GOVERN,
    in_rail=False,
    needs_run=False,
    has_range=False,
    submit=submit,
)
