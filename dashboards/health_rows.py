"""What a request reads of the health of the data; the connection and the queries are those of `published`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from dashboards.health_records import (
    DataAlert,
    DataDay,
    FieldCompleteness,
    QualityCount,
    Restatement,
    RuleResult,
)

Row = TypeVar("Row")


class HealthRows(ABC):
    """The part of a reader that Data health and the marks of days ask."""

    @abstractmethod
    def _rows(
        self, kind: type[Row], query: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[Row, ...]:
        """The rows of a query of dashboards/queries, each as `kind`."""

    def quality(self, deployment_id: str, since: date) -> tuple[QualityCount, ...]:
        """Rejected, late, held and unscored rows by day, oldest first."""
        return self._rows(QualityCount, "data_quality", {"deployment_id": deployment_id, "since": since})

    def data_days(self, deployment_id: str, since: date) -> tuple[DataDay, ...]:
        """Every reporting day and the state of its data, oldest first."""
        return self._rows(DataDay, "data_day", {"deployment_id": deployment_id, "since": since})

    def data_alerts(self, deployment_id: str, since: date) -> tuple[DataAlert, ...]:
        """What the owner of the data should look at: open ones first, then the newest."""
        return self._rows(DataAlert, "data_alert", {"deployment_id": deployment_id, "since": since})

    def rules(self, deployment_id: str, since: date) -> tuple[RuleResult, ...]:
        """Every rule of the gate and what it found, the most often missed first."""
        return self._rows(RuleResult, "data_check", {"deployment_id": deployment_id, "since": since})

    def fields(self, deployment_id: str, since: date) -> tuple[FieldCompleteness, ...]:
        """How completely each field is given."""
        return self._rows(
            FieldCompleteness, "field_completeness", {"deployment_id": deployment_id, "since": since}
        )

    def restatements(self, deployment_id: str, since: date) -> tuple[Restatement, ...]:
        """Days that changed after the lateness window, the newest change first."""
        return self._rows(Restatement, "restatement", {"deployment_id": deployment_id, "since": since})
