"""findings have an index for each order in which they are listed"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

LEFT = sa.text("state <> 'RESOLVED'")


def upgrade() -> None:
    for name, columns in (
        ("findings_left", ["severity", "id"]),
        ("findings_left_by_type", ["type", "severity", "id"]),
    ):
        op.create_index(name, "findings", columns, sqlite_where=LEFT, postgresql_where=LEFT)
    op.create_index("findings_by_kind", "findings", ["state", "type", "severity", "id"])
    op.drop_index("findings_by_type", "findings")
