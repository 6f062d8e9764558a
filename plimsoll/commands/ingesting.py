"""`plimsoll ingest`: take a delivered folder in, or propose a mapping for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer
import yaml

from pipelines.errors import SourceError
from pipelines.full_disk import told_full
from pipelines.ingest.deliver import Summary, ingest_folder
from pipelines.ingest.delivery import list_absent
from pipelines.ingest.fetching.waiting import LET_READ, is_address
from pipelines.ingest.mapping import BY_RULES, Mapping, load_mapping, parse_mapping
from pipelines.ingest.proposal.infer import infer_mapping
from pipelines.ingest.reason import Reason
from pipelines.ingest.sources import FORMATS
from pipelines.lake.difference import list_changed
from pipelines.lake.lake import Lake
from pipelines.settings import HomeKind, find_home, make_home
from pipelines.shown_text import show_line
from plimsoll.commands.option import HomeOption, JsonOption, tell, write_json

STAGING = ("staging.message", "staging.conversation", "staging.event")
SHOWN_DAYS = 7
OTHERWISE = (
    "{count} of the known files were taken in with another mapping. What it rejected or left out is read "
    "anew; what it accepted stays as it was read then. To have that read anew, ingest into another home."
)
APART = (
    "{count} windows of a conversation's history meet nothing of what is held of it: a file before them is "
    "missing or came later. What they repeat may be stored twice."
)
VERSIONS = (
    "{count} records are other versions of a message of the same name and speaker: one version of each is "
    "kept, the others do not count. If they are messages of their own, message_id or turn of the mapping "
    "does not name one message: take it out of the mapping, and ingest the log again into another home."
)
SHARED = (
    "{count} threads are of several users, whose messages are read as one conversation. If people write "
    "together there, nothing is wrong. If the log numbers the threads of each user anew, map a thread that "
    "no two users share, and ingest the log again into another home."
)
WIDTH = 100


def ingest(
    source: Annotated[
        str,
        typer.Argument(
            help="Folder or file with the delivered logs; an address such as s3://bucket/logs; or for format "
            "sql the SQLAlchemy address of a database (env:NAME takes it from an environment variable)."
        ),
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that says which deployment it is and how records are read.")
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option("--format", help=f"Format of the logs: {', '.join(one.name for one in FORMATS)}."),
    ] = None,
    deployment: Annotated[
        str | None, typer.Option(help="Id of the deployment, where no mapping names it.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="IANA time zone of that deployment's reporting day, else UTC.")
    ] = None,
    infer: Annotated[
        bool, typer.Option("--infer", help="Propose a mapping on standard output; store nothing.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read delivered logs: every record is accepted or rejected with a reason."""
    if infer:
        if is_address(source):
            raise typer.BadParameter("copy a sample here; --infer reads no address", param_hint="SOURCE")
        proposal = infer_mapping(Path(source))
        from plimsoll.commands.fitting import say_supported  # reads every definition

        for note in [*proposal.notes, *say_supported(proposal.mapping)]:
            tell(wrap(note))
        print(yaml.safe_dump(proposal.mapping, sort_keys=False, allow_unicode=True), end="")
        tell(
            "Next: keep the proposal (--infer > mapping.yaml), correct it, ingest with --mapping mapping.yaml"
        )
        return
    rules = choose_rules(source, mapping=mapping, format_name=format_name, deployment=deployment, zone=zone)
    place = find_home(home)
    place = make_home(place, place.kind or HomeKind.REAL)
    before = Lake(place.lake)
    with told_full(place.path):
        today = dt.datetime.now(dt.UTC).date()
        summary = ingest_folder(place, source, rules, received_on=today, progress=tell)
    changed = list_changed(before, Lake(place.lake), STAGING)
    if as_json:
        write_json(describe(summary) | {"changed_partitions": changed})
    else:
        print(say(summary))
        print(say_changed(changed))
    if summary.unread:
        raise SourceError(
            f"{len(summary.unread)} files or folders cannot be read: "
            f"{', '.join(map(show_line, summary.unread))}. "
            f"All others were taken in. {LET_READ}"
        )


