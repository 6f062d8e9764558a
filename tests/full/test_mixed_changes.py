"""Ten processes that make 1,000 changes each at once lose nothing, on either database."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EACH = 1_000


@pytest.fixture(scope="module")
def mixed_changes() -> ModuleType:
    path = Path(__file__).with_name("mixed_changes.py")
    spec = importlib.util.spec_from_file_location("mixed_changes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mixed_changes"] = module
    spec.loader.exec_module(module)
    return module


def check(found: dict[str, Any]) -> None:
    print(found)
    assert sum(found["done"].values()) == 10 * EACH
    assert found["adds_up"] == {"entries": True, "rows": True, "versions": True, "chain": True}


@pytest.mark.full
@pytest.mark.long
@pytest.mark.timeout(1800)  # minutes, and more where others work
def test_ten_processes_on_sqlite(mixed_changes, tmp_path):
    check(mixed_changes.run(f"sqlite:///{tmp_path / 'governance.sqlite'}", processes=10, count=EACH))


@pytest.mark.full
@pytest.mark.long
@pytest.mark.timeout(1800)  # minutes, and more where others work
def test_ten_processes_on_postgresql(mixed_changes, postgres_url):
    check(mixed_changes.run(postgres_url, processes=10, count=EACH))
