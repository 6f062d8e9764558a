"""Nobody approves their own work: not under another account, nor through one that they let in themselves."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from risk_register.acceptability import Probability, Severity
from risk_register.account import accounts, grants, sessions
from risk_register.account.accounts import Role
from risk_register.account.four_eyes import RECOVERY
from risk_register.account.identities import Provider, admit, link_identity
from risk_register.database.store import Store
from risk_register.deployment import appetites
from risk_register.errors import RegisterError, SelfApprovalError
from risk_register.exchange import exchange
from risk_register.incident import closing as incident_closing
from risk_register.incident import holds, incidents, locations
from risk_register.incident.states import Causality, Nature
from risk_register.item import checklist
from risk_register.register import register
from risk_register.report import submissions as report_submissions

MAKER, OTHER, SECOND = "anna", "anna_home", "ben"
RISK, ITEM = "missed_escalation_of_risk", "intended_use_written"
Act = Callable[[Store, str, dt.datetime], None]


@pytest.fixture(scope="module")
def peopled(template: Path, tmp_path_factory: pytest.TempPathFactory, at: dt.datetime) -> Path:
    """Two accounts of one person and one of another, each with every role."""
    path = tmp_path_factory.mktemp("people") / "governance.sqlite"
    store = Store(f"sqlite:///{shutil.copy(template, path)}")
    for name in (MAKER, OTHER, SECOND):
        accounts.create_account(store, name=name, actor="command_line", at=at)
        for role in Role:
            accounts.grant(store, name=name, role=role, deployment_id="demo", actor="command_line", at=at)
    accounts.join_person(store, name=OTHER, same_as=MAKER, actor="command_line", at=at)
    return path


@pytest.fixture
def people(peopled: Path, store_path: Path) -> Store:
    """A store of the test's own with these accounts."""
    return Store(f"sqlite:///{shutil.copy(peopled, store_path)}")


def rate_lower(store: Store, actor: str, at: dt.datetime) -> None:
    register.rate_residual(
        store, deployment_id="demo", risk_id=RISK, severity=Severity.S4, probability=Probability.REMOTE,
        rationale="Rarer now.", actor=actor, at=at,
    )  # fmt: skip


def approve_rating(store: Store, actor: str, at: dt.datetime) -> None:
    register.approve_rating(store, deployment_id="demo", risk_id=RISK, actor=actor, at=at)


def assess(store: Store, actor: str, at: dt.datetime) -> None:
    move(store, actor, at, register.RiskStatus.ASSESSED)
    register.rate_residual(
        store, deployment_id="demo", risk_id=RISK, severity=Severity.S5, probability=Probability.FREQUENT,
        rationale="As before.", actor=actor, at=at,
    )  # fmt: skip


def move(store: Store, actor: str, at: dt.datetime, to_state: register.RiskStatus) -> None:
    register.move(
        store, deployment_id="demo", risk_id=RISK, to_state=to_state, reason="Seen.", actor=actor, at=at
    )


def accept(store: Store, actor: str, at: dt.datetime) -> None:
    move(store, actor, at, register.RiskStatus.ACCEPTED)


def propose_appetite(store: Store, actor: str, at: dt.datetime) -> None:
    appetites.propose(
        store, deployment_id="demo", indicator_id="refusal_rate", side=appetites.Side.ABOVE, watch=0.1,
        breach=0.2, reason="Board.", effective_from=at.date(), actor=actor, at=at,
    )  # fmt: skip


def approve_appetite(store: Store, actor: str, at: dt.datetime) -> None:
    appetites.approve(store, deployment_id="demo", proposal_id=1, actor=actor, at=at)


def say_not_applicable(store: Store, actor: str, at: dt.datetime) -> None:
    checklist.attest(
        store, deployment_id="demo", item_id=ITEM, state=checklist.ItemStatus.NOT_APPLICABLE, evidence="",
        note="No such use.", actor=actor, at=at, expires_on=None,
    )  # fmt: skip


def confirm_not_applicable(store: Store, actor: str, at: dt.datetime) -> None:
    checklist.approve_not_applicable(store, deployment_id="demo", item_id=ITEM, actor=actor, at=at)


def ask_waiver(store: Store, actor: str, at: dt.datetime) -> None:
    checklist.propose_waiver(
        store, deployment_id="demo", item_id=ITEM, reason="Until the audit.",
        until=at.date() + dt.timedelta(days=30), actor=actor, at=at,
    )  # fmt: skip


def approve_waiver(store: Store, actor: str, at: dt.datetime) -> None:
    checklist.approve_waiver(store, deployment_id="demo", item_id=ITEM, actor=actor, at=at)


