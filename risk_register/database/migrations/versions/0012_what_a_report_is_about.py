"""A decision to report an incident, or not, is about the kind of event that it was held to be."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DECIDED = ("incident_report_decided", "incident_reported")
HELD_TO_BE = ("incident_opened", "incident_assessed")
# What the audit does not tell settles no clock: a person decides anew.
UNKNOWN = "not_serious"


def upgrade() -> None:
    natures = _read_natures(op.get_bind())
    with op.batch_alter_table("incident_report") as batch:
        batch.add_column(sa.Column("nature", sa.String(length=40), nullable=False, server_default=UNKNOWN))
    for (incident, regime), nature in natures.items():
        op.execute(
            sa.text(
                "update incident_report set nature = :nature "
                "where incident_id = :incident and regime_id = :regime"
            ).bindparams(nature=nature, incident=incident, regime=regime)
        )
    with op.batch_alter_table("incident_report") as batch:
        batch.alter_column("nature", server_default=None)
        batch.drop_constraint("pk_incident_report", type_="primary")
        batch.create_primary_key("pk_incident_report", ["incident_id", "regime_id", "nature"])


def _read_natures(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """What each incident was held to be when it was last decided or reported under a regime."""
    rows = connection.execute(
        sa.text(
            "select action, subject, details from audit_entry where action in :actions order by sequence"
        ).bindparams(sa.bindparam("actions", (*HELD_TO_BE, *DECIDED), expanding=True))
    )
    now: dict[str, str] = {}
    found: dict[tuple[str, str], str] = {}
    for action, subject, details in rows:
        told = json.loads(details)
        if action in HELD_TO_BE:
            now[subject] = told.get("nature", UNKNOWN)
        elif "regime_id" in told:
            found[(subject, told["regime_id"])] = now.get(subject, UNKNOWN)
    return found
