"""A store of each earlier version is upgraded with a row in every table, and every row is still there."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from risk_register.database import audit, chain
from risk_register.database.store import Store
from risk_register.database.version import MIGRATIONS, find_head
from risk_register.register import register

EARLIER = sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:-1]
AT = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
# Alembic is kept out of this process: only a migration starts it.
MAKER = """
import sys
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from risk_register.database.version import MIGRATIONS
engine = create_engine(sys.argv[1])
with engine.begin() as connection:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, sys.argv[2])
engine.dispose()
"""
WORDS = {
    "deployment_id": "old", "risk_id": "privacy_breach", "item_id": "intended_use_written", "name": "anna",
    "state": "accepted", "role": "viewer", "severity": "S3", "probability": "remote",
    "pending_severity": "S1", "pending_probability": "remote", "side": "above",
    "what": "model", "details": "{}", "previous_hash": chain.FIRST_HASH,
}  # fmt: skip


# What a later version keeps elsewhere: whether a page went out is said by its notice.
TAKEN_OUT = {"page": {"sent_at"}}
STATES = {"checklist_state": "met", "incident": "open"}
BY_TYPE: dict[type, Any] = {
    sa.Boolean: False,
    sa.Integer: 1,
    sa.Float: 0.5,
    sa.DateTime: AT,
    sa.Date: AT.date(),
}


def make_value(table: sa.Table, column: sa.Column[Any]) -> Any:
    """Something that the column can hold, the same for what one table says of another."""
    for key in column.foreign_keys:
        return make_value(key.column.table, key.column)
    if column.name in WORDS:
        return STATES.get(table.name, "accepted") if column.name == "state" else WORDS[column.name]
    for kind, value in BY_TYPE.items():
        if isinstance(column.type, kind):
            return value
    return f"{table.name}_{column.name}"[: getattr(column.type, "length", None) or 200]


def fill(url: str) -> dict[str, list[dict[str, Any]]]:
    """A row in every table of a store as it is; returns what every table holds."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    tables = [table for table in metadata.sorted_tables if table.name != "alembic_version"]
    tables.sort(key=lambda table: table.name == "audit_head")  # it repeats what the entry says
    first_hash = ""
    with engine.begin() as connection:
        for table in tables:
            values = {column.name: make_value(table, column) for column in table.columns}
            if table.name == "audit_entry":
                first_hash = values["hash"] = chain.link(
                    chain.FIRST_HASH, sequence=1, at=AT, actor=values["actor"], action=values["action"],
                    deployment_id="old", subject=values["subject"], details="{}",
                )  # fmt: skip
            if table.name == "audit_head":
                values["hash"] = first_hash
            connection.execute(table.insert().values(**values))
    with engine.connect() as connection:
        held = {
            table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
            for table in tables
        }
    engine.dispose()
    return held


def check_upgrade(url: str, version: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", MAKER, url, version], check=True)
    held = fill(url)
    assert all(len(rows) == 1 for rows in held.values())
    store = Store(url)
    assert store.version() == version
    store.upgrade()
    assert store.version() == find_head()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for name, (before,) in held.items():
            (after,) = connection.execute(sa.select(metadata.tables[name])).mappings()
            kept = {key: after[key] for key in before if key in after}
            assert kept == {key: before[key] for key in kept}, name
            assert before.keys() - kept.keys() <= TAKEN_OUT.get(name, set()), name
    engine.dispose()
    assert audit.verify_chain(store).is_intact
    risks = register.list_risks(store, "old")
    assert [(risk.risk_id, risk.state, risk.accepted_until) for risk in risks] == [
        ("privacy_breach", register.RiskStatus.ACCEPTED, AT.date())
    ]
    register.ensure_deployment(store, deployment_id="old", title="Old", actor="command_line", at=AT)
    assert len(register.list_risks(store, "old")) == 18
    assert audit.verify_chain(store).is_intact
    store.close()


@pytest.mark.parametrize("version", EARLIER)
def test_a_sqlite_store_of_each_earlier_version(tmp_path: Path, version: str) -> None:
    check_upgrade(f"sqlite:///{tmp_path / 'old.sqlite'}", version)


REPORT = """
    insert into incident_report
        (incident_id, regime_id, is_reportable, reason, decided_by, decided_at, reference)
    values (:incident, 'eu_ai_act', :is_reportable, 'Read.', 'anna', :at, '')
"""


def check_natures_of_decisions(url: str) -> None:
    """Opened as serious harm and decided, then a death; another was judged a death before it was decided."""
    subprocess.run([sys.executable, "-W", "error", "-c", MAKER, url, "0011"], check=True)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    entries = [
        ("incident_opened", "first", '{"nature":"serious_harm"}'),
        ("incident_report_decided", "first", '{"regime_id":"eu_ai_act"}'),
        ("incident_assessed", "first", '{"nature":"death"}'),
        ("incident_opened", "second", '{"nature":"not_serious"}'),
        ("incident_assessed", "second", '{"nature":"death"}'),
        ("incident_report_decided", "second", '{"regime_id":"eu_ai_act"}'),
    ]
    incident, entry, deployment = (
        metadata.tables[name] for name in ("incident", "audit_entry", "deployment")
    )
    with engine.begin() as connection:
        connection.execute(
            deployment.insert().values(
                {column.name: make_value(deployment, column) for column in deployment.columns}
            )
        )
        for name in ("first", "second", "untold"):
            values = {column.name: make_value(incident, column) for column in incident.columns}
            connection.execute(
                incident.insert().values(values | {"incident_id": name, "risk_id": None, "nature": "death"})
            )
            connection.execute(sa.text(REPORT), {"incident": name, "is_reportable": False, "at": AT})
        for sequence, (action, subject, details) in enumerate(entries, start=1):
            values = {
                "sequence": sequence, "at": AT, "actor": "anna", "action": action, "subject": subject,
                "deployment_id": "old", "details": details, "previous_hash": "", "hash": str(sequence),
            }  # fmt: skip
            connection.execute(entry.insert().values(values))
    store = Store(url)
    store.upgrade()
    store.close()
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("select incident_id, nature from incident_report order by 1")
        ).all()
    engine.dispose()
    assert found == [("first", "serious_harm"), ("second", "death"), ("untold", "not_serious")]


def test_a_decision_to_report_keeps_the_kind_of_event_that_it_was_about(tmp_path: Path) -> None:
    check_natures_of_decisions(f"sqlite:///{tmp_path / 'old.sqlite'}")


@pytest.mark.full
def test_a_decision_to_report_keeps_the_kind_of_event_that_it_was_about_on_postgresql(
    postgres_url: str,
) -> None:
    check_natures_of_decisions(postgres_url)


@pytest.mark.full
@pytest.mark.parametrize("version", EARLIER)
def test_a_postgresql_store_of_each_earlier_version(postgres_url: str, version: str) -> None:
    check_upgrade(postgres_url, version)
