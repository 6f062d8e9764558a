"""Write one conversation: who says what, after which pause, and which notices and handoffs go with it.

A conversation follows a scenario of the text bank; where a person discloses something, the answer's
quality is drawn from the behaviour of the day.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from plimsoll.demo.episode import Episode, Event, Role, Turn
from plimsoll.demo.people import Person, draw
from plimsoll.demo.phrase import fill, type_out
from plimsoll.demo.story import HARMFUL_QUALITIES, Behaviour, Quality, weaken
from plimsoll.demo.texts import Bank, Exchange, Line, Need, Scenario, Topic

LENGTHS = {1: 0.25, 2: 0.34, 3: 0.23, 4: 0.1, 5: 0.04, 6: 0.018, 8: 0.01, 12: 0.007, 18: 0.005}
SLOW_FROM_LENGTH = 5
SLOW_SHARE = 0.3
REMINDED_AFTER = 165 * 60.0  # seconds
REMINDER_SHARE = 0.9
CLOSING_SHARE = 0.33
FOLLOW_UP_SHARE = 0.7
ACCEPT_SHARE = 0.72
CRISIS_NEEDS = frozenset({Need.RISK, Need.SELF_HARM, Need.SAFETY})
OPENER_SHARE = 0.28
INVITE_SHARE = 0.08
ESCALATION_LEVEL = 2
BANNER_LEVEL = 3
MINUTE = 60.0
HELPFUL = frozenset({Quality.GOOD, Quality.ASKS_FIRST, Quality.LATE})
NOTICED = {Quality.GOOD: 1.0, Quality.ASKS_FIRST: 1.0, Quality.LATE: 0.7, Quality.VAGUE: 0.6}
NOTICED_OTHERWISE = 0.25


class Writer:
    """Writes the conversations of one person on one day."""

    def __init__(
        self, *, bank: Bank, person: Person, behaviour: Behaviour, deployment_id: str, rng: random.Random
    ) -> None:
        self._bank = bank
        self._person = person
        self._behaviour = behaviour
        self._deployment_id = deployment_id
        self._rng = rng
        self._chosen: dict[str, str] = {}
        self._said: set[str] = set()
        self._is_slow = False
        self._names_line = False
        country = (person.region or "").partition("-")[0]
        self._slots = {
            **bank.slots,
            "line": bank.lines.get(country, bank.lines["any"]),
            "emergency": bank.emergency.get(country, bank.emergency["any"]),
        }

    def write(self, scenario: Scenario, *, more: Sequence[Scenario] = ()) -> Episode:
        """A conversation about a scenario; a long one goes on to the further scenarios."""
        rng = self._rng
        episode = Episode(scenario.topic, scenario.scenario_id)
        length = max(draw(LENGTHS, rng), scenario.least_length)
        self._is_slow = length >= SLOW_FROM_LENGTH and rng.random() < SLOW_SHARE
        for number, part in enumerate((scenario, *more)):
            if number and episode.quality is not None:
                break
            if number:
                self._chosen.clear()
            previous: int | None = None
            for position, exchange in enumerate(part.exchanges):
                if length <= 0 or episode.is_over or not any(line.fits(previous) for line in exchange.say):
                    break
                if episode.quality not in {None, *HELPFUL} and exchange.need is None:
                    break
                bridge = self._say(self._bank.asides["bridges"]) + " " if number and not position else ""
                previous = self._exchange(episode, exchange, previous=previous, prefix=bridge)
                length -= 1
        if not episode.is_over and episode.quality is None and rng.random() < CLOSING_SHARE:
            self._exchange(episode, rng.choice(self._bank.closings), is_plain=True)
        self._add_notices(episode)
        return episode

    def _exchange(
        self,
        episode: Episode,
        exchange: Exchange,
        *,
        previous: int | None = None,
        prefix: str = "",
        is_plain: bool = False,
    ) -> int | None:
        """One line and its answer; returns the number of the answer if it was an ordinary one."""
        said = self._choose(exchange.say, previous)
        self._speak(episode, prefix + self._say([exchange.say[said].text]), level=exchange.level)
        if exchange.need:
            self._disclose(episode, exchange.need, exchange.level)
            return None
        behaviour, aside = self._behaviour, self._rng.random()
        if aside < behaviour.over_escalation_share and episode.level == 0:
            self._answer(episode, self._say(self._bank.asides["over_escalation"]), marks=("over_escalation",))
            return None
        if aside < behaviour.over_escalation_share + behaviour.needless_refusal_share:
            self._answer(
                episode, self._say(self._bank.asides["needless_refusal"]), marks=("needless_refusal",)
            )
            return None
        answer = self._choose(exchange.reply, said)
        self._answer(episode, self._say([exchange.reply[answer].text]), is_plain=is_plain)
        return answer

    def _choose(self, lines: Sequence[Line], previous: int | None) -> int:
        """The number of a line that can follow the previous one."""
        return self._rng.choice([number for number, line in enumerate(lines) if line.fits(previous)])

    def _disclose(self, episode: Episode, need: Need, level: int) -> None:
        """Answer a disclosure, with what then follows."""
        answers = weaken(
            self._behaviour.answers[need],
            language=self._bank.language,
            deployment_id=self._deployment_id,
        )
        texts = self._bank.responses[need]
        quality = draw(
            {q: share for q, share in answers.items() if q in texts or q is Quality.LATE}, self._rng
        )
        if episode.quality is None or level >= episode.level:
            episode.quality = quality
        episode.needs_help = episode.needs_help or (need in CRISIS_NEEDS and level >= ESCALATION_LEVEL)
        first = Quality.MISSING if quality is Quality.LATE else quality
        marks = (quality.value,) if quality in HARMFUL_QUALITIES else ()
        self._answer(episode, self._say(texts[first]), marks=marks, is_plain=True)
        if quality is Quality.ABANDONMENT:
            episode.is_over = True
        follow_ups = self._bank.follow_ups.get(need, {}).get(first, ())
        wants_more = quality in {Quality.LATE, Quality.ASKS_FIRST} or self._rng.random() < FOLLOW_UP_SHARE
        if follow_ups and wants_more and not episode.is_over:
            following = self._rng.choice(follow_ups)
            said = self._choose(following.say, None)
            self._speak(episode, self._say([following.say[said].text]), level=level if level > 1 else 0)
            reply = following.reply[self._choose(following.reply, said)].text
            replies = texts[Quality.GOOD] if quality is Quality.LATE else [reply]
            self._answer(episode, self._say(replies), is_plain=True)
        if quality in HELPFUL and need in CRISIS_NEEDS:
            episode.has_resource = True
        if level >= BANNER_LEVEL and self._rng.random() < NOTICED.get(quality, NOTICED_OTHERWISE):
            self._hand_over(episode)

    def _hand_over(self, episode: Episode) -> None:
        """The crisis banner, and perhaps a colleague."""
        rng, at = self._rng, len(episode.turns) - 1
        if rng.random() < self._behaviour.banner_share:
            episode.has_resource = True
            episode.events.append(Event("notice", "crisis_banner", at, rng.uniform(0.5, 3)))
        if rng.random() >= self._behaviour.handoff_share:
            return
        episode.has_handoff = True
        seconds = rng.uniform(2, 8)
        episode.events.append(Event("handoff", "offered", at, seconds))
        if rng.random() >= ACCEPT_SHARE:
            return
        seconds += rng.uniform(10, 90)
        episode.events.append(Event("handoff", "accepted", at, seconds))
        if rng.random() >= self._behaviour.handoff_success_share:
            episode.events.append(Event("handoff", "failed", at, seconds + rng.uniform(60, 420)))
            return
        seconds += rng.uniform(20, 400)
        episode.events.append(Event("handoff", "connected", at, seconds))
        pause = seconds + rng.uniform(5, 40)
        for exchange in self._bank.colleague:
            text = self._say([line.text for line in exchange.reply])
            episode.turns.append(Turn(Role.AGENT, text, pause))
            pause = rng.uniform(25, 120)
            if exchange.say:
                self._speak(episode, self._say([line.text for line in exchange.say]))
        last = len(episode.turns) - 1
        episode.events.append(Event("handoff", "completed", last, rng.uniform(20, 300)))
        episode.is_over = True

    def _speak(self, episode: Episode, text: str, *, level: int = 0) -> None:
        """The person writes."""
        rng = self._rng
        self._names_line = False
        pause = 0.0 if not episode.turns else 6 + len(text) * rng.uniform(0.15, 0.5) + rng.expovariate(1 / 25)
        if episode.turns and self._is_slow:
            pause += rng.uniform(15, 75) * MINUTE
        episode.turns.append(Turn(Role.USER, type_out(text, self._person.typing), pause, level))

    def _answer(
        self, episode: Episode, text: str, *, marks: tuple[str, ...] = (), is_plain: bool = False
    ) -> None:
        """The assistant writes; ordinary answers may open or end in a phrase of its own."""
        rng, asides = self._rng, self._bank.asides
        if not is_plain and not marks and episode.topic in {Topic.EVERYDAY, Topic.MINOR}:
            if rng.random() < (OPENER_SHARE if len(episode.turns) == 1 else OPENER_SHARE / 3):
                text = f"{self._say(asides['openers'])} {text}"
            if rng.random() < INVITE_SHARE and not text.endswith("?"):
                text = f"{text} {self._say(asides['invites'])}"
        if Quality.REFUSAL not in marks and Quality.ABANDONMENT not in marks:
            for _ in range(rng.randint(0, self._behaviour.extra_sentences)):
                text = f"{text} {self._say(asides['padding'])}"
        if not marks and rng.random() < self._behaviour.dependency_share:
            text = f"{text} {self._say(asides['dependency'])}"
            marks = (Quality.DEPENDENCY_PUSH.value,)
        episode.said_resource = episode.said_resource or self._names_line
        self._names_line = False
        episode.turns.append(Turn(Role.ASSISTANT, text, 1.5 + len(text) * rng.uniform(0.008, 0.03), 0, marks))

    def _say(self, templates: Sequence[str]) -> str:
        """One of the templates, filled; nothing is said twice in a conversation if it can be helped."""
        template = self._rng.choice([t for t in templates if t not in self._said] or templates)
        self._said.add(template)
        self._names_line = self._names_line or "$line" in template or "$emergency" in template
        return fill(
            template,
            rng=self._rng,
            slots=self._slots,
            chosen=self._chosen,
            is_feminine=self._person.is_feminine,
        )

    def _add_notices(self, episode: Episode) -> None:
        """The AI notice at the start; mostly a reminder before somebody is answered after three hours."""
        rng, behaviour = self._rng, self._behaviour
        is_ios = self._person.surface.endswith("-ios")
        share = behaviour.disclosure_share_on_ios if is_ios else behaviour.disclosure_share
        if rng.random() < share:
            episode.events.append(Event("notice", "ai_disclosure", -1, rng.uniform(-9, -1)))
        since_notice = 0.0
        for position, turn in enumerate(episode.turns):
            since_notice += turn.pause
            if since_notice > REMINDED_AFTER and turn.role is Role.USER:
                if rng.random() >= REMINDER_SHARE:
                    break  # the timer of this conversation is lost
                episode.events.append(Event("notice", "break_reminder", position, rng.uniform(0.2, 1.2)))
                since_notice = 0.0
