"""`plimsoll report submit, approve, decline, issue, file`: a built report on its way out, past two people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import PlimsollError
from pipelines.privacy.unfinished import unfinished
from pipelines.settings import Home
from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.deployment.applicability import list_standings
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.report import issuing as report_issuing
from risk_register.report import submissions as report_submissions
from risk_register.report.editions import Draw, Drawn, Edition
from risk_register.report.submissions import BuiltOnce

ReportArgument = Annotated[str, typer.Argument(help="Report, as `report list` names it.")]
PeriodOption = Annotated[str, typer.Option("--period", help="Month, as 2026-08.")]
COLUMNS = {
    "number": "number",
    "report": "report",
    "period": "period",
    "state": "state",
    "submitted_by": "submitted by",
    "approved_by": "approved by",
    "issued_by": "issued by",
    "edition": "edition",
    "correction_reason": "corrects, because",
    "reference": "reference",
}


def submit(
    *,
    name: ReportArgument,
    account: AsOption,
    period: PeriodOption,
    correction: Annotated[
        str, typer.Option(help="Why the issued report of this period is corrected by the one built since.")
    ] = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Stand for a built report; another person has to approve it."""
    acting = act(home, account, deployment, Action.SUBMIT_REPORT)
    _, built = _find(acting, name, period)
    number = report_submissions.submit(
        acting.store, built, correction_reason=correction, actor=account, at=acting.at
    )
    print(f"{name} of {period} is number {number}, and waits for another person to approve it.")


def approve(
    name: ReportArgument,
    account: AsOption,
    period: PeriodOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say yes to a submitted report, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_REPORT)
    _, built = _find(acting, name, period)
    report_submissions.approve(acting.store, built, actor=account, at=acting.at)
    print(f"{name} of {period}: approved")


def decline(
    *,
    name: ReportArgument,
    account: AsOption,
    period: PeriodOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Send a report back before it is issued; it may be built and submitted again."""
    acting = act(home, account, deployment, Action.SUBMIT_REPORT)
    _, built = _find(acting, name, period)
    report_submissions.decline(acting.store, built, reason=reason, actor=account, at=acting.at)
    print(f"{name} of {period}: sent back")


def issue(
    name: ReportArgument,
    account: AsOption,
    period: PeriodOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Let an approved report leave, once its files are whole and no regime stands against it."""
    from pipelines.report.edition import name_folder
    from pipelines.report.verify import verify

    acting = act(home, account, deployment, Action.ISSUE_REPORT)
    folder, built = _find(acting, name, period)
    issued = report_issuing.issue(
        acting.store,
        built,
        problems=verify(folder),
        draw=make_draw(acting.home),
        actor=account,
        at=acting.at,
    )
    print(f"{name} of {period}: issued as edition {issued.number}; nothing is built over it")
    print(folder.with_name(name_folder(period, issued.number)))
    unsigned = report_issuing.say_unsigned(list_standings(acting.store, acting.deployment_id))
    if unsigned:
        print(f"Warning: {unsigned}", file=sys.stderr)


def file(
    *,
    name: ReportArgument,
    account: AsOption,
    period: PeriodOption,
    reference: Annotated[str, typer.Option(help="The receiver's receipt, or where the copy lies.")],
    edition: Annotated[int | None, typer.Option(help="Which edition, if not the newest.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write down that the receiver has it; sending it is not done here."""
    acting = act(home, account, deployment, Action.ISSUE_REPORT)
    _, built = _find(acting, name, period)
    report_submissions.file(
        acting.store, built, reference=reference, edition=edition, actor=account, at=acting.at
    )
    print(f"{name} of {period}: filed, {reference}")


def list_submissions(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """How far each report came: submitted, approved, issued, filed or sent back."""
    acting = act(home, account, deployment, Action.VIEW)
    found = report_submissions.list_submissions(acting.store, acting.deployment_id)
    show(found, COLUMNS, as_json=as_json, nothing="Nobody has submitted a report.")


def make_draw(home: Home) -> Draw:
    """What draws the files of an edition of this home, for this command and for the dashboard.

    In a process of its own: the dashboard has the published file open in another way than a report needs.
    """

    from pipelines.report.edition import name_folder, put_in_place

    @contextmanager
    def draw(deployment_id: str, report: str, period: str, edition: Edition) -> Iterator[Drawn]:
        draft = home.reports / deployment_id / report / period
        place = draft.with_name(name_folder(period, edition.number))
        aside = place.with_name(f".{place.name}.partial")
        with ExitStack() as left:
            try:
                left.enter_context(unfinished(aside, is_folder=True))
                aside.chmod(draft.stat().st_mode)  # for the same readers
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    manifest_sha256 = pool.submit(_draw, draft, edition, aside).result()
            except PlimsollError as error:
                raise NotAllowedError(str(error)) from error
            yield Drawn(manifest_sha256, lambda: put_in_place(aside, place))

    return draw


def _draw(draft: Path, edition: Edition, aside: Path) -> str:
    from pipelines.report.edition import draw_edition

    return draw_edition(draft, edition, aside)


def _find(acting: Acting, name: str, period: str) -> tuple[Path, BuiltOnce]:
    """The folder of a built report, found by walking it and never by joining what was typed."""
    from pipelines.report.build import MANIFEST, hash_file

    place = acting.home.reports / acting.deployment_id
    for path in place.glob(f"*/*/{MANIFEST}"):
        if (path.parent.parent.name, path.parent.name) == (name, period):
            return path.parent, BuiltOnce(acting.deployment_id, name, period, hash_file(path))
    raise UnknownRecordError(
        f"No {name} of {period} has been built for {acting.deployment_id}; `plimsoll report build` builds it."
    )
