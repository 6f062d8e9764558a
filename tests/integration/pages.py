"""Every page of the dashboard of a home as somebody with all roles would get it, without a browser."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from dashboards.app import create_app
from dashboards.pages.directory import PAGES
from pipelines.settings import Home
from risk_register.account import accounts
from risk_register.account.permissions import Role
from risk_register.database.store import open_store
from risk_register.register.deployments import ensure_deployment

READER = "reader"
OUTPUTS = (
    "page.children", "rail.children", "switcher.children", "ranges.children", "account.children",
    "footer.children", "page-title.data", "shown-deployment.data",
)  # fmt: skip


def read_pages(home: Home, *, deployment: str, indicator: str) -> dict[str, str]:
    """What the browser is sent for each page, by path; a page of one indicator is of this one."""
    client = _sign_in(home, deployment)
    paths = [f"{page.path}/{indicator}" if page.takes_subject else page.path for page in PAGES]
    search = f"?deployment={deployment}&range=all"
    return {"/": client.get("/").get_data(as_text=True)} | {
        path: _show(client, path, search) for path in paths
    }


def _sign_in(home: Home, deployment: str) -> FlaskClient:
    store, now = open_store(home.governance_url), datetime.now(UTC)
    accounts.create_account(store, name=READER, actor="tests", at=now)
    ensure_deployment(store, deployment_id=deployment, title=deployment, actor="tests", at=now)
    for role in Role:
        accounts.grant(store, name=READER, role=role, deployment_id=deployment, actor="tests", at=now)
    link = accounts.issue_link(store, name=READER, at=now, valid_for=timedelta(hours=1))
    app = create_app(
        published=home.published,
        governance_url=home.governance_url,
        secret=b"a secret of the tests, long enough to sign",
        reports=home.reports,
        lake=home.lake,
    )
    client = app.server.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))
    assert found is not None
    form = {"csrf_token": found[1], "token": link, "next": "/"}
    assert client.post("/sign-in/link", data=form).status_code == 303
    return client


def _show(client: FlaskClient, path: str, search: str) -> str:
    given = {"pathname": path, "search": search}
    body = {
        "output": f"..{'...'.join(OUTPUTS)}..",
        "outputs": [{"id": one.split(".")[0], "property": one.split(".")[1]} for one in OUTPUTS],
        "inputs": [{"id": "url", "property": name, "value": value} for name, value in given.items()],
        "changedPropIds": [f"url.{name}" for name in given],
    }
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.dumps(answer.get_json(), ensure_ascii=False)