def bring(store: Store, actor: str, at: dt.datetime) -> None:
    document = exchange.read_document(store, kind=exchange.ExchangeKind.REGISTER, deployment_id="demo")
    exchange.propose_import(store, deployment_id="demo", document=document, actor=actor, at=at)


def let_in(store: Store, actor: str, at: dt.datetime) -> None:
    exchange.approve_import(store, deployment_id="demo", import_id=1, actor=actor, at=at)


BUILT = report_submissions.BuiltOnce("demo", "monthly_safety_review", "2026-10", "a" * 64)


def submit_report(store: Store, actor: str, at: dt.datetime) -> None:
    report_submissions.submit(store, BUILT, actor=actor, at=at)


def approve_report(store: Store, actor: str, at: dt.datetime) -> None:
    report_submissions.approve(store, BUILT, actor=actor, at=at)


def open_incident(store: Store, actor: str, at: dt.datetime) -> None:
    number = incidents.open_incident(
        store, deployment_id="demo", title="A list was old", severity=Severity.S2, actor=actor, at=at
    )
    incidents.assess_incident(
        store, incident_id=number, severity=Severity.S2, nature=Nature.NOT_SERIOUS, cause="An old list.",
        causality=Causality.POSSIBLE, affected_count=None, actor=actor, at=at,
    )  # fmt: skip


def close_incident(store: Store, actor: str, at: dt.datetime) -> None:
    incident_closing.close_incident(
        store, incident_id="demo_incident_0001", conclusion="Renewed.", actor=actor, at=at
    )


def ask_hold(store: Store, actor: str, at: dt.datetime) -> None:
    number = incidents.open_incident(
        store, deployment_id="demo", title="A complaint", severity=Severity.S2, actor=actor, at=at
    )
    holds.request_hold(
        store, incident_id=number, conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=at.date() + dt.timedelta(days=30), actor=actor, at=at,
    )  # fmt: skip


def approve_hold(store: Store, actor: str, at: dt.datetime) -> None:
    holds.approve_hold(store, hold_id="demo_incident_hold_0001", deployment_id="demo", actor=actor, at=at)


def ask_release(store: Store, actor: str, at: dt.datetime) -> None:
    ask_hold(store, "somebody", at)
    approve_hold(store, "somebody_else", at)
    holds.ask_release(
        store, hold_id="demo_incident_hold_0001", deployment_id="demo", reason="Over.", actor=actor, at=at
    )


def confirm_release(store: Store, actor: str, at: dt.datetime) -> None:
    holds.confirm_release(store, hold_id="demo_incident_hold_0001", deployment_id="demo", actor=actor, at=at)


def locate(store: Store, actor: str, at: dt.datetime) -> None:
    locations.record_location(
        store, deployment_id="demo", subject="m", reason="Hurt.", source_file="a", position=1, why_not="",
        actor=actor, at=at,
    )  # fmt: skip


def confirm_location(store: Store, actor: str, at: dt.datetime) -> None:
    locations.confirm_location(
        store, location_id=1, deployment_id="demo", note="Right to look.", actor=actor, at=at
    )


PAIRS: dict[str, tuple[Act, Act]] = {
    "a lower rating": (rate_lower, approve_rating),
    "an acceptance": (assess, accept),
    "an appetite": (propose_appetite, approve_appetite),
    "not applicable": (say_not_applicable, confirm_not_applicable),
    "a waiver": (ask_waiver, approve_waiver),
    "an import": (bring, let_in),
    "a report": (submit_report, approve_report),
    "an incident": (open_incident, close_incident),
    "a hold": (ask_hold, approve_hold),
    "the release of a hold": (ask_release, confirm_release),
    "a search for a person": (locate, confirm_location),
}


@pytest.mark.parametrize("name", PAIRS)
def test_both_halves_by_one_person_are_refused_under_either_account(
    people: Store, at: dt.datetime, name: str
) -> None:
    first, second = PAIRS[name]
    first(people, MAKER, at)
    for account in (MAKER, OTHER):
        with pytest.raises(SelfApprovalError):
            second(people, account, at)
    second(people, SECOND, at)


@pytest.mark.parametrize("name", PAIRS)
def test_both_halves_by_the_other_account_first_are_refused_too(
    people: Store, at: dt.datetime, name: str
) -> None:
    first, second = PAIRS[name]
    first(people, OTHER, at)
    with pytest.raises(SelfApprovalError, match="belong to one person"):
        second(people, MAKER, at)


