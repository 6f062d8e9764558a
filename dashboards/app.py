"""The application: the frame of Dash, and how an address becomes a page.

Nothing happens at import; `create_app` is called by each worker after it has started. Which pages there are
stands in `pages.directory`; what is no page is answered in `routes`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, dcc, html
from dash.development.base_component import Component
from flask_login import current_user

from dashboards import auth
from dashboards.access import NoGrantError
from dashboards.announcing import add_announcing
from dashboards.components import shell
from dashboards.components.sentence import draw_sentence
from dashboards.first_steps import BEFORE_FIRST_RUN, WAITING, draw_first_steps
from dashboards.guesses import Guesses
from dashboards.last_seen import keep_last_seen
from dashboards.naming import name_indicators
from dashboards.openid import add_provider
from dashboards.pages.directory import PAGES, RAIL, find_page
from dashboards.published import NothingPublishedError, Published, PublishedError
from dashboards.reach import Front, Reach
from dashboards.routes import Site, add_routes, open_page, read_scheme, say_closed
from dashboards.seal import SealedSessions
from dashboards.server import DiscreetFlask
from dashboards.view import View
from dashboards.wording import say_words
from risk_register.account.identities import Provider
from risk_register.database.store import Store
from risk_register.errors import RegisterError
from risk_register.incident.locations import Locate
from risk_register.item.evidence_files import LARGEST_FILE
from risk_register.report.editions import Draw

HERE = Path(__file__).parent
HERE_ALONE = Reach()  # on this machine, without a proxy
LARGEST_FORM = (
    256 * 1024
)  # bytes of text; above the 64 KiB that Werkzeug reads of a file and compares with it
LARGEST_UPLOAD = LARGEST_FILE + 2 * LARGEST_FORM
INDEX = """<!DOCTYPE html>
<html lang="en" data-root="{%root%}" data-mantine-color-scheme="{%scheme%}" data-ag-theme-mode="{%scheme%}">
<head>{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{%title%}</title>
<link rel="icon" href="{%root%}/assets/favicon.svg" type="image/svg+xml">{%css%}</head>
<body>{%app_entry%}<noscript>These pages need JavaScript; downloads and the command line do not.</noscript>
{%config%}{%scripts%}{%renderer%}</body>
</html>"""


class PlimsollDash(dash.Dash):
    """Dash with the reader's scheme in the first byte, so that a dark page does not flash white."""

    def interpolate_index(self, **parts: Any) -> str:
        """The page with the scheme filled in."""
        page: str = super().interpolate_index(**parts)
        return page.replace("{%scheme%}", read_scheme()).replace("{%root%}", auth.read_root())


def create_app(
    *,
    published: Path,
    governance_url: str,
    secret: bytes,
    reports: Path | None = None,
    lake: Path | None = None,
    locate: Locate | None = None,
    draw_edition: Draw | None = None,
    way_to_on_call: Callable[[], bool] | None = None,
    evidence: Path | None = None,
    provider: Provider | None = None,
    reach: Reach = HERE_ALONE,
    guesses: Guesses | None = None,
    clock: Callable[[], datetime] = auth.utc_now,
) -> dash.Dash:
    """The application over a folder of published files, a governance store and a folder of built reports.

    `lake` is where texts lie, for those who may read one; without it none can be opened. `locate` finds the
    source record of a conversation, `draw_edition` draws an issued report; without one its page names the
    command. `way_to_on_call` says whether a call can leave; without it none can.
    `evidence` is the folder of files that show what was attested, `provider` lets people sign in elsewhere.
    `reach` is how readers come here, `guesses` what all workers know of wrong passwords.
    """
    server = DiscreetFlask("dashboards", template_folder=str(HERE / "templates"), static_folder=None)
    server.session_interface = SealedSessions()
    server.wsgi_app = Front(server.wsgi_app, reach)  # type: ignore[method-assign]
    server.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="plimsoll_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=reach.is_https,
        SESSION_COOKIE_PATH=reach.root or "/",
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    site = Site(
        Published(published),
        Store(governance_url),
        clock,
        reports,
        lake,
        locate,
        draw_edition,
        way_to_on_call,
        evidence,
    )
    auth.guard(server, site.store, clock, guesses or Guesses())
    if provider is not None:
        add_provider(server, provider, site.store, clock)
    add_announcing(server, site.store, clock)
    add_routes(server, site)
    app = PlimsollDash(
        "dashboards",
        server=server,
        assets_folder=str(HERE / "assets"),
        assets_ignore=r"^door\.css$",
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{reach.root}/",
        index_string=INDEX,
        title="Plimsoll",
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        add_log_handler=False,
        enable_mcp=False,
        use_pages=False,
    )
    app.layout = lambda: shell.draw_frame(read_scheme())
    _add_callbacks(app, site)
    auth.add_headers(server, app.csp_hashes, is_https=reach.is_https)
    return app


def _add_callbacks(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output("page", "children"),
        Output("rail", "children"),
        Output("switcher", "children"),
        Output("ranges", "children"),
        Output("account", "children"),
        Output("footer", "children"),
        Output("page-title", "data"),
        Output("shown-deployment", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
    )
    def show_page(path: str | None, search: str | None) -> tuple[Any, ...]:
        return _render(site, (path or "").removeprefix(auth.read_root()) or "/", search or "")

    app.clientside_callback(
        ClientsideFunction("plimsoll", "switchScheme"),
        Output("scheme", "data"),
        Input("scheme-switch", "n_clicks"),
        State("scheme", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("plimsoll", "applyScheme"),
        Output("provider", "forceColorScheme"),
        Output({"type": "figure", "index": dash.ALL}, "figure"),
        Input("scheme", "data"),
        State({"type": "figure-schemes", "index": dash.ALL}, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("plimsoll", "openDeployment"),
        Output("url", "search"),
        Input("deployment", "value"),
        State("shown-deployment", "data"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("plimsoll", "toggleRail"),
        Output("shell", "className"),
        Input("rail-burger", "opened"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("plimsoll", "arrive"),
        Output("rail-burger", "opened"),
        Input("page-title", "data"),
        State("shown-deployment", "data"),
    )


def _render(site: Site, path: str, search: str) -> tuple[Any, ...]:
    found = find_page(path)
    if found is None:
        return _render_words(
            "", "Not found", f"There is no page at {path}. These pages exist:", _list_pages()
        )
    page, subject = found
    try:
        with open_page(site, page, subject, search, may_choose=True) as view:
            keep_last_seen(view.account.name, view.deployment_id)
            title = _name(view, subject) if subject else page.title
            printed = shell.draw_printed_line(
                view, title, has_range=page.has_range, has_period=page.has_period
            )
            return (
                [printed, *_draw_messages(), _draw_reason(view), _draw_waiting(view), page.layout(view)],
                shell.draw_rail(RAIL, here=page.path, view=view),
                shell.draw_switcher(view),
                shell.draw_ranges(view, has_range=page.has_range, has_period=page.has_period),
                shell.draw_account(view.account.name, view.csrf_token, view.root),
                shell.draw_footer(view.build if view.is_published else None, view.at),
                f"{title} · {view.deployment.title}",
                view.deployment_id,
            )
    except NothingPublishedError:
        steps = draw_first_steps(auth.read_root())
        return _render_words(page.path, "Nothing published yet", WAITING, steps)
    except PublishedError as error:
        return _render_words(page.path, "The published file cannot be read", str(error))
    except NoGrantError as error:
        return _render_words(page.path, "No access", str(error))
    except RegisterError as error:
        flask.current_app.logger.error("%s", error)
        return _render_words(page.path, "This page cannot be shown just now", say_closed(error))


def _name(view: View, subject: str) -> str:
    """What the heading of a subject's page says; only indicators have pages of their own."""
    return name_indicators(view).get(subject, say_words(subject))


def _list_pages() -> Component:
    return html.Ul(
        [
            html.Li(dcc.Link(page.title, href=f"{auth.read_root()}{page.path}"))
            for page in PAGES
            if page.in_rail
        ],
        className="listed",
    )


def _render_words(here: str, title: str, text: str, more: Component | None = None) -> tuple[Any, ...]:
    lead = html.P(draw_sentence(text), className="lead")
    words = html.Div([html.H1(title), lead, more], className="page-heading alone")
    account = shell.draw_account(current_user.name, auth.read_token(), auth.read_root())
    rail = shell.draw_rail(RAIL, here=here, view=None, root=auth.read_root())
    return words, rail, None, None, account, shell.draw_footer(None), title, None


def _draw_reason(view: View) -> Component | None:
    """Why the page is about this deployment, where its address did not say."""
    return html.P(view.opened_because, className="hint", role="status") if view.opened_because else None


def _draw_waiting(view: View) -> Component | None:
    """Before the first run: that what data would say is unknown here."""
    return None if view.is_published else html.P(BEFORE_FIRST_RUN, className="message", role="status")


def _draw_messages() -> list[Component]:
    messages = cast("list[tuple[str, str]]", flask.get_flashed_messages(with_categories=True))
    return [
        html.P(
            message,
            className=f"message message-{category}",
            tabIndex=-1,  # it takes the focus (assets/focus.js)
            role="alert" if category == "error" else "status",
        )
        for category, message in messages
    ]
