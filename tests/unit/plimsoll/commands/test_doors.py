"""Every command that acts as an account asks that account's grants first, and for the right thing."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from plimsoll.command_table import COMMANDS
from risk_register.account.permissions import ALLOWED, Action
from risk_register.database import audit
from tests.unit.plimsoll.commands.governance_factory import GIVEN, make_governed_home, make_run

A = Action
ASKED = {
    "export observation": A.EXPORT,
    "backup night.tar": A.RUN_PIPELINE,
    "erase --conversation c": A.ERASE,
    "model adopt linear_1 labelled.jsonl --reason x": A.DECLARE_CHANGE,
    "locate message_1 --reason x": A.LOCATE_PERSON,
    "report submit monthly --period 2026-08": A.SUBMIT_REPORT,
    "report approve monthly --period 2026-08": A.APPROVE_REPORT,
    "report decline monthly --period 2026-08 --reason x": A.SUBMIT_REPORT,
    "report issue monthly --period 2026-08": A.ISSUE_REPORT,
    "report file monthly --period 2026-08 --reference x": A.ISSUE_REPORT,
    "report submissions": A.VIEW,
    "notify list": A.VIEW,
    "notify acknowledge 1": A.ACKNOWLEDGE_ALARM,
    "notify live --reason x": A.ACKNOWLEDGE_ALARM,
    "alarm list": A.VIEW,
    "alarm acknowledge a": A.ACKNOWLEDGE_ALARM,
    "alarm resolve a --as-was false --reason x": A.DECIDE_ALARM,
    "alarm reopen a --reason x": A.DECIDE_ALARM,
    "alarm confirm-change a --what model --on 2026-08-01 --note x": A.DECIDE_ALARM,
    "alarm streams": A.VIEW,
    "alarm back-test level:x": A.VIEW,
    "alarm on level:x --reason x": A.DECIDE_ALARM,
    "alarm off level:x --reason x": A.DECIDE_ALARM,
    "alarm mute level:x --until 2026-08-01 --reason x": A.DECIDE_ALARM,
    "alarm unmute level:x": A.DECIDE_ALARM,
    "alarm findings": A.VIEW,
    "alarm confirm f --severity S4 --kind serious_harm --reason x": A.DECIDE_ALARM,
    "alarm dismiss f --reason x": A.DECIDE_ALARM,
    "register list": A.VIEW,
    "register show R-01": A.VIEW,
    "register rate R-01 --severity S5 --probability frequent --reason x": A.EDIT_REGISTER,
    "register approve R-01": A.APPROVE_REGISTER,
    "register move R-01 assessed --reason x": A.EDIT_REGISTER,
    "register owner R-01 lead --reason x": A.EDIT_REGISTER,
    "register comment R-01 x": A.COMMENT,
    "register export r.yaml --reason x": A.EXPORT,
    "register import r.yaml": A.EDIT_REGISTER,
    "register import --approve 1": A.APPROVE_REGISTER,
    "register proposals": A.VIEW,
    "register accept 1 --reason x": A.EDIT_REGISTER,
    "register decline 1 --reason x": A.EDIT_REGISTER,
    "register control list": A.VIEW,
    "register control add R-01 Card --kind information --owner lead --reason x": A.EDIT_REGISTER,
    "register control test R-01 1 effective --on 2026-08-02 --reason x": A.EDIT_REGISTER,
    "register control retire R-01 1 --reason x": A.EDIT_REGISTER,
    "register action list": A.VIEW,
    "register action add R-01 Drill --owner lead --due 2027-01-01 --reason x": A.EDIT_REGISTER,
    "register action move R-01 1 done --reason x": A.EDIT_REGISTER,
    "checklist list": A.VIEW,
    "checklist attest EC-01 in_progress": A.ATTEST,
    "checklist approve EC-01": A.APPROVE_ATTESTATION,
    "checklist export c.yaml --reason x": A.EXPORT,
    "checklist import c.yaml": A.ATTEST,
    "checklist import --approve 1": A.APPROVE_ATTESTATION,
    "checklist waive EC-01 --until 2026-12-20 --reason x": A.ATTEST,
    "checklist decline EC-01 --reason x": A.ATTEST,
    "checklist tasks": A.VIEW,
    "checklist close-task 1 --outcome x": A.ATTEST,
    "checklist evidence list": A.VIEW,
    "checklist evidence add EC-01 --link https://intranet.example": A.ATTEST,
    "checklist evidence withdraw EC-01 1 --reason x": A.ATTEST,
    "regime list": A.VIEW,
    "regime sign eu_ai_act --applies --reason x": A.DECIDE_REGIME,
    "appetite list": A.VIEW,
    "appetite propose x --side above --watch 1 --breach 2 --reason x --from 2026-08-03": A.PROPOSE_APPETITE,
    "appetite approve 1": A.APPROVE_APPETITE,
    "appetite decline 1 --reason x": A.PROPOSE_APPETITE,
    "change list": A.VIEW,
    "change declare model --note x --on 2026-08-03": A.DECLARE_CHANGE,
    "baseline list": A.VIEW,
    "baseline set --from 2026-08-03 --reason x": A.APPROVE_APPETITE,
    "incident list": A.VIEW,
    "incident show i": A.VIEW,
    "incident open x --severity S4 --kind serious_harm": A.OPEN_INCIDENT,
    "incident assess i --severity S4 --kind death --causality possible": A.CLOSE_INCIDENT,
    "incident note i x": A.OPEN_INCIDENT,
    "incident task i x --owner lead --due 2027-01-01": A.OPEN_INCIDENT,
    "incident done i 1 --note x": A.OPEN_INCIDENT,
    "incident close i --conclusion x": A.CLOSE_INCIDENT,
    "incident reopen i --reason x": A.OPEN_INCIDENT,
    "incident hold i c --reason x --until 2027-01-01": A.CLOSE_INCIDENT,
    "incident approve h": A.CLOSE_INCIDENT,
    "incident release h --reason x": A.CLOSE_INCIDENT,
    "incident confirm-release h": A.CLOSE_INCIDENT,
    "incident holds": A.VIEW,
    "incident decide i eu_ai_act --reportable --reason x": A.CLOSE_INCIDENT,
    "incident reported i eu_ai_act --reference x": A.CLOSE_INCIDENT,
    "audit verify": A.VIEW_AUDIT,
    "audit export --reason x": A.VIEW_AUDIT,
    "audit readers": A.MANAGE_ACCOUNTS,
    "review sample": A.EDIT_REGISTER,
    "review progress": A.VIEW,
    "review export --reason x": A.EXPORT,
    "review reviewer --languages en": A.REVIEW,
    "review next": A.REVIEW,
    "review pass i": A.REVIEW,
    "review know i": A.REVIEW,
    "review flag i": A.REVIEW,
    "review settings": A.VIEW,
    "review settings --capacity 9": A.EDIT_REGISTER,
    "review label i": A.REVIEW,
    "review danger i": A.OPEN_INCIDENT,
}


def list_acting() -> Iterator[str]:
    """Every command that acts as an account; who looks after accounts is asked in `users` itself."""
    for one in COMMANDS:
        module, attribute = one.place.split(":")
        found = getattr(importlib.import_module(f"plimsoll.commands.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            door = typer.Typer()
            door.command()(found)
            found = door
        if one.name != "users":
            yield from walk(one.name, get_command(found))


def walk(name: str, command: object) -> Iterator[str]:
    for part, inner in getattr(command, "commands", {}).items():
        yield from walk(f"{name} {part}", inner)
    if any("--as" in parameter.opts for parameter in getattr(command, "params", ())):
        yield name


def test_every_command_that_acts_as_an_account_is_asked_for_here() -> None:
    known = sorted(ASKED)
    left = [name for name in list_acting() if not any(f"{one} ".startswith(f"{name} ") for one in known)]
    assert left == []


def test_an_account_whose_grants_do_not_allow_it_is_refused_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    run = make_run(home, monkeypatch, capfd)
    before = audit.verify_chain(store).entry_count
    wrong = []
    for words, action in ASKED.items():
        shut = next((name for name, role in GIVEN.items() if action not in ALLOWED[role]), "stranger")
        done = run(*shlex.split(words), "--deployment", "companion", account=shut)
        said = f"{shut} may not {action.value.replace('_', ' ')} on companion: no grant allows it."
        if (done.code, done.output, said in done.complaint) != (1, "", True):
            wrong.append((words, done))
    assert wrong == []
    assert audit.verify_chain(store).entry_count == before
