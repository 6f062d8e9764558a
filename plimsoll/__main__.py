"""The `plimsoll` command: exit 0 done, 1 data or state wrong (one message), 2 wrong usage."""

from __future__ import annotations

import sys
import warnings
from functools import cache

import typer
from typer.main import get_command

from methods.errors import MethodsError
from pipelines.errors import PlimsollError
from plimsoll.commands import (
    alarming,
    announcing,
    attesting,
    auditing,
    benching,
    deciding,
    defining,
    demonstration,
    erasing,
    evaluating,
    explaining,
    exporting,
    following,
    governing,
    ingesting,
    keeping,
    locating,
    notifying,
    people,
    probing,
    rebaselining,
    regulating,
    reporting,
    reviewing,
    running,
    serving,
    simulating,
    sql,
    state,
    training,
    upgrading,
)
from risk_register.errors import RegisterError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watch a deployed language model for mental health: ingest its logs, compute indicators, publish.",
)
app.command("demo")(demonstration.demo)
app.command("ingest")(ingesting.ingest)
app.command("run")(running.run)
app.command("status")(state.status)
app.command("export")(exporting.export)
app.command("explain")(explaining.explain)
app.command("evaluate")(evaluating.evaluate)
app.command("train")(training.train)
app.command("serve")(serving.serve)
app.command("orchestrate")(serving.orchestrate)
app.command("erase")(erasing.erase)
app.command("bench")(benching.bench)
app.command("retention")(keeping.retention)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("upgrade")(upgrading.upgrade)
app.command("locate")(locating.locate)
app.command("heartbeat")(notifying.heartbeat)
app.add_typer(probing.app, name="canary")
app.add_typer(defining.app, name="definitions")
app.add_typer(erasing.app, name="hold")
app.add_typer(training.app, name="model")
app.add_typer(reporting.app, name="report")
app.add_typer(sql.app, name="sql")
app.add_typer(people.app, name="users")
app.add_typer(notifying.app, name="notify")
app.add_typer(alarming.app, name="alarm")
app.add_typer(simulating.app, name="simulate")
app.add_typer(governing.app, name="register")
app.add_typer(attesting.app, name="checklist")
app.add_typer(regulating.app, name="regime")
app.add_typer(deciding.appetite, name="appetite")
app.add_typer(announcing.app, name="change")
app.add_typer(rebaselining.app, name="baseline")
app.add_typer(following.app, name="incident")
app.add_typer(auditing.app, name="audit")
app.add_typer(reviewing.app, name="review")


# All commands with their options, made once: it takes as long as a short command does.
make_command = cache(lambda: get_command(app))


def main() -> None:
    """Run a command; an error of ours is one message without a traceback."""
    # Beta notices of Dagster are for whoever upgrades it, not for whoever runs a command.
    warnings.filterwarnings("ignore", module=r"dagster(\..*)?")
    try:
        make_command()()
    except (PlimsollError, RegisterError, MethodsError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
