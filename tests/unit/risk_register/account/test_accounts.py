"""Nobody enters without a password or a link, and nobody may do what no grant allows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from risk_register.account import accounts, sessions
from risk_register.account.credentials import FAILURES_BEFORE_LOCK, LOCK_FOR
from risk_register.account.name import RESERVED
from risk_register.account.tokens import find_bearer, issue_token
from risk_register.database import audit
from risk_register.database.model import Account, OneTimeLink
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError

REPOSITORY = Path(__file__).parents[4]
SIGNS = re.compile(
    r"""^(?:ACTOR|QUEUE|COMMAND_LINE) = "([a-z_]+)"|\bactor="(?!demo_)([a-z_]+)\"""", re.MULTILINE
)
NAME = "safety_officer"
PASSWORD = "a phrase of some length"
HALF_AN_HOUR = dt.timedelta(minutes=30)


@pytest.fixture
def account(store: Store, at: dt.datetime) -> str:
    accounts.create_account(store, name=NAME, actor="command_line", at=at)
    accounts.set_password(store, name=NAME, password=PASSWORD, actor="command_line", at=at)
    return NAME


def sign_in(store: Store, at: dt.datetime, password: str = PASSWORD, name: str = NAME) -> bool:
    return accounts.verify_password(store, name=name, password=password, at=at)


def fail(store: Store, at: dt.datetime, times: int) -> None:
    for _ in range(times):
        assert not sign_in(store, at, "a wrong phrase here")


def test_the_right_password_signs_in_and_a_wrong_one_does_not(
    store: Store, account: str, at: dt.datetime
) -> None:
    assert sign_in(store, at)
    assert not sign_in(store, at, PASSWORD.upper())
    assert not sign_in(store, at, "")


def test_an_unknown_account_and_one_without_a_password_cannot_sign_in(store: Store, at: dt.datetime) -> None:
    accounts.create_account(store, name="viewer", actor="command_line", at=at)
    assert not sign_in(store, at, name="viewer")
    assert not sign_in(store, at, name="nobody")


def test_the_password_itself_is_not_in_the_store(store: Store, account: str, at: dt.datetime) -> None:
    with store.read() as session:
        kept = session.scalars(select(Account.password_hash)).one()
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_a_shipped_hash_is_not_a_cheap_one(cheap_passwords: Callable[[], PasswordHasher]) -> None:
    hasher = cheap_passwords()
    assert (hasher.time_cost, hasher.memory_cost) >= (3, 65536)


def test_the_lock_comes_after_the_fifth_failure_and_not_before(
    store: Store, account: str, at: dt.datetime
) -> None:
    fail(store, at, 4)
    assert sign_in(store, at)
    fail(store, at, 5)
    assert not sign_in(store, at)


def test_the_lock_lifts_when_its_time_is_over_and_not_a_second_earlier(
    store: Store, account: str, at: dt.datetime
) -> None:
    fail(store, at, FAILURES_BEFORE_LOCK)
    assert not sign_in(store, at + LOCK_FOR - dt.timedelta(seconds=1))
    assert sign_in(store, at + LOCK_FOR)


@pytest.mark.parametrize(("further", "locks"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 16)])
def test_every_further_wrong_password_locks_for_twice_as_long_up_to_four_hours(
    store: Store, account: str, at: dt.datetime, further: int, locks: int
) -> None:
    fail(store, at, FAILURES_BEFORE_LOCK)
    last = at
    for number in range(further):
        last += LOCK_FOR * 2 ** min(number, 4)
        fail(store, last, 1)
    assert locks * LOCK_FOR <= dt.timedelta(hours=4)
    assert not sign_in(store, last + locks * LOCK_FOR - dt.timedelta(seconds=1))
    assert sign_in(store, last + locks * LOCK_FOR)


def test_a_right_password_lets_the_count_begin_again(store: Store, account: str, at: dt.datetime) -> None:
    fail(store, at, FAILURES_BEFORE_LOCK)
    later = at + LOCK_FOR
    assert sign_in(store, later)
    fail(store, later, FAILURES_BEFORE_LOCK - 1)
    assert sign_in(store, later)


def test_an_attempt_during_the_lock_does_not_prolong_it(store: Store, account: str, at: dt.datetime) -> None:
    fail(store, at, FAILURES_BEFORE_LOCK)
    fail(store, at + dt.timedelta(minutes=10), 3)
    assert sign_in(store, at + LOCK_FOR)


