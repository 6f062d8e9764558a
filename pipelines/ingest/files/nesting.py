"""How deeply a record of JSON may be nested, and writing one that is deeper than the usual writer goes.

Texts of a deep value, and what is written of it, fail where the interpreter's stack ends, at 1,000 calls: one
such record would keep every other out.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import orjson

DEEPEST = 500
"""Levels of a record. Logs of calls have about ten. By the owner of ingest, 2026-11-30."""
TOO_DEEP = f"a record is nested more than {DEEPEST} levels deep"


def opens_often(raw: bytes) -> bool:
    """Whether a text of JSON may be nested too deeply: whether it begins so many lists and objects."""
    return raw.count(b"[") + raw.count(b"{") > DEEPEST


def is_too_deep(record: object) -> bool:
    """Whether what was read of such a text is."""
    level = [record] if isinstance(record, dict | list) else []
    for _ in range(DEEPEST):
        inner = (one for outer in level for one in (outer.values() if isinstance(outer, dict) else outer))
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return False
    return True


def write_json(value: object, *, default: Callable[[object], object] | None = None) -> bytes:
    """What was read as JSON, as JSON; `default` makes something of a value that JSON does not know.

    Raises:
        RecursionError: it is nested far more deeply than a record may be.
    """
    try:
        return orjson.dumps(value, default=default)
    except orjson.JSONEncodeError:  # it writes a quarter of the levels that it reads
        return json.dumps(value, default=default, ensure_ascii=False, separators=(",", ":")).encode()
