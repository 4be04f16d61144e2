"""A database of a large fleet with a past, made by the database itself in a minute or two: the same rows every time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.db import Database
from hyprbox.nodes import partitions
from hyprbox.nodes.history import HOUR

NODES = 100_000
FINDINGS_EACH = 10
SAMPLES_EACH = 48
LONG = 100  # nodes with every sample of the last 48 h; every one of these has a week of hours, too
MINUTE = 60

NAME = "'node-' || substr(CAST(1000000 + {} AS TEXT), 2)"

NODE_ROWS = f"""
INSERT INTO nodes (node_id, hostname, os, agent_version, ip, region, kernel, architecture, labels, first_seen)
SELECT {NAME.format("i")}, 'web-' || i || '.example.com',
    CASE i % 3 WHEN 0 THEN 'Debian GNU/Linux 12 (bookworm)' WHEN 1 THEN 'Ubuntu 24.04.1 LTS' ELSE 'Rocky Linux 9.4' END,
    '0.1.0', '10.' || (i / 65536) || '.' || (i / 256 % 256) || '.' || (i % 256),
    CASE i % 4 WHEN 0 THEN 'eu-1' WHEN 1 THEN 'eu-2' WHEN 2 THEN 'us-1' ELSE 'ap-1' END, '6.1.0-28-amd64', 'x86_64',
    ' env=' || CASE WHEN i % 5 < 3 THEN 'prod' ELSE 'test' END || ' rack=r' || (i % 500) || ' ',
    :now - 8640000000 FROM nodes_i"""

STATE_ROWS = f"""
INSERT INTO node_state (node_id, status, last_seen, cpu, ram, disk, uptime_seconds, said, identity, identity_flips)
SELECT {NAME.format("i")}, CASE WHEN i % 100 = 7 THEN 'OFFLINE' ELSE 'ONLINE' END, :now - i % 60000, i % 1000,
    i * 7 % 1000, i * 13 % 1000, 86400, 'seeded', 'boot', 0 FROM nodes_i"""

SAMPLE_ROWS = f"""
INSERT INTO samples (node_id, ts, cpu, ram, disk)
SELECT {NAME.format("i")}, :last - 60 * j, (i * 7 + j * 31) % 1000, (i + j) % 1000, i % 1000 FROM nodes_i, each_j"""

HOUR_ROWS = f"""
INSERT INTO rollups (node_id, step, ts, cpu, cpu_max, ram, ram_max, disk, disk_max)
SELECT {NAME.format("i")}, 3600, :hour - 3600 * j, (i + j * 31) % 900, (i + j * 31) % 900 + 90, (i + j) % 1000, 999,
    i % 1000, 999 FROM nodes_i, each_j"""

# Of 20 findings 12 are open, one is acknowledged, one being fixed, 6 are resolved; 1 is critical, 7 are warnings.
STATE = """CASE WHEN h % 20 < 12 THEN 'OPEN' WHEN h % 20 = 12 THEN 'ACKNOWLEDGED' WHEN h % 20 = 13 THEN 'FIXING'
    ELSE 'RESOLVED' END"""
FINDING_ROWS = f"""
INSERT INTO findings (node_id, id, type, key, severity, message, metadata, scanner, first_seen, seen_at, in_last_report,
    state, resolved_at, resolved_how, reopen_count)
SELECT {NAME.format("i")},
    '01kb0000' || substr(CAST(1000000 + h AS TEXT), 2) || substr(CAST(100 + j AS TEXT), 2) || 'ab',
    'subject.kind' || j * 4 % 40 || CASE h % 4 WHEN 0 THEN 'a' ELSE 'b' END, '/etc/some/where/' || j || '.conf',
    CASE WHEN h / 20 % 20 = 0 THEN 2 WHEN h / 20 % 20 < 8 THEN 1 ELSE 0 END,
    'What is wrong here is the thing number ' || j || ' of this node', <<'{{"daysLeft": 12}}'>>, 'scanner' || j % 5,
    :now - 1000 * (h % 1000000), :now - 60000, TRUE, {STATE},
    CASE WHEN h % 20 > 13 THEN :now - 1000 * (h % 1000000) END,
    CASE WHEN h % 20 > 13 THEN CASE h % 2 WHEN 0 THEN 'verified' ELSE 'absent' END END, 0
FROM (SELECT i, j, (i * 7919 + j * 104729) % 999983 AS h FROM nodes_i, each_j) AS made"""

EVENT_ROWS = """
INSERT INTO finding_events (node_id, id, finding_id, at, was, became, actor, note)
SELECT node_id, id || 'e', id, first_seen, NULL, 'OPEN', 'agent', message FROM findings"""

JOB_ROWS = f"""
INSERT INTO jobs (node_id, id, state, title, script, env, redact, rescan, timeout_seconds, kill_grace_seconds,
    max_output_bytes, lease_seconds, created_at, created_by, params, claimed_at, last_contact, started_at, finished_at,
    exit_code, reason, survivors, received_bytes, output_bytes, compacted)
