"""A file that somebody takes away: an export of figures, labels or decisions."""

from __future__ import annotations

from pathlib import Path

from pipelines.durable import replace_durably


def write_taken(target: Path, content: bytes) -> None:
    """Write it whole or not at all, for whoever takes it alone: it may hold what others here may not read.

    What is no file, such as /dev/stdout, is written into: a rename would put a file in its place.
    """
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    aside = target.with_name(f".{target.name}.aside")
    aside.unlink(missing_ok=True)  # its rights would stay
    try:
        replace_durably(target, content, aside=aside, mode=0o600)
    finally:
        aside.unlink(missing_ok=True)
