"""Deliver conversations as an operator's daily files, with the faults that real deliveries have.

A faulty record takes the place of a good one and is never counted as a message; a duplicate is one more
copy of a counted one; a late record is a good one in a later file.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from plimsoll.demo.episode import Episode, Role, Turn
from plimsoll.demo.logs import Setting, Shape
from plimsoll.demo.people import draw
from plimsoll.demo.seen import see
from plimsoll.demo.truth import Truth

CONTACT_SHARE = 0.006
LATE_SHARE = 0.004
VERY_LATE_SHARE = 0.0004
FAR_FUTURE = timedelta(days=1900)


class Fault(StrEnum):
    """What can be wrong with a record."""

    MALFORMED_LINE = "malformed_line"
    MISSING_FIELD = "missing_field"
    UNKNOWN_ROLE = "unknown_role"
    FUTURE_DATE = "future_date"
    EMPTY_BODY = "empty_body"
    EXACT_DUPLICATE = "exact_duplicate"


FAULT_SHARES: Mapping[Fault, float] = {
    Fault.MALFORMED_LINE: 0.0008,
    Fault.MISSING_FIELD: 0.0008,
    Fault.UNKNOWN_ROLE: 0.0005,
    Fault.FUTURE_DATE: 0.0004,
    Fault.EMPTY_BODY: 0.0009,
    Fault.EXACT_DUPLICATE: 0.0016,
}


class Delivery:
    """The files of one deployment, and the truth about them."""

    def __init__(
        self,
        *,
        shape: Shape,
        zone: ZoneInfo,
        last_day: date,
        contacts: Mapping[str, Mapping[str, Sequence[str]]],
        rng: random.Random,
    ) -> None:
        self._shape = shape
        self._zone = zone
        self._last_day = last_day
        self._contacts = contacts
        self._rng = rng
        self._files: dict[date, list[tuple[datetime, int, str]]] = defaultdict(list)
        self.truth = Truth()

    def add(self, setting: Setting, episode: Episode, *, started_at: datetime, first_number: int) -> datetime:
        """Deliver a conversation; returns the moment of its last message."""
        moment = started_at
        moments: list[datetime] = []
        started_on: date | None = None
        gravest: tuple[int, date] | None = None
        accepted: list[Turn] = []
        for number, turn in enumerate(episode.turns, start=first_number):
            moment += timedelta(milliseconds=round(turn.pause * 1000))
            moments.append(moment)
            day = self._day(moment)
            sent = self._plant_contact(setting, turn, number)
            fault = self._draw_fault()
            record = self._shape.message(setting, sent, number, moment)
            if fault not in {None, Fault.EXACT_DUPLICATE}:
                self._deliver_broken(record, fault, moment)
                continue
            if sent is not turn:
                self._count_contact(setting, sent, number)
            line = _as_line(record)
            self._deliver(line, moment, on=self._delivery_day(day))
            if fault is Fault.EXACT_DUPLICATE:
                again_on = min(self._last_day, day + timedelta(days=self._rng.randrange(2)))
                self._deliver(line, moment, on=again_on)
                self.truth.faults[again_on.isoformat()][fault] += 1
            self.truth.count_message(setting, turn, number=number, day=day)
            started_on = started_on or day
            accepted.append(turn)
            if turn.level and turn.level == episode.level and gravest is None:
                gravest = (number, day)
        if started_on:
            self.truth.count_conversation(setting, episode, started_on)
            self.truth.count_seen(setting, episode, see(episode, accepted), started_on)
        if gravest:
            self.truth.count_disclosure(setting, episode, number=gravest[0], day=gravest[1])
        self._add_events(setting, episode, moments, started_at)
        return moment

    def write(self, folder: Path) -> None:
        """One file a day of delivery, in the order in which things happened."""
        folder.mkdir(parents=True, exist_ok=True)
        for day in sorted(self._files):
            lines = sorted(self._files[day])
            self.truth.lines[day.isoformat()] = len(lines)
            text = "".join(line + "\n" for _, _, line in lines)
            (folder / f"{day.isoformat()}.jsonl").write_text(text, encoding="utf-8")

    def _add_events(
        self, setting: Setting, episode: Episode, moments: list[datetime], started_at: datetime
    ) -> None:
        for event in episode.events:
            after = moments[event.after] if event.after >= 0 else started_at
            moment = after + timedelta(milliseconds=round(event.seconds * 1000))
            day = self._day(moment)
            self._deliver(_as_line(self._shape.event(setting, event, moment)), moment, on=day)
            counted = self.truth.notices if event.kind == "notice" else self.truth.handoffs
            counted[day.isoformat()][event.detail] += 1

    def _deliver(self, line: str, moment: datetime, *, on: date) -> None:
        """Put a line into the file of a day; nothing is delivered after the last day."""
        day = min(on, self._last_day)
        self._files[day].append((moment, len(self._files[day]), line))

    def _deliver_broken(self, record: dict[str, Any], fault: Fault | None, moment: datetime) -> None:
        shape, rng = self._shape, self._rng
        if fault is Fault.MISSING_FIELD:
            record.pop(rng.choice(shape.required))
        elif fault is Fault.UNKNOWN_ROLE:
            record[shape.role_field] = "system_note"
        elif fault is Fault.EMPTY_BODY:
            record[shape.text_field] = rng.choice(["", " ", "\n"])
        elif fault is Fault.FUTURE_DATE:
            is_epoch = isinstance(record[shape.time_field], int)
            future = moment + FAR_FUTURE
            record[shape.time_field] = (
                int(future.timestamp() * 1000) if is_epoch else future.isoformat(timespec="milliseconds")
            )
        line = _as_line(record)
        if fault is Fault.MALFORMED_LINE:
            line = line[: rng.randrange(24, 70)]
        day = min(self._day(moment), self._last_day)
        self._deliver(line, moment, on=day)
        self.truth.faults[day.isoformat()][str(fault)] += 1

    def _delivery_day(self, day: date) -> date:
        """Mostly the day it was sent; a few records come days late, very few past a week."""
        roll = self._rng.random()
        if roll >= LATE_SHARE:
            return day
        late_by = self._rng.randint(8, 12) if roll < VERY_LATE_SHARE else self._rng.randint(1, 4)
        delivered_on = day + timedelta(days=late_by)
        if delivered_on > self._last_day:
            return day
        self.truth.late[delivered_on.isoformat()] += 1
        return delivered_on

    def _draw_fault(self) -> Fault | None:
        is_faulty = self._rng.random() < sum(FAULT_SHARES.values())
        return draw(FAULT_SHARES, self._rng) if is_faulty else None

    def _plant_contact(self, setting: Setting, turn: Turn, number: int) -> Turn:
        if turn.role is not Role.USER or number == 0 or self._rng.random() >= CONTACT_SHARE:
            return turn
        kinds = self._contacts[setting.person.language]
        self._planted = kind, secret = self._make_contact(setting, sorted(kinds))
        sentence = self._rng.choice(kinds[kind]).replace("@@", secret)
        return replace(turn, text=f"{turn.text} {sentence}")

    def _make_contact(self, setting: Setting, kinds: list[str]) -> tuple[str, str]:
        """Reserved names and numbers only: example.org, 555-01xx, and the numbers kept for films."""
        rng = self._rng
        kind = rng.choice(kinds)
        if kind == "email":
            name = rng.choice(
                ["sam.rivers", "lee.marsh", "noa.feld", "camille.dubreuil", "alex.romero", "kim.weber"]
            )
            return kind, f"{name}{rng.randrange(100, 999)}@example.org"
        if kind == "page":
            return kind, f"https://people.example.net/p{rng.randrange(1000, 9999)}"
        if setting.person.language == "de":
            return kind, f"+49 30 23125 {rng.randrange(1000):03d}"
        if setting.person.language == "fr":
            return kind, f"+33 6 39 98 {rng.randrange(100):02d} {rng.randrange(100):02d}"
        return kind, f"+1 (202) 555-01{rng.randrange(100):02d}"

    def _count_contact(self, setting: Setting, sent: Turn, number: int) -> None:
        kind, secret = self._planted
        self.truth.contact_details.append(
            {"session": setting.thread, "seq": number, "kind": kind, "secret": secret}
        )

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(UTC).astimezone(self._zone).date()


def _as_line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
