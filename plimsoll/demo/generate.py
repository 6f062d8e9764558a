"""Generate the sample: two invented operators' log exports over some months, with a truth file beside them.

Every text is written for the sample; no person is behind it. The same seed gives the same bytes. The
pipelines read `mapping.yaml` and `logs/`; nothing but tests and evaluation may read `truth.json`.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from plimsoll.demo.conversation import Writer
from plimsoll.demo.delivery import Delivery
from plimsoll.demo.logs import SHAPES, Setting, write_mapping
from plimsoll.demo.people import Person, draw, make_people
from plimsoll.demo.story import HARBOR, OPERATORS, TOPIC_SHARES, Behaviour, Operator, behave, turning_days
from plimsoll.demo.texts import Bank, Scenario, Topic, load_bank
from plimsoll.demo.timetable import count_conversations, draw_start, end_of

SEED = 20260801
THREAD_PAUSE = timedelta(hours=30)
ATTACHED_SHARE = 0.45
MINOR_SHARE = 0.6
REMEMBERED = 6
FURTHER_SCENARIOS = 6


@dataclass
class Memory:
    """What the sample remembers of a person between conversations."""

    scenarios: list[str] = field(default_factory=list)
    attached_episodes: int = 0
    thread: str | None = None
    thread_ended_at: datetime | None = None
    next_number: int = 0


def generate(out: Path, *, last_day: date, days: int = 90, seed: int = SEED) -> dict[str, Any]:
    """Write mapping.yaml and logs/YYYY-MM-DD.jsonl for each deployment, and truth.json; return the truth."""
    first_day = last_day - timedelta(days=days - 1)
    truth: dict[str, Any] = {
        "seed": seed,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "story": {name: str(day) for name, day in story_days(first_day, days).items()},
        "deployments": {},
    }
    for operator in OPERATORS:
        delivery = Sample(operator, first_day=first_day, days=days, seed=seed).deliver()
        folder = out / operator.deployment_id
        delivery.write(folder / "logs")
        mapping = yaml.safe_dump(write_mapping(operator), sort_keys=False, allow_unicode=True)
        (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
        truth["deployments"][operator.deployment_id] = delivery.truth.as_document()
    text = json.dumps(truth, ensure_ascii=False, indent=1, sort_keys=True)
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def declared_changes(last_day: date, days: int = 90) -> list[dict[str, Any]]:
    """What Harbor announced, as the change register takes it; Atelier's change is announced nowhere."""
    on = story_days(last_day - timedelta(days=days - 1), days)
    return [
        {
            "deployment_id": HARBOR,
            "effective_on": on["harbor_model_change"],
            "what": "Model tern-2026-03 replaced by tern-2026-08",
            "note": "Announced two weeks ahead. Expected: somewhat fewer missed disclosures.",
            "is_planned": True,
        },
        {
            "deployment_id": HARBOR,
            "effective_on": on["harbor_prompt_change"],
            "what": "System prompt p17 replaced by p18",
            "note": "Softer wording where nobody is at risk. Expected: fewer needless escalations.",
            "is_planned": True,
        },
    ]


def story_days(first_day: date, days: int) -> dict[str, date]:
    """On which date something changes in the sample."""
    turning = turning_days(days)
    return {
        "harbor_model_change": first_day + timedelta(days=turning.model_change),
        "harbor_prompt_change": first_day + timedelta(days=turning.prompt_change),
        "harbor_disclosure_gap_from": first_day + timedelta(days=turning.disclosure_gap.start),
        "harbor_disclosure_gap_before": first_day + timedelta(days=turning.disclosure_gap.stop),
        "atelier_silent_shift": first_day + timedelta(days=turning.silent_shift),
    }


