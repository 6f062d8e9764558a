"""Turns texts into hashed n-grams, whole batches at a time: no Python loop over words or messages.

Four characters in a row, words and pairs of words, each hashed into 65,536 places. Which text a place came
from cannot be read back. A repeated n-gram counts by the logarithm of its number; each message has length
one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from pipelines.detect.detectors.linear.denial import mark_denials

BITS = 16
PLACES = 1 << BITS
COLUMNS = 2 * PLACES
"""Characters in the lower half, words and pairs in the upper."""

ORDER = 4
"""Characters in a row."""

VERSION = "2"
"""Raise it when a text gets other places: weights then no longer fit."""

_SPACE, _LAST_LETTER, _DIGIT, _APOSTROPHE, _END, _QUESTION, _FOREIGN = 0, 26, 27, 28, 29, 30, 31
_BASE = 0x100000001B3
"""An odd number has an inverse modulo 2**64, so that a prefix hash can be shifted back."""


def _make_codes() -> NDArray[np.uint8]:
    codes = np.full(256, _SPACE, dtype=np.uint8)
    for place, mark in enumerate(b"abcdefghijklmnopqrstuvwxyz"):
        codes[mark] = codes[mark - 32] = place + 1
    for marks, code in ((b"0123456789", _DIGIT), (b"'", _APOSTROPHE), (b".!:;", _END), (b"?", _QUESTION)):
        codes[list(marks)] = code
    codes[0xD0:0xF8] = _FOREIGN  # first bytes of letters of scripts that are not folded to ASCII
    return codes


_CODES = _make_codes()
_QUOTES = ("\u2019", "\u2018", "\u00b4", "\u02bc")


@dataclass(frozen=True)
class Ngrams:
    """Rows are messages; `characters` and `words` hold each n-gram of a message once, with its weight."""

    characters: sparse.csr_matrix
    words: sparse.csr_matrix
    pairs: sparse.csr_matrix
    norm: NDArray[np.float32]
    """Length of each message's vector before it was made one; 0 for a text without any n-gram."""
    is_legible: NDArray[np.bool_]
    """Whether there is a word, and most letters are of the scripts that are read."""

    def project(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """The product with weights of shape (COLUMNS, heads), of shape (messages, heads)."""
        lower, upper = weights[:PLACES], weights[PLACES:]
        total = self.characters @ lower + self.words @ upper + self.pairs @ upper
        return np.divide(total, np.maximum(self.norm, 1e-9)[:, None], dtype=np.float32)

    def matrix(self) -> sparse.csr_matrix:
        """All n-grams in one matrix with COLUMNS columns, for training."""
        upper = (self.words + self.pairs).tocsr()
        scale = sparse.diags(1 / np.maximum(self.norm, 1e-9))
        return sparse.csr_matrix(scale @ sparse.hstack([self.characters, upper]))


def hash_texts(texts: pa.Array) -> Ngrams:
    """The n-grams of texts (string or large_string, no nulls), one word in the place of each denial."""
    codes, offsets = _encode(mark_denials(texts))
    starts, ends = offsets[:-1], offsets[1:]
    characters = _characters(codes, starts, ends)
    words, pairs = _words(codes, offsets)
    squares = [_square(block) for block in (characters, words, pairs)]
    norm = np.sqrt(np.sum(squares, axis=0)).astype(np.float32)
    latin = np.concatenate([[0], np.cumsum((codes >= 1) & (codes <= _LAST_LETTER))])
    foreign = np.concatenate([[0], np.cumsum(codes == _FOREIGN)])
    is_legible = (np.diff(latin[offsets]) > 0) & (np.diff(latin[offsets]) >= np.diff(foreign[offsets]))
    return Ngrams(characters, words, pairs, norm, is_legible)


def _encode(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One small code a character, single spaces, a space at both ends of each text; and where each begins."""
    folded = pc.utf8_normalize(texts.cast(pa.large_string()), "NFKD")
    for quote in _QUOTES:
        folded = pc.replace_substring(folded, quote, "'")
    empty = pa.scalar("", pa.large_string())
    joined = pc.binary_join_element_wise(empty, folded, empty, pa.scalar(" ", pa.large_string()))
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.combine_chunks()
    count = len(joined)
    offsets = np.frombuffer(joined.buffers()[1], np.int64, count + 1, joined.offset * 8)
    raw = np.frombuffer(joined.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    codes = _CODES[raw]
    marks = (raw == 0xCC) | (raw == 0xCD)  # combining accents, two bytes each in UTF-8
    if marks.any():
        marks[1:] |= marks[:-1]
        codes, offsets = _keep(codes, offsets, ~marks)
    single = np.ones(len(codes), dtype=bool)
    single[1:] = (codes[1:] != _SPACE) | (codes[:-1] != _SPACE)
    single[offsets[:-1]] = True
    return _keep(codes, offsets, single)


def _keep(
    codes: NDArray[np.uint8], offsets: NDArray[np.int64], is_kept: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    moved = np.concatenate([[0], np.cumsum(is_kept)])
    return codes[is_kept], moved[offsets]


def _characters(
    codes: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> sparse.csr_matrix:
    wide = codes.astype(np.uint32)
    window = wide[: max(len(wide) - ORDER + 1, 0)].copy()
    for step in range(1, ORDER):
        window <<= np.uint32(5)
        window |= wide[step : len(window) + step]
    inside = np.ones(len(wide), dtype=bool)
    for back in range(1, ORDER):
        inside[np.maximum(ends - back, starts)] = False
    window *= np.uint32(2654435761)
    window ^= window >> np.uint32(15)
    window *= np.uint32(0x2C1B3C6D)
    columns = (window >> np.uint32(32 - BITS)).astype(np.int32)[inside[: len(window)]]
    lengths = np.maximum(ends - starts - (ORDER - 1), 0)
    return _block(columns, np.concatenate([[0], np.cumsum(lengths)]))


def _words(
    codes: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Words by the difference of prefix sums of a polynomial, pairs by mixing two words."""
    is_letter = (codes != _SPACE) & (codes != _END) & (codes != _QUESTION)
    edge = np.diff(np.concatenate([[False], is_letter, [False]]).astype(np.int8))
    first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    powers, inverses = _powers(len(codes))
    sums: NDArray[np.uint64] = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * powers, out=sums[1:])
    word = _mix((sums[last] - sums[first]) * inverses[first])
    bounds = np.searchsorted(first, offsets)
    columns = (word >> np.uint64(64 - BITS)).astype(np.int32)
    pair = _mix(word[:-1] * np.uint64(31) + word[1:])
    inside = np.ones(len(pair), dtype=bool)
    last_word = bounds[1:-1] - 1
    inside[last_word[(last_word >= 0) & (last_word < len(pair))]] = False
    counts = np.maximum(np.diff(bounds) - 1, 0)
    pair_columns = (pair >> np.uint64(64 - BITS)).astype(np.int32)[inside]
    return _block(columns, bounds), _block(pair_columns, np.concatenate([[0], np.cumsum(counts)]))


def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    base, inverse = np.uint64(_BASE), np.uint64(pow(_BASE, -1, 1 << 64))
    unsigned = np.uint64
    return np.cumprod(np.full(count, base), dtype=unsigned), np.cumprod(
        np.full(count, inverse), dtype=unsigned
    )


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = value ^ (value >> np.uint64(29))
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(32)
    return value


def _block(columns: NDArray[np.int32], bounds: NDArray[np.int64]) -> sparse.csr_matrix:
    ones = np.ones(len(columns), dtype=np.float32)
    block = sparse.csr_matrix((ones, columns, bounds.astype(np.int32)), shape=(len(bounds) - 1, PLACES))
    block.sum_duplicates()
    repeated = block.data > 1
    block.data[repeated] = 1 + np.log(block.data[repeated])
    return block


def _square(block: sparse.csr_matrix) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(block.data.astype(np.float64) ** 2)])
    return np.diff(sums[block.indptr])
