"""What the tests of detectors share."""

from collections.abc import Iterator

import pytest

from tests.unit.pipelines.detect.model_server import ModelServer, serve_model


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A server on a free port of this machine."""
    with serve_model() as server:
        yield server
