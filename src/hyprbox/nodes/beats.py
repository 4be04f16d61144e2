"""Heartbeats of many nodes, written as a few statements.

Nearly all of them say nothing new of what a node is. Those touch one narrow row each, and add a sample. When any of a
batch does say something new (or its node is OFFLINE, or unknown), the whole batch takes the long way, which may be
taken any number of times. A deleted node stays deleted: its tombstone stops the insert.
"""

import re
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.db import wake
from hyprbox.nodes.labels import acceptable
from hyprbox.nodes.model import as_text
from hyprbox.rows import Row, Rows
from hyprwire import Heartbeat

SAMPLE_SECONDS = 10
ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}(?:%[\w.-]{1,20})?", re.ASCII)

OVERWRITTEN = ("hostname", "os", "agent_version")
KEPT_WHEN_ABSENT = ("ip", "region", "kernel", "architecture", "agent_labels")
INVENTORY = OVERWRITTEN + KEPT_WHEN_ABSENT

# What every beat brings, and what only those need that say something new.
SHORT = {
    "node_id": "text", "now": "bigint", "ts": "integer", "cpu": "smallint", "ram": "smallint", "disk": "smallint",
    "uptime_seconds": "bigint", "said": "text",
}  # fmt: skip
WHOLE = SHORT | {
    "identity": "text", **dict.fromkeys(INVENTORY, "text"),
    "exec_lock": "boolean", "journal_seq": "bigint", "journal_head": "text",
}  # fmt: skip

_json = msgspec.json.Encoder()


SAME_AGAIN = """
UPDATE node_state SET last_seen = given.now, silent_since = NULL, cpu = given.cpu, ram = given.ram, disk = given.disk,
    uptime_seconds = coalesce(given.uptime_seconds, node_state.uptime_seconds)
FROM GIVEN WHERE node_state.node_id = given.node_id AND node_state.said = given.said AND node_state.status = 'ONLINE'"""

# The same and the samples in one go, where a statement may change two tables: the rows are taken apart once. ANY, since
# a planner that cannot know how few are given may go through the whole table instead: a third of PostgreSQL's work.
SAME_AGAIN_SAMPLED = f"""
WITH given AS MATERIALIZED (SELECT * FROM GIVEN),
known AS ({SAME_AGAIN.replace("GIVEN", "given")}
    AND node_state.node_id = ANY (ARRAY(SELECT node_id FROM given))
    RETURNING node_state.node_id, given.ts, given.cpu, given.ram, given.disk),
sampled AS (INSERT INTO samples (node_id, ts, cpu, ram, disk) SELECT * FROM known ON CONFLICT DO NOTHING)
SELECT count(*) FROM known"""

SAMPLE = """
INSERT INTO samples (node_id, ts, cpu, ram, disk)
SELECT node_id, ts, cpu, ram, disk FROM GIVEN
WHERE EXISTS (SELECT 1 FROM node_state s WHERE s.node_id = given.node_id) ON CONFLICT DO NOTHING"""

# On SQLite, where taking a row apart costs more than finding it: what was just written of these nodes is their sample.
SAMPLE_AS_WRITTEN = """
INSERT INTO samples (node_id, ts, cpu, ram, disk)
SELECT s.node_id, :slot, s.cpu, s.ram, s.disk FROM json_each(:nodes) given CROSS JOIN node_state s
ON s.node_id = given.value WHERE true ON CONFLICT DO NOTHING"""

CHANGE = """
INSERT INTO node_changes (node_id, at, status)
SELECT given.node_id, given.now, 'ONLINE' FROM GIVEN JOIN node_state s ON s.node_id = given.node_id
WHERE s.status <> 'ONLINE' ON CONFLICT DO NOTHING"""

NODE = f"""
INSERT INTO nodes (node_id, {", ".join(INVENTORY)}, first_seen)
SELECT node_id, {", ".join(INVENTORY)}, now FROM GIVEN
WHERE NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.node_id = given.node_id)
ON CONFLICT (node_id) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in OVERWRITTEN)},
{", ".join(f"{name} = coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
WHERE {" OR ".join(f"nodes.{name} <> excluded.{name}" for name in OVERWRITTEN)}
OR {" OR ".join(f"nodes.{name} IS DISTINCT FROM coalesce(excluded.{name}, nodes.{name})" for name in KEPT_WHEN_ABSENT)}
"""

