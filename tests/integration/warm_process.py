"""A process that has imported everything and forks for each command, so that a kill costs no import.

Run as a program it reads one JSON request a line and answers with one JSON line. It forks before anything
has started a thread; the child does what the command line would do and ends, or is killed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.settings import Home

RECEIVED_ON = dt.date(2026, 8, 9)
QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


class WarmProcess:
    """The test's side: one running process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._read()

    def ingest(
        self, home: Path, folder: Path, mapping: Path, *, kill_after: float | None = None
    ) -> float | None:
        """Ingest; returns the seconds it took, or None if it was killed before its end."""
        command = {"action": "ingest", "home": str(home), "folder": str(folder), "mapping": str(mapping)}
        return self._one(command, kill_after)

    def run(self, home: Path, *, kill_after: float | None = None) -> float | None:
        """Run the pipelines over what is stale; as `ingest`."""
        return self._one({"action": "run", "home": str(home)}, kill_after)

    def materialise(self, home: Path, first: dt.date, last: dt.date) -> bool:
        """Materialise the daily assets of a range of days through Dagster; whether it succeeded."""
        return self._ask([_range(home, first, last)], None) == [0]

    def materialise_days(self, home: Path, days: Sequence[dt.date]) -> bool:
        """The same for these days as one run, as the hourly schedule asks for them."""
        from pipelines.asked import name_days

        (tags,) = name_days(days)
        return self._ask([_range(home, days[0], days[-1]) | {"tags": tags}], None) == [0]

    def materialise_during_run(self, home: Path, first: dt.date, last: dt.date) -> bool:
        """The same while `run` computes the same home; whether both succeeded."""
        return self._ask([_range(home, first, last), {"action": "run", "home": str(home)}], None) == [0, 0]

    def close(self) -> None:
        """End the process."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _one(self, command: dict[str, str], kill_after: float | None) -> float | None:
        started = time.monotonic()
        (status,) = self._ask([command], kill_after)
        if status == -signal.SIGKILL:
            return None
        assert status == 0, f"{command} ended with {status}"
        return time.monotonic() - started

    def _ask(self, commands: list[dict[str, str]], kill_after: float | None) -> list[int]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"commands": commands, "kill_after": kill_after}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> list[int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the warm process has ended"
        return list(json.loads(line))


def _range(home: Path, first: dt.date, last: dt.date) -> dict[str, Any]:
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return {"action": "materialise", "home": str(home)} | days


def serve() -> None:
    """The process's side: import, then fork once a command."""
    import warnings

    warnings.simplefilter("ignore")
    _import_everything()
    _compile_detectors()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print("[]", file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        children = [_start(command) for command in asked["commands"]]
        statuses = [_wait(child, asked["kill_after"]) for child in children]
        print(json.dumps(statuses), file=answers, flush=True)


def _import_everything() -> None:
    """What the commands import when they need it, and the definitions, which are read once a process."""
    import dagster  # noqa: F401
    import great_expectations  # noqa: F401

    import pipelines.definitions
    import pipelines.ingest.deliver
    import pipelines.notify.rounds
    import pipelines.privacy.decisions
    import pipelines.review.draw  # noqa: F401
    import plimsoll.commands.running  # noqa: F401
    from pipelines.indicators.own import load_shipped_definitions

    load_shipped_definitions()


def _compile_detectors() -> None:
    import pyarrow as pa

    from pipelines.detect.cascade import make_cascade
    from pipelines.schemas.staging import MESSAGE

    values = {pa.string(): "en", pa.int64(): 0, pa.date32(): dt.date(2026, 8, 3)}
    moment = dt.datetime(2026, 8, 3, tzinfo=dt.UTC)
    row = {field.name: values.get(field.type, moment) for field in MESSAGE.arrow_schema}
    rows = [row | {"role": role, "message_id": role} for role in ("user", "assistant")]
    make_cascade().scan(pa.Table.from_pylist(rows, schema=MESSAGE.arrow_schema))


def _start(command: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(_do(command))
    return child


def _do(command: dict[str, Any]) -> int:
    from pipelines.ingest.deliver import ingest_folder
    from pipelines.ingest.mapping import load_mapping
    from pipelines.settings import HomeKind, find_home, make_home
    from plimsoll.commands.running import compute, report_untold

    try:
        home = make_home(find_home(Path(command["home"])), HomeKind.REAL)
        if command["action"] == "ingest":
            mapping = load_mapping(Path(command["mapping"]))
            ingest_folder(home, Path(command["folder"]), mapping, received_on=RECEIVED_ON)
        elif command["action"] == "run":
            report_untold(compute(home)[2])
        else:
            _materialise(home, command["first"], command["last"], command.get("tags"))
    except BaseException:  # noqa: BLE001 - whatever it is, the parent's work must not go on in the child
        traceback.print_exc()
        return 1
    return 0


def _materialise(home: Home, first: str, last: str, tags: dict[str, str] | None) -> None:
    import dagster as dg

    from pipelines.asked import RANGE_END, RANGE_START
    from pipelines.automation import DAILY_GROUPS
    from pipelines.definitions import build_assets

    arriving = [["ledger", name] for name in ("delivery", "rejected", "deployment")]
    daily = dg.AssetSelection.groups(*DAILY_GROUPS) - dg.AssetSelection.assets(*arriving)
    assets = build_assets(home)
    if first == last and tags is None:
        dg.materialize(assets, selection=daily, run_config=QUIET, partition_key=first)
    else:
        tags = tags or {RANGE_START: first, RANGE_END: last}
        dg.materialize(assets, selection=daily, run_config=QUIET, tags=tags)


def _wait(child: int, kill_after: float | None) -> int:
    end = None if kill_after is None else time.monotonic() + kill_after
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if end is not None and time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            end = None
        time.sleep(0.002)


if __name__ == "__main__":
    serve()
