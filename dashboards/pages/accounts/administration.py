"""Administration: who has an account and which roles, how they sign in, and who read words of people.

For administrators of the deployment; the rules are those of the `plimsoll users` commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.auth import SESSION_LIMIT
from dashboards.components.shell import draw_heading, draw_segments
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.accounts.decision import draw_account_forms, draw_new_account, submit
from dashboards.pages.page import Page, Shelf
from dashboards.view import View
from dashboards.wording import say_day, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.account.administration import (
    TextReader,
    find_month_end,
    list_managed,
    list_text_readers,
)
from risk_register.account.record import AccountRecord
from risk_register.account.sessions import list_sessions
from risk_register.account.tokens import list_tokens

PATH = "/administration"
HEADINGS = tuple(Heading(title) for title in ("Account", "Roles here", "Signs in by", "Open now", "Decide"))
READERS = (
    Heading("Who"),
    Heading("Times", is_number=True),
    Heading("What"),
    Heading("First"),
    Heading("Last"),
)
MONTHS_BACK = 6


def layout(view: View) -> Component:
    """The page."""
    if not view.may(Action.MANAGE_ACCOUNTS):
        text = (
            "Accounts and their roles are looked after by administrators of this deployment: they make "
            "accounts, give and take roles, make one-time links, and see each month who read words of "
            "people. What you may do yourself stands on the page of your own account."
        )
        return draw_heading(view, "Administration", text)
    accounts = list_managed(view.store, view.account.name)
    here = [one for one in accounts if any(g.deployment_id == view.deployment_id for g in one.grants)]
    lead = (
        f"{len(here)} accounts have a role on this deployment. Nobody gives a role to themselves, and "
        "nobody's work is approved by an account that they let in."
    )
    return html.Div(
        [
            draw_heading(view, "Administration", lead),
            html.Section([html.H2("Accounts"), _draw_accounts(view, accounts)], className="card"),
            html.Section([html.H2("A new account"), draw_new_account(view)], className="card"),
            _draw_readers(view),
        ]
    )


def _draw_accounts(view: View, accounts: Sequence[AccountRecord]) -> Component:
    open_sessions = [one.name for one in list_sessions(view.store, since=view.at - SESSION_LIMIT)]
    tokens = [one for one in list_tokens(view.store) if one.revoked_at is None and one.expires_at > view.at]
    lines = [
        Line(
            (
                [account.name, *_draw_states(view, account)],
                _say_roles(view, account),
                _say_ways(account, sum(one.name == account.name for one in tokens)),
                str(open_sessions.count(account.name)),
                _draw_decide(view, account),
            ),
            is_open=view.filter("account") == account.name,
        )
        for account in accounts
    ]
    return draw_table("Accounts", HEADINGS, lines, empty="There is no account.")


def _draw_decide(view: View, account: AccountRecord) -> Component:
    """The forms of the account that is chosen; those of every account would be most of the page."""
    if view.filter("account") == account.name or account.name == view.account.name:
        return draw_account_forms(view, account)
    return dcc.Link(f"Decide about {account.name}", href=view.href(None, account=account.name))


def _draw_states(view: View, account: AccountRecord) -> list[Component]:
    words = []
    if account.is_disabled:
        words.append("disabled")
    if account.locked_until is not None and account.locked_until > view.at:
        words.append(f"locked until {say_moment(account.locked_until)}")
    if account.person != account.name:
        words.append(f"same person as {account.person}")
    if account.vouched_by is not None:
        words.append(f"last let in by {say_words(account.vouched_by)}")
    return [html.P(word, className="why") for word in words]


def _say_roles(view: View, account: AccountRecord) -> str:
    roles = sorted(say_words(g.role) for g in account.grants if g.deployment_id == view.deployment_id)
    return ", ".join(roles) or "none"


def _say_ways(account: AccountRecord, token_count: int) -> str:
    ways = [
        "password" if account.has_password else "",
        "identity provider" if account.has_identity else "",
        f"{token_count} tokens of machines" if token_count else "",
    ]
    return ", ".join(way for way in ways if way) or "one-time link only"


def find_month(view: View) -> date:
    """The first day of the month that the address names, else of this one."""
    asked = view.filter("month") or ""
    try:
        found = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return view.stored_today.replace(day=1)
    return min(found, view.stored_today.replace(day=1))


def list_readers(view: View) -> tuple[TextReader, ...]:
    """Who read words of people in the month that the address names."""
    first = find_month(view)
    return list_text_readers(
        view.store, deployment_id=view.deployment_id, first=first, last=find_month_end(first)
    )


def _draw_readers(view: View) -> Component:
    first, months = find_month(view), [view.stored_today.replace(day=1)]
    for _ in range(MONTHS_BACK - 1):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    readers = list_readers(view)
    lines = [
        Line(
            (
                reader.actor,
                str(reader.total),
                ", ".join(f"{say_words(action)} {count}" for action, count in reader.counts.items()),
                say_moment(reader.first_at),
                say_moment(reader.last_at),
            )
        )
        for reader in readers
    ]
    return html.Section(
        [
            html.H2("Who read words of people"),
            html.P(
                "Every reading of a conversation, every item served for review and every search for a "
                "person, by account; looked at by an administrator each month.",
                className="hint",
            ),
            draw_segments(
                "Month",
                [
                    (f"{month:%b %Y}", view.href(None, month=f"{month:%Y-%m}"), month == first)
                    for month in months
                ],
            ),
            draw_table(
                "Readers of words of people",
                READERS,
                lines,
                empty=f"Nobody did from {say_day(first)} to {say_day(find_month_end(first))}.",
            ),
        ],
        className="card",
    )


PAGE = Page(
    PATH,
    "Administration",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    submit=submit,
    aliases=("admin", "users", "accounts"),
)
