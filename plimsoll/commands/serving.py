"""`plimsoll serve` and `plimsoll orchestrate`: the dashboard, and Dagster beside it."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.durable import replace_durably
from pipelines.errors import HomeError
from pipelines.settings import REPOSITORY, Home
from pipelines.tombstones import FILE as TOMBSTONES
from plimsoll.commands.option import HomeOption, open_home, tell
from plimsoll.commands.running import forget_in_decisions
from risk_register.account.identities import read_provider
from risk_register.errors import StoreError

if TYPE_CHECKING:
    from dashboards.reach import Reach

SECRET_FILE = "session.key"  # noqa: S105
IN_THE_CLEAR = (
    "Others can reach {host}, and without TLS passwords, links and texts can be read on the way. Put a proxy "
    "that speaks HTTPS in front and start with --address https://..."
)
INSTANCE = """\
telemetry: {enabled: false}
nux: {enabled: false}
concurrency: {pools: {default_limit: 1}}
"""


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8050,
    workers: Annotated[int, typer.Option(help="Worker processes.")] = 2,
    https: Annotated[
        bool, typer.Option("--https", help="Behind a proxy that speaks HTTPS: cookies are Secure.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            envvar="PLIMSOLL_ADDRESS",
            help="Where readers reach it, such as https://plimsoll.example.org, with the path if it has one.",
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            envvar="PLIMSOLL_PROXIES",
            help="Address or network of a proxy whose X-Forwarded-For counts; else this machine's.",
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Serve the dashboard until stopped."""
    from dashboards.reach import is_this_machine, read_reach
    from pipelines.publish.shape import OTHER_CODE, is_of_this_code

    place = open_home(home)
    if not is_of_this_code(place):
        tell(OTHER_CODE)
    try:
        reach = read_reach(address, is_https=https, proxies=proxy or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not reach.is_https and not is_this_machine(host):
        tell(IN_THE_CLEAR.format(host=host))
    _forget_in_decisions(place)
    start_dashboard(place, host=host, port=port, workers=workers, reach=reach)


def _forget_in_decisions(home: Home) -> None:
    """What a run does, too; where the database does not answer now, the dashboard starts and waits for it.

    In a process of its own: what reads the lake has threads that no worker would inherit.
    """
    if not (home.keys / TOMBSTONES).exists():
        return
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as aside:
            aside.submit(forget_in_decisions, home).result()
    except StoreError as error:
        tell(f"{error} Whether it knows of erased people is looked at by the next run.")


def start_dashboard(home: Home, *, host: str, port: int, workers: int, reach: Reach) -> None:
    """Serve the dashboard of a home; does not return before it is stopped."""
    from dashboards.__main__ import serve as serve_dashboard
    from plimsoll.commands.issuing import make_draw
    from plimsoll.commands.notifying import make_way_to_on_call
    from plimsoll.commands.tracing import make_locate

    sys.argv = sys.argv[:1]  # gunicorn would read our arguments as its own
    serve_dashboard(
        published=home.published,
        governance_url=home.governance_url,
        secret=session_secret(home),
        host=host,
        port=port,
        reports=home.reports,
        lake=home.lake,
        locate=make_locate(home),
        draw_edition=make_draw(home),
        way_to_on_call=make_way_to_on_call(home),
        evidence=home.evidence,
        provider=read_provider(home.openid),
        workers=workers,
        reach=reach,
    )


def session_secret(home: Home) -> bytes:
    """What signs the sessions; made on first use, the same for all workers and after a restart."""
    path = home.keys / SECRET_FILE
    if not path.exists() or not path.stat().st_size:  # emptied by a full disk or a kill: sessions begin anew
        aside = path.with_suffix(f".{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_bytes(secrets.token_bytes(32))
        aside.replace(path)
    return path.read_bytes()


def orchestrate(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of Dagster's pages.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Run Dagster with schedules and the sensor of this home, until stopped."""
    place = open_home(home)
    instance = place.path / "dagster"
    instance.mkdir(exist_ok=True)
    settings = instance / "dagster.yaml"
    if not settings.exists() or not settings.stat().st_size:  # emptied by a full disk or a kill
        replace_durably(settings, INSTANCE, aside=settings.with_suffix(".aside"))
    from dashboards.reach import bare_host, spell_host
    from pipelines.automation import end_dead_runs  # Dagster takes seconds to load

    _hold(instance)
    if count := end_dead_runs(instance):
        tell(f"{count} runs that were going on when Dagster was killed count as failed.")
    environment = os.environ | {"DAGSTER_HOME": str(instance), "PLIMSOLL_HOME": str(place.path)}
    command = [
        "dagster",
        "dev",
        "-w",
        str(REPOSITORY / "workspace.yaml"),
        "-h",
        bare_host(host),
        "-p",
        str(port),
    ]
    _forget_in_decisions(place)
    tell(f"Dagster on http://{spell_host(host, port)} for {place.path}")
    program = str(Path(sys.executable).parent / command[0])
    # This process becomes Dagster: whoever stops it reaches the one that stops the others.
    os.chdir(REPOSITORY)
    os.execve(program, [program, *command[1:]], environment)  # noqa: S606  our own words


def _hold(instance: Path) -> None:
    """Refuse a second Dagster of this home; the lock goes on with the program that this process becomes."""
    held = os.open(instance, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise HomeError(f"Dagster of {instance.parent} is running already. Stop it first.") from None
    os.set_inheritable(held, True)