@pytest.mark.parametrize("name", PAIRS)
def test_who_let_an_account_in_has_no_work_approved_by_it_nor_approves_its_work(
    people: Store, at: dt.datetime, name: str
) -> None:
    token = accounts.issue_link(people, name=SECOND, at=at, valid_for=dt.timedelta(hours=1), actor=MAKER)
    assert accounts.redeem_link(people, token=token, at=at) == SECOND
    first, second = PAIRS[name]
    first(people, MAKER, at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        second(people, SECOND, at)


@pytest.mark.parametrize("name", PAIRS)
def test_what_was_done_behind_ones_link_stays_so_whoever_lets_the_account_in_later(
    people: Store, at: dt.datetime, name: str
) -> None:
    first, second = PAIRS[name]
    let_account_in(people, at, MAKER)
    first(people, SECOND, at)
    let_account_in(people, at + dt.timedelta(minutes=5), "command_line")
    for maker in (MAKER, OTHER):
        with pytest.raises(SelfApprovalError, match=f"{maker} had let ben in when ben did that"):
            second(people, maker, at + dt.timedelta(minutes=9))


@pytest.mark.parametrize("name", PAIRS)
def test_whom_the_command_line_let_in_again_is_nobodys_second_person_and_nobody_theirs(
    people: Store, at: dt.datetime, name: str
) -> None:
    first, second = PAIRS[name]
    let_account_in(people, at, RECOVERY)
    first(people, MAKER, at)
    with pytest.raises(SelfApprovalError, match="The command line let ben in"):
        second(people, SECOND, at)


def test_the_first_half_of_whom_the_command_line_let_in_again_is_never_completed(
    people: Store, at: dt.datetime
) -> None:
    let_account_in(people, at, RECOVERY)
    rate_lower(people, SECOND, at)
    with pytest.raises(SelfApprovalError, match="The command line let ben in"):
        approve_rating(people, MAKER, at)
    let_account_in(people, at + dt.timedelta(minutes=5), "command_line")
    with pytest.raises(SelfApprovalError, match="The command line had let ben in when ben did that"):
        approve_rating(people, MAKER, at + dt.timedelta(minutes=9))


def test_whom_the_command_line_let_in_again_gives_others_their_roles(people: Store, at: dt.datetime) -> None:
    let_account_in(people, at, RECOVERY)
    grants.grant(people, name=MAKER, role=Role.VIEWER, deployment_id="other", actor=SECOND, at=at)
    with pytest.raises(SelfApprovalError, match="cannot give a role to themselves"):
        grants.grant(people, name=SECOND, role=Role.VIEWER, deployment_id="other", actor=SECOND, at=at)


def test_nor_does_a_password_set_behind_ones_link_do_a_first_half_for_oneself(
    people: Store, at: dt.datetime
) -> None:
    phrase = "a long phrase of ben"
    let_account_in(people, at, MAKER)
    accounts.set_password(people, name=SECOND, password=phrase, actor=SECOND, at=at)
    let_account_in(people, at + dt.timedelta(minutes=1), "command_line")
    assert accounts.verify_password(people, name=SECOND, password=phrase, at=at + dt.timedelta(minutes=2))
    rate_lower(people, SECOND, at + dt.timedelta(minutes=3))
    let_account_in(people, at + dt.timedelta(minutes=5), "command_line")
    with pytest.raises(SelfApprovalError, match="had let ben in"):
        approve_rating(people, MAKER, at + dt.timedelta(minutes=9))


def test_what_an_account_did_before_and_after_ones_link_is_its_own(people: Store, at: dt.datetime) -> None:
    rate_lower(people, SECOND, at)
    let_account_in(people, at + dt.timedelta(minutes=1), MAKER)
    let_account_in(people, at + dt.timedelta(minutes=5), "command_line")
    rate_lower(people, SECOND, at + dt.timedelta(minutes=6))
    approve_rating(people, MAKER, at + dt.timedelta(minutes=9))


def test_a_link_from_elsewhere_ends_it(people: Store, at: dt.datetime) -> None:
    for issuer in (MAKER, "command_line"):
        token = accounts.issue_link(people, name=SECOND, at=at, valid_for=dt.timedelta(hours=1), actor=issuer)
        accounts.redeem_link(people, token=token, at=at)
    rate_lower(people, MAKER, at)
    approve_rating(people, SECOND, at)


def test_the_work_of_whom_one_let_in_is_not_approved_either(people: Store, at: dt.datetime) -> None:
    token = accounts.issue_link(people, name=SECOND, at=at, valid_for=dt.timedelta(hours=1), actor=MAKER)
    accounts.redeem_link(people, token=token, at=at)
    rate_lower(people, SECOND, at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        approve_rating(people, MAKER, at)


def let_account_in(people: Store, at: dt.datetime, issuer: str) -> None:
    token = accounts.issue_link(people, name=SECOND, at=at, valid_for=dt.timedelta(hours=1), actor=issuer)
    assert accounts.redeem_link(people, token=token, at=at) == SECOND


def test_a_password_that_was_set_behind_a_link_is_worth_no_more_than_the_link(
    people: Store, at: dt.datetime
) -> None:
    phrase = "a long phrase of ben"
    let_account_in(people, at, MAKER)
    accounts.set_password(people, name=SECOND, password=phrase, actor=SECOND, at=at)
    let_account_in(people, at, "command_line")
    rate_lower(people, MAKER, at)
    assert accounts.verify_password(people, name=SECOND, password=phrase, at=at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        approve_rating(people, SECOND, at)
    let_account_in(people, at, "command_line")
    accounts.set_password(people, name=SECOND, password="another long phrase", actor=SECOND, at=at)
    assert accounts.verify_password(people, name=SECOND, password="another long phrase", at=at)
    approve_rating(people, SECOND, at)


def test_a_password_that_somebody_else_has_set_is_theirs_too(people: Store, at: dt.datetime) -> None:
    phrase = "a long phrase for ben"
    let_account_in(people, at, "command_line")
    accounts.set_password(people, name=SECOND, password=phrase, actor=MAKER, at=at)
    assert accounts.verify_password(people, name=SECOND, password=phrase, at=at)
    rate_lower(people, MAKER, at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        approve_rating(people, SECOND, at)


def test_a_subject_that_somebody_linked_is_no_more_than_they_say(
    people: Store, at: dt.datetime, tmp_path: Path
) -> None:
    provider = Provider(issuer="https://id.example", client_id="plimsoll", client_secret_file=tmp_path / "s")
    link_identity(people, name=SECOND, issuer=provider.issuer, subject="annas", actor=MAKER, at=at)
    assert admit(people, provider, claims={"sub": "annas"}, at=at) == SECOND
    rate_lower(people, MAKER, at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        approve_rating(people, SECOND, at)


def test_sessions_that_another_has_vouched_for_end_when_somebody_comes_in(
    people: Store, at: dt.datetime
) -> None:
    let_account_in(people, at, MAKER)
    session = sessions.open_session(people, name=SECOND, method=sessions.Method.LINK, at=at)
    let_account_in(people, at, MAKER)
    assert sessions.find_session(people, session) is not None
    let_account_in(people, at, "command_line")
    assert sessions.find_session(people, session) is None


def test_a_role_is_not_given_to_the_other_account_of_oneself(people: Store, at: dt.datetime) -> None:
    with pytest.raises(SelfApprovalError, match="belong to one person"):
        grants.grant(people, name=OTHER, role=Role.VIEWER, deployment_id="second", actor=MAKER, at=at)


def test_who_let_an_account_in_gives_it_another_role_and_opens_it_again_but_approves_nothing_of_it(
    people: Store, at: dt.datetime
) -> None:
    let_account_in(people, at, MAKER)
    grants.grant(people, name=SECOND, role=Role.VIEWER, deployment_id="second", actor=MAKER, at=at)
    accounts.disable_account(people, name=SECOND, actor=MAKER, at=at)
    accounts.enable_account(people, name=SECOND, actor=MAKER, at=at)
    assert accounts.Grant(Role.VIEWER, "second") in accounts.grants(people, SECOND)
    rate_lower(people, SECOND, at)
    with pytest.raises(SelfApprovalError, match="anna let ben in"):
        approve_rating(people, MAKER, at)
    for name in (MAKER, OTHER):
        accounts.disable_account(people, name=name, actor=SECOND, at=at)
        with pytest.raises(SelfApprovalError, match="another administrator must do it"):
            accounts.enable_account(people, name=name, actor=MAKER, at=at)


def test_whom_an_administrator_let_in_gives_that_administrator_a_role(people: Store, at: dt.datetime) -> None:
    let_account_in(people, at, MAKER)
    grants.grant(people, name=MAKER, role=Role.VIEWER, deployment_id="second", actor=SECOND, at=at)
    assert accounts.Grant(Role.VIEWER, "second") in accounts.grants(people, MAKER)


def test_one_subject_of_a_provider_is_never_two_accounts(
    people: Store, at: dt.datetime, tmp_path: Path
) -> None:
    provider = Provider(
        issuer="https://id.example", client_id="plimsoll", client_secret_file=tmp_path / "secret"
    )
    link_identity(people, name=MAKER, issuer=provider.issuer, subject="s-1", actor="command_line", at=at)
    with pytest.raises(RegisterError, match="one subject has one account"):
        link_identity(people, name=SECOND, issuer=provider.issuer, subject="s-1", actor="command_line", at=at)
    claims = {"sub": "s-1", "preferred_username": "somebody_else"}
    assert admit(people, provider, claims=claims, at=at) == MAKER
    assert [known.name for known in accounts.list_accounts(people)] == [MAKER, OTHER, SECOND]
