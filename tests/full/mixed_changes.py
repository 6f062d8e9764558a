"""Several processes decide at once on one store; afterwards every change is there and accounted for.

    python tests/full/mixed_changes.py sqlite:////tmp/governance.sqlite --processes 10 --changes 1000

Each change is one of eight kinds; those on a risk or an item are made on the version that was read just
before, and whoever was slower reads again and tries once more, as a person would. Exits non-zero if anything
is lost.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import secrets
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from risk_register.content import load_checklist, load_risks
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deployment import appetites, changes
from risk_register.errors import ChangedMeanwhileError
from risk_register.item import checklist
from risk_register.item import evidence as item_evidence
from risk_register.register import actions, register

AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
RISKS = [risk.id for risk in load_risks()][:3]  # few, so that they meet
ITEMS = [item.id for item in load_checklist()][:3]
DEMO: dict[str, Any] = {"deployment_id": "demo", "at": AT}


def propose(store: Store, name: str, words: str) -> None:
    appetites.propose(
        store, indicator_id="refusal_rate", side=appetites.Side.ABOVE, watch=0.1, breach=0.2, reason=words,
        effective_from=AT.date(), actor=name, **DEMO,
    )  # fmt: skip


def declare(store: Store, name: str, words: str) -> None:
    changes.declare(
        store, effective_on=AT.date(), what=changes.Subject.PROMPT, note=words, is_planned=True, actor=name,
        **DEMO,
    )  # fmt: skip


def comment(store: Store, name: str, words: str) -> None:
    register.comment(store, risk_id=secrets.choice(RISKS), body=words, actor=name, **DEMO)


def read(store: Store, name: str, words: str) -> None:
    audit.record_access(store, action="conversation_read", subject="c", reason=words, actor=name, **DEMO)


def link(store: Store, name: str, words: str) -> None:
    item_evidence.add_evidence(
        store, item_id=secrets.choice(ITEMS), kind=item_evidence.EvidenceKind.LINK, title=words,
        location="https://intranet.example/protocol", actor=name, **DEMO,
    )  # fmt: skip


def rate(store: Store, name: str, words: str) -> None:
    risk = secrets.choice([one for one in register.list_risks(store, "demo") if one.risk_id in RISKS])
    register.rate_residual(
        store, risk_id=risk.risk_id, severity=risk.inherent.severity, probability=risk.inherent.probability,
        rationale=words, actor=name, expected_version=risk.version, **DEMO,
    )  # fmt: skip


def owe(store: Store, name: str, words: str) -> None:
    risk = secrets.choice([one for one in register.list_risks(store, "demo") if one.risk_id in RISKS])
    actions.add_action(
        store, risk_id=risk.risk_id, title=words, owner=name, due_on=AT.date(), reason=words, actor=name,
        expected_version=risk.version, **DEMO,
    )  # fmt: skip


def attest(store: Store, name: str, words: str) -> None:
    items = checklist.list_items(store, "demo", as_of=AT.date())
    item = secrets.choice([one for one in items if one.item_id in ITEMS])
    checklist.attest(
        store, item_id=item.item_id, state=checklist.ItemStatus.MET, evidence=words, note=words, actor=name,
        expires_on=AT.date() + dt.timedelta(days=90), expected_version=item.version, **DEMO,
    )  # fmt: skip


KINDS = {each.__name__: each for each in (propose, declare, comment, read, link, rate, owe, attest)}
ACTIONS = {
    "propose": "appetite_proposed", "declare": "change_declared", "comment": "risk_commented",
    "read": "conversation_read", "link": "evidence_added", "rate": "risk_rated", "owe": "action_added",
    "attest": "item_attested",
}  # fmt: skip


def work(url: str, name: str, count: int) -> None:
    """Make so many changes; prints how many of each kind, and how often somebody else was faster."""
    store, slower = Store(url), 0
    done: Counter[str] = Counter()
    for number in range(count):
        kind, is_done = secrets.choice(list(KINDS)), False
        while not is_done:
            try:
                KINDS[kind](store, name, f"{name} {number}")
                is_done = True
            except ChangedMeanwhileError as error:
                if " was changed by worker_" not in str(error) or "review and try again" not in str(error):
                    raise
                slower += 1
        done[kind] += 1
    print(json.dumps({"done": done, "slower": slower}))


def run(url: str, *, processes: int, count: int) -> dict[str, Any]:
    """Let the processes work, and compare what they say they did with what the store holds."""
    store = Store(url)
    store.upgrade()
    register.ensure_deployment(store, title="Demo", actor="command_line", **DEMO)
    before = audit.verify_chain(store).entry_count
    command = [sys.executable, __file__, url, "--changes", str(count), "--as"]
    began = time.monotonic()
    running = [
        subprocess.Popen([*command, f"worker_{number}"], stdout=subprocess.PIPE, text=True)
        for number in range(processes)
    ]
    told = [json.loads(worker.communicate()[0] or "null") for worker in running]
    seconds = round(time.monotonic() - began, 1)
    if any(worker.returncode for worker in running):
        raise SystemExit("A worker failed.")
    done: Counter[str] = sum((Counter(each["done"]) for each in told), Counter())
    slower = sum(each["slower"] for each in told)
    found = compare(store, done, before=before)
    store.close()
    return {"seconds": seconds, "done": dict(done), "slower": slower, **found}


def compare(store: Store, done: Counter[str], *, before: int) -> dict[str, Any]:
    """Whether the chain holds and every count adds up: entries, rows, versions."""
    check = audit.verify_chain(store)
    entries = Counter(entry.action for entry in audit.list_entries(store, limit=None))
    risks = register.list_risks(store, "demo")
    items = checklist.list_items(store, "demo", as_of=AT.date())
    versions = sum(one.version - 1 for one in risks), sum(one.version - 1 for one in items)
    kept = {
        "propose": len(appetites.list_decisions(store, "demo")),
        "declare": len(changes.list_changes(store, "demo")),
        "comment": sum(
            len(register.list_comments(store, deployment_id="demo", risk_id=one)) for one in RISKS
        ),
        "link": len(item_evidence.list_evidence(store, "demo")),
        "owe": len(actions.list_actions(store, "demo")),
    }
    adds_up = {
        "entries": all(entries[ACTIONS[kind]] == done[kind] for kind in KINDS),
        "rows": all(kept[kind] == done[kind] for kind in kept),
        "versions": versions == (done["rate"] + done["owe"], done["attest"]),
        "chain": check.is_intact and check.entry_count == before + sum(done.values()),
    }
    return {"entry_count": check.entry_count, "adds_up": adds_up, "is_whole": all(adds_up.values())}


def main() -> None:
    """Read the arguments; without a name start the processes, with one be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--as", dest="name")
    given = parser.parse_args()
    if given.name:
        work(given.url, given.name, given.changes)
        return
    found = run(given.url, processes=given.processes, count=given.changes)
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["is_whole"] else 1)


if __name__ == "__main__":
    main()
