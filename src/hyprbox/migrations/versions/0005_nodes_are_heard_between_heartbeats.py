"""nodes are heard between heartbeats, and say of their journal; jobs wait for what is locked"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for column in (
        sa.Column("last_contact", sa.BigInteger(), nullable=True),
        sa.Column("silent_since", sa.BigInteger(), nullable=True),
        sa.Column("exec_lock", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=True),
        sa.Column("journal_head", sa.String(), nullable=True),
        sa.Column("journal_broke_at", sa.BigInteger(), nullable=True),
    ):
        op.add_column("node_state", column)
    op.add_column("jobs", sa.Column("wait_for", sa.JSON(), server_default="[]", nullable=False))
