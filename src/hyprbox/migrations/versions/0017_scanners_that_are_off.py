"""scanners that are off, how a finding was resolved, and numbers of scans that are milliseconds

The column `seq` stays for the version before, which may run beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("scanner_state", sa.Column("off", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("scanner_state", sa.Column("scan_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE scanner_state SET scan_seq = seq WHERE seq <> 0")
    op.add_column("finding_events", sa.Column("how", sa.String(), nullable=True))
