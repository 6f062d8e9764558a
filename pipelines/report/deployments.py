"""The reports of a month for every deployment: one that has none does not keep the others from theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.errors import NothingToReportError, PlimsollError, StateError
from pipelines.lake.lake import Lake
from pipelines.pointer import current_file
from pipelines.report.build import ReportFiles, build_report
from pipelines.settings import Home
from risk_register.database.store import open_store
from risk_register.errors import NotAllowedError
from risk_register.report.issuing import check_may_build


@dataclass
class Round:
    """What became of a month's reports; the texts are for people."""

    built: list[ReportFiles] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    """Of those that have left and are built no more."""
    silent: list[str] = field(default_factory=list)
    """Of deployments without data in the month: no report says that they were watched."""
    problems: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Complain of what failed, and of a month of which there is no report at all.

        Raises:
            StateError: with all that has to be said.
        """
        if self.problems or not (self.built or self.issued):
            raise StateError("\n".join(dict.fromkeys(self.problems + self.silent)))


def build_reports(home: Home, names: Sequence[str], *, period: str, at: dt.datetime) -> Round:
    """Build these reports of a month for every deployment that has been ingested.

    Raises:
        StateError: there is no deployment.
    """
    held = Lake(home.lake).read("ledger.deployment")
    if held is None or not held.num_rows:
        raise StateError("There is no deployment to report on. Ingest logs and run the pipelines first.")
    published, store, done = current_file(home.published), open_store(home.governance_url), Round()
    for deployment in held["deployment_id"].to_pylist():
        for name in names:
            try:
                check_may_build(store, deployment_id=deployment, report=name, period=period)
                files = build_report(
                    name,
                    published=published,
                    period=period,
                    deployment_id=deployment,
                    out=home.reports,
                    built_at=at,
                )
                done.built.append(files)
            except NotAllowedError as error:
                done.issued.append(str(error))
            except NothingToReportError as error:
                done.silent.append(f"{error} No report was built for it.")
            except PlimsollError as error:  # the others are built before this one is complained of
                done.problems.append(str(error))
    return done
