"""What tests of several stages need."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance of Dagster for one test; without one of its own a test meets what another left behind."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
