"""Who is reading: sessions, one-time links, passwords, grants, and the headers every answer carries.

Sessions, accounts and grants live in `risk_register` and are asked on every request, so that ending a session
or taking a grant away works at once. What a page shows is not decided here; which deployments it may show is.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import flask
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from dashboards.guesses import MOST_WRONG, WITHIN, Guesses
from risk_register.account import accounts, sessions
from risk_register.account.sessions import Method
from risk_register.database.store import Store

IDLE_LIMIT = timedelta(minutes=30)  # a desk left alone; long enough to read one page
SESSION_LIMIT = timedelta(hours=12)  # one working day
PUBLIC_ENDPOINTS = frozenset(
    {
        "auth.sign_in",
        "auth.redeem",
        "auth.password",
        "openid.start",
        "openid.come_back",
        "announcing.announce",
        "health",
        "ready",
    }
)
PUBLIC_PREFIXES = ("/assets/",)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD = "csrf_token"  # noqa: S105  the name of a field
PROVIDER_TITLE = "PLIMSOLL_PROVIDER"  # the setting that names the identity provider, if there is one
PROVIDER_ISSUER = "PLIMSOLL_ISSUER"  # the setting with its address
SIGN_IN_FAILED = "That did not work. A link opens the door once and only for a while; ask for a new one."
NOT_KNOWN = (
    "Name or password is not right, or the account rests after too many attempts, or signs in through the "
    "identity provider."
)
TOO_MANY = (
    f"{MOST_WRONG} passwords from this address were wrong. It waits for {WITHIN // timedelta(minutes=1)} "
    "minutes; a link works meanwhile."
)


@dataclass(frozen=True)
class Account(UserMixin):
    """The account of a session with its grants as they are now."""

    name: str
    grants: frozenset[accounts.Grant]
    session_id: str = ""

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.session_id

    @property
    def deployment_ids(self) -> frozenset[str]:
        """Deployments on which the account has any role."""
        return frozenset(accounts.deployments_of(self.grants))

    def may(self, action: accounts.Action, deployment_id: str) -> bool:
        """Whether a role of the account on this deployment allows the action."""
        return accounts.may(self.grants, action, deployment_id)


def read_token() -> str:
    """The session's token that every form of ours must send back."""
    if TOKEN_FIELD not in flask.session:
        flask.session[TOKEN_FIELD] = secrets.token_urlsafe(32)
    return str(flask.session[TOKEN_FIELD])


def check_form() -> None:
    """Refuse a form that did not come from a page of this session."""
    sent = flask.request.form.get(TOKEN_FIELD, "")
    expected = flask.session.get(TOKEN_FIELD, "")
    if not expected or not hmac.compare_digest(sent.encode(), str(expected).encode()):
        flask.abort(
            403, "The form is too old or came from elsewhere. Open the page again and send it from there."
        )


def read_root() -> str:
    """The path before every page, as browsers see it; empty where the dashboard has a host of its own."""
    return flask.request.script_root


def safe_next(target: str | None, root: str = "") -> str:
    """A path on this site, as browsers see it, to go to after signing in; else that of the first page."""
    first = f"{root}/"
    if not target or not target.startswith(first) or "\\" in target or any(ord(char) < 32 for char in target):
        return first
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and not target.startswith("//") else first


def guard(server: flask.Flask, store: Store, clock: Callable[[], datetime], guesses: Guesses) -> None:
    """Put the door in front of every route of the server: sessions, time limits, origin of writes."""
    login = LoginManager()
    login.session_protection = "strong"
    login.init_app(server)

    @login.user_loader
    def load(session_id: str) -> Account | None:
        found = sessions.find_session(store, session_id)
        return None if found is None else Account(found.name, found.grants, session_id)

    @server.before_request
    def check_request() -> Response | None:
        if flask.request.method not in SAFE_METHODS and not is_same_origin(flask.request):
            flask.abort(403, "This request came from another site.")
        if flask.request.endpoint in PUBLIC_ENDPOINTS or flask.request.path.startswith(PUBLIC_PREFIXES):
            return None
        if current_user.is_authenticated and not is_over(clock()):
            flask.session["seen_at"] = clock().isoformat()
            return None
        logout_user()
        flask.session.clear()
        if flask.request.path.startswith("/_") or flask.request.method not in SAFE_METHODS:
            flask.abort(401, "You are signed out. Sign in again.")
        here = f"{read_root()}{flask.request.full_path.rstrip('?')}"
        return flask.redirect(f"{read_root()}/sign-in?{urlencode({'next': here})}", 303)

    server.register_blueprint(_make_blueprint(store, clock, guesses))


