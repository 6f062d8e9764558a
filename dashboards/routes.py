"""What the server answers beside the pages themselves: downloads, files, forms, other names of pages.

Whatever leaves as a file leaves a trace in the audit first. How a page is drawn is `app`'s business.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import flask
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboards import auth
from dashboards.access import NoGrantError, NotNamedError, open_view
from dashboards.last_seen import read_last_seen
from dashboards.pages.directory import ALIASES, find_page
from dashboards.pages.page import Attachment, Page
from dashboards.published import NothingPublishedError, Published
from dashboards.reach import HEALTH, READY
from dashboards.refusal import say_refusal, say_refused_form
from dashboards.sheet import write_csv
from dashboards.store_answer import Answer, StoreAnswer
from dashboards.theme import Scheme
from dashboards.view import Upload, View
from risk_register.account.accounts import Action
from risk_register.database.audit import record_access
from risk_register.database.store import Store
from risk_register.errors import (
    NotAllowedError,
    RegisterError,
    StoreError,
    StoreVersionError,
    UnknownRecordError,
)
from risk_register.incident.locations import Locate
from risk_register.report.editions import Draw

SCHEME_COOKIE = "plimsoll_scheme"
JSON = "application/json"
HTML = "text/html"
RETRY_SECONDS = 30
NO_ANSWER = (
    "The database in which decisions are kept does not answer just now. If you have just sent something, see "
    "whether it is there before you send it again. If it stays so, tell whoever runs this dashboard."
)
OTHER_VERSION = (
    "The database in which decisions are kept is of another version than this dashboard. Whoever runs it "
    "brings it up with `plimsoll upgrade`."
)
NO_EXPORT = "This account may read this deployment but not take data away."


@dataclass(frozen=True)
class Site:
    """What the routes of one process share."""

    published: Published
    store: Store
    clock: Callable[[], datetime]
    reports: Path | None
    lake: Path | None
    locate: Locate | None
    draw_edition: Draw | None
    way_to_on_call: Callable[[], bool] | None
    evidence: Path | None


def read_scheme() -> Scheme:
    """The reader's scheme, kept in a cookie because it is a taste and not a view."""
    value = flask.request.cookies.get(SCHEME_COOKIE)
    return Scheme(value) if value in set(Scheme) else Scheme.LIGHT


def open_page(
    site: Site, page: Page, subject: str | None, search: str, *, may_choose: bool = False
) -> AbstractContextManager[View]:
    """The view of a page for the account that asks."""
    account = current_user._get_current_object()
    return open_view(
        *(site.published, site.store),
        account=account,
        path=f"{page.path}/{subject}" if subject else page.path,
        subject=subject,
        search=search,
        at=site.clock(),
        scheme=read_scheme(),
        csrf_token=auth.read_token(),
        reports=site.reports,
        lake=site.lake,
        locate=site.locate,
        draw_edition=site.draw_edition,
        way_to_on_call=site.way_to_on_call,
        evidence=site.evidence,
        last_seen=read_last_seen(account.name) if may_choose else None,
        may_choose=may_choose,
        needs_run=page.needs_run,
        root=auth.read_root(),
        site=flask.request.root_url.rstrip("/"),
    )


def add_routes(server: flask.Flask, site: Site) -> None:
    """Everything that is not a page."""
    _add_downloads(server, site)
    _add_forms(server, site)
    _add_questions(server, site)
    _add_errors(server)
    _add_watching(server, site)

    for alias, path in ALIASES.items():
        server.add_url_rule(alias, f"alias{alias}", _redirect_to(path))


def _add_watching(server: flask.Flask, site: Site) -> None:
    store_answer = StoreAnswer(site.store.check_writable, server.logger)

    @server.get(HEALTH)
    def health() -> Response:
        """Whether this process answers: whoever restarts it for a database that is away helps nobody."""
        return flask.Response("ok\n", mimetype="text/plain")

    @server.get(READY)
    def ready() -> Response:
        """Whether it can do its work."""
        answer = store_answer.get()
        told = flask.Response(f"{answer}\n", mimetype="text/plain")
        if answer is not Answer.READY:
            told.status_code = 503
            told.headers["Retry-After"] = str(RETRY_SECONDS)
        return told


def _redirect_to(path: str) -> Callable[[], Response]:
    def answer() -> Response:
        search = flask.request.query_string.decode("utf-8", "replace")
        there = f"{auth.read_root()}{path}"
        return flask.redirect(f"{there}?{search}" if search else there, 302)

    return answer


def _add_downloads(server: flask.Flask, site: Site) -> None:
    @server.get("/download/<path:name>.csv")
    def download(name: str) -> Response:
        path, sheet_name = f"/{name}".rsplit("/", maxsplit=1)
        found = find_page(path)
        if found is None or sheet_name not in found[0].sheets:
            flask.abort(404)
        page, subject = found
        with _asked(site, page, subject) as view:
            _check_export(view)
            content = write_csv(page.sheets[sheet_name](view)).encode()
            file_name = f"{view.deployment_id}_{sheet_name}_generation_{view.build.generation}.csv"
            return _hand_out(view, Attachment(file_name, "text/csv", content))

    @server.get("/file/<word>/<path:name>")
    def file(word: str, name: str) -> Response:
        found = find_page(f"/{word}")
        if found is None or found[0].attach is None:
            flask.abort(404)
        with _asked(site, found[0], None) as view:
            _check_export(view)
            try:
                attachment = found[0].attach(view, name)
            except UnknownRecordError:
                flask.abort(404)
            except RegisterError as error:
                return flask.Response(f"{say_refusal(error)}\n", status=409, mimetype="text/plain")
            return _hand_out(view, attachment)


