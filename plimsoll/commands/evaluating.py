"""`plimsoll evaluate`: how well the detectors agree with labelled files. Counts and ids, never text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.commands.option import JsonOption, tell, write_json


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Labelled files: an object a line (id, role, text, language, labels); or gzip."),
    ],
    gate: Annotated[
        bool, typer.Option("--gate", help="End with 1 if a figure lies below the interval on the card.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure every detector and the cascade against labels: figures, intervals, slices, overlap."""
    from pipelines.detect.cascade import make_cascade
    from pipelines.detect.evaluate import evaluate as measure
    from pipelines.detect.gate import find_regressions
    from pipelines.detect.labelled import read_labelled

    rows = [row for path in files for row in read_labelled(path)]
    cascade = make_cascade()
    results = measure(rows, cascade)
    regressions = find_regressions(results, cascade.cards)
    if as_json:
        write_json({"results": results, "regressions": regressions, "cascade_version": cascade.version})
    else:
        print(say(results))
    for problem in regressions:
        tell(problem)
    if gate and regressions:
        raise typer.Exit(1)


def say(results: list[dict[str, Any]]) -> str:
    """The results for a reader, one line each."""
    lines = []
    for result in results:
        figures = [f"n {result['n']}, {result['positives']} positive"]
        if result["positives"]:
            figures += [
                _share("P", result["at"]["alert"]["precision"]),
                _share("R", result["at"]["alert"]["recall"]),
                f"F1 {_number(result['f1'])} {_pair(result['ci'].get('f1'))}",
                f"AUPRC {_number(result['auprc'])} {_pair(result['ci'].get('auprc'))}",
            ]
        if not result["is_enough"]:
            figures.append("too few positives for a figure")
        figures.append(_share("flagged at alert", result["flagged_share"]["alert"]))
        figures.append(_share("at sieve", result["flagged_share"]["sieve"]))
        if result["unscored"]:
            figures.append(f"{result['unscored']} not scored")
        if result["seen_in_training"]:
            figures.append(f"{result['seen_in_training']} SEEN IN TRAINING: too good to be true")
        lines.append(
            f"{result['dataset']} | {result['label']} | {result['signal']} | {result['detector']}: "
            + ", ".join(figures)
        )
    return "\n".join(lines)


def _share(name: str, share: dict[str, Any]) -> str:
    return f"{name} {_number(share['value'])} {_pair(share['ci'])} ({share['events']}/{share['trials']})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _pair(ends: list[float | None] | None) -> str:
    return "" if ends is None else f"[{_number(ends[0])}, {_number(ends[1])}]"
