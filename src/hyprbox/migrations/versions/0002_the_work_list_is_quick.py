"""the work list is quick"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("finding_events", schema=None) as batch_op:
        batch_op.create_index("finding_events_by_id", ["id"], unique=False)

    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index("findings_by_resolution", ["resolved_at"], unique=False)
        batch_op.create_index("findings_by_type", ["state", "severity", "type", "node_id", "id"], unique=False)
