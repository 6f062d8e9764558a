"""The dashboard over an invented published file and a governance store, driven without a browser."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashboards.app import create_app
from risk_register.account import accounts
from risk_register.database.store import Store

COOKIE = "plimsoll_session"
SECRET = b"a secret of the tests, long enough to sign"


def load_module(name: str) -> ModuleType:
    """A module that lies beside this file; tests are no package, so it is loaded by its path."""
    import importlib.util
    import sys

    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Clock:
    """A clock that tests set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Visitor:
    """Somebody with a browser's cookies and none of its scripts."""

    def __init__(self, client: FlaskClient, store: Store, clock: Clock) -> None:
        self.client = client
        self.store = store
        self.clock = clock

    def token(self, path: str = "/sign-in") -> str:
        """The form token of this session."""
        text = self.client.get(path).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        if found is not None:
            return found[1]
        return json.dumps(self.show("/overview")).split('"csrf_token", "value": "')[1].split('"')[0]

    def sign_in(self, name: str) -> "Visitor":
        """Redeem a fresh link."""
        link = accounts.issue_link(self.store, name=name, at=self.clock(), valid_for=timedelta(hours=1))
        form = {"csrf_token": self.token(), "token": link, "next": "/"}
        assert self.client.post("/sign-in/link", data=form).status_code == 303
        return self

    def come_back(self, cookie: str) -> "Visitor":
        """Go on with a session that was opened before."""
        self.client.set_cookie(COOKIE, cookie)
        return self

    def callback(self, output: str, outputs: list[dict[str, str]], values: dict[str, Any]) -> Any:
        """Call a callback as the browser would."""
        inputs = [
            {"id": key.rpartition(".")[0], "property": key.rpartition(".")[2], "value": value}
            for key, value in values.items()
        ]
        body = {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": list(values)}
        return self.client.post("/_dash-update-component", json=body)

    def show(self, path: str, search: str = "") -> dict[str, Any]:
        """What the page's callback answers."""
        names = ["page.children", "rail.children", "switcher.children", "ranges.children", "account.children",
                 "footer.children", "page-title.data", "shown-deployment.data"]  # fmt: skip
        outputs = [{"id": name.split(".")[0], "property": name.split(".")[1]} for name in names]
        answer = self.callback(
            f"..{'...'.join(names)}..", outputs, {"url.pathname": path, "url.search": search}
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        response: dict[str, Any] = answer.get_json()["response"]
        return response

    def send(self, path: str, search: str, *, takes_json: bool = False, **fields: str) -> Any:
        """Send a form of a page, as the browser's script does or as a bare browser would."""
        headers = {"Accept": "application/json"} if takes_json else {}
        form = {"csrf_token": self.token(), **fields}
        return self.client.post(f"/send{path}{search}", data=form, headers=headers)

    def refusal(self, path: str, search: str, **fields: str) -> str:
        """Why a form was refused; fails if it was not."""
        answer = self.send(path, search, takes_json=True, **fields)
        assert answer.status_code == 422, answer.get_data(as_text=True)
        return str(answer.get_json()["refusal"])

    def read(self, path: str, search: str = "") -> str:
        """The words of a page."""
        return self.words_of(self.show(path, search))

    def words_of(self, answer: dict[str, Any]) -> str:
        """The words of a page that was shown."""
        return " ".join(find_words(answer["page"]["children"]))


@dataclass(frozen=True)
class SignedIn:
    """A home in which people have signed in, and what their browsers keep, by name."""

    home: Path
    cookies: dict[str, str]


def open_store_of(home: Path) -> Store:
    """The governance store of a home."""
    return Store(f"sqlite:///{home / 'governance.sqlite'}")


def make_app(home: Path, clock: Clock, report_factory: ModuleType) -> Dash:
    """The application over a home."""
    return create_app(
        published=home / "published",
        governance_url=f"sqlite:///{home / 'governance.sqlite'}",
        secret=SECRET,
        reports=home / "reports",
        lake=home / "lake",
        way_to_on_call=(home / "definitions" / "notify.yaml").is_file,
        evidence=home / "governance" / "evidence",
        draw_edition=report_factory.draw_edition(home / "reports"),
        clock=clock,
    )


def sign_in_all(home: Path, names: list[str], clock: Clock, report_factory: ModuleType) -> SignedIn:
    """Sign in everyone through the door."""
    app, store, cookies = make_app(home, clock, report_factory), open_store_of(home), {}
    for name in names:
        kept = Visitor(app.server.test_client(), store, clock).sign_in(name).client.get_cookie(COOKIE)
        assert kept is not None
        cookies[name] = kept.value
    return SignedIn(home, cookies)


def find_words(node: Any) -> list[str]:
    """Every text of a component tree as the browser would get it."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, (int, float)):
        return [str(node)]
    if isinstance(node, list):
        return [word for part in node for word in find_words(part)]
    if isinstance(node, dict):
        properties = node.get("props", {})
        return (
            find_words(properties.get("children"))
            + find_words(properties.get("rowData"))
            + [str(value) for key, value in node.items() if key not in {"props", "type", "namespace"}]
        )
    return []


@pytest.fixture(scope="session")
def published_factory() -> ModuleType:
    """Builds published files."""
    return load_module("published_factory")


@pytest.fixture(scope="session")
def governance_factory() -> ModuleType:
    """Builds governance stores."""
    return load_module("governance_factory")


@pytest.fixture(scope="session")
def report_factory() -> ModuleType:
    """Builds reports as they lie on disk."""
    return load_module("report_factory")


@pytest.fixture(scope="session")
def review_factory() -> ModuleType:
    """Builds a week of reviews."""
    return load_module("review_factory")


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory, published_factory, governance_factory) -> Path:
    """A home that tests only read."""
    home = tmp_path_factory.mktemp("home")
    published_factory.publish(home / "published")
    governance_factory.govern(home)
    return home


@pytest.fixture(scope="session")
def officers_home(tmp_path_factory, shared_home, governance_factory, report_factory) -> SignedIn:
    """The same after the safety officer has signed in."""
    home = Path(shutil.copytree(shared_home, tmp_path_factory.mktemp("officer") / "home"))
    return sign_in_all(home, ["safety_officer"], Clock(governance_factory.NOW), report_factory)


@pytest.fixture(scope="session")
def everyones_home(tmp_path_factory, shared_home, governance_factory, report_factory) -> SignedIn:
    """The same after an account of each role was made, `the_<role>`, and has signed in."""
    home = Path(shutil.copytree(shared_home, tmp_path_factory.mktemp("everyone") / "home"))
    store, clock = open_store_of(home), Clock(governance_factory.NOW)
    who = {"actor": "command_line", "at": clock()}
    for role in accounts.Role:
        accounts.create_account(store, name=f"the_{role}", **who)
        accounts.grant(store, name=f"the_{role}", role=role, deployment_id="harbor_companion", **who)
    return sign_in_all(home, [f"the_{role}" for role in accounts.Role], clock, report_factory)


@pytest.fixture
def home(request, tmp_path, shared_home) -> Path:
    """A home of one test's own; whom the test asks for has signed in there already."""
    source = shared_home
    for name, ready in (("officer", "officers_home"), ("everyone", "everyones_home")):
        if name in request.fixturenames:
            source = request.getfixturevalue(ready).home
    return Path(shutil.copytree(source, tmp_path / "home"))


@pytest.fixture
def clock(governance_factory) -> Clock:
    """Stands at the morning after the last build."""
    return Clock(governance_factory.NOW)


@pytest.fixture
def store(home) -> Store:
    """The governance store of the home."""
    return open_store_of(home)


@pytest.fixture
def app(home, clock, report_factory):
    """The application over the home."""
    return make_app(home, clock, report_factory)


@pytest.fixture
def visit(app, store, clock) -> Callable[[], Visitor]:
    """A new visitor, not signed in."""
    return lambda: Visitor(app.server.test_client(), store, clock)


@pytest.fixture
def officer(visit, officers_home) -> Visitor:
    """A safety officer of both deployments, signed in."""
    return visit().come_back(officers_home.cookies["safety_officer"])


@pytest.fixture
def everyone(visit, everyones_home) -> dict[accounts.Role, Visitor]:
    """Somebody of each role in the first deployment, signed in."""
    return {role: visit().come_back(everyones_home.cookies[f"the_{role}"]) for role in accounts.Role}
