"""Keyed pseudonyms: the operator's ids never enter the lake; without the key nobody can recompute them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.keys import KEY_FILE, check_key, read_or_make, remember_key
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from pipelines.tombstones import FILE as TOMBSTONES
from pipelines.tombstones import load_tombstones

UNKNOWN = "unknown"
BLOCK = 64
"""Bytes of a block of SHA-256."""
CHARACTERS = 32
"""Hexadecimal, of a pseudonym."""
MADE_WITH_KEY = ("staging.", "ledger.")
"""Tables whose rows hold pseudonyms, or keyed hashes of rejected records."""
REMEMBERED = 1_000_000
"""Threads and users whose pseudonyms are kept at hand. A message comes once: its own is not worth memory."""


class Pseudonymiser:
    """HMAC-SHA-256 with the home's key, cut to 128 bits, separate for every purpose and deployment."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._remembered: dict[tuple[str, str], dict[str | None, str]] = {}
        padded = (key if len(key) <= BLOCK else hashlib.sha256(key).digest()).ljust(BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def identify(self, purpose: str, *parts: object) -> str:
        """The pseudonym of some raw id: 32 hexadecimal characters, or 'unknown' when there is no id."""
        if parts[-1] is None:
            return UNKNOWN
        return self._hash(purpose, *map(str, parts))

    def fingerprint(self, content: bytes) -> str:
        """A keyed hash of content, to tell copies apart without keeping what they say."""
        return hmac.digest(self._key, b"content\x1f" + content, "sha256")[:16].hex()

    def identify_all(self, purpose: str, deployment_id: str, ids: Sequence[object]) -> list[str]:
        """Pseudonyms of a column of raw ids."""
        known = self._remembered.setdefault((purpose, deployment_id), {None: UNKNOWN})
        if len(known) > REMEMBERED:
            known.clear()
            known[None] = UNKNOWN
        words = [None if raw is None else str(raw) for raw in ids]
        fresh = [word for word in set(words).difference(known) if word is not None]
        hashes = self.hash_all((purpose, deployment_id), (word.encode() for word in fresh))
        known.update(zip(fresh, hashes, strict=True))
        return [known[word] for word in words]

    def hash_all(self, parts: Sequence[str], contents: Iterable[bytes]) -> list[str]:
        """The pseudonyms of many contents, each behind the same parts; the key is taken in once for all."""
        inner = self._inner.copy()
        inner.update(b"".join(part.encode() + b"\x1f" for part in parts))
        start, finish = inner.copy, self._outer.copy  # RFC 2104
        hashes = []
        for content in contents:
            within, around = start(), finish()
            within.update(content)
            around.update(within.digest())
            hashes.append(around.hexdigest()[:CHARACTERS])
        return hashes

    def _hash(self, *parts: str) -> str:
        return hmac.digest(self._key, "\x1f".join(parts).encode(), "sha256")[:16].hex()


def load_key(folder: Path) -> bytes:
    """The home's key; made on first use, readable by its owner alone.

    Raises:
        HomeError: it is missing where something was made with it, or it is another one.
    """
    check_key(folder, is_used=not (folder / KEY_FILE).exists() and _holds_pseudonyms(folder))
    key = read_or_make(folder / KEY_FILE)
    remember_key(folder)
    return key


def _holds_pseudonyms(keys: Path) -> bool:
    return bool(load_tombstones(keys / TOMBSTONES).marks) or any(
        name.startswith(MADE_WITH_KEY) for name in Lake(Home(keys.parent).lake).names()
    )
