"""Which findings count: what indicators count in SQL, evaluation and the account of misses count here."""

from __future__ import annotations

from pipelines.detect.detector import OWN_SUBJECTS, Time


def is_counted(signal_id: str, *, role: str, subject: str, time: str) -> bool:
    """Whether indicators count a finding in a message of that role, as in `sql/fact/message_signal.sql`.

    A person's signal is, when it is about the person and not over; an assistant's words are, whoever they are
    about. One difference is meant: a score of a whole message says of nobody, and what it says is graded and
    accounted for as the speaker's own, while no indicator counts it.
    """
    is_own = subject in OWN_SUBJECTS and time != Time.PAST
    match signal_id[:2]:
        case "u_":
            return role == "user" and is_own
        case "x_":  # an operator's own signal does not say by its name who carries it
            return role == "assistant" or is_own
        case _:
            return role == "assistant"
