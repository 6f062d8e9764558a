"""What a page is shown for: who reads, which deployment, and the state that the address carries.

A `View` exists only for an account that may read its deployment (`dashboards.access` makes it), so
a page that has one needs no check of its own. All state is in the address: `href` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from dashboards.auth import Account
from dashboards.published import Reader
from dashboards.records import Build, Deployment
from dashboards.theme import Scheme
from risk_register.account.accounts import Action
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError
from risk_register.incident.locations import Locate
from risk_register.report.editions import Draw

FILTER_LENGTH = 200  # longer values are no filter of ours


class Range(StrEnum):
    """How far back a page looks, counted from the last day with data."""

    FOUR_WEEKS = "4w"
    THIRTEEN_WEEKS = "13w"
    ALL = "all"


class Period(StrEnum):
    """How a series is cut."""

    WEEK = "week"
    DAY = "day"


RANGE_WEEKS = {Range.FOUR_WEEKS: 4, Range.THIRTEEN_WEEKS: 13}
RANGE_WORDS = {
    Range.FOUR_WEEKS: "last 4 weeks",
    Range.THIRTEEN_WEEKS: "last 13 weeks",
    Range.ALL: "all weeks",
}
FILTERS = (
    *("status", "family", "slice", "value", "risk", "cell", "item", "stage", "show", "reason"),
    *("field", "indicator", "alarm", "finding", "incident", "what", "regime", "change"),
    *("actor", "action", "subject", "since", "until", "about", "month", "account"),
)


@dataclass(frozen=True)
class Query:
    """The state that an address carries; anything not understood is dropped, never guessed."""

    deployment_id: str | None = None
    range: Range = Range.THIRTEEN_WEEKS
    period: Period = Period.WEEK
    filters: Mapping[str, str] = field(default_factory=dict)


def read_query(search: str) -> Query:
    """The query of an address such as `?deployment=harbor_companion&range=13w`."""
    pairs = {key: value for key, value in parse_qsl(search.lstrip("?")) if len(value) <= FILTER_LENGTH}
    given_range, given_period = pairs.get("range"), pairs.get("period")
    return Query(
        deployment_id=pairs.get("deployment"),
        range=Range(given_range) if given_range in set(Range) else Range.THIRTEEN_WEEKS,
        period=Period(given_period) if given_period in set(Period) else Period.WEEK,
        filters={key: pairs[key] for key in FILTERS if key in pairs},
    )


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    file_name: str
    content: bytes


@dataclass(frozen=True)
class View:
    """Everything a page may use; a page reads no clock, no environment and no request of its own."""

    path: str
    subject: str | None
    query: Query
    account: Account
    deployment: Deployment
    deployments: tuple[Deployment, ...]
    build: Build
    reader: Reader
    store: Store
    at: datetime
    scheme: Scheme
    csrf_token: str
    reports: Path | None = None
    lake: Path | None = None
    locate: Locate | None = None
    draw_edition: Draw | None = None
    way_to_on_call: Callable[[], bool] | None = None
    evidence: Path | None = None
    upload: Upload | None = None
    opened_because: str = ""
    root: str = ""
    """The path before every page, as browsers see it."""
    site: str = ""
    """Where readers reach the dashboard, such as `https://plimsoll.example.org`; for what leaves a page."""

    @property
    def deployment_id(self) -> str:
        """The deployment that the page is about."""
        return self.deployment.deployment_id

    @property
    def today(self) -> date:
        """The day of the request where the deployment is: data and what people are due are judged by it."""
        return self.at.astimezone(ZoneInfo(self.deployment.zone)).date()

    @property
    def stored_today(self) -> date:
        """The day of the request in UTC, by which the store takes or refuses a day and a hold ends."""
        return self.at.date()

    @property
    def since(self) -> date:
        """The first Monday of the range: as many complete weeks as it says, and the running one."""
        if self.query.range is Range.ALL or self.deployment.last_day is None:
            return date.min
        return monday_of(self.deployment.last_day) - timedelta(weeks=RANGE_WEEKS[self.query.range])

    @property
    def is_published(self) -> bool:
        """Whether anything was ever computed; before that, all that data would say is unknown."""
        return self.build.generation > 0

    @property
    def latest_full_week(self) -> date | None:
        """Monday of the newest week that has ended within the data; a day that runs has not."""
        if self.deployment.last_ended_day is None:
            return None
        return monday_of(self.deployment.last_ended_day + timedelta(days=1)) - timedelta(weeks=1)

    @property
    def has_way_to_on_call(self) -> bool:
        """Whether a call can leave for the on-call; where nobody has said so, it cannot."""
        return self.way_to_on_call is not None and self.way_to_on_call()

    def filter(self, name: str) -> str | None:
        """A filter of the address.

        Raises:
            ValueError: no address is read for that name, so it would never be anything but None.
        """
        if name not in FILTERS:
            raise ValueError(f"No filter is called {name!r}; those of an address are in FILTERS.")
        return self.query.filters.get(name)

    def may(self, action: Action) -> bool:
        """Whether the account may do something on this deployment."""
        return self.account.may(action, self.deployment_id)

    def check_may(self, action: Action) -> None:
        """Raise what `may` answers.

        Raises:
            NotAllowedError: names the account, the action and the deployment.
        """
        if not self.may(action):
            raise NotAllowedError(
                f"{self.account.name} may not {action.value.replace('_', ' ')} on {self.deployment_id}; "
                "an administrator gives roles."
            )

    def download(self, sheet: str) -> str | None:
        """The address of the CSV of what is shown; None for an account that may not export."""
        if not self.may(Action.EXPORT):
            return None
        return self.href(f"/download{self.path}/{sheet}.csv", **self.query.filters)

    def href(self, path: str | None = None, **changes: str | None) -> str:
        """The address of this view with changes; another page keeps deployment, range and period only.

        `None` removes a filter.
        """
        filters = dict(self.query.filters) if path is None else {}
        state: dict[str, str | None] = {
            "deployment": self.deployment_id,
            "range": self.query.range,
            "period": self.query.period,
            **filters,
            **changes,
        }
        return (
            f"{self.root}{path or self.path}?{urlencode({k: v for k, v in state.items() if v is not None})}"
        )


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