def choose_rules(
    source: str, *, mapping: Path | None, format_name: str | None, deployment: str | None, zone: str | None
) -> Mapping:
    """The mapping of a delivery: a file's, or one made of the deployment and the format that were named."""
    known = [one.name for one in FORMATS]
    if format_name is not None and format_name not in known:
        raise typer.BadParameter(f"{format_name!r} is not one of {', '.join(known)}", param_hint="--format")
    if deployment is not None:
        if mapping is not None:
            raise typer.BadParameter("a mapping names the deployment itself", param_hint="--deployment")
        if format_name in (None, *BY_RULES):
            raise typer.BadParameter(
                "records of an operator's own format need a --mapping; else name the --format",
                param_hint="--deployment",
            )
        named = {"id": deployment, "zone": zone or "UTC"}
        return parse_mapping({"deployment": named, "format": format_name}, name="the command line")
    if zone is not None:
        raise typer.BadParameter("it belongs to --deployment; a mapping names its own", param_hint="--zone")
    beside = Path(source) / "mapping.yaml"
    try:
        is_beside = not is_address(source) and beside.is_file()
    except PermissionError:
        raise SourceError(f"{source}: this account may not look into it. {LET_READ}") from None
    chosen = mapping or (beside if is_beside else None)
    if chosen is None:
        raise typer.BadParameter(
            "give --mapping FILE, or --format NAME with --deployment ID, or --infer to have one proposed",
            param_hint="--mapping",
        )
    return load_mapping(chosen, format_name=format_name)


def wrap(note: str) -> str:
    """A note in lines that fit a terminal; ids and commands stay whole."""
    return fill(note, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def describe(summary: Summary) -> dict[str, object]:
    """What an ingest did, as a document."""
    return {
        "deployment_id": summary.deployment_id,
        "generation": summary.generation,
        "files": len(summary.files),
        "files_known": sum(one.is_known for one in summary.files),
        "files_ignored": list(summary.ignored),
        "files_unread": list(summary.unread),
        "messages": sum(one.records.message_count for one in summary.files),
        "events": sum(one.records.event_count for one in summary.files),
        "rejected": dict(summary.rejected),
        "other_versions": summary.version_count,
        "windows_apart": summary.apart_count,
        "threads_of_several_users": summary.shared_count,
        "absent_fields": list_absent(summary.files),
        "notes": notes_of(summary),
    }


def say_changed(changed: list[str]) -> str:
    """The days that have to be computed again, the newest few by name."""
    days = sorted({one.rpartition(" ")[2] for one in changed})
    if not days:
        return "No day has changed."
    more = f" and {len(days) - SHOWN_DAYS} more" if len(days) > SHOWN_DAYS else ""
    return f"Days that have changed: {', '.join(days[-SHOWN_DAYS:])}{more}. Next: plimsoll run"


def notes_of(summary: Summary) -> list[str]:
    """What a reader should know of a query that gives nothing, and of single files."""
    about_query = [] if summary.note is None else [summary.note]
    return about_query + [f"{one.name}: {note}" for one in summary.files for note in one.records.notes]


def say(summary: Summary) -> str:
    """The same for a reader."""
    facts = describe(summary)
    rejected = Counter(summary.rejected)
    test_count = rejected.pop(Reason.TEST_TRAFFIC, 0)
    lines = [
        f"{facts['files']} files for {summary.deployment_id}, {facts['files_known']} known and unchanged: "
        f"{facts['messages']} messages and {facts['events']} events accepted, "
        f"{rejected.total()} records rejected, {test_count} of test traffic left out."
    ]
    lines += [f"  {reason}: {count}" for reason, count in sorted(rejected.items())]
    others = sum(one.is_known and one.is_of_another_mapping for one in summary.files)
    if others:
        lines.append(f"  {wrap(OTHERWISE.format(count=others))}")
    if summary.version_count:
        lines.append(f"  {wrap(VERSIONS.format(count=summary.version_count))}")
    if summary.apart_count:
        lines.append(f"  {wrap(APART.format(count=summary.apart_count))}")
    if summary.shared_count:
        lines.append(f"  {wrap(SHARED.format(count=summary.shared_count))}")
    lines += [f"  {sentence}; is it the name that the log has?" for sentence in list_absent(summary.files)]
    lines += [f"  {show_line(note)}" for note in notes_of(summary)[:10]]
    lines += [f"  not read: {show_line(name)}" for name in summary.ignored[:10]]
    return "\n".join(lines)
