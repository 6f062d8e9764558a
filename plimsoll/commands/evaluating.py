"""`plimsoll evaluate`: how well the detectors agree with labelled files. Counts and ids, never text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.commands.option import JsonOption, open_home, tell, write_json

if TYPE_CHECKING:
    from pipelines.detect.labelled import LabelledRow, LabelMap

LabelsOption = Annotated[
    Path | None,
    typer.Option("--labels", help="What label names of your own mean, as in pipelines/detect/labels.yaml."),
]


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Labelled files: an object a line (id, role, text, language, labels); or gzip."),
    ],
    *,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate", help="End with 1 if a figure is worse than its card says, or too little measured."
        ),
    ] = False,
    subset: Annotated[
        bool,
        typer.Option("--subset", help="With --gate: these are known parts of the sets, of fewer rows."),
    ] = False,
    labels: LabelsOption = None,
    home: Annotated[
        Path | None,
        typer.Option(help="Measure what this home runs: its live model, judge and own signals."),
    ] = None,
    figures: Annotated[
        str | None, typer.Option(help="Print the figures of this detector as lines of its card instead.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure every detector and the cascade against labels: figures, intervals, slices, overlap."""
    from pipelines.detect.cascade import make_cascade
    from pipelines.detect.evaluate import evaluate as measure
    from pipelines.detect.extras import make_home_cascade
    from pipelines.detect.figures import list_figures, write_lines
    from pipelines.detect.gate import compare_with_cards
    from pipelines.errors import StateError

    rows, known = read_labels(files, labels)
    cascade = make_cascade() if home is None else make_home_cascade(open_home(home))
    results = measure(rows, cascade, label_map=known)
    if not results:
        raise StateError(
            "Nothing was measured: no detector that runs here looks for what these labels mean in messages "
            f"of these roles. Detectors: {', '.join(card.detector_id for card in cascade.cards)}; a judge, a "
            "classifier and signals of your own run with --home."
        )
    compared = compare_with_cards(results, cascade.cards, label_map=known, is_subset=subset)
    if figures is not None:
        for result in [one for one in results if one["detector"] == figures]:
            print(f"  {result['signals'][0]}:\n{write_lines(list_figures(result, known))}")
    elif as_json:
        write_json(
            {
                "results": results,
                "regressions": compared.regressions,
                "compared_count": compared.compared_count,
                "not_compared": compared.not_compared,
                "too_small": compared.too_small,
                "cascade_version": cascade.version,
            }
        )
    else:
        print(say(results))
    for problem in compared.regressions:
        tell(problem)
    if gate:
        for problem in (*compared.not_compared, *compared.too_small):
            tell(problem)
        worse, small = len(compared.regressions), len(compared.too_small)
        tell(
            f"{compared.compared_count} figures were compared with the cards; {worse} are worse. "
            f"{small} sets have too few rows."
        )
        if not compared.is_passed:
            tell("The gate is not passed.")
            raise typer.Exit(1)


def read_labels(files: Sequence[Path], labels: Path | None) -> tuple[list[LabelledRow], LabelMap]:
    """The rows of labelled files and what their labels mean; what is strange about them is told."""
    from pipelines.detect.labelled import extend_label_map, load_label_map
    from pipelines.detect.labelled_files import read_files

    known = load_label_map() if labels is None else extend_label_map(load_label_map(labels))
    rows, problems = read_files(files, known)
    for problem in problems:
        tell(problem)
    return rows, known


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
