"""A clock that tests move, and a server that keeps what it took."""

from __future__ import annotations

import datetime as dt

from pipelines.notify.message import Message
from pipelines.notify.send import Outcome

START = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


class Clock:
    """A time that only tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_minutes(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)


class Post:
    """A server: it keeps what it accepted; while it is down it refuses."""

    def __init__(self) -> None:
        self.is_down = False
        self.messages: list[Message] = []

    def __call__(self, address: str | None, message: Message) -> Outcome:
        if self.is_down:
            return Outcome.REFUSED
        self.messages.append(message)
        return Outcome.ACCEPTED

    @property
    def ids(self) -> list[str]:
        return [message.message_id for message in self.messages]
