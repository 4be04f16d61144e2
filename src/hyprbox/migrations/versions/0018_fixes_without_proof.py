"""fixes without proof are found, and the history of a finding knows which severity it rose to"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    unproven = sa.text("verdict = 'UNVERIFIED'")
    op.create_index("remediations_unproven", "remediations", ["id"], sqlite_where=unproven, postgresql_where=unproven)
    for severity in ("INFO", "WARN", "CRITICAL"):
        op.execute(
            f"UPDATE finding_events SET how = '{severity}' WHERE note = 'it became {severity}' AND actor = 'agent'"
        )
