"""changes that are taken back unless they are confirmed, and where a node's sshd is to be looked for"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ARMED = sa.text("state = 'ARMED'")


def upgrade() -> None:
    op.create_table(
        "doors",
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("node_id"),
    )
    op.create_table(
        "guards",
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("needs_human", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("doors", sa.JSON(), nullable=False),
        sa.Column("peer", sa.String(), nullable=True),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("asked_for", sa.String(), nullable=True),
        sa.Column("next_try", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "job_id"),
    )
    op.create_index("guards_by_job", "guards", ["job_id"])
    op.create_index("guards_by_question", "guards", ["asked"])
    op.create_index("guards_open", "guards", ["next_try"], sqlite_where=ARMED, postgresql_where=ARMED)
    op.add_column("remediations", sa.Column("guarded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
