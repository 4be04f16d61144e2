"""suppressions: what is accepted wherever it comes up"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SUPPRESSED = sa.text("suppression IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("q", sa.String(), nullable=False),
        sa.Column("ceiling", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("suppressions_lifted", "suppressions", ["lifted_at"])
    op.add_column("findings", sa.Column("suppression", sa.String(), nullable=True))
    op.create_index(
        "findings_by_suppression", "findings", ["suppression"], sqlite_where=SUPPRESSED, postgresql_where=SUPPRESSED
    )
