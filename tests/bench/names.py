"""Names in free text with the model that an operator would bring: precision and recall on sentences of ours.

    .venv/bin/python -m tests.bench.names --model en_core_web_lg [--least-score 0.6]

Needs `requirements/names.txt` and a spaCy model in the environment. Prints what introduced names alone give,
what the model adds, and what it adds where every text meets it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import yaml

from pipelines.ingest.redaction.names import FILE, NameFinder, load_name_finder
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from risk_register.content import load_crisis_resources
from tests.unit.pipelines.ingest.redaction.score import FOLDER, MARKED, Score, score


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Names in free text with a model that is brought.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--least-score", type=float, default=0.6)
    given = parser.parse_args()
    lines = yaml.safe_load((FOLDER / "names.yaml").read_text(encoding="utf-8"))
    sentences = [("", line) for line in lines]
    finder = load_finder(given.model, given.least_score)
    print(f"{len(lines)} sentences, {sum(len(MARKED.findall(line)) for line in lines)} names")
    show("introduced names alone", score(make_redactor(None), sentences))
    began = time.process_time()
    show(f"with {given.model}", score(make_redactor(finder), sentences))
    print(f"  {(time.process_time() - began) / len(lines) * 1000:.1f} ms of processor a text")
    every = load_finder(given.model, given.least_score, is_every_text=True)
    show("the same, asked of every text", score(make_redactor(every), sentences))


def load_finder(model: str, least_score: float, *, is_every_text: bool = False) -> NameFinder | None:
    """The finder of a home that asks for the model, as ingest loads it."""
    with tempfile.TemporaryDirectory() as folder:
        asked: dict[str, object] = {"engine": "presidio", "language": "en", "model": model}
        asked |= {"least_score": least_score, "is_every_text": is_every_text}
        (Path(folder) / FILE).write_text(yaml.safe_dump({"names": asked}), encoding="utf-8")
        return load_name_finder(Path(folder))


def make_redactor(finder: NameFinder | None) -> Redactor:
    """The redactor of an ingest."""
    return Redactor(crisis_lines(load_crisis_resources()), names=finder)


def show(what: str, found: Score) -> None:
    """One line."""
    rates = [("recall", found.recall), ("precision", found.precision)] if found.found else []
    parts = [f"{name} {value:.2f} [{low:.2f}-{high:.2f}]" for name, (value, low, high) in rates]
    counts = f"{found.found} found, {found.missed} missed, {found.taken_wrongly} sentences with more taken"
    print(f"{what}: {', '.join([*parts, counts])}")


if __name__ == "__main__":
    main()
