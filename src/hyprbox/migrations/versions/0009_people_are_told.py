"""people are told: channels, rules, and triggers that write down what happened"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# What is noted of which table, when. A trigger is in the transaction of the change, whoever makes it.
NOTED = [
    (
        "node_changes",
        "INSERT",
        "1 = 1",
        "new.at",
        "CASE new.status WHEN 'OFFLINE' THEN 'node.offline' ELSE 'node.online' END",
        "new.node_id",
        "new.node_id",
    ),
    (
        "finding_events",
        "INSERT",
        "new.became = 'RESOLVED' OR (new.became = 'OPEN' AND (new.was IS NULL OR new.was IN ('', 'RESOLVED')))",
        "new.at",
        "CASE WHEN new.became = 'RESOLVED' THEN 'finding.resolved' WHEN new.was = 'RESOLVED' THEN 'finding.regressed' ELSE 'finding.opened' END",
        "new.node_id",
        "new.finding_id",
    ),
    (
        "jobs",
        "UPDATE",
        "new.state IN ('FAILED', 'TIMED_OUT', 'LOST') AND old.state <> new.state",
        "coalesce(new.finished_at, new.created_at)",
        "'job.failed'",
        "new.node_id",
        "new.id",
    ),
    (
        "remediations",
        "UPDATE",
        "new.verdict = 'ROLLED_BACK' AND old.verdict IS NULL",
        "coalesce(new.ended_at, new.started_at)",
        "'fix.rolled_back'",
        "new.node_id",
        "new.id",
    ),
    (
        "runs",
        "UPDATE",
        "new.state <> old.state AND new.state IN ('STOPPED', 'HELD', 'EXPIRED', 'FINISHED')",
        "coalesce(new.ended_at, new.made_at)",
        "'run'",
        "NULL",
        "new.id",
    ),
]


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "happenings",
        sa.Column("id", number, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("node_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "notice_rules",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "matters",
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("node_id", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("bad", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("told_bad", sa.Boolean(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("tellings", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.BigInteger(), nullable=False),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rule_id", "subject"),
    )
    op.create_index("matters_by_time", "matters", ["pending", "due_at"])
    op.create_index("matters_of_node", "matters", ["node_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("deliveries_by_time", "deliveries", ["state", "due_at"])
    for noted in NOTED:
        _trigger(*noted)


def _trigger(table: str, change: str, when: str, at: str, kind: str, node_id: str, subject: str) -> None:
    """Where no rule is, nothing is noted."""
    event = f"{change} OF state" if change == "UPDATE" and table != "remediations" else change
    insert = f"INSERT INTO happenings (at, kind, node_id, subject) SELECT {at}, {kind}, {node_id}, {subject} WHERE EXISTS (SELECT 1 FROM notice_rules)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {table}_happen AFTER {event} ON {table} WHEN {when} BEGIN {insert}; END")
        return
    op.execute(
        f"CREATE FUNCTION {table}_happen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_happen AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {table}_happen()"
    )
