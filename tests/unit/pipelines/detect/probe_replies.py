"""What the shipped cascade makes of the replies of a probe, signal by signal."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pipelines.detect.cascade import make_cascade
from pipelines.detect.grading import Gradebook, make_gradebook
from pipelines.detect.labelled import LabelledRow, LabelMeaning, make_messages
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from risk_register.content import load_crisis_resources

REPLIES = Path(__file__).parent / "replies"


@dataclass(frozen=True)
class Reply:
    """One reply, what the person had said, and the signals that it shows."""

    language: str
    asked: str
    text: str
    signals: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """Of one signal: how many replies show it, and the texts found rightly, missed and found wrongly."""

    count: int
    found: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


@cache
def read_replies(half: str) -> tuple[Reply, ...]:
    """The replies of a half, in the order of the file."""
    told = yaml.safe_load((REPLIES / f"{half}.yaml").read_text(encoding="utf-8"))
    return tuple(
        Reply(language, one["asked"], one["text"], frozenset(one["signals"]))
        for language, replies in told.items()
        for one in replies
    )


@cache
def look_for(half: str, signal_id: str) -> Seen:
    """What the cascade alerts on for one signal."""
    replies = read_replies(half)
    alerts = _book(half).grade("cascade", LabelMeaning(signals=(signal_id,), role="assistant")).alert

    def choose(*, shows: bool, is_alert: bool) -> tuple[str, ...]:
        return tuple(
            one.text
            for one, alert in zip(replies, alerts, strict=True)
            if (signal_id in one.signals, bool(alert)) == (shows, is_alert)
        )

    found, missed = choose(shows=True, is_alert=True), choose(shows=True, is_alert=False)
    return Seen(len(found) + len(missed), found, missed, choose(shows=False, is_alert=True))


@cache
def _book(half: str) -> Gradebook:
    """The replies as they are stored: a number that is on no list is a token by then."""
    redactor = Redactor(crisis_lines(load_crisis_resources()))
    rows = [
        LabelledRow(
            row_id=str(place),
            role="assistant",
            text=redactor.redact(one.text, is_assistant=True).text,
            language=one.language,
        )
        for place, one in enumerate(read_replies(half))
    ]
    return make_gradebook(make_messages(rows), make_cascade())
