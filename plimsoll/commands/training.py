"""`plimsoll train` and `plimsoll model`: trained, compared on labels held back, made live by a person."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act
from plimsoll.commands.evaluating import LabelsOption, read_labels, say
from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json

if TYPE_CHECKING:
    from methods.bridge import Bridge

app = typer.Typer(no_args_is_help=True)
LIVE = "Linear model"
"""How the note of every change begins that a model made."""


def train(
    data: Annotated[Path, typer.Argument(help="Folder below which the plan's files lie.")],
    *,
    plan: Annotated[Path | None, typer.Option(help="A training plan; else the shipped one.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="Leave a source out; may be repeated.")] = None,
    careful: Annotated[
        bool, typer.Option("--careful", help="Leave out every source with words of people in distress.")
    ] = False,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="Learn from the home's own review labels too.")
    ] = False,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Cross-validate instead: rows are measured by models without them."),
    ] = False,
    leave_sources: Annotated[
        bool, typer.Option("--leave-sources", help="With --measure: leave out a whole source at a time.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the model here, not into the home.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train the linear model. It is kept beside the others; nothing becomes live by being trained."""
    from pipelines.detect.detectors.linear.model import write_model
    from pipelines.detect.model_store import keep
    from pipelines.detect.reviewed import read_reviewed
    from pipelines.detect.trainer import cross_validate, load_examples, train_from
    from pipelines.detect.training_plan import PLAN, load_training_plan
    from pipelines.errors import StateError

    if careful and reviews:
        raise StateError(
            "--careful leaves out all words of people in distress, and --reviews adds some: messages of this "
            "home's own users. Give one of the two."
        )
    chosen = load_training_plan(plan or PLAN)
    left_out = [one.name for one in chosen.sources if careful and one.is_distress] + list(without or ())
    own = read_reviewed(open_home(home), chosen) if reviews else ()
    if reviews and not own:
        raise StateError(
            "No review label of this home teaches anything: none is settled, or the text of what was read "
            "has expired or is in no language of the model. Train without --reviews, or review first."
        )
    chosen = chosen.without(tuple(left_out))
    if measure:
        results = cross_validate(chosen, load_examples(chosen, data, own=own), leave_sources=leave_sources)
        write_json({"results": results}) if as_json else print(say(results))
        return
    fitted = train_from(chosen, data, own=own)
    description = fitted.model.description
    if out is None:
        folder = keep(open_home(home), fitted)
    else:
        write_model(out, description, fitted.files)
        folder = out
        if fitted.reviewed:
            tell("It learned from messages of this home's users: where it lies now, no erasure looks for it.")
    if as_json:
        write_json(description.model_dump(mode="json") | {"folder": str(folder)})
        return
    print(f"Model {description.version} is in {folder}. It is not live.")
    for source in description.sources:
        counts = f"{source.rows} rows, {source.positives} positive"
        print(f"  {source.name}: {counts}; {source.licence}; {source.words}")
    tell("Compare it on labels held back: plimsoll model compare VERSION FILES")


