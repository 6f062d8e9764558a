"""`plimsoll review`: draw the week's sample, see how far it is, export the labels.

Labelling itself is `labelling`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands import labelling
from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act, as_document
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from plimsoll.commands.taken_file import write_taken
from risk_register.account import accounts
from risk_register.account.accounts import Action
from risk_register.database import audit
from risk_register.errors import UnknownRecordError
from risk_register.review import reviews
from risk_register.review.reviews import Frame, LabelExport, SampleRecord

app = typer.Typer(no_args_is_help=True)
WeekOption = Annotated[
    dt.datetime | None,
    typer.Option("--week", formats=["%Y-%m-%d"], help="Monday of the week; the last whole one if not given."),
]
app.command("reviewer")(labelling.reviewer)
app.command("next")(labelling.next_item)
app.command("pass")(labelling.pass_on)
app.command("label")(labelling.label)
app.command("danger")(labelling.danger)
app.command("know")(labelling.know)
app.command("flag")(labelling.flag)
app.command("settings")(labelling.settings)


@app.command()
def sample(
    *,
    account: AsOption,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="Labels that people can give in the week; else the setting.")
    ] = None,
    week: WeekOption = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of the draw; a random one if not given.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw the week's sample, once, and say which interval it buys."""
    from pipelines.lake.lake import Lake
    from pipelines.review.draw import draw_week, find_last_week, find_zone  # statistics take seconds to load
    from pipelines.review.frame import count_unreached

    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    asked = capacity or reviews.read_settings(acting.store, acting.deployment_id).capacity_per_week
    if asked is None:
        raise typer.BadParameter(
            "say how many labels people can give, or set it once with `plimsoll review settings`",
            param_hint="--capacity",
        )
    lake = Lake(acting.home.lake)
    last = find_last_week(acting.at, zone=find_zone(lake, acting.deployment_id))
    sample_id, frame = draw_week(
        lake,
        acting.store,
        deployment_id=acting.deployment_id,
        week=week.date() if week else last,
        capacity=asked,
        seed=seed,
        actor=account,
        at=acting.at,
    )
    precision, unread = _say_precision(frame), count_unreached(frame)
    found = reviews.read_progress(acting.store, sample_id=sample_id, at=acting.at)
    if as_json:
        document = as_document({"sample": found.sample, "strata": found.strata, "precision": precision})
        write_json({**document, "flagged_beyond_capacity": {str(level): n for level, n in unread.items()}})
        return
    print(
        f"{sample_id}: {frame.sample_count:,} of {frame.unit_count:,} conversations, seed {found.sample.seed}"
    )
    for one in found.strata:
        reader = "" if one.has_reviewer else "  no reviewer"
        print(f"  {one.stratum_id}: {one.sample_count:,} of {one.unit_count:,}{reader}")
    print("\n".join(precision))
    for level, count in unread.items():
        print(f"Beyond this capacity, read by nobody: {count:,} flagged conversations of level {level}.")


