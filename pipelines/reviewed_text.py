"""Keyed hashes of the reviewed messages that a home's models learned from; they go with the messages' text.

A model of the home knows by them whether it is measured on what it was trained with. They lie beside its
weights, in no file that has a checksum: what is erased, or past its limit, is taken out of them. Without the
home's key nobody can ask them whether a text was among them.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipelines.durable import replace_durably
from pipelines.keys import KEY_FILE, check_key
from pipelines.lake.lake import Lake
from pipelines.lock import alone
from pipelines.settings import Home

FOLDER = "models"
FILE = "reviewed.hashes"
ASIDE = ".aside"
MODEL_FILE = "model.json"
REVIEWS = "reviews"
"""What a home's own reviewed messages are called among the sources of a model."""
MESSAGES = "staging.message"
MARK_BYTES, HASH_BYTES = 8, 6
ENTRY_BYTES = MARK_BYTES + HASH_BYTES
DAYS_AT_ONCE = 100
"""Whose texts are in memory at a time."""


@dataclass(frozen=True)
class ReviewedTexts:
    """The texts that one model learned from."""

    key: bytes
    hashes: frozenset[bytes]

    def holds(self, text_hash: bytes) -> bool:
        """Whether the text with this hash (`overlap.hash_text`) is one of them."""
        return _seal(self.key, "text", text_hash, HASH_BYTES) in self.hashes


def models_folder(home: Home) -> Path:
    """Where the home's models lie."""
    return home.path / FOLDER


def write_reviewed(home: Home, folder: Path, texts: Iterable[tuple[str, bytes]]) -> None:
    """Keep which messages a model learned from, as message id and `overlap.hash_text`; none is written, too.

    A message that was erased while the model was trained is not kept.

    Raises:
        HomeError: the home's key is not there.
    """
    texts = list(texts)
    check_key(home.keys, is_used=bool(texts))
    key = (home.keys / KEY_FILE).read_bytes() if texts else b""
    entries = {
        _seal(key, "message", message_id.encode(), MARK_BYTES) + _seal(key, "text", text_hash, HASH_BYTES)
        for message_id, text_hash in texts
    }
    _write(folder / FILE, entries)
    forget_reviewed(home)


def read_reviewed_texts(home: Home, folder: Path) -> ReviewedTexts | None:
    """The texts of a model in this folder; None where it learned from none, or without the home's key."""
    entries = _read(folder / FILE)
    path = home.keys / KEY_FILE
    if not entries or not path.exists():
        return None
    return ReviewedTexts(path.read_bytes(), frozenset(entry[MARK_BYTES:] for entry in entries))


def forget_reviewed(home: Home) -> dict[str, int]:
    """Drop what belongs to messages that are gone or have lost their text; returns how many, by model.

    Without the home's key nobody can tell: then nothing goes, until it is put back. What a killed writer left
    half written goes in any case.
    """
    for draft in models_folder(home).glob(f"*/{Path(FILE).stem}.*"):
        if draft.name != FILE:
            with alone(draft.parent):
                draft.unlink(missing_ok=True)
    held = {path: entries for path in models_folder(home).glob(f"*/{FILE}") if (entries := _read(path))}
    path = home.keys / KEY_FILE
    if not held or not path.exists():
        return {}
    key = path.read_bytes()
    left = {_seal(key, "message", one.encode(), MARK_BYTES) for one in _list_with_text(Lake(home.lake))}
    dropped = {}
    for place, entries in held.items():
        kept = {entry for entry in entries if entry[:MARK_BYTES] in left}
        if len(kept) < len(entries):
            _write(place, kept)
            dropped[place.parent.name] = len(entries) - len(kept)
    return dropped


def describe_learned(home: Home) -> list[dict[str, str]]:
    """For a receipt: the models whose weights learned from reviewed messages, or may have."""
    told = []
    for path in sorted(models_folder(home).glob(f"*/{MODEL_FILE}")):
        name = f"{FOLDER}/{path.parent.name}"
        rows = [one["rows"] for one in _read_sources(path) if one["name"] == REVIEWS]
        if rows:
            told.append({
                "what": f"{name}: weights that learned from {rows[0]} reviewed messages of this home",
                "why": "no text can be read from them and no message taken out of them; train anew without "
                "what is erased (`plimsoll train FOLDER --reviews`), adopt that and delete the folder",
            })  # fmt: skip
        elif not (path.parent / FILE).exists():
            told.append({
                "what": f"{name}: weights, and hashes without a key of what they learned from",
                "why": "the model was not kept by this version and does not say whether it learned from "
                "reviewed messages of this home; if it did, train anew, adopt that and delete the folder",
            })  # fmt: skip
    return told


def _list_with_text(lake: Lake) -> Iterator[str]:
    days = sorted({day for _, day in lake.partitions(MESSAGES)})
    for start in range(0, len(days), DAYS_AT_ONCE):
        chunk = days[start : start + DAYS_AT_ONCE]
        rows = lake.read(MESSAGES, days=chunk, columns=["message_id", "text"])
        if rows is not None:
            has_text = pc.fill_null(pc.greater(pc.utf8_length(rows["text"]), 0), False)
            yield from rows["message_id"].filter(has_text).to_pylist()


def _read_sources(path: Path) -> list[dict[str, Any]]:
    try:
        sources: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["sources"]
    except (ValueError, KeyError, TypeError):
        return []
    return sources


def _seal(key: bytes, purpose: str, content: bytes, length: int) -> bytes:
    return hmac.digest(key, b"reviewed\x1f" + purpose.encode() + b"\x1f" + content, "sha256")[:length]


def _read(path: Path) -> set[bytes]:
    content = path.read_bytes() if path.exists() else b""
    return {content[at : at + ENTRY_BYTES] for at in range(0, len(content), ENTRY_BYTES)}


def _write(path: Path, entries: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.parent):
        replace_durably(path, b"".join(sorted(entries)), aside=path.with_suffix(ASIDE))
