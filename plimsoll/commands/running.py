"""`plimsoll run`: compute what is new, assess and publish, without a server."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from pipelines.errors import DefinitionError, HomeError, StateError
from pipelines.full_disk import told_full
from pipelines.lake.lake import Lake, tidy_daily
from pipelines.lock import check_writable
from pipelines.settings import Home
from pipelines.shown_text import show_text
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json

Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def run(
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every day, whether or not it has changed.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute the days that have changed (or a range, or all), assess and publish."""
    if first and last and first > last:
        raise typer.BadParameter(f"{last.date()} lies before {first.date()}", param_hint="--to")
    place = open_home(home)
    days, seconds, untold = compute(
        place,
        first=first.date() if first else None,
        last=last.date() if last else None,
        everything=everything,
    )
    from pipelines.review.draw import draw_due  # statistics take seconds to load

    drawn = draw_due(place, at=dt.datetime.now(dt.UTC))
    if as_json:
        write_json({"days": [day.isoformat() for day in days], "seconds": round(seconds, 2), "drawn": drawn})
    else:
        print(f"{len(days)} days computed, assessed and published in {seconds:.1f} s.")
    report_untold(untold)


def compute(
    home: Home,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    everything: bool = False,
    before_closing: Callable[[], None] = lambda: None,
) -> tuple[list[dt.date], float, tuple[str, ...]]:
    """Run the pipelines over the chosen days; returns the days, the seconds it took, and who was not told.

    Raises:
        StateError: there are no messages.
        DefinitionError: an operator's definition is not valid; nothing was counted, and what waited was sent.
        HomeError: the disk is full.
        StoreError: the decisions cannot be read, or are those of an older version; nothing was computed.
    """
    show_progress()
    started = time.monotonic()
    check_writable(home.lake)
    from pipelines import automation
    from pipelines.decisions_version import require_current_decisions
    from pipelines.notify.rounds import told_not_valid
    from pipelines.stale import stale_days

    require_current_decisions(home)
    held = sorted({day for _, day in Lake(home.lake).partitions("staging.message")})
    if not held:
        raise StateError(
            f"{home.path} holds no messages yet. Ingest logs first: plimsoll ingest DIR --mapping FILE."
        )
    forget_in_decisions(home)
    _tidy(home)
    try:
        with told_full(home.path), told_not_valid(home, at=dt.datetime.now(dt.UTC)):
            if everything or first or last:
                days = [day for day in held if (first or day) <= day <= (last or day)]
            else:
                days = stale_days(home)
            tell(f"{len(days)} of {len(held)} days to compute")
            untold = automation.run(home, days, before_closing=before_closing)
    except DefinitionError:  # people wait for their calls, whatever is wrong with a file of ours
        tell(
            "Nothing is counted before the definitions are right. What waits for people is sent all the same."
        )
        _notify(home)
        raise
    with told_full(home.path):
        _notify(home)
    return days, time.monotonic() - started, untold


def report_untold(untold: Sequence[str]) -> None:
    """End with an error where people of a deployment could not be told of it, when all else is done.

    Raises:
        StateError: there is one.
    """
    if untold:
        raise StateError(f"Everything is computed and published. {' '.join(untold)}")


def _tidy(home: Home) -> None:
    """Delete once a day what no kept generation shows; without a server, nobody else would."""
    try:
        tidy_daily(home.lake, on=dt.datetime.now(dt.UTC).date())
    except HomeError as error:
        tell(f"{error} The next run tidies.")


def forget_in_decisions(home: Home) -> None:
    """Take out of the decisions who was erased, where they were put back from before that."""
    from pipelines.privacy.decisions import forget_erased

    count = forget_erased(home, at=dt.datetime.now(dt.UTC))
    if count:
        tell(f"The decisions are older than an erasure: {count} rows named erased people, and do no more.")


def _notify(home: Home) -> None:
    """Send what the run found; from a silent home or without a routing, say that nobody is told."""
    from pipelines.notify.rounds import send_round
    from pipelines.silence import tell_silence
    from risk_register.database.store import open_store
    from risk_register.notice.kinds import NoticeState
    from risk_register.notice.notices import list_notices

    if (silent := tell_silence(home)) is not None:
        tell(silent)
        return
    sent = send_round(home)
    if sent is not None:
        tell(f"notices: {sent.accepted} accepted, {sent.refused} refused")
        return
    waiting = [
        one
        for one in list_notices(open_store(home.governance_url), is_waiting=True)
        if one.state is NoticeState.QUEUED
    ]
    if waiting:
        many = "1 notice waits" if len(waiting) == 1 else f"{len(waiting)} notices wait"
        tell(
            f"{many} and nobody is told: {home.definitions / 'notify.yaml'} is missing. "
            "docs/operations.md shows one."
        )


class Shown(logging.Formatter):
    """A line of the log as a terminal may show it."""

    def format(self, record: logging.LogRecord) -> str:
        """Names of files in it cannot act on the terminal."""
        return show_text(super().format(record))


def show_progress() -> None:
    """Show what the stages say while they work."""
    log = logging.getLogger("plimsoll")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Shown("%(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
