"""Which key a home's pseudonyms were made with, so that another one is never used in its place.

Pseudonyms of two keys never meet: with a new key, returning users would look like new ones and nobody who was
erased would be refused. What a key is used for is the business of who asks for it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from pipelines.errors import HomeError

KEY_FILE = "pseudonym.key"
FINGERPRINT_FILE = "pseudonym.fingerprint"


def fingerprint_key(folder: Path) -> str | None:
    """What tells one key from another without giving it away; None where there is no key."""
    path = folder / KEY_FILE
    return hashlib.sha256(b"fingerprint\x1f" + path.read_bytes()).hexdigest() if path.exists() else None


def read_or_make(path: Path) -> bytes:
    """The key of a file; made on first use, readable by its owner alone."""
    if not path.exists():
        aside = path.with_suffix(f".{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_bytes(secrets.token_bytes(32))
        try:
            os.link(aside, path)  # whoever comes second keeps the first one's key
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


def check_key(folder: Path) -> None:
    """Refuse to go on without the key, or with another one, where a restored home says which it needs.

    Raises:
        HomeError: the key is missing or is another one.
    """
    named = folder / FINGERPRINT_FILE
    if named.exists() and fingerprint_key(folder) != named.read_text().strip():
        raise HomeError(
            f"{folder / KEY_FILE} is missing or not the key that this home's pseudonyms were made with. "
            "Put the key of the home that was backed up there; without it no erased person would be refused."
        )
