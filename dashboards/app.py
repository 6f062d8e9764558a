"""The application: which pages exist, and how a request becomes one.

Nothing happens at import; `create_app` is called by each worker after it has started. Pages are
listed here by name: a new page is one module and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, html
from dash.development.base_component import Component
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboards import auth
from dashboards.access import NoGrantError, open_view
from dashboards.components import shell
from dashboards.pages import checklist, data_health, indicator, indicators, overview, register
from dashboards.pages.page import Page
from dashboards.published import NothingPublishedError, Published, PublishedError
from dashboards.sheet import write_csv
from dashboards.theme import Scheme
from dashboards.wording import say_words
from risk_register.accounts import Action
from risk_register.errors import RegisterError, StoreError
from risk_register.store import Store

HERE = Path(__file__).parent
PAGES = (overview.PAGE, indicators.PAGE, indicator.PAGE, register.PAGE, checklist.PAGE, data_health.PAGE)
RAIL = tuple((page.path, page.title) for page in PAGES if page.in_rail)
SCHEME_COOKIE = "plimsoll_scheme"
LARGEST_FORM = 64 * 1024  # bytes; a note and a reference to evidence, not the evidence
INDEX = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="{%scheme%}" data-ag-theme-mode="{%scheme%}">
<head>{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<noscript>These pages need JavaScript; downloads and the command line do not.</noscript>
{%config%}{%scripts%}{%renderer%}</body>
</html>"""


@dataclass(frozen=True)
class Site:
    """What the routes of one process share."""

    published: Published
    store: Store
    clock: Callable[[], datetime]


class PlimsollDash(dash.Dash):
    """Dash with the reader's scheme in the first byte, so that a dark page does not flash white."""

    def interpolate_index(self, **parts: Any) -> str:
        """The page with the scheme filled in."""
        page: str = super().interpolate_index(**parts)
        return page.replace("{%scheme%}", read_scheme())


def read_scheme() -> Scheme:
    """The reader's scheme, kept in a cookie because it is a taste and not a view."""
    value = flask.request.cookies.get(SCHEME_COOKIE)
    return Scheme(value) if value in set(Scheme) else Scheme.LIGHT


