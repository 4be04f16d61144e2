"""what is known of a node as one text in lower case, so that a word is looked for and nothing is put together for it"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

NAMES = ("node_id", "hostname", "ip", "os", "region", "labels", "agent_labels")
LABELS = NAMES[-2:]
C = ' COLLATE "C"'  # lower() of a to z alone, as SQLite has it


def upgrade() -> None:
    op.add_column("nodes", sa.Column("words", sa.String(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _keep_on_postgresql() -> None:
    """A trigger and no generated column: programs of either version write nodes, and both engines say it alike."""
    op.execute(f"UPDATE nodes SET words = {_words('', 'chr(10)', C)}")
    op.execute(
        "CREATE FUNCTION nodes_words() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN NEW.words := {_words('NEW.', 'chr(10)', C)}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER nodes_words BEFORE INSERT OR UPDATE OF {', '.join(NAMES)} ON nodes "
        "FOR EACH ROW EXECUTE FUNCTION nodes_words()"
    )


def _keep_on_sqlite() -> None:
    words = _words("", "char(10)", "")
    op.execute(f"UPDATE nodes SET words = {words}")
    for name, event in (("inserted", "INSERT"), ("updated", f"UPDATE OF {', '.join(NAMES)}")):
        op.execute(
            f"CREATE TRIGGER nodes_words_{name} AFTER {event} ON nodes BEGIN "
            f"UPDATE nodes SET words = {words} WHERE node_id = NEW.node_id; END"
        )


def _words(row: str, line: str, collation: str) -> str:
    """A line each; the labels of people and agents are one, with spaces around each pair already."""
    lines = [f"coalesce({row}{name}, '')" for name in NAMES if name not in LABELS]
    labels = " || ".join(f"coalesce({row}{name}, '')" for name in LABELS)
    return f"lower(({f' || {line} || '.join([*lines, labels])}){collation})"
