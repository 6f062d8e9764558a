"""Sessions, identities, tokens; controls, actions, comments, evidence, tasks, applicability; the audit's head."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As the audit, so the history of decisions is added to and never changed, whatever program is connected.
APPENDED = ("risk_change", "risk_comment", "applicability_decision")
GUARDS = {
    "sqlite": (
        """create trigger {table}_is_never_changed before update on {table}
        begin select raise(abort, 'a row of {table} is never changed'); end""",
        """create trigger {table}_is_never_deleted before delete on {table}
        begin select raise(abort, 'a row of {table} is never deleted'); end""",
    ),
    "postgresql": (
        """create trigger {table}_is_never_changed before update or delete on {table}
        for each row execute function refuse_audit_change()""",
        """create trigger {table}_is_never_emptied before truncate on {table}
        for each statement execute function refuse_audit_change()""",
    ),
}
CARRIED_OVER = (
    "update checklist_state set pending_kind = 'not_applicable' where pending_by is not null",
    "update risk_state set accepted_until = review_due_on where state = 'accepted'",
    """insert into audit_head (head_id, sequence, hash)
    select 1, sequence, hash from audit_entry order by sequence desc limit 1""",
)


def upgrade() -> None:
    op.create_table('audit_head',
    sa.Column('head_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('head_id', name=op.f('pk_audit_head'))
    )
    op.create_table('access_token',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('issued_by', sa.String(length=200), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['name'], ['account.name'], name=op.f('fk_access_token_name')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_access_token'))
    )
    op.create_table('account_identity',
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('linked_by', sa.String(length=200), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['name'], ['account.name'], name=op.f('fk_account_identity_name')),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_account_identity'))
    )
    op.create_table('account_session',
    sa.Column('session_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['name'], ['account.name'], name=op.f('fk_account_session_name')),
    sa.PrimaryKeyConstraint('session_hash', name=op.f('pk_account_session'))
    )
    op.create_index(op.f('ix_account_session_name'), 'account_session', ['name'])
    op.create_table('applicability_decision',
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('regime_id', sa.String(length=200), nullable=False),
    sa.Column('is_applicable', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_applicability_decision_deployment_id')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_applicability_decision'))
    )
    op.create_table('item_evidence',
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('item_id', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('location', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=True),
    sa.Column('byte_count', sa.Integer(), nullable=True),
    sa.Column('added_by', sa.String(length=200), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.String(length=200), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_item_evidence_deployment_id')),
    sa.PrimaryKeyConstraint('deployment_id', 'item_id', 'number', name=op.f('pk_item_evidence'))
    )
    op.create_table('item_task',
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('item_id', sa.String(length=200), nullable=False),
    sa.Column('item_version', sa.Integer(), nullable=False),
    sa.Column('indicator_ids', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=200), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_item_task_deployment_id')),
    sa.PrimaryKeyConstraint('task_id', name=op.f('pk_item_task'))
    )
    op.create_table('risk_action',
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('risk_id', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('owner', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_risk_action_deployment_id')),
    sa.PrimaryKeyConstraint('deployment_id', 'risk_id', 'number', name=op.f('pk_risk_action'))
    )
    op.create_table('risk_comment',
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('risk_id', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_risk_comment_deployment_id')),
    sa.PrimaryKeyConstraint('deployment_id', 'risk_id', 'number', name=op.f('pk_risk_comment'))
    )
    op.create_table('risk_control',
    sa.Column('deployment_id', sa.String(length=200), nullable=False),
    sa.Column('risk_id', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('owner', sa.String(length=200), nullable=True),
    sa.Column('tested_on', sa.Date(), nullable=True),
    sa.Column('test_due_on', sa.Date(), nullable=True),
    sa.Column('effectiveness', sa.String(length=40), nullable=False),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.deployment_id'], name=op.f('fk_risk_control_deployment_id')),
    sa.PrimaryKeyConstraint('deployment_id', 'risk_id', 'number', name=op.f('pk_risk_control'))
    )
    op.add_column('account', sa.Column('person', sa.String(length=200), nullable=True))
    op.add_column('account', sa.Column('vouched_by', sa.String(length=200), nullable=True))
    op.add_column('account_grant', sa.Column('source', sa.String(length=40), nullable=False, server_default="person"))
    op.add_column('appetite_decision', sa.Column('declined_by', sa.String(length=200), nullable=True))
    op.add_column('appetite_decision', sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('appetite_decision', sa.Column('decline_reason', sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f('ix_audit_entry_subject'), 'audit_entry', ['subject'])
    op.add_column('checklist_state', sa.Column('pending_kind', sa.String(length=40), nullable=True))
    op.add_column('checklist_state', sa.Column('pending_until', sa.Date(), nullable=True))
    op.add_column('checklist_state', sa.Column('for_version', sa.String(length=200), nullable=False, server_default=""))
    op.add_column('checklist_state', sa.Column('waived_until', sa.Date(), nullable=True))
    op.add_column('checklist_state', sa.Column('waiver_reason', sa.Text(), nullable=False, server_default=""))
    op.add_column('checklist_state', sa.Column('waived_by', sa.String(length=200), nullable=True))
    op.add_column('checklist_state', sa.Column('waiver_approved_by', sa.String(length=200), nullable=True))
    op.add_column('declared_change', sa.Column('declared_through', sa.String(length=40), nullable=False, server_default="command_line"))
    op.add_column('declared_change', sa.Column('risk_ids', sa.Text(), nullable=False, server_default=""))
    op.add_column('one_time_link', sa.Column('issued_by', sa.String(length=200), nullable=True))
    op.add_column('risk_change', sa.Column('part', sa.String(length=200), nullable=True))
    op.add_column('risk_state', sa.Column('accepted_until', sa.Date(), nullable=True))
    for statement in CARRIED_OVER:
        op.execute(statement)
    for table in APPENDED:
        for guard in GUARDS[op.get_bind().dialect.name]:
            op.execute(guard.format(table=table))
