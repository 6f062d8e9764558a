"""A classifier of the operator's: what its folder must hold, and what its outputs become."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.classifier import ClassifierSettings, load_classifier_detector
from pipelines.errors import DefinitionError
from tests.unit.pipelines.detect.message_factory import make_messages

LABELS = """
languages: [en]
activation: sigmoid
purpose: A test.
data: None.
outputs:
  0: {signal_id: u_self_harm, role: user, level: 2, sieve: 0.3, alert: 0.6}
  1: {signal_id: a_toxic_content, role: assistant, level: 2, sieve: 0.3, alert: 0.6}
"""


class Loud:
    """Gives a high first output to texts with a word, a low one to others."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def run(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        return np.array([[4.0 if "loud" in text else -4.0, 0.0] for text in texts])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "labels.yaml").write_text(LABELS)
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_outputs_become_findings_of_who_spoke(folder: Path) -> None:
    detector = load_classifier_detector(ClassifierSettings(folder=folder), model=Loud())
    scan = detector.scan(make_messages({"text": "loud"}, {"text": "quiet"}))
    rows = [
        (row["message_id"], row["signal_id"], round(row["score"], 2), row["is_alert"])
        for row in scan.findings.to_pylist()
    ]
    assert rows == [("m0", "u_self_harm", 0.98, True), ("m1", "a_toxic_content", 0.5, False)]


def test_a_word_at_the_very_end_is_not_dropped(folder: Path) -> None:
    model = Loud()
    detector = load_classifier_detector(ClassifierSettings(folder=folder), model=model)
    model.seen.clear()
    scan = detector.scan(make_messages({"text": "x" * 1_000_000 + " loud"}))
    assert scan.findings["is_alert"].to_pylist() == [True]
    assert len(model.seen) <= 40


class Tokenizer:
    """As `tokenizers` does it, with a token a character: what is cut off hangs on what is kept."""

    def enable_truncation(self, max_length: int, stride: int = 0) -> None:
        self.most, self.step = max_length, max_length - stride

    def enable_padding(self) -> None:
        """Below."""

    def encode_batch(self, texts: list[str]) -> list[SimpleNamespace]:
        width = max(min(len(text), self.most) for text in texts)
        return [self._encode(text, width) for text in texts]

    def _encode(self, text: str, width: int) -> SimpleNamespace:
        starts = [0, *range(self.step, len(text) - self.most + self.step, self.step)]
        cut = [[ord(mark) for mark in text[start : start + self.most]] for start in starts]
        pieces = [
            SimpleNamespace(
                ids=ids + [0] * (width - len(ids)),
                attention_mask=[1] * len(ids) + [0] * (width - len(ids)),
                type_ids=[0] * width,
                overflowing=[],
            )
            for ids in cut
        ]
        pieces[0].overflowing = pieces[1:]
        return pieces[0]


class Session:
    """A model that is sure where a text asks, and takes no more than 512 tokens of 40 texts."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.get_inputs = lambda: [SimpleNamespace(name="input_ids"), SimpleNamespace(name="attention_mask")]

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        ids = inputs["input_ids"]
        assert inputs["attention_mask"].shape == ids.shape
        assert ids.shape[0] <= 40
        assert ids.shape[1] <= 512
        return [np.array([[4.0 if ord("?") in row else -4.0, 0.0] for row in ids])]


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("?", True),
        ("\u6211" * 510 + "?", True),  # its last token is the 511th
        ("\u6211" * 512 + "?", True),  # the first of the second piece
        ("\u6211" * 1_499 + "?", True),
        ("\U0001f614" * 59_900 + "?", True),
        ("\u6211" * 1_499, False),
    ],
)
def test_the_end_of_text_with_a_token_a_character_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, is_seen: bool
) -> None:
    tokenizers = SimpleNamespace(Tokenizer=SimpleNamespace(from_file=lambda path: Tokenizer()))
    monkeypatch.setitem(sys.modules, "tokenizers", tokenizers)
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=Session))
    scan = load_classifier_detector(ClassifierSettings(folder=folder)).scan(make_messages({"text": text}))
    assert scan.coverage["state"].to_pylist() == ["scored"]
    assert scan.findings["is_alert"].to_pylist() == [is_seen]


TWO_LEVELS = """
languages: [en]
activation: sigmoid
purpose: A test.
data: None.
outputs:
  0: {signal_id: u_suicidal_ideation, role: user, level: 4, sieve: 0.9, alert: 0.95}
  1: {signal_id: u_suicidal_ideation, role: user, level: 2, sieve: 0.2, alert: 0.5}
