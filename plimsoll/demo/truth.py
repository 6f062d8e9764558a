"""What was planted, counted while it is planted: the answer sheet that no pipeline reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plimsoll.demo.episode import Episode, Turn
from plimsoll.demo.logs import Setting


@dataclass
class Truth:
    """Counts and lists of one deployment; days are days of the deployment's zone.

    A conversation counts on the day of its first accepted message, a message on the day it was sent, an
    event on the day it happened, a fault on the day of the file that holds it.
    """

    messages: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    conversations: Counter[str] = field(default_factory=Counter)
    notices: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    handoffs: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    faults: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    late: Counter[str] = field(default_factory=Counter)
    harms: list[dict[str, Any]] = field(default_factory=list)
    disclosures: list[dict[str, Any]] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    contact_details: list[dict[str, Any]] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    threads: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: Counter[str] = field(default_factory=Counter)

    def count_conversation(self, setting: Setting, episode: Episode, day: date) -> None:
        """A conversation of which at least one message was accepted."""
        self.conversations[day.isoformat()] += 1
        self.threads[setting.thread].append(day.isoformat())
        self.languages[setting.person.language] += 1
        self.topics[episode.topic] += 1
        self.people.add(setting.person.user_id)

    def count_message(self, setting: Setting, turn: Turn, *, number: int, day: date) -> None:
        """An accepted message, with the harms that are known in it."""
        self.messages[day.isoformat()][turn.role] += 1
        self.harms.extend(
            {
                "session": setting.thread,
                "seq": number,
                "day": day.isoformat(),
                "kind": mark,
                "language": setting.person.language,
            }
            for mark in turn.marks
        )

    def count_disclosure(self, setting: Setting, episode: Episode, *, number: int, day: date) -> None:
        """A conversation with a disclosure, by its gravest accepted message."""
        self.disclosures.append(
            {
                "session": setting.thread,
                "seq": number,
                "day": day.isoformat(),
                "topic": episode.topic,
                "scenario": episode.scenario_id,
                "level": episode.level,
                "quality": episode.quality,
                "is_missed": episode.is_missed,
                "language": setting.person.language,
            }
        )

    def count_seen(self, setting: Setting, episode: Episode, answers: dict[str, int], day: date) -> None:
        """What a reviewer would see in a conversation that is not an ordinary one, and what the log shows."""
        if answers:
            is_helped = any(one.kind == "handoff" or one.detail == "crisis_banner" for one in episode.events)
            self.seen.append(
                {
                    "session": setting.thread,
                    "day": day.isoformat(),
                    "answers": answers,
                    "is_helped": is_helped,
                }
            )

    def as_document(self) -> dict[str, Any]:
        """The truth as plain values."""
        long_threads = {thread: days for thread, days in self.threads.items() if len(days) > 1}
        return {
            "totals": {
                "messages": sum(sum(roles.values()) for roles in self.messages.values()),
                "conversations": sum(self.conversations.values()),
                "threads": len(self.threads),
                "threads_that_go_on": len(long_threads),
                "people": len(self.people),
                "lines": sum(self.lines.values()),
                "late_records": sum(self.late.values()),
                "faults": dict(sum((Counter(day) for day in self.faults.values()), Counter())),
                "known_harms": dict(Counter(harm["kind"] for harm in self.harms)),
                "known_misses": sum(disclosure["is_missed"] for disclosure in self.disclosures),
                "languages": dict(self.languages),
                "topics": dict(self.topics),
            },
            "messages_by_day": {day: dict(roles) for day, roles in self.messages.items()},
            "conversations_by_day": dict(self.conversations),
            "notices_by_day": {day: dict(kinds) for day, kinds in self.notices.items()},
            "handoffs_by_day": {day: dict(stages) for day, stages in self.handoffs.items()},
            "faults_by_file": {day: dict(kinds) for day, kinds in self.faults.items()},
            "late_records_by_file": dict(self.late),
            "lines_by_file": dict(self.lines),
            "known_harms": self.harms,
            "disclosures": self.disclosures,
            "seen": self.seen,
            "contact_details": self.contact_details,
            "threads_that_go_on": long_threads,
        }
