"""The address carries all state, and what is not understood is dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dashboards.published import Published
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
    from dashboards.theme import Scheme
    from risk_register.account.accounts import grants

    account = Account(name="safety_officer", grants=grants(store, "safety_officer"))
    with open_view(
        Published(shared_home / "published"), store, account=account, path="/overview", subject=None,
        search="?deployment=harbor_companion&range=4w&status=watch", at=clock(), scheme=Scheme.LIGHT,
        csrf_token="t",
    ) as view:  # fmt: skip
        yield view


def test_a_filter_that_no_address_carries_is_a_mistake_and_not_an_empty_answer(opened):
    assert (opened.filter("status"), opened.filter("change")) == ("watch", None)
    with pytest.raises(ValueError, match="No filter is called 'chnage'"):
        opened.filter("chnage")


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


@pytest.fixture
def reach(tmp_path, published_factory):
    """Deployments of a file whose data of the first end on a day that is over, or runs."""

    def publish(last_day, *, is_running):
        rows = published_factory.make_tables()
        (day,) = [one for one in rows["data_day"] if one["day"] == published_factory.LAST_DAY]
        state = {"state": "partial", "reasons": "running,low_volume"} if is_running else {}
        rows["data_day"] = [day | {"day": last_day} | state]
        rows["deployment"] = [one | {"last_day": last_day} for one in rows["deployment"]]
        published_factory.publish(tmp_path / "reach", tables=rows)
        with Published(tmp_path / "reach").read() as reader:
            return {one.deployment_id: one for one in reader.deployments()}

    return publish


@pytest.mark.parametrize(("is_running", "week"), [(False, date(2026, 11, 16)), (True, date(2026, 11, 9))])
def test_a_week_whose_sunday_still_runs_is_not_the_latest_full_week(opened, reach, is_running, week):
    deployments = reach(date(2026, 11, 22), is_running=is_running)
    assert replace(opened, deployment=deployments["harbor_companion"]).latest_full_week == week
    assert replace(opened, deployment=deployments["quiet_cove"]).latest_full_week == date(2026, 11, 16)


def test_the_day_of_a_deployment_is_that_of_its_own_zone(opened):
    away = replace(opened.deployment, zone="America/Los_Angeles")
    at = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
    assert replace(opened, deployment=away, at=at).today == date(2026, 11, 29)
