"""What an administrator may decide about accounts; each decision is checked again where it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import SHORT, draw_choice, draw_form, draw_text
from dashboards.view import View
from dashboards.wording import say_words
from risk_register.account import accounts, sessions
from risk_register.account.accounts import Action, Role
from risk_register.account.administration import check_manages, check_manages_account, find_managed
from risk_register.account.identities import link_identity
from risk_register.account.record import AccountRecord
from risk_register.account.tokens import issue_token
from risk_register.errors import NotAllowedError

LINK_FOR = timedelta(hours=24)
TOKEN_DAYS = 90
ROLE_WORDS = {
    Role.VIEWER: "viewer: sees indicators, register and checklist",
    Role.ENGINEER: "engineer: runs the pipelines, announces changes",
    Role.REVIEWER: "reviewer: reads and labels conversations drawn for review",
    Role.SAFETY_OFFICER: "safety officer: answers for safety; reads conversations with a reason",
    Role.COMPLIANCE: "compliance: answers for checklist, regimes, reports",
    Role.ADMINISTRATOR: "administrator: looks after accounts, reads no conversation",
}


def draw_new_account(view: View) -> Component:
    """The form that makes an account with its first role here."""
    return draw_form(
        view,
        "create",
        [
            draw_text(
                "name",
                "Name",
                note="Lower-case letters, digits and . _ @ -; stands under every decision for good.",
                is_required=True,
                limit=100,
                within="new",
            ),
            _draw_roles("new"),
        ],
        button="Make the account",
    )


def draw_account_forms(view: View, account: AccountRecord) -> Component:
    """The decisions about one account, behind their names; one's own account has few."""
    if account.name == view.account.name:
        return html.Span("your own account", className="why")
    name, hidden = account.name, {"name": account.name}
    held = [g.role for g in account.grants if g.deployment_id == view.deployment_id]
    forms: list[tuple[str, Component]] = [
        (
            "Give a role",
            draw_form(view, "grant", [_draw_roles(name)], button=f"Give to {name}", hidden=hidden),
        )
    ]
    if held:
        choices = [(role.value, say_words(role)) for role in held]
        choice = draw_choice("role", "Role", choices, note="On this deployment.", is_stacked=True)
        forms.append(
            ("Take a role", draw_form(view, "revoke", [choice], button=f"Take from {name}", hidden=hidden))
        )
    if account.is_disabled:
        forms.append(
            ("Open again", draw_form(view, "enable", [], button=f"Open {name} again", hidden=hidden))
        )
        return _draw_behind(forms)
    forms += [
        ("One-time link", _draw_plain(view, "link", "A link that signs this account in, once, within a day.",
                                      f"Make a link for {name}", hidden)),
        ("End sessions", _draw_plain(view, "end_sessions", "Every open session of this account ends now.",
                                     f"End the sessions of {name}", hidden)),
        ("Token for CI", _draw_token(view, name, hidden)),
        ("Identity", _draw_identity(view, name, hidden)),
        ("Same person", _draw_join(view, name, hidden)),
        ("Disable", _draw_plain(view, "disable", "It cannot sign in; its decisions stay under its name.",
                                f"Disable {name}", hidden)),
    ]  # fmt: skip
    return _draw_behind(forms)


def _draw_behind(forms: list[tuple[str, Component]]) -> Component:
    listed = [html.Details([html.Summary(title), form]) for title, form in forms]
    return html.Details([html.Summary("Decide"), html.Div(listed, className="behind")], open=True)


def _draw_plain(view: View, action: str, words: str, button: str, hidden: Mapping[str, str]) -> Component:
    return draw_form(view, action, [html.P(words, className="hint")], button=button, hidden=hidden)


def _draw_roles(within: str) -> Component:
    choices = [(role.value, words) for role, words in ROLE_WORDS.items()]
    return draw_choice("role", f"Role of {within}" if within != "new" else "Role", choices,
                       note="On this deployment.", is_stacked=True)  # fmt: skip


def _draw_token(view: View, name: str, hidden: Mapping[str, str]) -> Component:
    note = f"Announces changes as this account for {TOKEN_DAYS} days; such as the name of the CI job."
    field = draw_text(
        "label", "What it is for", note=note, is_required=True, limit=SHORT, within=f"token-{name}"
    )
    return draw_form(view, "token", [field], button=f"Make a token for {name}", hidden=hidden)


def _draw_identity(view: View, name: str, hidden: Mapping[str, str]) -> Component:
    fields: list[Component | None] = [
        draw_text("issuer", "Address of the provider", note="As its tokens say it.", is_required=True,
                  limit=SHORT, within=f"issuer-{name}"),
        draw_text("subject", "Subject", note="As the provider says it; one subject has one account.",
                  is_required=True, limit=SHORT, within=f"subject-{name}"),
    ]  # fmt: skip
    return draw_form(view, "identify", fields, button=f"Let this subject into {name}", hidden=hidden)


