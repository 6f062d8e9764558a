"""Signing in through the operator's identity provider: OpenID Connect, code flow with PKCE, state and nonce.

The provider is asked over HTTP by Authlib. Which account somebody gets and what their groups mean is
`risk_register.account.identities`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import flask
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from dashboards.auth import PROVIDER_ISSUER, PROVIDER_TITLE, open_session, read_root, safe_next, show_door
from dashboards.refusal import say_refusal
from risk_register.account.identities import Provider, admit
from risk_register.account.sessions import Method
from risk_register.database.store import Store
from risk_register.errors import RegisterError

ANSWER_SECONDS = 10  # a provider that takes longer is not there
CLIENT = "provider"
WAY_BACK = "/sign-in/openid/callback"
NOT_THERE = "The identity provider did not answer. Try again, or use a one-time link."
REFUSED = "The identity provider's answer does not belong to this browser, or is not valid. Sign in again."


def add_provider(
    server: flask.Flask, provider: Provider, store: Store, clock: Callable[[], datetime]
) -> None:
    """Two routes: to the provider, and back from it into a new session."""
    server.config[PROVIDER_TITLE], server.config[PROVIDER_ISSUER] = provider.title, provider.issuer
    client = OAuth(server).register(
        CLIENT,
        client_id=provider.client_id,
        client_secret=provider.client_secret_file.read_text(encoding="utf-8").strip(),
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": " ".join(provider.scopes),
            "code_challenge_method": "S256",
            "default_timeout": ANSWER_SECONDS,
        },
    )
    blueprint = flask.Blueprint("openid", __name__)

    @blueprint.get("/sign-in/openid")
    def start() -> Response | tuple[str, int]:
        _drop_unfinished()
        flask.session["next"] = safe_next(flask.request.args.get("next"), read_root())
        try:
            answer: Response = client.authorize_redirect(_find_way_back(provider))
        except (requests.RequestException, OAuthError, ValueError) as error:
            server.logger.error("The identity provider %s: %s", provider.issuer, type(error).__name__)
            return show_door(NOT_THERE, 502)
        return answer

    @blueprint.get(WAY_BACK)
    def come_back() -> Response | tuple[str, int]:
        try:
            name = admit(store, provider, claims=_read_claims(client, provider), at=clock())
        except (OAuthError, JoseError) as error:
            server.logger.warning("The identity provider %s: %s", provider.issuer, type(error).__name__)
            return show_door(REFUSED, 403)
        except requests.RequestException:
            return show_door(NOT_THERE, 502)
        except RegisterError as error:
            return show_door(say_refusal(error), 403)
        target = safe_next(flask.session.get("next"), read_root())
        open_session(name, Method.IDENTITY, store, clock())
        return flask.redirect(target, 303)

    server.register_blueprint(blueprint)


def _drop_unfinished() -> None:
    """Forget ways to the provider that nobody came back from; the newest alone counts.

    Each takes 750 bytes of the cookie, and browsers take no cookie over 4,096: after six none could sign in.
    """
    for key in [key for key in flask.session if key.startswith(f"_state_{CLIENT}_")]:
        del flask.session[key]


def _read_claims(client: Any, provider: Provider) -> dict[str, Any]:
    """What the provider says, signed; the rest it says of the same subject when asked with the token."""
    if "code" not in flask.request.args and "error" not in flask.request.args:
        raise OAuthError("missing_code")
    expected = {"iss": {"essential": True, "values": [provider.issuer]}}
    token = client.authorize_access_token(claims_options=expected, allow_redirects=False)
    signed = token.get("userinfo")
    if not signed:
        raise OAuthError("missing_id_token")
    claims = dict(signed)
    if client.load_server_metadata().get("userinfo_endpoint"):
        more = _ask_for_more(client, token)
        if more.get("sub") != claims["sub"]:
            raise OAuthError("another_subject")
        claims = {**more, **claims}
    return claims


def _ask_for_more(client: Any, token: Any) -> dict[str, Any]:
    try:
        return dict(client.userinfo(token=token))
    except requests.RequestException:
        raise
    except (TypeError, ValueError):  # JSON, and no object
        raise OAuthError("userinfo_is_no_object") from None


def _find_way_back(provider: Provider) -> str:
    return f"{(provider.address or flask.request.root_url).rstrip('/')}{WAY_BACK}"