@app.command(name="list")
def list_all(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The models that can be live, the shipped one first, and which one is."""
    from dataclasses import asdict

    from pipelines.detect.model_store import find_live_version, list_models, read_adoption, shipped_version

    place = open_home(home)
    live = read_adoption(place)
    shipped, versions = shipped_version(), list_models(place)
    if as_json:
        write_json(
            {
                "shipped": shipped,
                "models": list(versions),
                "live": None if live is None else asdict(live),
            }
        )
        return
    at_work = find_live_version(place)
    for version in (shipped, *(one for one in versions if one != shipped)):
        print(f"{version}{'  shipped' * (version == shipped)}{'  live' * (version == at_work)}")
    print("The shipped model is live." if live is None else f"Decided by {live.decided_by}: {live.reason}")


@app.command()
def compare(
    version: Annotated[str, typer.Argument(help="A model of the home, or the shipped one.")],
    files: Annotated[list[Path], typer.Argument(help="Labelled files that it was not trained on.")],
    labels: LabelsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The live model and another side by side on the same labels."""
    from pipelines.detect.side_by_side import compare_models, say_figures, say_seen

    rows, known = read_labels(files, labels)
    lines = compare_models(open_home(home), version, rows, label_map=known)
    if as_json:
        write_json({"comparison": lines})
        return
    for line in lines:
        counts = f"n {line['n']}, {line['positives']} positive"
        print(f"{line['dataset']} | {line['signal']} | {counts}: {say_figures(line)}")
        if seen := say_seen(line):
            tell(f"{seen}: this comparison proves nothing.")


@app.command()
def bridge(
    version: Annotated[str, typer.Argument(help="A model of the home, or the shipped one.")],
    days: Annotated[int, typer.Option(min=1, max=90, help="The newest days with text, a deployment.")] = 28,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a model beside the live one on the home's own messages: how its rates would compare."""
    from dataclasses import asdict

    from pipelines.detect.trial import describe_trial, try_model

    found = try_model(open_home(home), version, days=days)
    if as_json:
        rows = [
            {"deployment_id": one, "signal_id": signal} | asdict(each)
            for (one, signal), each in found.items()
        ]
        write_json({"bridges": rows})
        return
    print(describe_trial(found).replace("; ", "\n"))


@app.command()
def adopt(
    version: Annotated[str, typer.Argument(help="A model of the home, or the shipped one.")],
    files: Annotated[list[Path], typer.Argument(help="Labelled files on which it was compared.")],
    *,
    account: AsOption,
    reason: ReasonOption,
    labels: LabelsOption = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Make a model live: your decision, with the figures side by side, drawn as a break on every chart.

    One that was killed before its model was live is finished by the same command on the same day.
    """
    from pipelines.detect.model_store import Adoption, read_adoption
    from pipelines.detect.model_store import adopt as make_live
    from pipelines.detect.side_by_side import compare_models, describe_comparison
    from pipelines.detect.trial import has_messages, read_trial
    from pipelines.errors import StateError
    from risk_register.account.accounts import Action
    from risk_register.deployment.changes import Subject, declare_within

    acting = act(home, account, deployment, Action.DECLARE_CHANGE)
    everywhere = _deployments_for_all(acting)
    tried = read_trial(acting.home, version)
    if not tried and has_messages(acting.home):
        raise StateError(
            f"Model {version} was not tried on this home's messages. Look first at `plimsoll model bridge "
            f"{version}`: nobody should switch without knowing what it does to every rate."
        )
    rows, known = read_labels(files, labels)
    lines = compare_models(acting.home, version, rows, label_map=known)
    if not any(line["n"] for line in lines):
        raise StateError(
            f"Of the {len(rows)} rows none has a label by which the models could be compared: nobody should "
            "switch without figures side by side. Label names: pipelines/detect/labels.yaml, or --labels."
        )
    said = f"{LIVE} {version} is live. {reason.strip()} "
    taken = live.change_ids if (live := read_adoption(acting.home)) else ()
    begun = {name: _find_begun(acting, name, said, taken) for name in everywhere}
    note = f"{said}{describe_comparison(lines)}"
    with acting.store.write(actor=account, at=acting.at) as write:
        changes = tuple(
            begun[name]
            or declare_within(
                write,
                deployment_id=name,
                effective_on=acting.at.date(),
                what=Subject.DETECTOR,
                note=f"{note} {_record_trial(tried, name)}",
                is_planned=True,
            )
            for name in everywhere
        )
    make_live(acting.home, Adoption(version, account, acting.at.isoformat(), reason.strip(), changes))
    print(
        f"Model {version} is live ({', '.join(changes)}). Days are computed again with it by the next "
        "`plimsoll run`."
    )


def _record_trial(tried: dict[tuple[str, str], Bridge], deployment_id: str) -> str:
    """What a deployment's changes say of the trial: of its own conversations alone, small counts hidden."""
    from pipelines.detect.trial import describe_trial

    return describe_trial(
        {key: one for key, one in tried.items() if key[0] == deployment_id}, hides_small=True
    )


def _find_begun(acting: Acting, deployment_id: str, said: str, taken: Collection[str]) -> str | None:
    """The change that this adoption declared today, killed before its model was live; None without one.

    `taken` are the changes of the adoption that is in force.
    """
    from risk_register.deployment.changes import list_changes

    declared = [one for one in list_changes(acting.store, deployment_id) if one.note.startswith(LIVE)]
    newest = max(declared, key=lambda one: one.declared_at, default=None)
    if newest is None or newest.change_id in taken:
        return None
    is_same = newest.note.startswith(said) and newest.declared_by == acting.account
    return newest.change_id if is_same and newest.effective_on == acting.at.date() else None


def _deployments_for_all(acting: Acting) -> tuple[str, ...]:
    """All deployments of the home: one model scores them all, so the account must answer for each.

    Raises:
        NotAllowedError: it may not on some; which there are is not said.
    """
    from risk_register.account import accounts
    from risk_register.account.accounts import Action
    from risk_register.errors import NotAllowedError
    from risk_register.register.deployments import list_deployments

    names = tuple(one.deployment_id for one in list_deployments(acting.store))
    given = accounts.grants(acting.store, acting.account)
    if not all(accounts.may(given, Action.DECLARE_CHANGE, name) for name in names):
        raise NotAllowedError(
            f"A model scores every deployment of the home, and {acting.account} may not declare changes on "
            "all of them."
        )
    return names