def test_a_new_password_lifts_the_lock(store: Store, account: str, at: dt.datetime) -> None:
    fail(store, at, FAILURES_BEFORE_LOCK)
    accounts.set_password(store, name=NAME, password="another long phrase", actor="administrator", at=at)
    assert sign_in(store, at, "another long phrase")


@pytest.mark.parametrize("password", ["", "elevenchars", NAME])
def test_a_short_password_or_the_name_is_refused(
    store: Store, account: str, at: dt.datetime, password: str
) -> None:
    with pytest.raises(NotAllowedError, match="at least 12"):
        accounts.set_password(store, name=NAME, password=password, actor="administrator", at=at)


def test_a_password_of_twelve_characters_is_taken(store: Store, account: str, at: dt.datetime) -> None:
    accounts.set_password(store, name=NAME, password="twelve chars", actor="administrator", at=at)
    assert sign_in(store, at, "twelve chars")


def test_a_link_signs_in_once(store: Store, account: str, at: dt.datetime) -> None:
    token = accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)
    assert accounts.redeem_link(store, token=token, at=at) == NAME
    assert accounts.redeem_link(store, token=token, at=at) is None


def test_a_link_works_until_it_expires_and_not_then(store: Store, account: str, at: dt.datetime) -> None:
    early = accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)
    late = accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)
    almost = at + HALF_AN_HOUR - dt.timedelta(seconds=1)
    assert accounts.redeem_link(store, token=early, at=almost) == NAME
    assert accounts.redeem_link(store, token=late, at=at + HALF_AN_HOUR) is None


def test_a_token_is_kept_as_a_hash_alone(store: Store, account: str, at: dt.datetime) -> None:
    token = accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)
    with store.read() as session:
        kept = session.scalars(select(OneTimeLink.token_hash)).one()
    assert token not in kept
    assert len(kept) == 64
    assert accounts.redeem_link(store, token=kept, at=at) is None
    assert token not in str(audit.list_entries(store))


def test_an_unknown_token_signs_nobody_in(store: Store, at: dt.datetime) -> None:
    assert accounts.redeem_link(store, token="guess", at=at) is None


def test_a_disabled_account_is_shut_on_every_way(store: Store, account: str, at: dt.datetime) -> None:
    token = accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)
    accounts.grant(
        store,
        name=NAME,
        role=accounts.Role.SAFETY_OFFICER,
        deployment_id="demo",
        actor="administrator",
        at=at,
    )
    accounts.disable_account(store, name=NAME, actor="administrator", at=at)
    assert not sign_in(store, at)
    assert accounts.redeem_link(store, token=token, at=at) is None
    assert accounts.grants(store, NAME) == frozenset()
    with pytest.raises(NotAllowedError, match="disabled"):
        accounts.issue_link(store, name=NAME, at=at, valid_for=HALF_AN_HOUR)


def test_a_role_is_given_and_taken_on_one_deployment(store: Store, account: str, at: dt.datetime) -> None:
    assert accounts.grants(store, NAME) == frozenset()
    role = accounts.Role.SAFETY_OFFICER
    accounts.grant(store, name=NAME, role=role, deployment_id="demo", actor="administrator", at=at)
    accounts.grant(store, name=NAME, role=role, deployment_id="demo", actor="administrator", at=at)
    assert accounts.grants(store, NAME) == {accounts.Grant(role, "demo")}
    assert len(audit.list_entries(store, action="role_granted")) == 1
    accounts.revoke(store, name=NAME, role=role, deployment_id="demo", actor="administrator", at=at)
    assert accounts.grants(store, NAME) == frozenset()
    with pytest.raises(UnknownRecordError, match="nothing to take away"):
        accounts.revoke(store, name=NAME, role=role, deployment_id="demo", actor="administrator", at=at)


def test_nobody_gives_a_role_to_themselves(store: Store, account: str, at: dt.datetime) -> None:
    with pytest.raises(SelfApprovalError):
        accounts.grant(
            store, name=NAME, role=accounts.Role.ADMINISTRATOR, deployment_id="demo", actor=NAME, at=at
        )
    assert accounts.grants(store, NAME) == frozenset()


def test_a_name_is_taken_once_and_has_to_be_a_name(store: Store, account: str, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="already"):
        accounts.create_account(store, name=NAME, actor="command_line", at=at)
    for name in ("", "With Space", "<script>", "a" * 101):
        with pytest.raises(NotAllowedError, match="not an account name"):
            accounts.create_account(store, name=name, actor="command_line", at=at)