@app.command()
def progress(
    *,
    account: AsOption,
    week: WeekOption = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """How far a sample is, and whether two people see the same; nothing by name."""
    from methods.agreement import judge_labels  # statistics take seconds to load

    acting = act(home, account, deployment, Action.VIEW)
    found = reviews.read_progress(acting.store, sample_id=_find_sample(acting, week).sample_id, at=acting.at)
    waits = reviews.find_waits(acting.store, found)
    alpha = _agreement(reviews.list_double_labels(acting.store, sample_id=found.sample.sample_id))
    if as_json:
        waiting = {name: as_document(one) for name, one in waits.items()}
        write_json({**as_document(found), "waits": waiting, "alpha": None if math.isnan(alpha) else alpha})
        return
    print(f"{found.sample.sample_id}: {found.labelled_count:,} of {found.sample.sample_size:,} labelled, "
          f"{found.overdue_count:,} overdue and unread")  # fmt: skip
    for one in found.strata:
        reader = "" if one.has_reviewer else "  no reviewer"
        held = (
            f"  does not count yet: {one.waiting_count:,} labels wait for a second person, "
            f"{one.passed_over_count:,} conversations were shown to nobody"
        )
        if (wait := waits.get(one.stratum_id)) is not None:
            held += f"; it waits since {wait.since:%Y-%m-%d}"
            if wait.unreadable_count:
                held += (
                    f", and nobody else who reviews here and reads {one.language} is left for "
                    f"{wait.unreadable_count:,} of these labels: another person must read them"
                )
        print(
            f"  {one.stratum_id}: {one.labelled_count:,} of {one.sample_count:,}{reader}"
            f"{held if one.is_held else ''}"
        )
    quality = judge_labels(alpha, pair_count=found.doubled_count)
    said = "not known yet" if math.isnan(alpha) else f"alpha {alpha:.2f}, {quality}"
    print(f"Labelled twice: {found.doubled_count:,}, the same: {found.agreed_count:,}; user risk: {said}")


@app.command()
def export(
    *,
    account: AsOption,
    reason: ReasonOption,
    out: Annotated[Path | None, typer.Option(help="CSV file; without it JSON on standard output.")] = None,
    week: WeekOption = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Labels with inclusion probabilities and weights; no text, no names. Leaves a trace.

    Whoever may label gets none of items that are not settled: a second reader must not know the first answer.
    """
    acting = act(home, account, deployment, Action.EXPORT)
    found = reviews.export_labels(acting.store, sample_id=_find_sample(acting, week).sample_id, at=acting.at)
    audit.record_access(
        acting.store,
        action="labels_exported",
        subject=found.sample.sample_id,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    is_blind = accounts.may(accounts.grants(acting.store, account), Action.REVIEW, acting.deployment_id)
    labels = tuple(label for label in found.labels if label.is_final or not is_blind)
    withheld_count = len(found.labels) - len(labels)
    if out is None:
        write_json({**as_document(replace(found, labels=labels)), "withheld_count": withheld_count})
    else:
        _write_labels(replace(found, labels=labels), out)
        print(f"{out}: {len(labels):,} labels")
        if withheld_count:
            print(
                f"{withheld_count:,} more are withheld from whoever may label, until their items are settled."
            )


def _find_sample(acting: Acting, week: dt.datetime | None) -> SampleRecord:
    known = reviews.list_samples(acting.store, acting.deployment_id)
    for found in known:
        if week is None or found.week == week.date():
            return found
    raise UnknownRecordError(
        f"{acting.deployment_id} has no review sample"
        + (f" of the week of {week.date()}." if week else " yet.")
        + " `plimsoll review sample` draws one."
    )


def _say_precision(frame: Frame) -> tuple[str, ...]:
    from methods.precision import foresee, say_precision  # statistics take seconds to load

    return say_precision(
        foresee(
            [len(one.units) for one in frame.strata],
            reviewed=[one.sample_count for one in frame.strata],
            is_flagged=[one.is_flagged for one in frame.strata],
        )
    )


def _agreement(doubled: tuple[tuple[Mapping[str, int], Mapping[str, int]], ...]) -> float:
    from methods.agreement import Scale, krippendorff_alpha

    if not doubled:
        return float("nan")
    ratings = [
        [reviews.find_risk_level(first) for first, _ in doubled],
        [reviews.find_risk_level(second) for _, second in doubled],
    ]
    return krippendorff_alpha(ratings, scale=Scale.ORDINAL)


def _write_labels(found: LabelExport, out: Path) -> None:
    """One row a label; ids and levels only, so that no cell can be a formula."""
    fields = ("item_id", "conversation_id", "stratum_id", "inclusion_probability", "weight", "is_final")
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([*fields, "answers", "verdict"])
    for one in found.labels:
        said = (
            ";".join(f"{name}={level}" for name, level in sorted(each.items()))
            for each in (one.answers, one.verdict)
        )
        writer.writerow([*(getattr(one, name) for name in fields), *said])
    write_taken(out, lines.getvalue().encode())
