"""Signed receipts of erasures.

A receipt names its subject by a random reference: nobody can tell from it who was erased. It is signed with
HMAC-SHA-256 and the home's `receipt.key`, so
whoever holds the key can check it, and nobody else can make one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from pipelines.durable import replace_durably
from pipelines.errors import HomeError, StateError
from pipelines.keys import read_or_make
from pipelines.settings import Home

KEY_FILE = "receipt.key"
ALGORITHM = "HMAC-SHA-256"
Document = dict[str, Any]


def sign(home: Home, document: Document) -> Document:
    """The document with its signature over everything else in it."""
    key = read_or_make(home.keys / KEY_FILE)
    return document | {
        "signature": {
            "algorithm": ALGORITHM,
            "key": f"keys/{KEY_FILE}",
            "key_id": hashlib.sha256(key).hexdigest()[:16],
            "value": hmac.digest(key, _canonical(document), "sha256").hex(),
        }
    }


def is_genuine(home: Home, document: Document) -> bool:
    """Whether the signature is that of this home and nothing was changed since.

    Raises:
        HomeError: this home has no key, so nobody can tell.
    """
    path = home.keys / KEY_FILE
    if not path.exists():
        raise HomeError(
            f"{path} is missing: only who holds the key that signed a receipt can check it. A backup made "
            f"with --with-keys holds it (`tar -xf BACKUP keys/{KEY_FILE}` takes it out)."
        )
    signature = document.get("signature", {})
    rest = {name: value for name, value in document.items() if name != "signature"}
    expected = hmac.digest(path.read_bytes(), _canonical(rest), "sha256").hex()
    return signature.get("algorithm") == ALGORITHM and hmac.compare_digest(
        str(signature.get("value", "")), expected
    )


def read_receipt(path: Path) -> Document:
    """A receipt of `<home>/receipts`, or a copy of it.

    Raises:
        StateError: the file cannot be read or is no receipt.
    """
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StateError(f"{path} cannot be read as a receipt: {type(error).__name__}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("signature"), dict):
        raise StateError(f"{path} is no receipt: a JSON object with a `signature` is expected.")
    return document


def write_receipt(home: Home, document: Document) -> Path:
    """Sign a receipt and put it among the others."""
    path = receipts(home) / f"{document['receipt_id']}.json"
    write_durably(path, sign(home, document))
    return path


def receipts(home: Home) -> Path:
    """The folder of receipts."""
    home.receipts.mkdir(mode=0o700, exist_ok=True)
    return home.receipts


def write_durably(path: Path, document: Document) -> None:
    """Write a JSON document in one step that is on the disk before this returns."""
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    replace_durably(path, text, aside=path.with_suffix(".aside"), mode=0o600)


def _canonical(document: Document) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