def test_nobody_is_called_as_commands_and_stages_sign(store: Store, at: dt.datetime) -> None:
    signs = {
        name
        for folder in ("pipelines", "plimsoll", "risk_register")
        for path in (REPOSITORY / folder).rglob("*.py")
        for found in SIGNS.findall(path.read_text(encoding="utf-8"))
        for name in found
        if name
    }
    assert {"command_line", "notify", "review_queue"} <= signs <= RESERVED
    for name in sorted(signs):
        with pytest.raises(NotAllowedError, match="stands in the audit"):
            accounts.create_account(store, name=name, actor="administrator", at=at)
    assert accounts.list_accounts(store) == ()


def test_what_opened_a_shut_account_before_does_not_open_it_again(
    store: Store, account: str, at: dt.datetime
) -> None:
    link = accounts.issue_link(store, name=NAME, at=at, valid_for=2 * HALF_AN_HOUR)
    token = issue_token(store, name=NAME, label="CI", valid_for=dt.timedelta(days=9), actor="x", at=at)
    assert find_bearer(store, token, at=at) == NAME
    accounts.disable_account(store, name=NAME, actor="administrator", at=at)
    accounts.enable_account(store, name=NAME, actor="administrator", at=at)
    assert find_bearer(store, token, at=at + HALF_AN_HOUR) is None
    assert accounts.redeem_link(store, token=link, at=at + HALF_AN_HOUR) is None
    assert sign_in(store, at + HALF_AN_HOUR)


def test_the_sessions_of_a_shut_account_are_over_also_when_it_is_open_again(
    store: Store, account: str, at: dt.datetime
) -> None:
    opened = sessions.open_session(store, name=NAME, method=sessions.Method.PASSWORD, at=at)
    accounts.disable_account(store, name=NAME, actor="administrator", at=at)
    accounts.enable_account(store, name=NAME, actor="administrator", at=at)
    assert sessions.find_session(store, opened) is None


def test_nobody_opens_their_own_account_again_also_not_from_another_one(
    store: Store, account: str, at: dt.datetime
) -> None:
    accounts.create_account(store, name="other", actor="administrator", at=at)
    accounts.join_person(store, name="other", same_as=NAME, actor="administrator", at=at)
    accounts.disable_account(store, name=NAME, actor="administrator", at=at)
    for actor in (NAME, "other"):
        with pytest.raises(SelfApprovalError):
            accounts.enable_account(store, name=NAME, actor=actor, at=at)


def test_of_joined_accounts_all_are_one_person(store: Store, account: str, at: dt.datetime) -> None:
    for name in ("one", "two", "three"):
        accounts.create_account(store, name=name, actor="administrator", at=at)
    for name, same_as in (("two", "one"), ("one", "three")):
        accounts.join_person(store, name=name, same_as=same_as, actor="administrator", at=at)
    people = {one.name: one.person for one in accounts.list_accounts(store)}
    assert people == {"one": "three", "two": "three", "three": "three", NAME: NAME}


@pytest.mark.parametrize(("days", "is_taken"), [(0, False), (1, True), (366, True), (367, False)])
def test_a_token_holds_for_a_day_to_a_year(
    store: Store, account: str, at: dt.datetime, days: int, is_taken: bool
) -> None:
    given = {"name": NAME, "label": "CI", "valid_for": dt.timedelta(days=days), "actor": "x", "at": at}
    if not is_taken:
        with pytest.raises(NotAllowedError, match="holds for 1 to 366 days"):
            issue_token(store, **given)
    else:
        token, end = issue_token(store, **given), at + dt.timedelta(days=days)
        assert find_bearer(store, token, at=end - dt.timedelta(seconds=1)) == NAME
        assert find_bearer(store, token, at=end) is None


def test_an_administrator_sees_accounts_with_their_grants(
    store: Store, account: str, at: dt.datetime
) -> None:
    accounts.grant(
        store, name=NAME, role=accounts.Role.VIEWER, deployment_id="demo", actor="administrator", at=at
    )
    found = accounts.list_accounts(store)
    assert [(record.name, record.has_password) for record in found] == [(NAME, True)]
    assert found[0].grants == {accounts.Grant(accounts.Role.VIEWER, "demo")}