def _check_export(view: View) -> None:
    if not view.may(Action.EXPORT):
        flask.abort(403, NO_EXPORT)


def _hand_out(view: View, attachment: Attachment) -> Response:
    """Send a file; the trace comes first, so that nothing leaves that the audit does not know."""
    record_access(
        view.store,
        action="exported",
        subject=attachment.file_name,
        deployment_id=view.deployment_id,
        reason=f"Download from {view.path}.",
        actor=view.account.name,
        at=view.at,
    )
    return flask.send_file(
        io.BytesIO(attachment.content),
        mimetype=attachment.media_type,
        as_attachment=True,
        download_name=attachment.file_name,  # whatever its letters, the header is ASCII
    )


def _add_forms(server: flask.Flask, site: Site) -> None:
    @server.post("/send/<path:name>")
    def send(name: str) -> Response:
        """Answer a form; a caller that takes JSON gets a refusal in words and keeps what was typed."""
        auth.check_form()
        found = find_page(f"/{name}")
        if found is None or found[0].submit is None:
            flask.abort(404)
        page, subject = found
        takes_json = flask.request.accept_mimetypes.best == JSON
        with _asked(site, page, subject) as view:
            fields: Mapping[str, str] = flask.request.form.to_dict()
            flask.session.pop("_flashes", None)  # a caller that opens no page would fill its cookie
            try:
                flask.flash(found[0].submit(_add_upload(view), fields), "done")
            except RegisterError as error:
                if takes_json:
                    return flask.make_response(flask.jsonify(refusal=say_refused_form(error)), 422)
                flask.flash(say_refusal(error), "error")
            if takes_json:
                return flask.jsonify(href=view.href(None))
            return flask.redirect(view.href(None), 303)


def _add_questions(server: flask.Flask, site: Site) -> None:
    @server.post("/ask/<path:name>")
    def ask(name: str) -> Response:
        """Answer a script of a page in JSON; a refusal is said in words."""
        auth.check_form()
        found = find_page(f"/{name}")
        reply = found[0].answer if found else None
        if found is None or reply is None:
            flask.abort(404)
        with _asked(site, *found) as view:
            try:
                return flask.jsonify(dict(reply(view, flask.request.form.to_dict())))
            except RegisterError as error:
                return flask.make_response(flask.jsonify(refusal=say_refusal(error)), 422)


def _add_upload(view: View) -> View:
    """The view with the file that came with the form, if one did."""
    sent = flask.request.files.get("file")
    if sent is None or not sent.filename:
        return view
    return dataclasses.replace(view, upload=Upload(sent.filename, sent.read()))


def _add_errors(server: flask.Flask) -> None:
    @server.errorhandler(StoreError)
    def explain(error: StoreError) -> Response:
        server.logger.error("%s", error)
        return _close(say_closed(error))

    @server.errorhandler(NotAllowedError)
    def forbid(error: NotAllowedError) -> Response:
        return flask.Response(f"{error}\n", status=403, mimetype="text/plain")

    @server.errorhandler(NoGrantError)
    def refuse(error: NoGrantError) -> Response:
        return flask.Response(f"{error}\n", status=403, mimetype="text/plain")

    @server.errorhandler(NotNamedError)
    def ask_for_name(error: NotNamedError) -> Response:
        return flask.Response(f"{error}\n", status=400, mimetype="text/plain")

    @server.errorhandler(NothingPublishedError)
    def wait(error: NothingPublishedError) -> Response:
        return flask.Response("Nothing is published yet.\n", status=503, mimetype="text/plain")


def say_closed(error: RegisterError) -> str:
    """What a reader is told; of a store that cannot be used, where it lies is for the log."""
    if isinstance(error, StoreVersionError):
        return OTHER_VERSION
    return NO_ANSWER if isinstance(error, StoreError) else str(error)


def _close(words: str) -> Response:
    """The words in the form that who asks can show: a page, JSON for CI, else plain text."""
    if flask.request.path.startswith("/api/"):
        answer = flask.jsonify(refusal=words)
    elif HTML in flask.request.headers.get("Accept", "") and not flask.request.path.startswith("/_"):
        is_page = flask.request.method in auth.SAFE_METHODS
        again = f"{auth.read_root()}{flask.request.full_path.rstrip('?') if is_page else '/'}"
        # Not by Flask, which would ask who is signed in, and so the store.
        template = flask.current_app.jinja_env.get_template("closed.html")
        page = template.render(words=words, root=auth.read_root(), again=again)
        answer = flask.Response(page, mimetype=HTML)
    else:
        answer = flask.Response(f"{words}\n", mimetype="text/plain")
    answer.status_code = 503
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _asked(site: Site, page: Page, subject: str | None) -> AbstractContextManager[View]:
    return open_page(site, page, subject, flask.request.query_string.decode("utf-8", "replace"))
