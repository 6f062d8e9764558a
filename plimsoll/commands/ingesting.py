"""`plimsoll ingest`: take a delivered folder in, or propose a mapping for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
import yaml

from pipelines.ingest.deliver import Summary, ingest_folder
from pipelines.ingest.infer import infer_mapping
from pipelines.ingest.mapping import load_mapping
from pipelines.settings import HomeKind, find_home, make_home
from plimsoll.commands.option import HomeOption, JsonOption, tell, write_json


def ingest(
    source: Annotated[Path, typer.Argument(help="Folder (or file) with the delivered logs.")],
    mapping: Annotated[Path | None, typer.Option(help="YAML that says how records are read.")] = None,
    infer: Annotated[
        bool, typer.Option("--infer", help="Propose a mapping on standard output; store nothing.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read delivered logs: every record is accepted or rejected with a reason."""
    if infer:
        proposal = infer_mapping(source)
        for note in proposal.notes:
            tell(note)
        print(yaml.safe_dump(proposal.mapping, sort_keys=False, allow_unicode=True), end="")
        return
    beside = source / "mapping.yaml"
    chosen = mapping or (beside if beside.is_file() else None)
    if chosen is None:
        raise typer.BadParameter(
            "give --mapping FILE, or --infer to have one proposed", param_hint="--mapping"
        )
    rules = load_mapping(chosen)
    place = find_home(home)
    place = make_home(place, place.kind or HomeKind.REAL)
    summary = ingest_folder(place, source, rules, received_on=dt.datetime.now(dt.UTC).date(), progress=tell)
    if as_json:
        write_json(describe(summary))
    else:
        print(say(summary))


def describe(summary: Summary) -> dict[str, object]:
    """What an ingest did, as a document."""
    return {
        "deployment_id": summary.deployment_id,
        "generation": summary.generation,
        "files": len(summary.files),
        "files_known": sum(one.is_known for one in summary.files),
        "files_ignored": list(summary.ignored),
        "messages": sum(one.records.message_count for one in summary.files),
        "events": sum(one.records.event_count for one in summary.files),
        "rejected": dict(summary.rejected),
    }


def say(summary: Summary) -> str:
    """The same for a reader."""
    facts = describe(summary)
    rejected = Counter(summary.rejected)
    lines = [
        f"{facts['files']} files ({facts['files_known']} known) for {summary.deployment_id}: "
        f"{facts['messages']} messages and {facts['events']} events accepted, "
        f"{rejected.total()} records rejected."
    ]
    lines += [f"  {reason}: {count}" for reason, count in sorted(rejected.items())]
    lines += [f"  not read: {name}" for name in summary.ignored[:10]]
    lines.append("Next: plimsoll run")
    return "\n".join(lines)
