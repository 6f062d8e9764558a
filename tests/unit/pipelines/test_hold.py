"""A hold needs two people, a reason and a day; its number is never used again; the audit knows it by that."""

import datetime as dt
import errno
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import hold as holds
from pipelines.errors import DefinitionError, StateError
from pipelines.hold import Hold, add_hold, held_threads, load_holds, release_hold
from pipelines.lake import lake as lakes
from pipelines.schemas.staging import CONVERSATION
from pipelines.settings import Home, HomeKind, make_home
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, SelfApprovalError

NOW = dt.datetime(2026, 8, 20, tzinfo=dt.UTC)
UNTIL = dt.date(2026, 9, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    texts = dict.fromkeys(CONVERSATION.arrow_schema.names, "x")
    row = texts | {
        "deployment_id": "one", "day": NOW.date(), "conversation_id": "talk", "thread_id": "thread",
        "started_at": NOW, "ended_at": NOW, "received_on": NOW.date(), "message_count": 1,
        "user_message_count": 1, "assistant_message_count": 0, "agent_message_count": 0,
    }  # fmt: skip
    rows = pa.Table.from_pylist([row], schema=CONVERSATION.arrow_schema)
    with lakes.write(place.lake, by="test") as commit:
        commit.replace_days("staging.conversation", rows, [("one", NOW.date())])
    return place


@pytest.fixture
def store(home: Home, empty_store: Path) -> Store:
    shutil.copy(empty_store, home.path / "governance.sqlite")
    return Store(home.governance_url)


def add(home: Home, store: Store, **changes: object) -> Hold:
    values = {
        "deployment_id": "one", "conversation_id": "talk", "reason": "Asked.", "requested_by": "counsel",
        "approved_by": "compliance", "expires_on": UNTIL, "at": NOW,
    }  # fmt: skip
    return add_hold(home, store, **(values | changes))  # type: ignore[arg-type]


def let_go(home: Home, store: Store, **changes: str) -> Hold:
    people = {"requested_by": "counsel", "approved_by": "compliance"}
    return release_hold(
        home, store, at=NOW, **({"hold_id": "hold_0001", "reason": "Over."} | people | changes)
    )


def test_a_hold_covers_the_whole_thread_on_its_last_day_and_not_after(home: Home, store: Store) -> None:
    add(home, store)
    assert held_threads(home, UNTIL) == {("one", "thread")}
    assert held_threads(home, UNTIL + dt.timedelta(days=1)) == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"approved_by": "counsel"},
        {"approved_by": " counsel "},
        {"approved_by": "Counsel"},
        {"reason": "  "},
        {"expires_on": NOW.date() - dt.timedelta(days=1)},
        {"conversation_id": "nowhere"},
        {"deployment_id": "two"},
    ],
)
def test_a_hold_that_is_not_in_order_is_refused(home: Home, store: Store, changes: dict[str, object]) -> None:
    with pytest.raises(StateError):
        add(home, store, **changes)
    assert load_holds(home) == ()


def test_a_hold_may_expire_today(home: Home, store: Store) -> None:
    assert add(home, store, expires_on=NOW.date()).is_in_force(NOW.date())


def test_a_number_is_not_used_again_and_the_audit_names_no_conversation(home: Home, store: Store) -> None:
    first = add(home, store)
    let_go(home, store, hold_id=first.hold_id)
    assert add(home, store).hold_id == "hold_0002"
    entries = list_entries(store)
    assert [entry.action for entry in entries] == ["hold_added", "hold_released", "hold_added"]
    assert "talk" not in str(entries)


@pytest.mark.parametrize("text", ["", "two\n", None])
def test_a_counter_that_is_lost_or_damaged_is_no_obstacle(home: Home, store: Store, text: str | None) -> None:
    add(home, store)
    let_go(home, store)
    counter = home.definitions / "holds.count"
    if text is None:
        counter.unlink()
    else:
        counter.write_text(text)
    assert add(home, store).hold_id == "hold_0002"
    assert counter.read_text() == "2\n"


def test_a_disk_that_is_full_leaves_holds_and_counter_as_they_were(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = add(home, store)

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="No space"):
            add(home, store, reason="Another.")
    assert load_holds(home) == (hold,)
    assert (home.definitions / "holds.count").read_text() == "1\n"
    assert add(home, store, reason="Another.").hold_id == "hold_0002"


