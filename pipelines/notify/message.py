"""The words of a notice as it is sent: the kind's own words, ids, numbers and a link. No text of anybody."""

from __future__ import annotations

from dataclasses import dataclass

from risk_register.notice.deliveries import Claim
from risk_register.notice.kinds import WORDS

HEADER = "X-Plimsoll-Message-Id"


@dataclass(frozen=True)
class Message:
    """What leaves: a title, lines, and the id by which a receiver can tell a repetition."""

    title: str
    body: str
    message_id: str


def write_message(claim: Claim, *, dashboard: str) -> Message:
    """The message of a claimed delivery."""
    notice, delivery = claim.notice, claim.delivery
    whole = notice.deployment_id or "every deployment"
    lines = [
        WORDS[notice.kind],
        f"Deployment: {whole}",
        f"About: {notice.reference_id}",
        *(f"{name.replace('_', ' ')}: {value:g}" for name, value in sorted(notice.figures.items())),
        f"Since: {notice.queued_at:%Y-%m-%d %H:%M} UTC",
        f"See and acknowledge: {dashboard.rstrip('/')}{notice.link}",
    ]
    if delivery.step:
        lines.append(f"Call {delivery.step + 1}: nobody has acknowledged it yet.")
    if delivery.attempt_count > 1:
        lines.append(f"Attempt {delivery.attempt_count}; the same id means the same call.")
    lines.append(f"Id: {delivery.message_id}")
    title = f"Plimsoll {notice.severity.value}: {notice.kind.value.replace('_', ' ')} in {whole}"
    return Message(title, "\n".join(lines), delivery.message_id)
