"""Wrong passwords of one address: the twentieth is looked at, the next waits until the first is old."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.guesses import MOST_ADDRESSES, MOST_WRONG, WITHIN, Guesses

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ADDRESS = "203.0.113.7"


def try_often(guesses, address=ADDRESS, *, times=MOST_WRONG, at=AT):
    return [guesses.admit(address, at) for _ in range(times)]


def test_an_address_waits_after_the_last_wrong_password_until_the_first_is_old():
    guesses = Guesses()
    assert all(try_often(guesses))
    assert not guesses.admit(ADDRESS, AT + WITHIN - SECOND)
    assert guesses.admit(ADDRESS, AT + WITHIN)


def test_a_right_password_does_not_count():
    guesses = Guesses()
    for _ in range(MOST_WRONG):
        assert guesses.admit(ADDRESS, AT)
        guesses.forgive(ADDRESS)
    assert guesses.admit(ADDRESS, AT)


def test_another_address_does_not_wait():
    guesses = Guesses()
    try_often(guesses)
    assert guesses.admit("203.0.113.8", AT)


@pytest.mark.parametrize(
    ("other", "is_one"),
    [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False), ("::ffff:203.0.113.7", False)],
)
def test_addresses_of_one_network_of_ipv6_count_as_one(other, is_one):
    guesses = Guesses()
    try_often(guesses, "2001:db8:1:2::1")
    assert guesses.admit(other, AT) is not is_one


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", None, "unix"])
def test_a_proxy_that_names_nobody_does_not_shut_everybody_out(address):
    guesses = Guesses()
    assert all(try_often(guesses, address, times=MOST_WRONG + 5))


def test_only_the_newest_addresses_are_kept():
    guesses = Guesses()
    try_often(guesses)
    for number in range(MOST_ADDRESSES):
        guesses.admit(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", AT)
    assert len(guesses._wrong) == MOST_ADDRESSES
    assert guesses.admit(ADDRESS, AT)
