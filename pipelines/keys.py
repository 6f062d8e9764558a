"""Which key a home's pseudonyms were made with, so that another one is never used in its place.

Pseudonyms of two keys never meet: with a new key, returning users would look like new ones and nobody who was
erased would be refused. What a key is used for is the business of who asks for it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from pipelines.durable import replace_durably
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
        with open(aside, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(secrets.token_bytes(32))
            stream.flush()
            os.fsync(stream.fileno())  # a key that a power cut leaves empty cannot be had again
        try:
            os.link(aside, path)  # whoever comes second keeps the first one's key
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


def name_key(folder: Path) -> str | None:
    """The fingerprint of the key that this home's pseudonyms were made with, though it may be lost.

    Raises:
        HomeError: the file that holds it is damaged.
    """
    named = folder / FINGERPRINT_FILE
    if not named.exists():
        return fingerprint_key(folder)
    found = named.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch("[0-9a-f]{64}", found):
        raise HomeError(
            f"{named} is damaged: it tells which {KEY_FILE} this home's pseudonyms were made with. Where the "
            f"one beside it is that key, delete {FINGERPRINT_FILE}: it is written again."
        )
    return found


def remember_key(folder: Path) -> None:
    """Keep which key it is, once, so that its loss is noticed; who may not write here leaves it to others.

    Homes of earlier versions have a key and no fingerprint of it.
    """
    named, found = folder / FINGERPRINT_FILE, fingerprint_key(folder)
    if found is None or named.exists() or not os.access(folder, os.W_OK):
        return
    aside = named.with_name(f"{named.name}.{os.getpid()}")  # no name under which a killed maker left the key
    replace_durably(named, found + "\n", aside=aside, mode=0o600)


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