"""


@pytest.mark.parametrize(
    ("score", "kept"),
    [
        (0.19, []),
        (0.2, [(2, False)]),
        (0.49, [(2, False)]),
        (0.5, [(2, True)]),
        (0.88, [(2, True)]),
        (0.91, [(4, False), (2, True)]),
        (0.96, [(4, True), (2, True)]),
    ],
)
def test_each_output_of_a_signal_keeps_its_own_thresholds(
    folder: Path, score: float, kept: list[tuple[int, bool]]
) -> None:
    class Sure(Loud):
        def run(self, texts: Sequence[str]) -> np.ndarray:
            return np.full((len(texts), 2), np.log(score / (1 - score)) + 1e-9)

    (folder / "labels.yaml").write_text(TWO_LEVELS)
    detector = load_classifier_detector(ClassifierSettings(folder=folder), model=Sure())
    scan = make_cascade([detector]).scan(make_messages({"text": "a"}))
    found = [(row["level"], row["is_alert"]) for row in scan.findings.to_pylist() if row["is_deciding"]]
    assert sorted(found, reverse=True) == kept
    (line,) = detector.card.signals
    assert (line.sieve, line.alert) == (0.2, 0.5)
    assert "output 0 (level 4): sieve 0.9, alert 0.95" in line.note


def test_what_it_cannot_read_says_so(folder: Path) -> None:
    detector = load_classifier_detector(ClassifierSettings(folder=folder), model=Loud())
    scan = detector.scan(
        make_messages({"text": "hola", "language": "es"}, {"text": "x", "role": "agent"}, {"text": " "})
    )
    assert scan.coverage["state"].to_pylist() == ["unsupported_language", "not_run", "abstained"]


def test_a_folder_that_lacks_a_file_or_names_no_signal_of_ours_is_refused(folder: Path) -> None:
    settings = ClassifierSettings(folder=folder)
    (folder / "labels.yaml").write_text(LABELS.replace("u_self_harm", "u_made_up"))
    with pytest.raises(DefinitionError, match="no signal u_made_up"):
        load_classifier_detector(settings, model=Loud())
    (folder / "model.onnx").unlink()
    with pytest.raises(DefinitionError, match=r"model\.onnx is missing"):
        load_classifier_detector(settings, model=Loud())


def test_without_its_packages_it_says_what_to_install(folder: Path) -> None:
    with pytest.raises(DefinitionError, match="A classifier of your own"):
        load_classifier_detector(ClassifierSettings(folder=folder))


def test_another_file_is_another_version(folder: Path) -> None:
    settings = ClassifierSettings(folder=folder)
    first = load_classifier_detector(settings, model=Loud()).card.version
    (folder / "model.onnx").write_bytes(b"other")
    assert load_classifier_detector(settings, model=Loud()).card.version != first


def test_what_is_no_number_leaves_the_message_failed(folder: Path) -> None:
    class Broken(Loud):
        def run(self, texts: Sequence[str]) -> np.ndarray:
            return super().run(texts) * np.array([[np.nan if "loud" in text else 1.0] for text in texts])

    detector = load_classifier_detector(ClassifierSettings(folder=folder), model=Broken())
    scan = detector.scan(make_messages({"text": "loud"}, {"text": "quiet"}))
    assert scan.coverage["state"].to_pylist() == ["failed", "scored"]
    assert scan.findings["message_id"].to_pylist() == ["m1"]


@pytest.mark.parametrize("place", [2, -1])
def test_an_output_that_the_model_does_not_give_is_refused(folder: Path, place: int) -> None:
    (folder / "labels.yaml").write_text(LABELS.replace("  1: {", f"  {place}: {{"))
    with pytest.raises(DefinitionError, match=r"shape \(1, 2\)"):
        load_classifier_detector(ClassifierSettings(folder=folder), model=Loud())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LABELS.replace("role: user, level: 2", "role: user, level: 4"),
         "7: outputs.0.level: u_self_harm has the levels 2 to 3"),
        (LABELS.replace("role: user, level: 2", "role: user, level: 1"), "7: outputs.0.level: "),
        (LABELS.replace("role: assistant", "role: user"),
         "8: outputs.1.role: a_toxic_content is of what the assistant says"),
        (LABELS.replace("[en]", "[en, EN]"), "2: languages.1: must be "),
        (LABELS.replace("[en]", "[english]"), "2: languages.0: must be "),
        (LABELS.replace("sieve: 0.3, alert: 0.6}", "sieve: 0.7, alert: 0.6}", 1),
         "7: outputs.0: sieve must not be above alert"),
        (LABELS[: LABELS.index("outputs")] + "outputs: {}", "6: outputs: "),
        (LABELS.replace("  0: {", "  LABEL_0: {"), "outputs.LABEL_0"),
        ("outputs: [a", "is not YAML"),
        (LABELS.replace("A test.", "\u00e9"), "is no text in UTF-8; save it as UTF-8"),
    ],
)  # fmt: skip
def test_labels_that_mean_nothing_are_refused_with_file_line_and_field(
    folder: Path, content: str, said: str
) -> None:
    (folder / "labels.yaml").write_bytes(content.encode("latin-1"))
    with pytest.raises(DefinitionError) as told:
        load_classifier_detector(ClassifierSettings(folder=folder), model=Loud())
    assert str(told.value).startswith(f"{folder / 'labels.yaml'}:")
    assert said in str(told.value)


def test_every_language_and_the_bounds_of_a_level_are_taken(folder: Path) -> None:
    for level in (2, 3):
        content = LABELS.replace("[en]", '["*"]').replace(
            "role: user, level: 2", f"role: user, level: {level}"
        )
        (folder / "labels.yaml").write_text(content)
        load_classifier_detector(ClassifierSettings(folder=folder), model=Loud())


def fail(*_: object, **__: object) -> None:
    raise Exception("Protobuf parsing failed.")


def ask_more(*_: object, **__: object) -> SimpleNamespace:
    return SimpleNamespace(
        get_inputs=lambda: [SimpleNamespace(name="input_ids"), SimpleNamespace(name="position_ids")]
    )


def refuse_texts(*_: object, **__: object) -> SimpleNamespace:
    return SimpleNamespace(get_inputs=lambda: [SimpleNamespace(name="input_ids")], run=fail)


@pytest.mark.parametrize(
    ("name", "content", "read", "session", "said"),
    [
        ("tokenizer.json", b"{", fail, Session, "cannot be used: Exception: Protobuf parsing failed."),
        ("model.onnx", b"x", lambda path: Tokenizer(), fail, "cannot be used: Exception: Protobuf"),
        ("model.onnx", b"x", lambda path: Tokenizer(), ask_more, "the model asks for position_ids; what can"),
        ("model.onnx", b"x", lambda path: Tokenizer(), refuse_texts, "cannot be used: Exception"),
        ("model.onnx", b"version https://git-lfs.github.com/spec/v1\n", lambda path: Tokenizer(), Session,
         "is a pointer of Git LFS"),
        ("tokenizer.json", b"version https://git-lfs.github.com/spec/v1\n", lambda path: Tokenizer(), Session,
         "is a pointer of Git LFS"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    content: bytes,
    read: Any,
    session: Any,
    said: str,
) -> None:
    (folder / name).write_bytes(content)
    tokenizers = SimpleNamespace(Tokenizer=SimpleNamespace(from_file=read))
    monkeypatch.setitem(sys.modules, "tokenizers", tokenizers)
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=session))
    with pytest.raises(DefinitionError) as told:
        load_classifier_detector(ClassifierSettings(folder=folder))
    assert str(told.value).startswith(str(folder / name))
    assert said in str(told.value)
