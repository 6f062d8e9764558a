"""`plimsoll report`: list, build and verify reports; how they leave is `issuing`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import StateError
from pipelines.settings import Home
from plimsoll.commands import issuing
from plimsoll.commands.option import HomeOption, open_home

app = typer.Typer(no_args_is_help=True)
app.command()(issuing.submit)
app.command()(issuing.approve)
app.command()(issuing.decline)
app.command()(issuing.issue)
app.command()(issuing.file)
app.command("submissions")(issuing.list_submissions)


@app.command("list")
def list_reports(home: HomeOption = None) -> None:
    """Which reports there are, and which have been built."""
    from pipelines.report.build import REPORTS

    place = open_home(home)
    for name in REPORTS:
        built = sorted(
            str(path.parent.relative_to(place.reports))
            for path in place.reports.glob(f"*/{name}/*/manifest.json")
        )
        print(name)
        for one in built:
            print(f"  {one}")


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="Report, as `report list` names it.")],
    period: Annotated[str, typer.Option(help="Month, as 2026-08.")],
    deployment: Annotated[str | None, typer.Option(help="Deployment; all of them if not given.")] = None,
    home: HomeOption = None,
) -> None:
    """Build a report as PDF, XLSX and JSON with a manifest of hashes.

    Of all deployments those that have no data in the month are named and passed over.
    """
    from pipelines.pointer import current_file
    from pipelines.report.build import build_report
    from pipelines.report.deployments import Round, build_reports
    from risk_register.database.store import open_store
    from risk_register.report.issuing import check_may_build

    place, at = open_home(home), dt.datetime.now(dt.UTC)
    if deployment is None:
        done = build_reports(place, [name], period=period, at=at)
    else:
        check_may_build(
            open_store(place.governance_url), deployment_id=deployment, report=name, period=period
        )
        published = current_file(place.published)
        done = Round(
            [
                build_report(
                    name,
                    published=published,
                    period=period,
                    deployment_id=deployment,
                    out=place.reports,
                    built_at=at,
                )
            ]
        )
    for files in done.built:
        for path in (files.pdf, files.xlsx, files.json, files.manifest):
            print(path)
    done.check()
    passed_over = done.silent + done.issued
    if not done.built:
        raise StateError("\n".join(passed_over))
    for text in passed_over:
        print(text, file=sys.stderr)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of a built report.")],
    published: Annotated[
        Path | None,
        typer.Option(help="The published file it was built from, where the report lies outside its home."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Check a report's hashes, that it can be rebuilt to the same bytes, and an edition adds nothing.

    Who signed an edition is compared with the home that is named, or else with the one in which it lies.
    """
    from pipelines.report.verify import check_signers, read_issued
    from pipelines.report.verify import verify as verify_folder
    from risk_register.database.store import open_store
    from risk_register.report.states import list_submissions

    problems = verify_folder(folder, published=published)
    edition = None if problems else read_issued(folder)
    place = _find_issuer(folder, home) if edition else None
    if edition and place:
        store = open_store(place.governance_url)
        problems = check_signers(folder, list_submissions(store, edition["deployment_id"]))
    if problems:
        raise StateError("\n".join(problems))
    print(f"{folder}: hashes are right and the rebuilt report is the same.")
    if edition and place:
        print(f"Its signers are those that {place.path} has.")
    elif edition:
        print("Its signers were not checked: name the home that issued it with --home.")


def _find_issuer(folder: Path, home: Path | None) -> Home | None:
    if home is not None:
        return open_home(home)
    around = (path for path in folder.resolve().parents if Home(path).kind is not None)
    return next((open_home(path) for path in around), None)
