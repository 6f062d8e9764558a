"""`plimsoll bench`: measure a stage against a yardstick of the same run, on data made for it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.bench import STAGES
from plimsoll.bench.measurement import Bench, describe
from plimsoll.commands.option import JsonOption, tell, write_json


def bench(
    *,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help=f"One of {', '.join(one.name for one in STAGES)}; else all of them."),
    ] = None,
    messages: Annotated[
        int | None, typer.Option("--messages", min=1_000, help="How many messages; each stage has its own.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure speed and memory as ratios to a yardstick. Nothing of a home is read or written."""
    done = []
    for one in _choose(stage):
        count = messages or one.messages
        with tempfile.TemporaryDirectory(prefix="plimsoll-bench-") as folder:
            done.append(describe(one, count, one.run(count, Path(folder), tell)))
    if as_json:
        write_json({"stages": done})
    else:
        print("\n".join(line for document in done for line in _say(document)))


def _choose(stage: str | None) -> tuple[Bench, ...]:
    if stage is None:
        return STAGES
    chosen = tuple(one for one in STAGES if one.name == stage)
    if not chosen:
        known = ", ".join(one.name for one in STAGES)
        raise typer.BadParameter(f"{stage!r} is not one of {known}", param_hint="--stage")
    return chosen


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
