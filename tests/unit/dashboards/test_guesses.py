"""Wrong passwords of one address: the twentieth is looked at, the next waits until the first is old."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.guesses import MOST_WRONG, WITHIN, Guesses

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


# In a process of its own: one that has threads should not fork.
WORKERS = """
import os, sys
from datetime import UTC, datetime
from dashboards.guesses import Guesses
guesses, at = Guesses(), datetime(2026, 11, 21, 8, tzinfo=UTC)
workers = []
for _ in range(3):
    worker = os.fork()
    if worker == 0:
        os._exit(sum(guesses.admit("203.0.113.7", at) for _ in range(int(sys.argv[1]))))
    workers.append(worker)
print(sum(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers))
"""


def test_all_workers_count_together():
    command = [sys.executable, "-c", WORKERS, str(MOST_WRONG // 2 + 1)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(told.stdout) == MOST_WRONG


def test_threads_of_one_worker_count_together():
    guesses = Guesses()
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: guesses.admit(ADDRESS, AT), range(3 * MOST_WRONG)))
    assert sum(admitted) == MOST_WRONG


def test_many_addresses_take_no_more_room():
    guesses = Guesses()
    before = os.fstat(guesses._file).st_size
    for number in range(500):
        guesses.admit(f"10.0.{number // 256}.{number % 256}", AT)
    assert os.fstat(guesses._file).st_size == before
