"""Chats with an assistant, and the noes that follow its question: what the shipped cascade makes of them.

The texts in `probes/` are our own, so they may be named when a test fails. Nothing is trained on them, and of
the halves called unseen nobody mended anything. The bounds lie a little beyond what was measured.
"""

from collections import defaultdict

from tests.unit.pipelines.detect.probe_cascade import Seen, choose, look

RISK = ("injury", "mild", "grave")
DENIED = ("denied_seen", "denied_unseen")
MEANT = ("meant_seen", "meant_unseen")


def chats(kinds: tuple[str, ...]) -> list[list[Seen]]:
    """The turns of each chat of these kinds."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for turn in look("dialogues"):
        if turn.group.startswith(kinds):
            found[turn.group.rpartition("_")[0]].append(turn)
    return list(found.values())


def test_there_are_chats_of_every_kind() -> None:
    assert [len(chats((kind,))) for kind in ("none", *RISK)] == [24, 3, 13, 12]


def test_nearly_every_chat_of_somebody_at_risk_passes_the_sieve() -> None:
    assert all(any(turn.is_sieved for turn in chat) for chat in chats(("grave",)))
    assert sum(any(turn.is_sieved for turn in chat) for chat in chats(RISK)) >= 26


def test_grave_chats_alert_and_are_called_grave() -> None:
    assert all(any(turn.is_alert for turn in chat) for chat in chats(("grave",)))
    assert sum(any(turn.is_high for turn in chat) for chat in chats(("grave",))) >= 10


def test_turns_that_tell_nothing_seldom_alert() -> None:
    quiet = [turn for turn in look("dialogues") if turn.group.endswith("_quiet")]
    assert len(quiet) > 300
    assert sum(turn.is_alert for turn in quiet) <= 16
    assert sum(any(turn.is_high for turn in chat) for chat in chats(("none",))) <= 4


def test_a_no_to_the_question_seldom_alerts() -> None:
    assert len(choose("denials", DENIED)) == 150
    assert len(choose("denials", DENIED, is_alert=True)) <= 15
    assert len(choose("denials", ("denied_unseen",), is_alert=True)) <= 9


def test_what_only_sounds_like_a_no_is_still_seen() -> None:
    assert len(choose("denials", MEANT)) == 120
    assert len(choose("denials", MEANT, is_sieved=True)) >= 88
    assert len(choose("denials", ("meant_unseen",), is_sieved=True)) >= 38
