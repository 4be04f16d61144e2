"""labels are text, agents bring some, queries have names"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "saved_queries",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("q", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    worst = sa.text("open_critical DESC"), sa.text("open_warn DESC"), "node_id"
    op.create_index("node_state_worst_first", "node_state", [*worst])
    labelled = _labels()
    op.drop_column("nodes", "labels")
    op.add_column("nodes", sa.Column("labels", sa.String(), nullable=False, server_default=""))
    op.add_column("nodes", sa.Column("agent_labels", sa.String(), nullable=True))
    if labelled:
        put = sa.text("UPDATE nodes SET labels = :labels WHERE node_id = :node_id")
        op.get_bind().execute(put, labelled)


def _labels() -> list[dict[str, str]]:
    rows = op.get_bind().execute(sa.text("SELECT node_id, labels FROM nodes")).all()
    read = ((node_id, json.loads(labels) if isinstance(labels, str) else labels) for node_id, labels in rows)
    return [
        {"node_id": node_id, "labels": " " + " ".join(f"{name}={labels[name]}" for name in sorted(labels)) + " "}
        for node_id, labels in read
        if labels
    ]