def is_over(now: datetime) -> bool:
    """Whether the session has been idle or open for too long."""
    seen, opened = flask.session.get("seen_at"), flask.session.get("opened_at")
    if seen is None or opened is None:
        return True
    return (
        now - datetime.fromisoformat(seen) > IDLE_LIMIT
        or now - datetime.fromisoformat(opened) > SESSION_LIMIT
    )


def _say_limits() -> str:
    """Why somebody who was inside stands at the door."""
    idle, whole = IDLE_LIMIT // timedelta(minutes=1), SESSION_LIMIT // timedelta(hours=1)
    return f"A session ends after {idle} minutes without use and after {whole} hours. Sign in to go on."


def show_door(message: str | None = None, code: int = 200) -> tuple[str, int]:
    """The page on which people sign in, with what went wrong."""
    page = flask.render_template(
        "sign_in.html",
        link=flask.request.values.get("token", "") if message is None else "",
        next=safe_next(flask.request.values.get("next"), read_root()),
        csrf_token=read_token(),
        root=read_root(),
        provider=flask.current_app.config.get(PROVIDER_TITLE),
        message=message,
        limits=_say_limits() if flask.request.values.get("next") else None,
    )
    return page, code


def is_same_origin(request: flask.Request) -> bool:
    """Whether the browser says that a write came from a page of this site; callers without one may pass."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def open_session(name: str, method: Method, store: Store, now: datetime) -> None:
    """A new session in this browser; nothing of an earlier one is taken over."""
    flask.session.clear()
    session_id = sessions.open_session(store, name=name, method=method, at=now)
    login_user(Account(name, accounts.grants(store, name), session_id))
    flask.session["opened_at"] = flask.session["seen_at"] = now.isoformat()


def _make_blueprint(store: Store, clock: Callable[[], datetime], guesses: Guesses) -> flask.Blueprint:
    blueprint = flask.Blueprint("auth", __name__)

    @blueprint.get("/sign-in")
    def sign_in() -> tuple[str, int]:
        return show_door()

    @blueprint.post("/sign-in/link")
    def redeem() -> Response | tuple[str, int]:
        check_form()
        name = accounts.redeem_link(store, token=flask.request.form.get("token", ""), at=clock())
        if name is None:
            return show_door(SIGN_IN_FAILED, 403)
        open_session(name, Method.LINK, store, clock())
        return flask.redirect(safe_next(flask.request.form.get("next"), read_root()), 303)

    @blueprint.post("/sign-in/password")
    def password() -> Response | tuple[str, int]:
        check_form()
        name = flask.request.form.get("name", "")
        given = flask.request.form.get("password", "")
        if not guesses.admit(flask.request.remote_addr, clock()):
            return show_door(TOO_MANY, 429)
        issuer = flask.current_app.config.get(PROVIDER_ISSUER)
        is_right = accounts.verify_password(store, name=name, password=given, at=clock(), issuer=issuer)
        if not is_right:
            return show_door(NOT_KNOWN, 403)
        guesses.forgive(flask.request.remote_addr)
        open_session(name, Method.PASSWORD, store, clock())
        return flask.redirect(safe_next(flask.request.form.get("next"), read_root()), 303)

    @blueprint.post("/sign-out")
    def sign_out() -> Response:
        check_form()
        sessions.end_session(store, current_user.get_id(), at=clock())
        logout_user()
        flask.session.clear()
        return flask.redirect(f"{read_root()}/sign-in", 303)

    return blueprint


def add_headers(server: flask.Flask, script_hashes: Callable[[], Sequence[str]], *, is_https: bool) -> None:
    """Headers of every answer: only our own scripts run, nothing frames us, nothing is kept by caches."""
    policy: list[str] = []

    @server.after_request
    def set_headers(response: flask.Response) -> flask.Response:
        if not policy:
            policy.append(content_policy(script_hashes()))
        response.headers["Content-Security-Policy"] = policy[0]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if not flask.request.path.startswith(("/assets/", "/_dash-component-suites/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def content_policy(script_hashes: Sequence[str]) -> str:
    """The Content-Security-Policy; styles may be inline, as Mantine, AG Grid and Plotly write theirs."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )


def utc_now() -> datetime:
    """The clock of a running server; tests bring their own."""
    return datetime.now(UTC)