# Two machines under one name take turns: an identity that comes back after another one is a flip. A reboot never is.
STATE = """
INSERT INTO node_state (node_id, status, last_seen, cpu, ram, disk, uptime_seconds, said, identity,
    exec_lock, journal_seq, journal_head)
SELECT node_id, 'ONLINE', now, cpu, ram, disk, uptime_seconds, said, identity,
    exec_lock, journal_seq, journal_head FROM GIVEN
WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.node_id = given.node_id)
ON CONFLICT (node_id) DO UPDATE SET
status = 'ONLINE', last_seen = excluded.last_seen, silent_since = NULL,
cpu = excluded.cpu, ram = excluded.ram, disk = excluded.disk,
uptime_seconds = coalesce(excluded.uptime_seconds, node_state.uptime_seconds), said = excluded.said,
identity = coalesce(excluded.identity, node_state.identity),
identity_before = CASE WHEN excluded.identity <> node_state.identity
    THEN node_state.identity ELSE node_state.identity_before END,
identity_flips = CASE WHEN excluded.identity <> node_state.identity AND excluded.identity = node_state.identity_before
    THEN CASE WHEN node_state.identity_flipped_at > excluded.last_seen - 3600000
         THEN node_state.identity_flips + 1 ELSE 1 END
    ELSE node_state.identity_flips END,
identity_flipped_at = CASE WHEN excluded.identity <> node_state.identity
    AND excluded.identity = node_state.identity_before THEN excluded.last_seen ELSE node_state.identity_flipped_at END,
exec_lock = excluded.exec_lock,
journal_seq = coalesce(excluded.journal_seq, node_state.journal_seq),
journal_head = coalesce(excluded.journal_head, node_state.journal_head),
journal_broke_at = CASE WHEN excluded.journal_seq < node_state.journal_seq
    OR (excluded.journal_seq = node_state.journal_seq AND excluded.journal_head <> node_state.journal_head)
    THEN excluded.last_seen ELSE node_state.journal_broke_at END
"""


class Beat(NamedTuple):
    heartbeat: Heartbeat
    now: datetime


def record(session: Session, beats: list[Beat]) -> None:
    """The last beat of a node says what it is and how it is, the first one of a time slot is its sample."""
    last = {beat.heartbeat.node_id: beat for beat in beats}
    rows = [_short(beat) for beat in last.values()]
    short = Rows.of(session, SHORT, rows)
    once_each = len(last) == len(beats)
    sampled = once_each and not short.sqlite
    all_known = short.run(session, SAME_AGAIN_SAMPLED if sampled else SAME_AGAIN) == len(last)
    if not all_known:
        whole = Rows.of(session, WHOLE, [_short(beat) + _rest(beat) for beat in last.values()])
        for statement in (CHANGE, NODE, STATE):
            whole.run(session, statement)
    if not once_each:
        first = {(beat.heartbeat.node_id, _slot(to_ms(beat.now))): beat for beat in reversed(beats)}
        Rows.of(session, SHORT, [_short(beat) for beat in first.values()]).run(session, SAMPLE)
    elif short.sqlite:
        _sample_as_written(session, rows)
    elif not all_known:
        short.run(session, SAMPLE)
    wake(session, "fleet", "nodes")


def _sample_as_written(session: Session, rows: list[Row]) -> None:
    by_slot: dict[int, list[str]] = {}
    for node_id, _, slot, *_ in rows:
        by_slot.setdefault(slot, []).append(node_id)
    for slot, nodes in by_slot.items():
        given = {"slot": slot, "nodes": _json.encode(nodes).decode()}
        session.connection().exec_driver_sql(SAMPLE_AS_WRITTEN, given)


def _short(beat: Beat) -> Row:
    said, now = beat.heartbeat, to_ms(beat.now)
    load = round(said.cpu_percent * 10), round(said.ram_percent * 10), round(said.disk_percent * 10)
    digest = blake2b(_json.encode(_rest(beat)), digest_size=12).hexdigest()
    return said.node_id, now, _slot(now), *load, said.uptime_seconds, digest


def _rest(beat: Beat) -> Row:
    said = beat.heartbeat
    ip = said.ip if said.ip and ADDRESS.fullmatch(said.ip) else None  # others call it: it leads to no path, no template
    what = said.hostname, said.os, said.agent_version, ip, said.region, said.kernel, said.architecture
    labels = None if said.labels is None else as_text(acceptable(said.labels))
    return said.boot_id or said.machine_id_hash, *what, labels, said.exec_lock is True, *_journal(said)


def _journal(said: Heartbeat) -> tuple[int | None, str | None]:
    """Both or neither, and neither when it is no head."""
    seq, head = said.journal_seq, said.journal_head
    is_head = seq is not None and 0 <= seq < 2**53 and head is not None and len(head) == 64 and head.isalnum()
    return (seq, head) if is_head else (None, None)


def _slot(ms: int) -> int:
    return ms // 1000 // SAMPLE_SECONDS * SAMPLE_SECONDS