def create_app(
    *,
    published: Path,
    governance_url: str,
    secret: bytes,
    is_https: bool = False,
    clock: Callable[[], datetime] = auth.utc_now,
) -> dash.Dash:
    """The application over a folder of published files and a governance store."""
    server = flask.Flask("dashboards", template_folder=str(HERE / "templates"), static_folder=None)
    server.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="plimsoll_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    site = Site(Published(published), Store(governance_url), clock)
    auth.guard(server, site.store, clock)
    _add_routes(server, site)
    app = PlimsollDash(
        "dashboards",
        server=server,
        assets_folder=str(HERE / "assets"),
        assets_ignore=r"^door\.css$",
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
    auth.add_headers(server, app.csp_hashes, is_https=is_https)
    return app


def find_page(path: str) -> tuple[Page, str | None] | None:
    """The page of a path and what it is about."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if not parts:
        return overview.PAGE, None
    for page in PAGES:
        if page.path == f"/{parts[0]}" and len(parts) == 1 + page.takes_subject:
            return page, parts[1] if page.takes_subject else None
    return None


def _open(site: Site, path: str, subject: str | None, search: str) -> Any:
    return open_view(
        site.published,
        site.store,
        account=current_user._get_current_object(),
        path=path,
        subject=subject,
        search=search,
        at=site.clock(),
        scheme=read_scheme(),
        csrf_token=auth.read_token(),
    )


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
        return _render(site, path or "/", search or "")

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
        ClientsideFunction("plimsoll", "arrive"), Output("rail-burger", "opened"), Input("page-title", "data")
    )


def _render(site: Site, path: str, search: str) -> tuple[Any, ...]:
    found = find_page(path)
    if found is None:
        return _render_words("", "Not found", f"There is no page at {path}.")
    page, subject = found
    try:
        with _open(site, f"{page.path}/{subject}" if subject else page.path, subject, search) as view:
            return (
                [*_draw_messages(), page.layout(view)],
                shell.draw_rail(RAIL, here=page.path, view=view),
                shell.draw_switcher(view),
                shell.draw_ranges(view, has_range=page.has_range, has_period=page.has_period),
                shell.draw_account(view.account.name, view.csrf_token),
                shell.draw_footer(view.build),
                f"{say_words(subject) if subject else page.title} · {view.deployment.title}",
                view.deployment_id,
            )
    except NothingPublishedError:
        text = "Deliver logs and run the pipelines once; this page then fills itself."
        return _render_words(page.path, "Nothing published yet", text)
    except PublishedError as error:
        return _render_words(page.path, "The published file cannot be read", str(error))
    except NoGrantError as error:
        return _render_words(page.path, "No access", str(error))
    except RegisterError as error:
        return _render_words(page.path, "The governance store cannot be read", str(error))


def _render_words(here: str, title: str, text: str) -> tuple[Any, ...]:
    words = html.Div([html.H1(title), html.P(text, className="lead")], className="page-heading alone")
    account = shell.draw_account(current_user.name, auth.read_token())
    rail = shell.draw_rail(RAIL, here=here, view=None)
    return words, rail, None, None, account, shell.draw_footer(None), title, None


def _draw_messages() -> list[Component]:
    messages = cast("list[tuple[str, str]]", flask.get_flashed_messages(with_categories=True))
    return [
        html.P(
            message,
            className=f"message message-{category}",
            role="alert" if category == "error" else "status",
        )
        for category, message in messages
    ]


def _add_routes(server: flask.Flask, site: Site) -> None:
    @server.get("/health")
    def health() -> Response:
        return flask.Response("ok\n", mimetype="text/plain")

    @server.get("/download/<path:name>.csv")
    def download(name: str) -> Response:
        path, sheet_name = f"/{name}".rsplit("/", maxsplit=1)
        found = find_page(path)
        if found is None or sheet_name not in found[0].sheets:
            flask.abort(404)
        page, subject = found
        with _opened(site, path, subject) as view:
            if not view.may(Action.EXPORT):
                flask.abort(403, "This account may read this deployment but not take data away.")
            text = write_csv(page.sheets[sheet_name](view))
            file_name = f"{view.deployment_id}_{sheet_name}_generation_{view.build.generation}.csv"
        answer = flask.Response(text, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return answer

    @server.post("/send/<path:name>")
    def send(name: str) -> Response:
        auth.check_form()
        found = find_page(f"/{name}")
        if found is None or found[0].submit is None:
            flask.abort(404)
        page, subject = found
        answer = found[0].submit
        with _opened(site, page.path, subject) as view:
            fields: Mapping[str, str] = flask.request.form.to_dict()
            try:
                flask.flash(answer(view, fields), "done")
            except RegisterError as error:
                flask.flash(str(error), "error")
            return flask.redirect(view.href(None), 303)

    @server.errorhandler(StoreError)
    def explain(error: StoreError) -> Response:
        server.logger.error("%s", error)
        words = "The governance store is not ready. An administrator brings it up with `plimsoll upgrade`.\n"
        return flask.Response(words, status=503, mimetype="text/plain")

    @server.errorhandler(NoGrantError)
    def refuse(error: NoGrantError) -> Response:
        return flask.Response(f"{error}\n", status=403, mimetype="text/plain")

    @server.errorhandler(NothingPublishedError)
    def wait(error: NothingPublishedError) -> Response:
        return flask.Response("Nothing is published yet.\n", status=503, mimetype="text/plain")


def _opened(site: Site, path: str, subject: str | None) -> Any:
    return _open(site, path, subject, flask.request.query_string.decode("utf-8", "replace"))
