"""What comes back of erased people is refused, unless it belongs to a thread under a legal hold."""

import datetime as dt

import pytest
import yaml

from pipelines.hold import FILE as HOLDS
from pipelines.hold import Hold
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark
from risk_register.database.store import open_store

TODAY = dt.datetime.now(dt.UTC).date()


def bury(home: Home, kind: SubjectKind, raw: str) -> str:
    pseudonym = Pseudonymiser(load_key(home.keys)).identify(kind.value, "one", raw)
    add_tombstones(home.keys / FILE, {mark(kind, "one", pseudonym)})
    return pseudonym


def hold(home: Home, thread_id: str, *, until: dt.date) -> None:
    open_store(home.governance_url)
    one = Hold(
        hold_id="hold_0001", deployment_id="one", conversation_id="c", thread_id=thread_id, reason="counsel",
        requested_by="safety_officer", approved_by="compliance", added_on=until, expires_on=until,
    )  # fmt: skip
    (home.definitions / HOLDS).write_text(yaml.safe_dump({"holds": [one.model_dump()]}))


@pytest.mark.parametrize(("days", "is_taken"), [(0, True), (-1, False)])
@pytest.mark.parametrize("kind", [SubjectKind.THREAD, SubjectKind.USER])
def test_what_comes_later_for_a_thread_under_hold_is_evidence_and_taken_in(place, kind, days, is_taken):
    thread = Pseudonymiser(load_key(place.home.keys)).identify("thread", "one", "held")
    bury(place.home, kind, {SubjectKind.THREAD: "held", SubjectKind.USER: "u"}[kind])
    hold(place.home, thread, until=TODAY + dt.timedelta(days=days))
    other = place.say(1, thread="another", user="u" if kind is SubjectKind.USER else "v")
    place.deliver(place.say(0, thread="held"), other)
    threads = {row["thread_id"] for row in place.rows("staging.message")}
    assert (thread in threads) is is_taken
    assert len(threads) == is_taken + (kind is SubjectKind.THREAD)
