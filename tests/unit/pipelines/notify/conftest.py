"""A store with one deployment, a routing with two people, a clock that tests move, a sender that keeps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.notify.routing import Routing
from risk_register.database.store import Store
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice
from risk_register.register.deployments import ensure_deployment
from tests.unit.pipelines.notify.post import START, Clock, Post


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def routing() -> Routing:
    return Routing.model_validate(
        {
            "dashboard": "https://plimsoll.example.org",
            "routes": {"mail_first": {"env": "MAIL_FIRST"}, "mail_second": {"env": "MAIL_SECOND"}},
            "people": {"first": ["mail_first"], "second": ["mail_second"]},
            "rotas": {"clinical": {"order": ["first", "second"], "starts_on": "2026-11-16"}},
            "rules": [{"audience": ["clinical"], "rota": "clinical"}, {"people": ["second"]}],
        }
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notify") / "template.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=START)
    return path


@pytest.fixture
def store_url(template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(template, tmp_path / 'governance.sqlite')}"


@pytest.fixture
def store(store_url: str) -> Store:
    return Store(store_url)


@pytest.fixture
def queue(store: Store, clock: Clock) -> Callable[..., int]:
    def put(key: str = "alarm:one", severity: NoticeSeverity = NoticeSeverity.PAGE, **given: object) -> int:
        with store.write(actor="assess", at=clock()) as write:
            return queue_notice(
                write, key=key, deployment_id="demo", kind=NoticeKind.ALARM, severity=severity,
                reference_id=key, link="/alarms?deployment=demo", **given,
            )  # fmt: skip

    return put
