"""At the door of the pages no step is made that its table does not have, for any role."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from risk_register.account.permissions import ALLOWED
from tests.unit.transition_doors import MACHINES, make_records

HARBOR = "harbor_companion"
AT_THE_PAGES = [machine for machine in MACHINES if any(step.path for step in machine.steps)]


@pytest.mark.parametrize("machine", AT_THE_PAGES, ids=lambda machine: machine.name)
def test_no_step_is_made_that_the_table_does_not_have(everyone, home, store, clock, machine):
    names = make_records(store, HARBOR, reports=home / "reports", at=clock())
    where = f"deployment_id = '{HARBOR}' and {machine.where.format(**names)}"
    engine, tried = create_engine(f"sqlite:///{home / 'governance.sqlite'}", poolclass=NullPool), 0

    def read():
        with engine.connect() as connection:
            return connection.execute(text(f"select * from {machine.table} where {where}")).one()  # noqa: S608

    tokens = {role: visitor.token() for role, visitor in everyone.items()}
    for state, values in machine.states.items():
        with engine.begin() as connection:
            connection.execute(text(f"update {machine.table} set {values} where {where}"))  # noqa: S608
        before = read()
        for step in machine.steps:
            form = {name: value.format(**names) for name, value in step.fields.items()}
            for role, visitor in everyone.items() if step.path else ():
                may = step.needs in ALLOWED[role]
                if may and state in step.sources:
                    continue
                answer = visitor.client.post(
                    f"/send{step.path}?deployment={HARBOR}", data={"csrf_token": tokens[role], **form},
                    headers={"Accept": "application/json"},
                )  # fmt: skip
                assert answer.status_code == 422, (state, form, role, answer.get_data(as_text=True))
                assert answer.get_json()["refusal"].startswith(f"the_{role} may not ") is not may
                assert read() == before
                tried += 1
    engine.dispose()
    assert tried > len(machine.states)
