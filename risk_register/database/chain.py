"""How audit entries are chained: each hash covers the entry and the hash before it.

Pure; a changed, removed or reordered entry breaks every later link. What is audited is decided where it is
written, and reading the audit is `audit`'s business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

FIRST_HASH = "0" * 64


def write_details(details: Mapping[str, object]) -> str:
    """The details of an entry as one canonical line, so that the same facts always hash the same."""
    return json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def link(
    previous_hash: str,
    *,
    sequence: int,
    at: dt.datetime,
    actor: str,
    action: str,
    deployment_id: str | None,
    subject: str,
    details: str,
) -> str:
    """The hash of an entry, in hexadecimal."""
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    fields = [previous_hash, sequence, moment, actor, action, deployment_id, subject, details]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
