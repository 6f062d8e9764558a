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


def name_key(folder: Path) -> str | None:
    """The fingerprint of the key that this home's pseudonyms were made with, though it may be lost."""
    named = folder / FINGERPRINT_FILE
    return named.read_text().strip() if named.exists() else fingerprint_key(folder)


def remember_key(folder: Path) -> None:
    """Keep which key it is, once, so that its loss is noticed; who may not write here leaves it to others.

    Homes of earlier versions have a key and no fingerprint of it.
    """
    named, found = folder / FINGERPRINT_FILE, fingerprint_key(folder)
    if found is None or named.exists() or not os.access(folder, os.W_OK):
        return
    aside = named.with_suffix(f".{os.getpid()}")
    aside.touch(mode=0o600)
    aside.write_text(found + "\n")
    aside.replace(named)


def check_key(folder: Path, *, is_used: bool = False) -> None:
    """Refuse to go on without the key, or with another one.

    Args:
        folder: where the key lies.
        is_used: whether the home holds anything that was made with a key.

    Raises:
        HomeError: the key is missing or is another one.
    """
    found = fingerprint_key(folder)
    if found != name_key(folder) or (found is None and is_used):
        raise HomeError(
            f"{folder / KEY_FILE} is missing or not the key that this home's pseudonyms were made with. "
            "Put it back: a backup made with --with-keys holds it "
            f"(`tar -xf BACKUP keys/{KEY_FILE}` takes it out). Under another key, people who return would "
            "count as new ones, and nobody who was erased would be refused. Whoever has to go on without it "
            "begins a new home."
        )
