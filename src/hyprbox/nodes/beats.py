"""Heartbeats of many nodes, written as a few statements.

What a node is changes rarely and is rewritten only then; how it is goes into the narrow state row; each beat is a
sample, at most one per node and 10 seconds. A deleted node stays deleted: its tombstone stops the insert.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.db import wake
from hyprwire import Heartbeat

SAMPLE_SECONDS = 10

OVERWRITTEN = ("hostname", "os", "agent_version")
KEPT_WHEN_ABSENT = ("ip", "region", "kernel", "architecture")
INVENTORY = OVERWRITTEN + KEPT_WHEN_ABSENT

COLUMNS = ("node_id", *INVENTORY, "now", "ts", "cpu", "ram", "disk", "uptime_seconds", "identity")

# The rows of a batch: on SQLite one statement for each, on PostgreSQL one for all with the rows as one JSON parameter.
BEAT_SQLITE = f"WITH beat AS (SELECT {', '.join(f':{name} AS {name}' for name in COLUMNS)})"
BEATS_POSTGRES = """
WITH beat AS (SELECT * FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS r(
    node_id text, hostname text, os text, agent_version text, ip text, region text, kernel text, architecture text,
    now bigint, ts integer, cpu smallint, ram smallint, disk smallint, uptime_seconds bigint, identity text))"""

CHANGE = """
INSERT INTO node_changes (node_id, at, status)
SELECT beat.node_id, beat.now, 'ONLINE' FROM beat JOIN node_state s ON s.node_id = beat.node_id
WHERE s.status <> 'ONLINE' ON CONFLICT DO NOTHING"""

NODE = f"""
INSERT INTO nodes (node_id, {", ".join(INVENTORY)}, first_seen)
SELECT node_id, {", ".join(INVENTORY)}, now FROM beat
WHERE NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.node_id = beat.node_id)
ON CONFLICT (node_id) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in OVERWRITTEN)},
{", ".join(f"{name} = coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
WHERE {" OR ".join(f"nodes.{name} <> excluded.{name}" for name in OVERWRITTEN)}
OR {" OR ".join(f"nodes.{name} IS DISTINCT FROM coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
"""

# Two machines under one name take turns: an identity that comes back after another one is a flip. A reboot never is.
STATE = """
INSERT INTO node_state (node_id, status, last_seen, cpu, ram, disk, uptime_seconds, identity)
SELECT node_id, 'ONLINE', now, cpu, ram, disk, uptime_seconds, identity FROM beat
WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.node_id = beat.node_id)
ON CONFLICT (node_id) DO UPDATE SET
status = 'ONLINE', last_seen = excluded.last_seen, cpu = excluded.cpu, ram = excluded.ram, disk = excluded.disk,
uptime_seconds = coalesce(excluded.uptime_seconds, node_state.uptime_seconds),
identity = coalesce(excluded.identity, node_state.identity),
identity_before = CASE WHEN excluded.identity <> node_state.identity
    THEN node_state.identity ELSE node_state.identity_before END,
identity_flips = CASE WHEN excluded.identity <> node_state.identity AND excluded.identity = node_state.identity_before
    THEN CASE WHEN node_state.identity_flipped_at > excluded.last_seen - 3600000
         THEN node_state.identity_flips + 1 ELSE 1 END
    ELSE node_state.identity_flips END,
identity_flipped_at = CASE WHEN excluded.identity <> node_state.identity
    AND excluded.identity = node_state.identity_before THEN excluded.last_seen ELSE node_state.identity_flipped_at END
"""

SAMPLE = """
INSERT INTO samples (node_id, ts, cpu, ram, disk)
SELECT node_id, ts, cpu, ram, disk FROM beat
WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.node_id = beat.node_id) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Beat:
    heartbeat: Heartbeat
    now: datetime


def record(session: Session, beats: list[Beat]) -> None:
    """The last beat of a node says what it is and how it is, the first one of a time slot is its sample."""
    rows = [_row(beat) for beat in beats]
    last = list({row["node_id"]: row for row in rows}.values())
    first = list({(row["node_id"], row["ts"]): row for row in reversed(rows)}.values())
    _execute(session, CHANGE, last)
    _execute(session, NODE, last)
    _execute(session, STATE, last)
    _execute(session, SAMPLE, first)
    wake(session, "fleet", "nodes")


def _row(beat: Beat) -> dict[str, Any]:
    said, now = beat.heartbeat, to_ms(beat.now)
    row = {name: getattr(said, name) for name in ("node_id", *INVENTORY, "uptime_seconds")}
    row |= {part: round(getattr(said, f"{part}_percent") * 10) for part in ("cpu", "ram", "disk")}
    return row | {"now": now, "ts": now // 1000 // SAMPLE_SECONDS * SAMPLE_SECONDS, "identity": _identity(said)}


def _identity(said: Heartbeat) -> str | None:
    return said.boot_id or said.machine_id_hash


def _execute(session: Session, statement: str, rows: list[dict[str, Any]]) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"{BEAT_SQLITE} {statement}", rows)
    else:
        connection.exec_driver_sql(f"{BEATS_POSTGRES} {statement}", {"rows": msgspec.json.encode(rows).decode()})
