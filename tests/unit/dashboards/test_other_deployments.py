"""What happens in a deployment cannot be seen, counted, exported or guessed without a grant on it.

Two homes differ only in what is done and measured in another deployment. Somebody with every role on the
first gets the same from both, byte for byte: every page, every table, every file.
"""

import json
import re
import shutil

import duckdb
import pytest

from dashboards.app import PAGES, create_app
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.database.store import Store
from risk_register.deadlines import queue_deadlines
from tests.unit.busy_elsewhere import work

MINE, OTHER = "harbor_companion", "quiet_cove"
INSIDER, OUTSIDER = "insider", "outsider"
SEARCHES = {
    "/audit": ("", "&show=verified", "&about=accounts"),
    "/incidents": ("", f"&incident={MINE}_incident_0001"),
}
DRAWN = re.compile(
    r'"value": "[^"]+", "type": "hidden", "name": "csrf_token"|\b[0-9a-f]{64}\b|"[0-9a-f]{10}"'
)
"""What no two homes have in common: tokens of forms, and hashes of the chain, which tell nothing."""


def add_people(store, at):
    for name, deployment_id in ((INSIDER, MINE), (OUTSIDER, OTHER)):
        accounts.create_account(store, name=name, actor="command_line", at=at)
        for role in Role:
            accounts.grant(
                store, name=name, role=role, deployment_id=deployment_id, actor="command_line", at=at
            )


def change_what_is_measured(home):
    """Take the other deployment out of every published table that names deployments."""
    published = home / "published"
    file = published / (published / "current").read_text().strip()
    with duckdb.connect(str(file)) as connection:
        named = "select table_name from duckdb_columns() where column_name = 'deployment_id' and not internal"
        for (table,) in connection.execute(named).fetchall():
            connection.execute(f"delete from published.{table} where deployment_id = '{OTHER}'")  # noqa: S608


@pytest.fixture
def see(governance_factory, report_factory):
    """Everything that the insider gets from a home, with what is drawn at random left out."""
    from tests.unit.dashboards.conftest import SECRET, Clock, Visitor

    def look(home):
        url, clock = f"sqlite:///{home / 'governance.sqlite'}", Clock(governance_factory.NOW)
        report_factory.build(home / "reports", deployment_id=MINE)
        app = create_app(published=home / "published", governance_url=url, secret=SECRET,
                         reports=home / "reports", clock=clock)  # fmt: skip
        visitor = Visitor(app.server.test_client(), Store(url), clock).sign_in(INSIDER)
        seen = {}
        for page in PAGES:
            path = page.path + ("/missed_escalation_rate" if page.takes_subject else "")
            for search in SEARCHES.get(page.path, ("",)):
                shown = json.dumps(visitor.show(path, f"?deployment={MINE}{search}"))
                seen[f"{path} {search}"] = shown
            for sheet in page.sheets:
                answer = visitor.client.get(f"/download{path}/{sheet}.csv?deployment={MINE}")
                seen[f"{path}/{sheet}.csv"] = answer.get_data(as_text=True)
        for file in ("audit/audit.jsonl", "reports/monthly_safety_review/2026-10/manifest.json"):
            answer = visitor.client.get(f"/file/{file}?deployment={MINE}")
            assert answer.status_code == 200
            seen[file] = answer.get_data(as_text=True)
        return {key: DRAWN.sub("", words) for key, words in seen.items()}

    return look


def test_nothing_of_another_deployment_reaches_an_insider_of_this_one(
    tmp_path, shared_home, governance_factory, see
):
    at = governance_factory.NOW
    homes = {name: tmp_path / name for name in ("calm", "busy")}
    for name, home in homes.items():
        shutil.copytree(shared_home, home)
        store = Store(f"sqlite:///{home / 'governance.sqlite'}")
        add_people(store, at)
        if name == "busy":
            work(store, OTHER, actor=OUTSIDER, at=at, seed=2)
        work(store, MINE, actor=INSIDER, at=at, seed=1)
        if name == "busy":
            work(store, f"{OTHER}_new", actor=OUTSIDER, at=at, seed=3)
            change_what_is_measured(home)
        queue_deadlines(store, actor="notify", at=at)
    calm, busy = see(homes["calm"]), see(homes["busy"])
    assert calm.keys() == busy.keys()
    assert [key for key in calm if calm[key] != busy[key]] == []
    assert [key for key in calm if OTHER in calm[key] or "Quiet cove" in calm[key]] == []
