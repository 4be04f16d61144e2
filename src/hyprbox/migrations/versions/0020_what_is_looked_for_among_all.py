"""what a sweep looks for, in all findings and all jobs on every round, has indexes; and so have nodes that are offline"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

HELD = sa.text("held_until IS NOT NULL")
WHOLE_ON_SQLITE, WHOLE_ON_POSTGRESQL = sa.text("compacted IS 0"), sa.text("compacted IS false")
OFFLINE = sa.text("status = 'OFFLINE'")


def upgrade() -> None:
    op.create_index("node_state_offline", "node_state", ["node_id"], sqlite_where=OFFLINE, postgresql_where=OFFLINE)
    op.create_index("findings_held", "findings", ["held_until"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index(
        "jobs_not_compacted", "jobs", ["id"], sqlite_where=WHOLE_ON_SQLITE, postgresql_where=WHOLE_ON_POSTGRESQL
    )
