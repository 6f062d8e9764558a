"""The published file, read-only: which one is current, its rows, and nothing of where it came from.

Files are opened by their generation's name, never by a name that is used twice: a process that
still holds an old handle would otherwise be given the old content again. A handle is closed when
it is no longer current and the last request that reads it has ended.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from dashboards.health_rows import HealthRows
from dashboards.measurements import (
    Bridge,
    Correction,
    DailyCount,
    Drift,
    Likelihood,
    Limit,
    MissRate,
    Shift,
    StreamStanding,
)
from dashboards.records import (
    Alarm,
    Appetite,
    Build,
    Change,
    Deployment,
    Detector,
    DetectorCard,
    DetectorFigure,
    EquityRatio,
    GraveFinding,
    Indicator,
    LanguageShare,
    Observation,
    Readiness,
)

POINTER = "current"
FILE_NAME = re.compile(r"published-[0-9A-Za-z_]+\.duckdb")
QUERIES = Path(__file__).parent / "queries"
ATTEMPTS = 3  # the pointer may move, and the file it named may be tidied away, between reading and opening
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "threads": "1",
}

MEASURED: Mapping[type, str] = {Limit: "chart", Correction: "correction", Likelihood: "likelihood",
                                Shift: "drift_shift", DailyCount: "daily_count",
                                Bridge: "bridge", MissRate: "miss_rate",
                                StreamStanding: "alarm_stream"}  # fmt: skip

Row = TypeVar("Row")


class PublishedError(Exception):
    """The published folder holds something that cannot be read."""


class NothingPublishedError(PublishedError):
    """No generation has been published yet."""


@cache
def load_query(name: str) -> str:
    """The text of a query in dashboards/queries."""
    return (QUERIES / f"{name}.sql").read_text()


class Reader(HealthRows):
    """One request's view of one generation."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def _rows(
        self, kind: type[Row], query: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[Row, ...]:
        try:
            cursor = self._connection.execute(load_query(query), dict(parameters or {}))
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise PublishedError(
                f"The published file cannot answer '{query}': it was built by another version of Plimsoll. "
                "Publish again, with `plimsoll run`."
            ) from error
        names = [column[0] for column in cursor.description or ()]
        return tuple(kind(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())

    def build(self) -> Build:
        """What this file is.

        Raises:
            PublishedError: the file does not say what it is.
        """
        rows = self._rows(Build, "build")
        if len(rows) != 1:
            raise PublishedError(
                f"published.build holds {len(rows)} rows, exactly one is allowed. Next: plimsoll run."
            )
        return rows[0]

    def deployments(self) -> tuple[Deployment, ...]:
        """Every deployment of the file, by title; who may see which is decided in auth."""
        return self._rows(Deployment, "deployment")

    def indicators(self) -> tuple[Indicator, ...]:
        """Every definition, by family and title."""
        return self._rows(Indicator, "indicator")

    def weeks(self, deployment_id: str, since: date) -> tuple[Observation, ...]:
        """Weekly values of every indicator for the whole deployment, oldest first."""
        return self._rows(Observation, "week", {"deployment_id": deployment_id, "since": since})

    def latest_weeks(self, deployment_id: str) -> tuple[Observation, ...]:
        """The newest complete week of every indicator and slice, raw estimate."""
        return self._rows(Observation, "latest_week", {"deployment_id": deployment_id})

    def series(
        self, deployment_id: str, indicator_id: str, *, period: str, of: tuple[str, str], since: date
    ) -> tuple[Observation, ...]:
        """One indicator's values in one slice, oldest first, raw and corrected."""
        return self._rows(
            Observation,
            "series",
            {
                "deployment_id": deployment_id,
                "indicator_id": indicator_id,
                "period": period,
                "slice": of[0],
                "slice_value": of[1],
                "since": since,
            },
        )

    def slices(self, deployment_id: str, indicator_id: str, *, period_start: date) -> tuple[Observation, ...]:
        """One week of one indicator in every slice."""
        return self._rows(
            Observation,
            "slice",
            {"deployment_id": deployment_id, "indicator_id": indicator_id, "period_start": period_start},
        )

    def appetites(self, deployment_id: str) -> tuple[Appetite, ...]:
        """Every appetite of a deployment, oldest first."""
        return self._rows(Appetite, "appetite", {"deployment_id": deployment_id})

    def alarms(self, deployment_id: str) -> tuple[Alarm, ...]:
        """Alarms, newest first."""
        return self._rows(Alarm, "alarm", {"deployment_id": deployment_id})

    def changes(self, deployment_id: str, since: date) -> tuple[Change, ...]:
        """Changes, oldest first."""
        return self._rows(Change, "change", {"deployment_id": deployment_id, "since": since})

    def readiness(self, deployment_id: str) -> tuple[Readiness, ...]:
        """What every indicator lacks."""
        return self._rows(Readiness, "readiness", {"deployment_id": deployment_id})

    def languages(self, deployment_id: str, since: date) -> tuple[LanguageShare, ...]:
        """Conversations by language, most first, and whether detectors read any of it."""
        return self._rows(LanguageShare, "language", {"deployment_id": deployment_id, "since": since})

    def detectors(self) -> tuple[Detector, ...]:
        """Detectors and their signals."""
        return self._rows(Detector, "detector")

    def detector_cards(self) -> tuple[DetectorCard, ...]:
        """What detectors say of themselves."""
        return self._rows(DetectorCard, "detector_card")

    def detector_figures(self) -> tuple[DetectorFigure, ...]:
        """What was measured of their error."""
        return self._rows(DetectorFigure, "detector_figure")

    def equity(self, deployment_id: str) -> tuple[EquityRatio, ...]:
        """Rate ratios of groups, indicator by indicator."""
        return self._rows(EquityRatio, "equity", {"deployment_id": deployment_id})

    def drift(self, deployment_id: str, since: date) -> tuple[Drift, ...]:
        """Distances of weeks from the reference, feature by feature, oldest first."""
        return self._rows(Drift, "drift", {"deployment_id": deployment_id, "since": since})

    def measured(self, kind: type[Row], **given: Any) -> tuple[Row, ...]:
        """Limits, corrections, likelihoods, shifts or daily counts, by the parameters of their query."""
        return self._rows(kind, MEASURED[kind], given)

    def grave_findings(self, deployment_id: str, since: date) -> tuple[GraveFinding, ...]:
        """Grave findings that nobody has confirmed, newest first."""
        return self._rows(GraveFinding, "needs_eyes", {"deployment_id": deployment_id, "since": since})


@dataclass
class _Handle:
    name: str
    connection: duckdb.DuckDBPyConnection
    reader_count: int = 0


class Published:
    """The folder of published files; one per process, safe for its threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handles: dict[str, _Handle] = {}
        self._lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Read the current generation; it stays the same until the block ends.

        Raises:
            NothingPublishedError: nothing is published yet.
            PublishedError: the pointer or the file it names cannot be read.
        """
        handle = self._acquire()
        cursor = handle.connection.cursor()
        try:
            yield Reader(cursor)
        finally:
            cursor.close()
            self._release(handle)

    def open_names(self) -> Sequence[str]:
        """Names of the files that are open now."""
        with self._lock:
            return sorted(self._handles)

    def _current_name(self) -> str:
        try:
            name = (self._folder / POINTER).read_text(errors="replace").strip()
        except FileNotFoundError as error:
            raise NothingPublishedError(
                f"{self._folder} has no file '{POINTER}': nothing is published yet. Run the pipelines once."
            ) from error
        if not FILE_NAME.fullmatch(name):
            raise PublishedError(
                f"{self._folder / POINTER} names {name!r}; allowed is published-<generation>.duckdb. "
                "Publish again, with `plimsoll run`."
            )
        return name

    def _acquire(self) -> _Handle:
        with self._lock:
            for attempt in range(1, ATTEMPTS + 1):
                name = self._current_name()
                try:
                    handle = self._handles.get(name) or self._open(name)
                except duckdb.IOException as error:
                    if attempt == ATTEMPTS:
                        raise PublishedError(f"{self._folder / name} cannot be opened: {error}") from error
                    continue
                handle.reader_count += 1
                self._close_unused(keep=name)
                return handle
        raise PublishedError(f"{self._folder} has no readable generation.")

    def _open(self, name: str) -> _Handle:
        connection = duckdb.connect(str(self._folder / name), read_only=True, config=CONFIGURATION)
        self._handles[name] = _Handle(name, connection)
        return self._handles[name]

    def _release(self, handle: _Handle) -> None:
        with self._lock:
            handle.reader_count -= 1
            self._close_unused(keep=next(reversed(self._handles)))

    def _close_unused(self, *, keep: str) -> None:
        for name, handle in list(self._handles.items()):
            if name != keep and handle.reader_count == 0:
                handle.connection.close()
                del self._handles[name]
