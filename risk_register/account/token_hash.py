"""What is kept of a secret that opens something: a link, a session, a machine's token."""

from __future__ import annotations

import hashlib


def hash_token(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal; tokens are random and long, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
