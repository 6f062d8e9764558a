"""Audit: what was done and read on this deployment, by whom and when, and whether the chain is whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.sentence import draw_sentence
from dashboards.components.shell import draw_chips, draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.pages.page import Attachment, Page, Shelf
from dashboards.sheet import Sheet
from dashboards.view import View
from dashboards.wording import say_words
from risk_register.account.accounts import Action
from risk_register.account.administration import list_account_entries
from risk_register.database.audit import AuditRecord, list_entries, verify_chain, write_entries
from risk_register.errors import UnknownRecordError

PATH = "/audit"
FILTERS = ("actor", "action", "subject", "since", "until", "about")
SHOWN = 100  # rows on the page; the download has no limit
ACCOUNTS = "accounts"
JSON_LINES = "audit.jsonl"
HEADINGS = (*(Heading(title) for title in ("When (UTC)", "Who", "What", "About", "Details", "Entry")),)
DETAIL_LIMIT = 300
SHOWN_OF_HASH = 10


def layout(view: View) -> Component:
    """The page."""
    if not view.may(Action.VIEW_AUDIT):
        text = (
            "The audit is read by safety officers, compliance and administrators of this deployment. It "
            "holds every change and every reading, in entries that are only ever added, each with the hash "
            "of the one before. Your own decisions are in it, too."
        )
        return draw_heading(view, "Audit", text)
    entries = filter_entries(view, limit=SHOWN + 1)
    shown = entries[:SHOWN]
    more = " Older ones are left out here; narrow the filters or download." if len(entries) > SHOWN else ""
    lead = (
        f"{len(shown)} entries, newest first.{more} Entries are only ever added; each carries the hash "
        "of the one before, whichever deployment that was about, and is named by its own."
    )
    return html.Div(
        [
            draw_heading(view, "Audit", lead),
            html.Section([html.H2("The chain"), _draw_chain(view)], className="card"),
            html.Section(
                [
                    html.Div(
                        [html.H2("Entries"), html.Div(_draw_downloads(view), className="file-links")],
                        className="section-heading",
                    ),
                    draw_chips(view, FILTERS),
                    _draw_search(view),
                    draw_table(
                        "Entries of the audit",
                        HEADINGS,
                        [_draw_line(view, entry) for entry in shown],
                        empty="No entry matches the filters.",
                    ),
                ],
                className="card",
            ),
        ]
    )


def filter_entries(view: View, *, limit: int | None) -> Sequence[AuditRecord]:
    """The entries that the address asks for; those about accounts only for an administrator."""
    actor, action, subject = (view.filter(name) for name in ("actor", "action", "subject"))
    since, until = (_read_day(view.filter(name)) for name in ("since", "until"))
    if _is_about_accounts(view):
        return list_account_entries(
            view.store,
            view.account.name,
            actor=actor,
            action=action,
            subject=subject,
            since=since,
            until=until,
            limit=limit,
        )
    return list_entries(
        view.store,
        deployment_id=view.deployment_id,
        actor=actor,
        action=action,
        subject=subject,
        since=since,
        until=until,
        limit=limit,
    )


def _is_about_accounts(view: View) -> bool:
    return view.filter("about") == ACCOUNTS and view.may(Action.MANAGE_ACCOUNTS)


def _read_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _draw_chain(view: View) -> Component:
    if view.filter("show") != "verified":
        link = dcc.Link(
            "Check every link now", href=view.href(None, show="verified"), className="button button-quiet"
        )
        note = "The check reads the whole audit. `plimsoll audit verify` does the same."
        return html.Div([html.P(draw_sentence(note), className="hint"), link])
    check = verify_chain(view.store, deployment_id=view.deployment_id)
    if check.is_intact:
        words = (
            f"{check.entry_count:,} entries of this deployment, every link holds. Keep this head "
            f"elsewhere: {check.head}"
        )
        return html.P(words, className="message message-done", role="status")
    faults = f"{check.fault_count} fault{'' if check.fault_count == 1 else 's'}"
    words = f"The audit is broken at entry {check.broken_at}: {check.problem} {faults} in all."
    return html.P(words, className="message message-error", role="alert")


def _draw_downloads(view: View) -> list[Component | None]:
    if not view.may(Action.EXPORT):
        return []
    lines = html.A(
        "Download everything (JSON lines)",
        href=view.href(f"/file{PATH}/{JSON_LINES}"),
        className="button button-quiet",
        download="",
    )
    return [draw_download(view.download("entries"), "these entries"), lines]


def _draw_search(view: View) -> Component:
    fields = (
        ("actor", "Who", "text", "an account"),
        ("action", "What", "text", "such as risk_rated"),
        ("subject", "About", "text", "an id"),
        ("since", "From", "date", ""),
        ("until", "Until", "date", ""),
    )
    kept = {"deployment": view.deployment_id} | ({"about": ACCOUNTS} if _is_about_accounts(view) else {})
    inputs = [
        html.Div(
            [
                html.Label(label, htmlFor=f"audit-{name}"),
                dcc.Input(
                    type=kind, name=name, id=f"audit-{name}", value=view.filter(name) or "", placeholder=hint
                ),
            ],
            className="field",
        )
        for name, label, kind, hint in fields
    ]
    accounts = None
    if view.may(Action.MANAGE_ACCOUNTS):
        is_on = _is_about_accounts(view)
        words = "Show this deployment" if is_on else "Show signing in and accounts"
        href = view.href(None, about=None if is_on else ACCOUNTS, actor=None, action=None, subject=None)
        accounts = dcc.Link(words, href=href, className="button button-quiet")
    return html.Form(
        [
            *[dcc.Input(type="hidden", name=name, value=value) for name, value in kept.items()],
            *inputs,
            html.Button("Filter", type="submit", className="button"),
            accounts,
        ],
        method="get",
        action=f"{view.root}{PATH}",
        className="filter-form",
    )


def _draw_line(view: View, entry: AuditRecord) -> Line:
    return Line(
        (
            html.Span(f"{entry.at:%Y-%m-%d %H:%M:%S}", className="moment"),
            dcc.Link(entry.actor, href=view.href(None, actor=entry.actor)),
            dcc.Link(say_words(entry.action), href=view.href(None, action=entry.action), className="moment"),
            dcc.Link(entry.subject, href=view.href(None, subject=entry.subject)),
            html.Span(_say_details(entry), className="details-of"),
            html.Code(entry.hash[:SHOWN_OF_HASH]),
        )
    )


def _say_details(entry: AuditRecord) -> str:
    """What belongs to an entry, for a reader; the downloads hold it as it was written."""
    held = [(name, value) for name, value in entry.details.items() if value not in (None, "", [], {})]
    said = "; ".join(f"{say_words(name)}: {_say_value(value)}" for name, value in held)
    return said if len(said) <= DETAIL_LIMIT else f"{said[:DETAIL_LIMIT]}…"


def _say_value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def make_sheet(view: View) -> Sheet:
    """The entries that the address filters, all of them."""
    view.check_may(Action.VIEW_AUDIT)
    columns = ("at", "actor", "action", "subject", "details", "hash")
    rows = [
        (
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            json.dumps(entry.details, ensure_ascii=False, sort_keys=True),
            entry.hash,
        )
        for entry in filter_entries(view, limit=None)
    ]
    return Sheet("entries", columns, rows)


def attach(view: View, name: str) -> Attachment:
    """The whole audit of the deployment as JSON lines.

    Raises:
        UnknownRecordError: there is no such file.
    """
    view.check_may(Action.VIEW_AUDIT)
    if name != JSON_LINES:
        raise UnknownRecordError(f"There is no file {name}.")
    content = b"".join(write_entries(view.store, deployment_id=view.deployment_id))
    return Attachment(f"{view.deployment_id}_{JSON_LINES}", "application/x-ndjson", content)


PAGE = Page(
    PATH,
    "Audit",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    sheets={"entries": make_sheet},
    attach=attach,
)
