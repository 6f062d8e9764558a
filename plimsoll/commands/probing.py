"""`plimsoll canary`: ask the operator's own endpoint the probes, and say what has changed."""

from __future__ import annotations

import datetime as dt

import typer

from pipelines.errors import StateError
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def canary() -> None:
    """Probes of the operator's own endpoint; off unless set up."""


@app.command()
def run(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Ask every probe; class the answers, drop them, and compare with the run before."""
    place = open_home(home)
    from pipelines.detect.canary import require_answers, run_canary
    from pipelines.detect.extras import FILE, load_extras

    settings = load_extras(place.definitions).canary
    if settings is None:
        raise StateError(
            f"No canary is set up, so nothing was asked. Describe one in {place.definitions / FILE}; see "
            "docs/operations.md."
        )
    found = run_canary(place, settings, at=dt.datetime.now(dt.UTC), progress=tell)
    if as_json:
        write_json({**found, "ran_at": found["ran_at"].isoformat()})
        require_answers(found)
        return
    require_answers(found)
    withheld = f"{found['withheld_count']} of them with nothing to read"
    print(f"{found['answered_count']} of {found['probe_count']} probes were answered, {withheld}.")
    if found["changed_share"] is None:
        print("There is no comparable run before this one.")
    else:
        print(
            f"{found['changed_count']} of {found['compared_count']} have another class of answer than in "
            f"{found['compared_with']}: {found['changed_share']:.1%} "
            f"({found['ci_low']:.1%} to {found['ci_high']:.1%})."
        )
