"""`plimsoll demo`: a sample of two invented deployments, from logs to the dashboard."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from typing import Annotated

import typer

from pipelines.pointer import find_current
from pipelines.settings import REPOSITORY, Home, HomeKind, find_home, make_home
from plimsoll.commands.option import HomeOption, tell
from plimsoll.commands.people import LINK_HOURS
from plimsoll.commands.running import compute, report_untold
from risk_register.account import accounts
from risk_register.database.store import Store

DEMO_HOME = REPOSITORY / "demo-home"
LAST_DAY_FILE = "last_day"
TRUTH_FILE = "truth.json"


def demo(
    days: Annotated[int, typer.Option(help="Days of sample logs.", min=21, max=366)] = 90,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the dashboard afterwards.")] = True,
    port: Annotated[int, typer.Option(help="Port of the dashboard.")] = 8050,
    home: HomeOption = None,
) -> None:
    """Make the sample (once), run the pipelines, and serve the dashboard."""
    place = find_home(home, default=DEMO_HOME)
    make_home(place, HomeKind.DEMO)
    started = time.monotonic()
    last_day = _generate(place, days)
    _ingest(place, last_day)
    _decide(place, last_day, days)
    computed, seconds = _compute(place, last_day)
    _switch_streams(place, last_day)
    if computed:
        _report(place, last_day, days)
    setup = os.environ.get("PLIMSOLL_SETUP_SECONDS")
    if setup:
        tell(f"Set-up took {float(setup):.1f} s.")
    whole = time.monotonic() - started
    tell(f"Sample and pipelines took {whole:.1f} s, pipelines {seconds:.1f} s of it ({len(computed)} days).")
    if serve:
        tell(f"Sign in as one of these (each link works once, within {LINK_HOURS} hours):")
        for name, link in _list_links(place, port):
            tell(f"  {name}: {link}")
        tell("Stop with Ctrl-C. The sample stays in " + str(place.path))
        _serve(place, port)
    else:
        tell("`./run demo` serves it and prints a sign-in link.")


def _generate(home: Home, days: int) -> dt.date:
    """Write the sample's logs into the inbox once; a second demo keeps the first one's."""
    marker = home.inbox / LAST_DAY_FILE
    if marker.exists():
        return dt.date.fromisoformat(marker.read_text().strip())
    from plimsoll.demo.generate import generate

    last_day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    tell(f"Writing {days} days of sample logs, {last_day - dt.timedelta(days=days - 1)} to {last_day}")
    generate(home.inbox, last_day=last_day, days=days)
    (home.inbox / TRUTH_FILE).replace(home.path / TRUTH_FILE)
    marker.write_text(last_day.isoformat() + "\n")
    return last_day


def _ingest(home: Home, last_day: dt.date) -> None:
    from pipelines.ingest.deliver import ingest_folder
    from pipelines.ingest.mapping import load_mapping

    for path in sorted(home.inbox.glob("*/mapping.yaml")):
        summary = ingest_folder(home, path.parent, load_mapping(path), received_on=last_day)
        if all(one.is_known for one in summary.files):
            tell(f"{summary.deployment_id}: all {len(summary.files)} files are known and unchanged")
            continue
        tell(
            f"{summary.deployment_id}: {len(summary.files)} files, "
            f"{sum(one.records.message_count for one in summary.files)} messages, "
            f"{summary.rejected.total()} records rejected"
        )


def _compute(home: Home, last_day: dt.date) -> tuple[list[dt.date], float]:
    """Run the pipelines, unless what is published is of what is there; weeks are reviewed in between."""
    from pipelines.publish.shape import is_of_this_code
    from pipelines.stale import stale_days

    if find_current(home.published) and not stale_days(home) and is_of_this_code(home):
        return [], 0.0
    reviewing = 0.0

    def review() -> None:
        nonlocal reviewing
        from plimsoll.demo.reviewing import review_weeks

        started = time.monotonic()
        truth = json.loads((home.path / TRUTH_FILE).read_text(encoding="utf-8"))
        store, now = Store(home.governance_url), dt.datetime.now(dt.UTC)
        count = review_weeks(home, store, truth=truth, last_day=last_day, now=now)
        reviewing = time.monotonic() - started
        tell(f"  reviews: {count} labels given in {reviewing:.1f} s")

    days, seconds, untold = compute(home, before_closing=review)
    report_untold(untold)
    return days, seconds - reviewing


def _decide(home: Home, last_day: dt.date, days: int) -> None:
    from plimsoll.demo.decisions import seed_decisions

    store = Store(home.governance_url)
    store.upgrade()  # a sample of earlier code goes on; nothing of it would be missed
    seed_decisions(store, last_day=last_day, days=days)


def _switch_streams(home: Home, last_day: dt.date) -> None:
    from plimsoll.demo.decisions import seed_streams

    seed_streams(home, Store(home.governance_url), last_day=last_day)


def _report(home: Home, last_day: dt.date, days: int) -> None:
    """Build the report of the last whole month, so that there is one to read, submit and approve."""
    from plimsoll.commands.reporting import build

    month = last_day.replace(day=1) - dt.timedelta(days=1)
    if last_day - dt.timedelta(days=days - 1) <= month.replace(day=1):
        tell(f"Building the reports of {month:%B %Y}")
        build("monthly_safety_review", period=f"{month:%Y-%m}", home=home.path)


def _serve(home: Home, port: int) -> None:
    """Become the dashboard. What read the lake must not fork its workers: they could open no conversation."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "plimsoll", "serve", "--home", str(home.path), "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606  this Python and our own words


def _list_links(home: Home, port: int) -> list[tuple[str, str]]:
    """A way in for every role of the sample, so that what takes two people can be tried."""
    from plimsoll.demo.decisions import ROLES

    store, now = Store(home.governance_url), dt.datetime.now(dt.UTC)
    known = {account.name for account in accounts.list_accounts(store)}
    return [
        (
            name,
            f"http://127.0.0.1:{port}/sign-in?token="
            + accounts.issue_link(store, name=name, at=now, valid_for=dt.timedelta(hours=LINK_HOURS)),
        )
        for name in ROLES
        if name in known
    ]
