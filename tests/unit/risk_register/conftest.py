"""A governance store for each test, copied from one that was set up once; and a moment to act at."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from risk_register.database.store import Store
from risk_register.register.register import ensure_deployment


@pytest.fixture(scope="session")
def at() -> dt.datetime:
    return dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("governance") / "template.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    moment = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=moment)
    return path


@pytest.fixture
def store_path(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "governance.sqlite"))


@pytest.fixture
def store(store_path: Path) -> Store:
    """A store that knows the deployment `demo`."""
    return Store(f"sqlite:///{store_path}")
