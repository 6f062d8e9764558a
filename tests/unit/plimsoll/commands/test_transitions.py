"""At the door of the command line no step is made that its table does not have, and none without the role."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from pipelines.settings import Home
from risk_register.account.permissions import ALLOWED
from tests.unit.plimsoll.commands.governance_factory import GIVEN, make_governed_home, make_run
from tests.unit.transition_doors import MACHINES, Machine, bring_import, make_records

HERE = "companion"
AT_THE_COMMANDS = [machine for machine in MACHINES if any(step.words for step in machine.steps)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with a record for every machine, and the names of these."""
    home, store = make_governed_home(tmp_path_factory.mktemp("template") / "home")
    at = dt.datetime.now(dt.UTC)
    bring_import(store, HERE, at=at)
    names = make_records(store, HERE, reports=home.reports, at=at)
    return home.path, names


@pytest.mark.parametrize("machine", AT_THE_COMMANDS, ids=lambda machine: machine.name)
def test_no_step_is_made_that_the_table_does_not_have(
    template: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch, capfd, machine: Machine
) -> None:
    home, names = Home(Path(shutil.copytree(template[0], tmp_path / "home"))), template[1]
    run, engine, tried = (
        make_run(home, monkeypatch, capfd),
        create_engine(home.governance_url, poolclass=NullPool),
        0,
    )
    where = f"deployment_id = '{HERE}' and {machine.where.format(**names)}"

    def read() -> object:
        with engine.connect() as connection:
            return connection.execute(text(f"select * from {machine.table} where {where}")).one()  # noqa: S608

    for state, values in machine.states.items():
        with engine.begin() as connection:
            connection.execute(text(f"update {machine.table} set {values} where {where}"))  # noqa: S608
        before = read()
        for step in machine.steps:
            if not step.words:
                continue
            words = [word.format(**names) for word in step.words]
            one_who_may = next(name for name, role in GIVEN.items() if step.needs in ALLOWED[role])
            shut_out = next(name for name, role in GIVEN.items() if step.needs not in ALLOWED[role])
            for account in (one_who_may, shut_out) if state not in step.sources else (shut_out,):
                done = run(*words, account=account)
                assert done.code in {1, 2}, (state, words, account, done)
                assert ("no grant allows it" in done.complaint) is (account == shut_out), done
                assert read() == before
                tried += 1
    engine.dispose()
    assert tried >= len(machine.states)