SELECT {NAME.format("i")},
    '01kb0000' || substr(CAST(1000000 + i AS TEXT), 2) || substr(CAST(1000 + j AS TEXT), 2) || 'x',
    CASE WHEN i % 50 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, 'Look', 'uptime', <<'{{}}'>>, <<'[]'>>,
    <<'[]'>>, 1800, 10, 10485760, 90, :now - 86400000 * j - i, 'ada', <<'{{}}'>>, :now - 86400000 * j - i,
    :now - 86400000 * j - i, :now - 86400000 * j - i, :now - 86400000 * j,
    CASE WHEN i % 50 = 0 THEN 1 ELSE 0 END, 'exit',
    <<'[]'>>, 0, 0, TRUE FROM nodes_i, each_j"""

COUNTS = """
UPDATE node_state SET open_critical = c.critical, open_warn = c.warn, open_info = c.info FROM (
    SELECT node_id, sum(CASE severity WHEN 2 THEN 1 ELSE 0 END) AS critical,
    sum(CASE severity WHEN 1 THEN 1 ELSE 0 END) AS warn, sum(CASE severity WHEN 0 THEN 1 ELSE 0 END) AS info
    FROM findings WHERE state IN ('OPEN', 'FIXING') GROUP BY node_id) AS c WHERE c.node_id = node_state.node_id"""


def seed(db: Database, nodes: int = NODES) -> dict[str, int]:
    """How many rows of what there are now."""
    now = datetime.now(UTC)
    made: dict[str, int] = {}
    with db.session() as session:
        for days in (2, 1):
            partitions.make_ahead(session, now - timedelta(days=days))
    for name, statement, first, number, each in (
        ("nodes", NODE_ROWS, 0, nodes, 1),
        ("states", STATE_ROWS, 0, nodes, 1),
        ("samples", SAMPLE_ROWS, LONG, nodes, SAMPLES_EACH),
        ("samples", SAMPLE_ROWS, 0, LONG, 48 * 60),
        ("hours", HOUR_ROWS, 0, LONG * 10, 168),
        ("findings", FINDING_ROWS, 0, nodes, FINDINGS_EACH),
        ("events", EVENT_ROWS, 0, 1, 1),
        ("counts", COUNTS, 0, 1, 1),
        ("jobs", JOB_ROWS, 0, nodes, 2),
    ):
        with db.session() as session:
            made[name] = made.get(name, 0) + _run(session, statement, now, first, number, each)
    with db.session() as session:
        session.execute(text("ANALYZE"))
    return made


def seed_nodes(db: Database, nodes: int) -> None:
    """Nodes alone, without a past."""
    now = datetime.now(UTC)
    for statement in (NODE_ROWS, STATE_ROWS.replace("'OFFLINE'", "'ONLINE'")):
        with db.session() as session:
            _run(session, statement, now, 0, nodes, 1)


def queue_jobs(db: Database) -> int:
    """A job for every node, in one go."""
    waiting = (
        JOB_ROWS.replace("'SUCCEEDED'", "'QUEUED'")
        .replace("'FAILED'", "'QUEUED'")
        .replace(f"SELECT {NAME.format('i')}", "SELECT node_id")
        .replace("FROM nodes_i, each_j", "FROM (SELECT node_id, row_number() OVER () AS i, 0 AS j FROM nodes) AS every")
        .replace("|| 'x'", "|| 'q'")
    )
    with db.session() as session:
        return _run(session, waiting, datetime.now(UTC), 0, 0, 0)


def _run(session: Session, statement: str, now: datetime, first: int, number: int, each: int) -> int:
    sqlite = session.get_bind().dialect.name == "sqlite"
    counted = (
        "WITH RECURSIVE nodes_i(i) AS "
        "(SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM nodes_i WHERE i + 1 < :number), "
        "each_j(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM each_j WHERE j + 1 < :each) "
    )
    made = _of_engine(statement, sqlite)
    seconds = int(now.timestamp())
    values = {
        "now": to_ms(now), "last": seconds // MINUTE * MINUTE, "hour": seconds // HOUR * HOUR,
        "first": first, "number": number, "each": each,
    }  # fmt: skip
    if "nodes_i" in made:
        made = made.replace("SELECT", counted + "SELECT", 1)
    used = {name: value for name, value in values.items() if f":{name}" in made}
    return session.execute(text(made), used).rowcount


def _of_engine(statement: str, sqlite: bool) -> str:
    """JSON stands between << and >>, since only PostgreSQL wants to be told that it is."""
    return statement.replace("<<", "(" if sqlite else "CAST(").replace(">>", ")" if sqlite else " AS JSON)")
