"""A text-classification model in ONNX form with its tokenizer, as a classifier's folder holds them.

What its outputs mean, and which windows of a message it reads, belongs in `classifier.py`. onnxruntime and
tokenizers are not installed with Plimsoll; see docs/operations.md.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from pipelines.errors import DefinitionError

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a model may ask for."""
POINTER = b"version https://git-lfs"
"""How a file begins that stands for one which was not fetched."""
MOST_SAID = 300
"""Characters of what a library says about a file."""
PIECE_TOKENS = 512
"""What models of the usual form take at once; a window with a token a character has three times that."""
SHARED_TOKENS = 64
"""Of a piece and the next one, so that what is said across a cut is whole in one of them: a few sentences."""
PIECES_AT_ONCE = 40
"""Given to the model together: what is in memory does not grow with the message."""


class TextModel(Protocol):
    """Gives raw outputs of texts."""

    def run(self, texts: Sequence[str]) -> np.ndarray:
        """Outputs, a row for each piece that a text is read in."""


class OnnxModel:
    """An ONNX model with its tokenizer."""

    def __init__(self, folder: Path) -> None:
        try:
            runtime, tokenizers = (importlib.import_module(name) for name in ("onnxruntime", "tokenizers"))
        except ImportError as error:
            raise DefinitionError(
                f"The classifier needs the package {error.name}, which Plimsoll does not install: see "
                "'A classifier of your own' in docs/operations.md, or take it out of detectors.yaml."
            ) from None
        with Usable(folder / "tokenizer.json"):
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(max_length=PIECE_TOKENS, stride=SHARED_TOKENS)
            self._tokenizer.enable_padding()
        with Usable(folder / "model.onnx"):
            self._session = runtime.InferenceSession(
                str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
            )
        self._inputs = [one.name for one in self._session.get_inputs()]
        if strange := sorted(set(self._inputs) - set(INPUTS)):
            raise DefinitionError(
                f"{folder / 'model.onnx'}: the model asks for {', '.join(strange)}; what can be given is "
                f"{', '.join(INPUTS)}. Export it without."
            )

    def run(self, texts: Sequence[str]) -> np.ndarray:
        """Outputs, a row for each piece that a text is read in."""
        encoded = self._tokenizer.encode_batch(list(texts))
        pieces = [piece for one in encoded for piece in (one, *one.overflowing)]
        starts = range(0, len(pieces), PIECES_AT_ONCE)
        return np.concatenate([self._run(pieces[start : start + PIECES_AT_ONCE]) for start in starts])

    def _run(self, pieces: Sequence[Any]) -> np.ndarray:
        known: dict[str, Any] = {
            "input_ids": np.array([one.ids for one in pieces], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in pieces], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in pieces], dtype=np.int64),
        }
        rows: np.ndarray = self._session.run(None, {name: known[name] for name in self._inputs})[0]
        return rows


class Usable:
    """Tells which file a library could not use: its errors are of no common kind and name none.

    Raises:
        DefinitionError: in the place of whatever the library raises.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Tell a file apart that stands for one which was not fetched.

        Raises:
            DefinitionError: it is one.
        """
        with self._path.open("rb") as file:
            if file.read(len(POINTER)) == POINTER:
                raise DefinitionError(
                    f"{self._path} is a pointer of Git LFS and not the file itself: fetch it with "
                    "`git lfs pull`."
                )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            said = " ".join(str(error).split())[:MOST_SAID]
            raise DefinitionError(f"{self._path} cannot be used: {type(error).__name__}: {said}") from None