def _draw_join(view: View, name: str, hidden: Mapping[str, str]) -> Component:
    note = "Neither approves the other's work from then on. It cannot be undone."
    field = draw_text("same_as", "Other account of this person", note=note, is_required=True, limit=100,
                      within=f"join-{name}")  # fmt: skip
    return draw_form(view, "join", [field], button=f"Join {name} with it", hidden=hidden)


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Carry out one decision about an account.

    Raises:
        RegisterError: the account may not, it is one's own, or the decision is not complete.
    """
    view.check_may(Action.MANAGE_ACCOUNTS)
    decide = DECISIONS.get(fields.get("action", ""))
    if decide is None:
        raise NotAllowedError(f"There is no such decision about an account; known: {', '.join(DECISIONS)}.")
    return decide(view, fields.get("name", "").strip(), fields)


def _read_role(fields: Mapping[str, str]) -> Role:
    if fields.get("role") not in set(Role):
        raise NotAllowedError("Choose a role from the list.")
    return Role(fields["role"])


def _create(view: View, name: str, fields: Mapping[str, str]) -> str:
    role = _read_role(fields)
    check_manages(view.store, actor=view.account.name, deployment_ids=[view.deployment_id])
    accounts.create_account(view.store, name=name, actor=view.account.name, at=view.at)
    accounts.grant(
        view.store,
        name=name,
        role=role,
        deployment_id=view.deployment_id,
        actor=view.account.name,
        at=view.at,
    )
    return f"Made {name}, {say_words(role)}. It has no way in yet: make a link, or let an identity in."


def _grant(view: View, name: str, fields: Mapping[str, str]) -> str:
    role = _read_role(fields)
    check_manages(view.store, actor=view.account.name, deployment_ids=[view.deployment_id])
    find_managed(view.store, actor=view.account.name, name=name)
    has_ended = accounts.grant(
        view.store,
        name=name,
        role=role,
        deployment_id=view.deployment_id,
        actor=view.account.name,
        at=view.at,
    )
    ended = " What somebody else had let it in by has ended: make a link, or let an identity in."
    return f"{name} is {say_words(role)} of {view.deployment.title} now.{ended if has_ended else ''}"


def _revoke(view: View, name: str, fields: Mapping[str, str]) -> str:
    role = _read_role(fields)
    check_manages(view.store, actor=view.account.name, deployment_ids=[view.deployment_id])
    accounts.revoke(
        view.store,
        name=name,
        role=role,
        deployment_id=view.deployment_id,
        actor=view.account.name,
        at=view.at,
    )
    return f"{name} is no longer {say_words(role)} of {view.deployment.title}."


def _link(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    if name == view.account.name:
        raise NotAllowedError("You are in already.")
    token = accounts.issue_link(
        view.store, name=name, at=view.at, valid_for=LINK_FOR, actor=view.account.name
    )
    return (
        f"Give this to {name} by a safe way; it works once, within a day: {view.site}/sign-in?token={token}"
    )


def _end_sessions(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    count = sessions.end_sessions(view.store, name=name, actor=view.account.name, at=view.at)
    return f"{count} sessions of {name} have ended."


def _disable(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    accounts.disable_account(view.store, name=name, actor=view.account.name, at=view.at)
    return f"{name} is disabled, and its sessions have ended."


def _enable(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    accounts.enable_account(view.store, name=name, actor=view.account.name, at=view.at)
    return f"{name} is open again, with the roles that it had."


def _token(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    token = issue_token(
        view.store, name=name, label=fields.get("label", ""), valid_for=timedelta(days=TOKEN_DAYS),
        actor=view.account.name, at=view.at,
    )  # fmt: skip
    return f"Put this into the secrets of CI now; it is shown once: {token}"


def _identify(view: View, name: str, fields: Mapping[str, str]) -> str:
    check_manages_account(view.store, actor=view.account.name, name=name)
    link_identity(
        view.store, name=name, issuer=fields.get("issuer", ""), subject=fields.get("subject", ""),
        actor=view.account.name, at=view.at,
    )  # fmt: skip
    return f"That subject opens {name} from now on."


def _join(view: View, name: str, fields: Mapping[str, str]) -> str:
    other = fields.get("same_as", "").strip()
    for each in (name, other):
        check_manages_account(view.store, actor=view.account.name, name=each)
    accounts.join_person(view.store, name=name, same_as=other, actor=view.account.name, at=view.at)
    return f"{name} and {other} are one person from now on."


DECISIONS: Mapping[str, Callable[[View, str, Mapping[str, str]], str]] = {
    "create": _create,
    "grant": _grant,
    "revoke": _revoke,
    "link": _link,
    "end_sessions": _end_sessions,
    "disable": _disable,
    "enable": _enable,
    "token": _token,
    "identify": _identify,
    "join": _join,
}
