"""`plimsoll bench`: measure a stage against a yardstick of the same run, on data made for it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.bench import STAGES, load_stage
from plimsoll.bench.measurement import describe
from plimsoll.commands.option import JsonOption, tell, write_json


def bench(
    *,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help=f"One of {', '.join(STAGES)}; else all of them."),
    ] = None,
    messages: Annotated[
        int | None, typer.Option("--messages", min=1_000, help="How many messages; each stage has its own.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure speed and memory as ratios to a yardstick. Nothing of a home is read or written."""
    done = []
    for one in map(load_stage, _choose(stage)):
        count = messages or one.messages
        with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as folder:
            done.append(describe(one, count, one.run(count, Path(folder), tell)))
    if as_json:
        write_json({"stages": done})
    else:
        print("\n".join(line for document in done for line in _say(document)))


def _choose(stage: str | None) -> tuple[str, ...]:
    if stage is None:
        return STAGES
    if stage not in STAGES:
        raise typer.BadParameter(f"{stage!r} is not one of {', '.join(STAGES)}", param_hint="--stage")
    return (stage,)


def _say(document: dict[str, Any]) -> list[str]:
    lines = [
        f"{document['stage']}: {document['what']}",
        f"  {document['messages']} messages, {document['processors']} processors, "
        f"load {' '.join(map(str, document['load']))}",
    ]
    for one in document["figures"]:
        bound = "" if one["bound"] is None else f", bound {one['bound']:g}"
        verdict = {None: "", True: ": met", False: ": NOT met"}[one["is_met"]]
        lines.append(f"  {one['name']}: {one['value']:g} {one['unit']}{bound}{verdict}. {one['what']}")
    return lines
