"""Which pages exist, in the order of the rail, and how a path finds one.

A new page is one module or folder, and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote

from dashboards.pages import audit, overview
from dashboards.pages.accounts import account, administration
from dashboards.pages.alarms import alarms
from dashboards.pages.appetites import appetites
from dashboards.pages.checklist import checklist
from dashboards.pages.data import health as data_health
from dashboards.pages.detectors import detectors
from dashboards.pages.equity import equity
from dashboards.pages.incidents import incidents
from dashboards.pages.indicators import indicator, indicators
from dashboards.pages.page import Page, Shelf
from dashboards.pages.regimes import regimes
from dashboards.pages.releases import releases
from dashboards.pages.reports import reports
from dashboards.pages.review import review
from dashboards.pages.risks import register

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    indicators.PAGE,
    indicator.PAGE,
    alarms.PAGE,
    review.PAGE,
    equity.PAGE,
    releases.PAGE,
    register.PAGE,
    appetites.PAGE,
    incidents.PAGE,
    checklist.PAGE,
    regimes.PAGE,
    reports.PAGE,
    data_health.PAGE,
    detectors.PAGE,
    audit.PAGE,
    administration.PAGE,
    account.PAGE,
)
RAIL: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType(
    {
        shelf.value: tuple((page.path, page.title) for page in PAGES if page.in_rail and page.shelf is shelf)
        for shelf in Shelf
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {f"/{alias}": page.path for page in PAGES for alias in page.aliases}
)


def find_page(path: str) -> tuple[Page, str | None] | None:
    """The page of a path and what it is about."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if not parts:
        return overview.PAGE, None
    for page in PAGES:
        if page.path == f"/{parts[0]}" and len(parts) == 1 + page.takes_subject:
            return page, parts[1] if page.takes_subject else None
    return None
