"""A home with accounts, and the command line as a function that says how it ended and what it printed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Home, HomeKind, make_home
from plimsoll.__main__ import main
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.database.store import Store
from risk_register.register.register import ensure_deployment

GIVEN = {
    "officer": Role.SAFETY_OFFICER,
    "second_officer": Role.SAFETY_OFFICER,
    "compliance": Role.COMPLIANCE,
    "first_reviewer": Role.REVIEWER,
    "second_reviewer": Role.REVIEWER,
    "engineer": Role.ENGINEER,
    "viewer": Role.VIEWER,
    "administrator": Role.ADMINISTRATOR,
}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    output: str
    complaint: str

    @property
    def document(self) -> Any:
        """The JSON that it printed."""
        return json.loads(self.output)


Run = Callable[..., Done]


def make_governed_home(path: Path) -> tuple[Home, Store]:
    """A home with two deployments; the accounts have a role on the first, `stranger` only on the second."""
    home = make_home(Home(path), HomeKind.REAL)
    store, at = Store(home.governance_url), dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    store.upgrade()
    for deployment in ("companion", "other"):
        ensure_deployment(store, deployment_id=deployment, title=deployment, actor="command_line", at=at)
    for name in (*GIVEN, "stranger"):
        accounts.create_account(store, name=name, actor="command_line", at=at)
        accounts.grant(store, name=name, role=GIVEN.get(name, Role.SAFETY_OFFICER),
                       deployment_id="other" if name == "stranger" else "companion",
                       actor="command_line", at=at)  # fmt: skip
    return home, store


def make_run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`plimsoll WORDS... --as ACCOUNT` in this home; without an account for the machine's own commands."""
    monkeypatch.setenv("PLIMSOLL_HOME", str(home.path))
    monkeypatch.delenv("PLIMSOLL_GOVERNANCE_URL", raising=False)

    def run(*words: object, account: str | None = None) -> Done:
        who = () if account is None else ("--as", account)
        monkeypatch.setattr("sys.argv", ["plimsoll", *map(str, words), *who])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ending:
            main()
        printed = capfd.readouterr()
        return Done(int(ending.value.code or 0), printed.out, printed.err)

    return run
