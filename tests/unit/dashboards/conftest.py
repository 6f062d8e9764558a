"""The dashboard over an invented published file and a governance store, driven without a browser."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboards.app import create_app
from risk_register import accounts
from risk_register.store import Store

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


@pytest.fixture
def home(tmp_path, shared_home) -> Path:
    """A home of one test's own."""
    import shutil

    shutil.copytree(shared_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def clock(governance_factory) -> Clock:
    """Stands at the morning after the last build."""
    return Clock(governance_factory.NOW)


@pytest.fixture
def store(home) -> Store:
    """The governance store of the home."""
    return Store(f"sqlite:///{home / 'governance.sqlite'}")


@pytest.fixture
def app(home, clock, report_factory):
    """The application over the home."""
    return create_app(
        published=home / "published",
        governance_url=f"sqlite:///{home / 'governance.sqlite'}",
        secret=SECRET,
        reports=home / "reports",
        lake=home / "lake",
        evidence=home / "governance" / "evidence",
        draw_edition=report_factory.draw_edition(home / "reports"),
        clock=clock,
    )


@pytest.fixture
def visit(app, store, clock) -> Callable[[], Visitor]:
    """A new visitor, not signed in."""
    return lambda: Visitor(app.server.test_client(), store, clock)


@pytest.fixture
def officer(visit) -> Visitor:
    """A safety officer of both deployments, signed in."""
    return visit().sign_in("safety_officer")