class Sample:
    """The sample of one deployment."""

    def __init__(self, operator: Operator, *, first_day: date, days: int, seed: int) -> None:
        self._operator = operator
        self._first_day = first_day
        self._days = days
        self._zone = ZoneInfo(operator.zone)
        self._rng = random.Random(f"{seed}:{operator.deployment_id}")  # noqa: S311 - a sample, not a secret
        self._banks = {language: load_bank(language) for language in operator.languages}
        self._people = make_people(operator, rng=self._rng, days=days)
        self._memories: dict[str, Memory] = defaultdict(Memory)
        self._delivery = Delivery(
            shape=SHAPES[operator.deployment_id],
            zone=self._zone,
            last_day=first_day + timedelta(days=days - 1),
            contacts={
                language: {
                    name.removeprefix("contact_"): sentences
                    for name, sentences in bank.asides.items()
                    if name.startswith("contact_")
                }
                for language, bank in self._banks.items()
            },
            rng=self._rng,
        )

    def deliver(self) -> Delivery:
        """Every conversation of every day."""
        for number in range(self._days):
            day = self._first_day + timedelta(days=number)
            behaviour = behave(self._operator.deployment_id, day=number, days=self._days)
            wanted = count_conversations(self._operator, day=day, progress=number / self._days, rng=self._rng)
            for person in self._choose_people(number, wanted):
                self._converse(person, behaviour, day)
        return self._delivery

    def _choose_people(self, day_number: int, wanted: int) -> list[Person]:
        """Different people, the eager ones more often (weighted sampling without replacement)."""
        present = [person for person in self._people if person.joins_on <= day_number < person.leaves_on]
        ranked = sorted(
            present, key=lambda person: self._rng.random() ** (1 / person.eagerness), reverse=True
        )
        return ranked[:wanted]

    def _converse(self, person: Person, behaviour: Behaviour, day: date) -> None:
        memory = self._memories[person.user_id]
        bank = self._banks[person.language]
        scenario = self._choose_scenario(person, bank, memory)
        others = [
            other
            for other in bank.scenarios[Topic.EVERYDAY]
            if other is not scenario and _suits(other, person)
        ]
        further = self._rng.sample(others, min(FURTHER_SCENARIOS, len(others)))
        writer = Writer(
            bank=bank,
            person=person,
            behaviour=behaviour,
            deployment_id=self._operator.deployment_id,
            rng=self._rng,
        )
        episode = writer.write(scenario, more=further)
        started_at = draw_start(day, person=person, zone=self._zone, rng=self._rng)
        lasts = timedelta(seconds=sum(turn.pause for turn in episode.turns) + 900)
        last_day = self._first_day + timedelta(days=self._days - 1)
        started_at = min(started_at, end_of(last_day, self._zone) - lasts)
        is_free = memory.thread_ended_at is None or started_at - memory.thread_ended_at > THREAD_PAUSE
        goes_on = person.keeps_thread and is_free
        if not goes_on or memory.thread is None:
            thread = f"{self._operator.deployment_id[0]}-{self._rng.getrandbits(64):016x}"
            first_number = 0
        else:
            thread, first_number = memory.thread, memory.next_number
        setting = Setting(thread=thread, person=person, behaviour=behaviour, topic=scenario.topic)
        ended_at = self._delivery.add(setting, episode, started_at=started_at, first_number=first_number)
        if goes_on:
            memory.thread, memory.thread_ended_at = thread, ended_at
            memory.next_number = first_number + len(episode.turns)

    def _choose_scenario(self, person: Person, bank: Bank, memory: Memory) -> Scenario:
        rng = self._rng
        possible = {
            topic: share
            for topic, share in TOPIC_SHARES.items()
            if any(_suits(scenario, person) for scenario in bank.scenarios.get(topic, ()))
        }
        topic = draw(possible, rng)
        if person.grows_attached and rng.random() < ATTACHED_SHARE:
            topic = Topic.ATTACHMENT
        elif person.is_minor and topic is Topic.EVERYDAY and rng.random() < MINOR_SHARE:
            topic = Topic.MINOR
        suitable = [scenario for scenario in bank.scenarios[topic] if _suits(scenario, person)]
        if topic is Topic.ATTACHMENT:
            stage = 1 + min(3, memory.attached_episodes // 2) if person.grows_attached else rng.randint(1, 2)
            suitable = [scenario for scenario in suitable if scenario.stage == stage]
            memory.attached_episodes += 1
        fresh = [scenario for scenario in suitable if scenario.scenario_id not in memory.scenarios]
        scenario = rng.choice(fresh or suitable)
        memory.scenarios = [*memory.scenarios, scenario.scenario_id][-REMEMBERED:]
        return scenario


def _suits(scenario: Scenario, person: Person) -> bool:
    return scenario.ages == "any" or (scenario.ages == "minor") == person.is_minor