def die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_hold_killed_before_its_trace_is_finished_by_asking_again(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(holds, "record_access", die)
        with pytest.raises(KeyboardInterrupt):
            add(home, store)
    (left,) = load_holds(home)
    assert add(home, store, reason="Of another matter.").hold_id == "hold_0002"
    assert add(home, store, at=NOW + dt.timedelta(days=1)) == left
    assert [one.hold_id for one in load_holds(home)] == ["hold_0001", "hold_0002"]
    assert [one.subject for one in list_entries(store, action="hold_added")] == ["hold_0001", "hold_0002"]
    assert add(home, store).hold_id == "hold_0003"  # whoever asks twice gets two, as before


def test_a_release_killed_behind_its_trace_is_finished_and_not_traced_twice(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, store)
    with monkeypatch.context() as patched:
        patched.setattr(holds, "_write", die)
        with pytest.raises(KeyboardInterrupt):
            let_go(home, store)
    assert len(load_holds(home)) == 1
    let_go(home, store)
    assert load_holds(home) == ()
    assert len(list_entries(store, action="hold_released")) == 1


def test_a_release_needs_a_reason_and_a_hold_that_exists(home: Home, store: Store) -> None:
    hold = add(home, store)
    with pytest.raises(NotAllowedError):
        let_go(home, store, reason=" ")
    with pytest.raises(StateError, match="hold_0001"):
        let_go(home, store, hold_id="hold_0007")
    assert load_holds(home) == (hold,)


@pytest.mark.parametrize("approved_by", ["counsel", " Counsel ", " "])
def test_nobody_ends_a_hold_alone(home: Home, store: Store, approved_by: str) -> None:
    hold = add(home, store)
    with pytest.raises(StateError, match=r"cannot approve|another approves"):
        let_go(home, store, approved_by=approved_by)
    assert load_holds(home) == (hold,)
    let_go(home, store)
    (entry,) = list_entries(store, action="hold_released")
    assert (entry.actor, entry.details["requested_by"]) == ("compliance", "counsel")


def test_the_audit_keeps_who_asked_and_until_when_also_of_a_hold_that_is_released(
    home: Home, store: Store
) -> None:
    let_go(home, store, hold_id=add(home, store).hold_id, requested_by="officer")
    assert load_holds(home) == ()
    told = {entry.action: (entry.actor, dict(entry.details)) for entry in list_entries(store)}
    until = UNTIL.isoformat()
    assert told == {
        "hold_added": ("compliance", {"reason": "Asked.", "requested_by": "counsel", "expires_on": until}),
        "hold_released": ("compliance", {"reason": "Over.", "requested_by": "officer", "expires_on": until}),
    }


@pytest.fixture
def people(store: Store) -> Store:
    """Accounts: two that may, a second one of the first person, and some that may not."""
    for name in ("anna", "ben", "anna_home", "closed", "viewer", "elsewhere"):
        accounts.create_account(store, name=name, actor="command_line", at=NOW)
        accounts.grant(
            store, name=name, role=Role.VIEWER if name == "viewer" else Role.COMPLIANCE,
            deployment_id="two" if name == "elsewhere" else "one", actor="command_line", at=NOW,
        )  # fmt: skip
    accounts.join_person(store, name="anna_home", same_as="anna", actor="command_line", at=NOW)
    accounts.disable_account(store, name="closed", actor="command_line", at=NOW)
    return store


@pytest.mark.parametrize(
    ("asker", "approver", "problem"),
    [
        ("anna", "anna_home", "belong to one person"),
        ("anna_home", "anna", "belong to one person"),
        ("anna", "mickey", "mickey may not"),
        ("mickey", "anna", "mickey may not"),
        ("anna", "closed", "closed may not"),
        ("anna", "viewer", "viewer may not"),
        ("elsewhere", "anna", "elsewhere may not"),
        ("anna", "command_line", "command_line may not"),
    ],
)
def test_where_there_are_accounts_two_people_who_may_add_and_end_a_hold(
    home: Home, people: Store, asker: str, approver: str, problem: str
) -> None:
    with pytest.raises(NotAllowedError, match=problem):
        add(home, people, requested_by=asker, approved_by=approver)
    assert load_holds(home) == ()
    hold = add(home, people, requested_by="anna", approved_by="ben")
    with pytest.raises(NotAllowedError, match=problem):
        let_go(home, people, requested_by=asker, approved_by=approver)
    assert load_holds(home) == (hold,)
    let_go(home, people, requested_by="ben", approved_by="anna")
    assert load_holds(home) == ()


def test_nobody_ends_a_hold_with_an_account_that_they_let_in(home: Home, people: Store) -> None:
    hold = add(home, people, requested_by="anna", approved_by="ben")
    token = accounts.issue_link(people, name="ben", at=NOW, valid_for=dt.timedelta(hours=1), actor="anna")
    accounts.redeem_link(people, token=token, at=NOW)
    for asker, approver in (("anna", "ben"), ("ben", "anna")):
        with pytest.raises(SelfApprovalError, match="anna let ben in"):
            let_go(home, people, requested_by=asker, approved_by=approver)
    assert load_holds(home) == (hold,)


@pytest.mark.parametrize("text", ["", "holds: 3", "[", "holds: [{hold_id: hold_0001}]", "holds: ["])
def test_a_file_that_is_not_valid_is_an_error_not_an_empty_list(home: Home, text: str) -> None:
    (home.definitions / "holds.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=r"holds\.yaml"):
        load_holds(home)
