"""From a request to a view: the one place where an account's grants meet a deployment.

Pages, downloads and forms all come through here; nobody else makes a `View`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from dashboards.auth import Account
from dashboards.opening import Opening, choose_deployment
from dashboards.published import NothingPublishedError, Published
from dashboards.records import Deployment
from dashboards.theme import Scheme
from dashboards.unpublished import UnpublishedReader
from dashboards.view import Query, View, read_query
from risk_register.account.accounts import Action
from risk_register.database.store import Store
from risk_register.incident.locations import Locate
from risk_register.report.editions import Draw


class NoGrantError(Exception):
    """The account may not read the deployment, or any deployment at all."""


class NotNamedError(Exception):
    """The address names no deployment, and there are several."""


@contextmanager
def open_view(
    published: Published,
    store: Store,
    *,
    account: Account,
    path: str,
    subject: str | None,
    search: str,
    at: datetime,
    scheme: Scheme,
    csrf_token: str,
    reports: Path | None = None,
    lake: Path | None = None,
    locate: Locate | None = None,
    draw_edition: Draw | None = None,
    way_to_on_call: Callable[[], bool] | None = None,
    evidence: Path | None = None,
    last_seen: str | None = None,
    may_choose: bool = False,
    needs_run: bool = True,
    root: str = "",
    site: str = "",
) -> Iterator[View]:
    """A view on the deployment that the address names; a page that names none may open on a chosen one.

    Without `needs_run` it opens before the first run, on what the register knows.
    A deployment that does not exist and one without a grant get the same answer.

    Raises:
        NoGrantError: the account has no grant on it.
        NotNamedError: none is named, there are several, and none may be chosen.
        NothingPublishedError: nothing is published yet, and the page needs it, or the register knows no
            deployment that the account may read.
    """
    query = read_query(search)
    with ExitStack() as opened:
        nothing: NothingPublishedError | None = None
        try:
            reader = opened.enter_context(published.read())
        except NothingPublishedError as error:
            if needs_run:
                raise
            nothing, reader = error, UnpublishedReader(store)
        visible = tuple(d for d in reader.deployments() if account.may(Action.VIEW, d.deployment_id))
        if not visible:
            if nothing is not None:
                raise nothing
            raise NoGrantError(
                f"The account {account.name} has no role on any deployment that has data. "
                "An administrator can give it one."
            )
        if query.deployment_id is None:
            if len(visible) > 1 and not may_choose:
                raise NotNamedError("Name the deployment in the address: ?deployment=")
            opening = choose_deployment(reader, store, visible, last_seen=last_seen)
        else:
            opening = Opening(_find_named(visible, query, account), "")
        yield View(
            path=path,
            subject=subject,
            query=query,
            account=account,
            deployment=opening.deployment,
            opened_because=opening.reason,
            deployments=visible,
            build=reader.build(),
            reader=reader,
            store=store,
            at=at,
            scheme=scheme,
            csrf_token=csrf_token,
            reports=reports,
            lake=lake,
            locate=locate,
            draw_edition=draw_edition,
            way_to_on_call=way_to_on_call,
            evidence=evidence,
            root=root,
            site=site,
        )


def _find_named(visible: tuple[Deployment, ...], query: Query, account: Account) -> Deployment:
    for deployment in visible:
        if deployment.deployment_id == query.deployment_id:
            return deployment
    raise NoGrantError(
        f"The account {account.name} has no role on this deployment. An administrator can give it one."
    )
