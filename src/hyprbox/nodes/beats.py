"""Heartbeats of many nodes, written as a few statements.

Nearly all of them say nothing new of what a node is. Those touch one narrow row each, and add a sample. When any of a
batch does say something new (or its node is OFFLINE, or unknown), the whole batch takes the long way, which may be
taken any number of times. A deleted node stays deleted: its tombstone stops the insert.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
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

TYPES = {
    "node_id": "text", "now": "bigint", "ts": "integer", "cpu": "smallint", "ram": "smallint", "disk": "smallint",
    "uptime_seconds": "bigint", "said": "text", "identity": "text",
} | dict.fromkeys(INVENTORY, "text")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL over the rows of a batch, called `beat`, which are handed over as one JSON parameter.

    One statement a batch, not one a row: between rows the driver would let go of Python's lock and wait for it again.
    """

    columns: tuple[str, ...]
    sql: str

    def run(self, session: Session, rows: list[dict[str, Any]]) -> int:
        """How many rows it changed."""
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            arrays = [[row[name] for name in self.columns] for row in rows]
            return connection.exec_driver_sql(self._sqlite(), {"rows": _json(arrays)}).rowcount
        return connection.exec_driver_sql(self._postgresql(), {"rows": _json(rows)}).rowcount

    def _sqlite(self) -> str:
        columns = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(self.columns))
        return f"WITH beat AS (SELECT {columns} FROM json_each(:rows)) {self.sql}"

    def _postgresql(self) -> str:
        shape = ", ".join(f"{name} {TYPES[name]}" for name in self.columns)
        return f"WITH beat AS (SELECT * FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS r({shape})) {self.sql}"


def _json(rows: list[Any]) -> str:
    return msgspec.json.encode(rows).decode()


SAME_AGAIN = Statement(
    ("node_id", "now", "cpu", "ram", "disk", "uptime_seconds", "said"),
    """
UPDATE node_state SET last_seen = beat.now, cpu = beat.cpu, ram = beat.ram, disk = beat.disk,
    uptime_seconds = coalesce(beat.uptime_seconds, node_state.uptime_seconds)
FROM beat WHERE node_state.node_id = beat.node_id AND node_state.said = beat.said AND node_state.status = 'ONLINE'""",
)

SAMPLE = Statement(
    ("node_id", "ts", "cpu", "ram", "disk"),
    """
INSERT INTO samples (node_id, ts, cpu, ram, disk)
SELECT node_id, ts, cpu, ram, disk FROM beat
WHERE EXISTS (SELECT 1 FROM node_state s WHERE s.node_id = beat.node_id) ON CONFLICT DO NOTHING""",
)

CHANGE = Statement(
    ("node_id", "now"),
    """
INSERT INTO node_changes (node_id, at, status)
SELECT beat.node_id, beat.now, 'ONLINE' FROM beat JOIN node_state s ON s.node_id = beat.node_id
WHERE s.status <> 'ONLINE' ON CONFLICT DO NOTHING""",
)

NODE = Statement(
    ("node_id", "now", *INVENTORY),
    f"""
INSERT INTO nodes (node_id, {", ".join(INVENTORY)}, first_seen)
SELECT node_id, {", ".join(INVENTORY)}, now FROM beat
WHERE NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.node_id = beat.node_id)
ON CONFLICT (node_id) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in OVERWRITTEN)},
{", ".join(f"{name} = coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
WHERE {" OR ".join(f"nodes.{name} <> excluded.{name}" for name in OVERWRITTEN)}
OR {" OR ".join(f"nodes.{name} IS DISTINCT FROM coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
""",
)

# Two machines under one name take turns: an identity that comes back after another one is a flip. A reboot never is.
STATE = Statement(
    ("node_id", "now", "cpu", "ram", "disk", "uptime_seconds", "said", "identity"),
    """
INSERT INTO node_state (node_id, status, last_seen, cpu, ram, disk, uptime_seconds, said, identity)
SELECT node_id, 'ONLINE', now, cpu, ram, disk, uptime_seconds, said, identity FROM beat
WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.node_id = beat.node_id)
ON CONFLICT (node_id) DO UPDATE SET
status = 'ONLINE', last_seen = excluded.last_seen, cpu = excluded.cpu, ram = excluded.ram, disk = excluded.disk,
uptime_seconds = coalesce(excluded.uptime_seconds, node_state.uptime_seconds), said = excluded.said,
identity = coalesce(excluded.identity, node_state.identity),
identity_before = CASE WHEN excluded.identity <> node_state.identity
    THEN node_state.identity ELSE node_state.identity_before END,
identity_flips = CASE WHEN excluded.identity <> node_state.identity AND excluded.identity = node_state.identity_before
    THEN CASE WHEN node_state.identity_flipped_at > excluded.last_seen - 3600000
         THEN node_state.identity_flips + 1 ELSE 1 END
    ELSE node_state.identity_flips END,
identity_flipped_at = CASE WHEN excluded.identity <> node_state.identity
    AND excluded.identity = node_state.identity_before THEN excluded.last_seen ELSE node_state.identity_flipped_at END
""",
)


@dataclass(frozen=True, slots=True)
class Beat:
    heartbeat: Heartbeat
    now: datetime


def record(session: Session, beats: list[Beat]) -> None:
    """The last beat of a node says what it is and how it is, the first one of a time slot is its sample."""
    rows = [_row(beat) for beat in beats]
    last = list({row["node_id"]: row for row in rows}.values())
    if SAME_AGAIN.run(session, last) < len(last):
        for statement in (CHANGE, NODE, STATE):
            statement.run(session, last)
    SAMPLE.run(session, list({(row["node_id"], row["ts"]): row for row in reversed(rows)}.values()))
    wake(session, "fleet", "nodes")


def _row(beat: Beat) -> dict[str, Any]:
    said, now = beat.heartbeat, to_ms(beat.now)
    row: dict[str, Any] = {
        "node_id": said.node_id, "now": now, "ts": now // 1000 // SAMPLE_SECONDS * SAMPLE_SECONDS,
        "cpu": round(said.cpu_percent * 10), "ram": round(said.ram_percent * 10),
        "disk": round(said.disk_percent * 10), "uptime_seconds": said.uptime_seconds,
        "hostname": said.hostname, "os": said.os, "agent_version": said.agent_version, "ip": said.ip,
        "region": said.region, "kernel": said.kernel, "architecture": said.architecture,
        "identity": said.boot_id or said.machine_id_hash,
    }  # fmt: skip
    row["said"] = _digest(row)
    return row


def _digest(row: dict[str, Any]) -> str:
    what = [row["identity"], *(row[name] for name in INVENTORY)]
    return blake2b(repr(what).encode("utf-8", "replace"), digest_size=12).hexdigest()
