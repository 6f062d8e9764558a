"""`plimsoll report`: list, build and verify reports; how they leave is `issuing`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import StateError
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
    """Build a report as PDF, XLSX and JSON with a manifest of hashes."""
    from pipelines.lake import Lake
    from pipelines.pointer import current_file
    from pipelines.report.build import build_report
    from risk_register.report_issuing import check_may_build
    from risk_register.store import open_store

    place = open_home(home)
    store = open_store(place.governance_url)
    held = Lake(place.lake).read("ledger.deployment")
    names = [deployment] if deployment else [] if held is None else held["deployment_id"].to_pylist()
    if not names:
        raise StateError("There is no deployment to report on. Ingest logs and run the pipelines first.")
    for one in names:
        check_may_build(store, deployment_id=one, report=name, period=period)
        files = build_report(
            name,
            published=current_file(place.published),
            period=period,
            deployment_id=one,
            out=place.reports,
            built_at=dt.datetime.now(dt.UTC),
        )
        for path in (files.pdf, files.xlsx, files.json, files.manifest):
            print(path)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of a built report.")],
    published: Annotated[
        Path | None,
        typer.Option(help="The published file it was built from, where the report lies outside its home."),
    ] = None,
) -> None:
    """Check a report's hashes, that it can be rebuilt to the same bytes, and an edition adds nothing."""
    from pipelines.report.verify import verify as verify_folder

    problems = verify_folder(folder, published=published)
    if problems:
        raise StateError("\n".join(problems))
    print(f"{folder}: hashes are right and the rebuilt report is the same.")
