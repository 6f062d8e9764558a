"""A small export in the shape of an operator's own log, written by the tests themselves.

A record is a dictionary; a delivery is a list of records, or of raw lines, in one file a day. `write_sample`
is the export that most tests share: five days, two threads that go on, every fault once, contact details
and a canary sentence.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FIRST_DAY = dt.date(2026, 8, 3)
CANARY = "the lighthouse keeper of Farholm counts seventeen pelicans before breakfast"
SECRETS = (
    "robin.fairweather@example.org",
    "+44 20 7946 0123",
    "(202) 555-0178",
    "https://people.example.net/~robin/garden",
    "4111 1111 1111 1111",
    "078-05-1120",
    "GB82 WEST 1234 5698 7654 32",
    "203.0.113.77",
)
META = {
    "lang": "en", "region": "GB", "age_band": "25-34", "gender": "woman", "model": "base-2026-05",
    "prompt_version": "p3", "use": "intervention",
}  # fmt: skip

Record = dict[str, Any]
Line = Record | str | bytes


def moment(day: int, hour: float = 10.0) -> dt.datetime:
    """A time on the n-th day of the export, in UTC."""
    start = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    return start + dt.timedelta(days=day, seconds=round(hour * 3600))


def message(
    thread: str,
    turn: int,
    at: dt.datetime,
    text: str,
    *,
    role: str = "human",
    meta: Mapping[str, object] | None = None,
    **changes: object,
) -> Record:
    """A message as the operator logs it; odd turns are dated in epoch milliseconds."""
    record = _record("message", thread, at if turn % 2 == 0 else int(at.timestamp() * 1000))
    return record | {"seq": turn, "from": role, "body": text, "meta": {**META, **(meta or {})}} | changes


def handoff(thread: str, stage: str, at: dt.datetime) -> Record:
    """A stage of a handoff."""
    return _record("handoff", thread, at) | {"stage": stage}


def notice(thread: str, kind: str, at: dt.datetime) -> Record:
    """Something the person was told."""
    return _record("notice", thread, at) | {"kind": kind}


def talk(
    thread: str, at: dt.datetime, *texts: str, first_turn: int = 0, minutes: float = 2.0
) -> list[Record]:
    """A person and the assistant in turn, some minutes apart."""
    step = dt.timedelta(minutes=minutes)
    return [
        message(
            thread, first_turn + place, at + place * step, text, role="human" if place % 2 == 0 else "bot"
        )
        for place, text in enumerate(texts)
    ]


def deliver(folder: Path, lines: Iterable[Line], *, on: dt.date | int = 0, name: str | None = None) -> Path:
    """Write one file; `on` is the day of delivery, as a date or as the n-th day of the export."""
    day = FIRST_DAY + dt.timedelta(days=on) if isinstance(on, int) else on
    path = folder / (name or f"{day}.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(_encode(line) + b"\n" for line in lines))
    return path


def write_sample(folder: Path) -> Path:
    """The shared export; returns its folder. What is in it is counted by `sample_counts`."""
    for day in range(5):
        deliver(folder, _day(day), on=day)
    return folder


def sample_counts() -> dict[str, Any]:
    """What is in the shared export, counted from the records as they were made, not by an ingest."""
    made = [record for day in range(5) for record in _day(day) if isinstance(record, dict)]
    good = [r for r in made if r["event"] == "message" and r.get("body", "").strip() and "session" in r
            and r["from"] in ("human", "bot", "agent") and str(r["at"])[:4] != "2031"]  # fmt: skip
    distinct = {(r["session"]["id"], r["seq"]): r for r in good}
    notices = [r["kind"] for r in made if r["event"] == "notice"]
    stages = [r["stage"] for r in made if r["event"] == "handoff"]
    return {
        "accepted_messages": len(distinct),
        "exact": len(good) - len(distinct),
        "users": len({r["session"]["user"] for r in good}),
        "threads": len({r["session"]["id"] for r in good}),
        "notices_by_kind": {kind: notices.count(kind) for kind in set(notices)},
        "handoffs_by_stage": {stage: stages.count(stage) for stage in set(stages)},
        "rejected": dict.fromkeys(
            ("malformed_line", "missing_field", "unknown_role", "future_date", "empty_body"), 1
        ),
        "late_records": 1,
    }


def _day(day: int) -> list[Line]:
    lines: list[Line] = []
    for number in range(6):
        thread, at = f"day{day}-{number}", moment(day, 8 + number * 2.3)
        lines.append(notice(thread, "ai_disclosure", at))
        lines += talk(
            thread,
            at + dt.timedelta(seconds=20),
            f"I slept badly again, that is night {number + 2} in a row.",
            "That sounds tiring. What keeps you awake?",
            "Mostly work. And I keep thinking that nobody would miss me.",
            "I am glad you told me. Are you thinking about ending your life?",
            "No. I would just like some quiet.",
            "You can call the Samaritans on 116 123 at any time.",
        )
    lines += talk("long", moment(day, 20), f"Evening {day}.", "Good evening.", first_turn=day * 2)
    return lines + _planted(day)


def _planted(day: int) -> list[Line]:
    alone = talk(
        "planted", moment(2, 9), *[f"Write to me: {secret}" for secret in SECRETS], CANARY, minutes=1
    )
    fault = message("planted", 90, moment(2, 12), "This one is not accepted.")
    without_session = {name: value for name, value in fault.items() if name != "session"}
    return {
        0: [*talk("twice", moment(0, 7), "Once.", "Only once.")],
        1: [*talk("twice", moment(0, 7), "Once."), handoff("day1-2", "offered", moment(1, 12.9))],
        2: [
            *alone,
            json.dumps(fault)[:37],
            without_session,
            fault | {"from": "narrator"},
            fault | {"at": "2031-01-01T00:00:00Z"},
            fault | {"body": "  "},
        ],
        3: [
            message("day2-5", 6, moment(2, 19.9), "One more thing: thank you."),
            handoff("day3-1", "offered", moment(3, 10.5)),
            handoff("day3-1", "accepted", moment(3, 10.6)),
            notice("day3-1", "crisis_banner", moment(3, 10.5)),
        ],
    }.get(day, [])  # fmt: skip


def _record(event: str, thread: str, at: dt.datetime | int) -> Record:
    when = at if isinstance(at, int) else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    session = {"id": thread, "user": f"user of {thread.rpartition('-')[0] or thread}", "app": "web"}
    return {"event": event, "session": session, "at": when}


def _encode(line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()
