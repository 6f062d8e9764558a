"""What a reader finds before the first run: the deployments of the register, and nothing of any data.

Pages that rest on decisions alone are drawn with it, so that people can decide before the data come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from dashboards.published import Reader
from dashboards.records import Build, Deployment
from risk_register.database.store import Store
from risk_register.register.deployments import list_deployments

Row = TypeVar("Row")
NO_BUILD = Build(
    generation=0,
    built_at=datetime.min.replace(tzinfo=UTC),
    code_version="",
    taxonomy_version="",
    home_kind="",
    worst_delay_minutes=0,
)
ZONE = "UTC"
"""The register does not know where a deployment is; forms say by which zone they read a moment."""


class UnpublishedReader(Reader):
    """Every question about data has no row for an answer, which pages show as unknown."""

    def __init__(self, store: Store) -> None:
        self._deployments = tuple(
            Deployment(one.deployment_id, one.title, ZONE, None, None, None, 0, 0)
            for one in list_deployments(store)
        )

    def _rows(
        self, kind: type[Row], query: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[Row, ...]:
        return ()

    def build(self) -> Build:
        """None: generation 0."""
        return NO_BUILD

    def deployments(self) -> tuple[Deployment, ...]:
        """Those that the register knows."""
        return self._deployments
