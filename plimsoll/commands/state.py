"""`plimsoll status`: what is held, what was rejected, and how fresh it is. Counts only."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from pipelines.governance_place import VARIABLE, tell_damaged, tell_lost
from pipelines.ingest.inbox import tell_silent_queries, tell_unreadable
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from pipelines.silence import tell_silence
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json


def status(
    deployment: Annotated[str | None, typer.Option(help="One deployment only.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the home holds, by message date and by reporting day."""
    from pipelines.status import describe_home

    place = open_home(home)
    document = describe_home(place, deployment_id=deployment)
    document["problems"] = _list_problems(place)
    for problem in document["problems"]:
        tell(problem)
    if as_json:
        write_json(document)
    else:
        print(say(document))


def _list_problems(place: Home) -> list[str]:
    """What a person has to mend, each with how."""
    named = os.environ.get(VARIABLE)
    found = [
        tell_silence(place),
        tell_lost(place.path, named),
        tell_damaged(place.path, named),
        _tell_published(place),
    ]
    return [
        *(problem for problem in found if problem is not None),
        *tell_unreadable(place.inbox),
        *tell_silent_queries(place.inbox, Lake(place.lake)),
    ]


def _tell_published(place: Home) -> str | None:
    """What to say where readers cannot read what is published; None if they can, or nothing is yet."""
    from pipelines.publish.shape import OTHER_CODE, is_of_this_code

    return None if is_of_this_code(place) else OTHER_CODE


def say(document: dict[str, Any]) -> str:
    """The document for a reader."""
    lines = [
        f"{document['home']} ({document['kind']} data), generation {document['generation']}, "
        f"published {document['published'] or 'nothing yet'}",
        f"retention: text {document['retention']['text_days']} days, "
        + ("agreed" if document["retention"]["is_agreed"] else "NOT agreed, nothing drops by itself"),
    ]
    for name, facts in document["deployments"].items():
        lines += [
            f"{name} ({facts['zone']}): {facts['accepted_messages']} messages in "
            f"{facts['conversations']} conversations of {facts['threads']} threads, {_say_users(facts)}, "
            + (f"{facts['first_day']} to {facts['last_day']}" if facts["first_day"] else "no day yet"),
            f"  rejected {sum(facts['rejected'].values())}: "
            + (_join(facts["rejected"]) or "none")
            + f"; test traffic left out {facts['test_traffic']}",
            f"  copies {_join(facts['duplicates'])}; late {facts['late_records']}; "
            f"redacted {facts['redacted_details']}; waiting events {facts['waiting_events']}",
            f"  notices {_join(facts['notices_by_kind']) or 'none'}; "
            f"handoffs {_join(facts['handoffs_by_stage']) or 'none'}",
            *_say_data(facts.get("data")),
            f"  days held by quality: {', '.join(facts['held_days']) or 'none'}; "
            f"days to compute: {facts['stale_day_count']}",
        ]
    return "\n".join(lines)


def _say_users(facts: dict[str, Any]) -> str:
    """How many people they are of, as far as the log says."""
    nobody = facts["messages_without_user"]
    if nobody and not facts["users"]:
        return "users not known"
    return f"{facts['users']} users" + (f" ({nobody} messages without one)" if nobody else "")


def _say_data(data: dict[str, Any] | None) -> list[str]:
    """How sound the data are: states of days, what lasts, how completely fields are given."""
    if data is None:
        return []
    lacking = {
        name: f"{one['known'] / one['of']:.0%}"
        for name, one in data["field_completeness"].items()
        if one["of"] and one["known"] < one["of"]
    }
    lines = [
        f"  days: {_join(data['days_by_state']) or 'none'}; out of order {data['out_of_order']}; "
        f"clock skew {data['clock_skew']}; restatements {len(data['restatements'])}",
        f"  unscored {data['unscored']}: {_join(data['unscored_by_state']) or 'none'}",
        f"  owed by detectors: {_say_owed(data['owed_by_detector'])}",
        "  fields given in part, last 28 days: "
        + (", ".join(f"{name} {share}" for name, share in lacking.items()) or _say_whole(data)),
    ]
    return lines + [f"  ALERT {one['kind']}: {one['note']} {one['next_step']}" for one in data["open_alerts"]]


def _say_owed(owed: dict[str, dict[str, int]]) -> str:
    """What a detector was to read and has not: the numbers of these days may still change."""
    return (
        ", ".join(
            f"{name} {one['messages']} messages of {one['days']} days, whose numbers may still change"
            for name, one in sorted(owed.items())
        )
        or "nothing"
    )


def _say_whole(data: dict[str, Any]) -> str:
    is_known = any(one["of"] for one in data["field_completeness"].values())
    return "none" if is_known else "not known, for no message of these days is computed"


def _join(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
