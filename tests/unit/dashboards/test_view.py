"""The address carries all state, and what is not understood is dropped."""

from datetime import date

import pytest

from dashboards.view import Period, Range, monday_of, read_query


def test_an_empty_address_means_weeks_of_the_last_thirteen():
    query = read_query("")
    assert (query.deployment_id, query.range, query.period, dict(query.filters)) == (
        None, Range.THIRTEEN_WEEKS, Period.WEEK, {},
    )  # fmt: skip


def test_an_address_is_read_whole():
    query = read_query("?deployment=a&range=4w&period=day&slice=language&value=es")
    assert (query.deployment_id, query.range, query.period) == ("a", Range.FOUR_WEEKS, Period.DAY)
    assert dict(query.filters) == {"slice": "language", "value": "es"}


@pytest.mark.parametrize(
    "search", ["?range=forever", "?period=hour", "?unknown=1", "?status=" + "x" * 201, "?%%%"]
)
def test_what_is_not_understood_is_dropped(search):
    assert read_query(search) == read_query("")


def test_a_filter_of_the_greatest_length_is_kept():
    assert read_query("?status=" + "x" * 200).filters["status"] == "x" * 200


@pytest.mark.parametrize("day", [date(2026, 11, 9), date(2026, 11, 15)])
def test_a_week_begins_on_its_monday(day):
    assert monday_of(day) == date(2026, 11, 9)


@pytest.fixture
def opened(app, shared_home, store, clock):
    from dashboards.access import open_view
    from dashboards.auth import Account
    from dashboards.published import Published
    from dashboards.theme import Scheme
    from risk_register.accounts import grants

    account = Account(name="safety_officer", grants=grants(store, "safety_officer"))
    with open_view(
        Published(shared_home / "published"), store, account=account, path="/overview", subject=None,
        search="?deployment=harbor_companion&range=4w&status=watch", at=clock(), scheme=Scheme.LIGHT,
        csrf_token="t",
    ) as view:  # fmt: skip
        yield view


def test_a_link_on_the_same_page_keeps_the_filters(opened):
    assert opened.href(None, family="harm") == (
        "/overview?deployment=harbor_companion&range=4w&period=week&status=watch&family=harm"
    )
    assert "status" not in opened.href(None, status=None)


def test_a_link_to_another_page_keeps_deployment_and_range_only(opened):
    assert opened.href("/indicators") == "/indicators?deployment=harbor_companion&range=4w&period=week"


def test_four_weeks_are_four_complete_ones_and_the_running_one(opened):
    assert opened.since == date(2026, 10, 19)
    assert opened.latest_full_week == date(2026, 11, 9)
