"""One search over everything that has a page: for the palette, and as a page of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.findings.model import Finding
from hyprbox.findings.titles import TITLES, title
from hyprbox.jobs.model import Job
from hyprbox.nodes import search
from hyprbox.people.model import Role
from hyprbox.presets.catalogue import Preset

MOST = 6
LONGEST = 200

PLACES = [
    ("home", "Home", "", Role.VIEWER),
    ("nodes", "Nodes", "nodes", Role.VIEWER),
    ("offline", "Nodes that are offline", "nodes?q=status%3Doffline", Role.VIEWER),
    ("plus", "Add a node", "add-node", Role.ADMIN),
    ("findings", "Findings", "findings", Role.VIEWER),
    ("critical", "Critical findings", "findings?severity=CRITICAL", Role.VIEWER),
    ("verified", "What was resolved", "findings?state=RESOLVED", Role.VIEWER),
    ("jobs", "Jobs", "jobs", Role.VIEWER),
    ("running", "Jobs that run now", "jobs?state=RUNNING", Role.VIEWER),
    ("failed", "Jobs that failed", "jobs?state=FAILED", Role.VIEWER),
    ("jobs", "Run a script", "run", Role.ADMIN),
    ("again", "Runs", "runs", Role.VIEWER),
    ("again", "Begin a run on many nodes", "begin-run", Role.OPERATOR),
    ("timeout", "Schedules", "schedules", Role.VIEWER),
    ("presets", "Presets", "presets", Role.VIEWER),
    ("ack", "Suppressions", "suppressions", Role.VIEWER),
    ("key", "Tokens", "settings/tokens", Role.ADMIN),
    ("people", "People", "settings/people", Role.ADMIN),
    ("key", "API keys", "settings/keys", Role.ADMIN),
    ("door", "Sessions", "settings/sessions", Role.ADMIN),
    ("info", "Notifications", "settings/notifications", Role.ADMIN),
    ("ack", "Audit log", "settings/audit", Role.ADMIN),
    ("timeout", "Retention", "settings/retention", Role.ADMIN),
    ("online", "Server", "settings/server", Role.ADMIN),
    ("people", "My account", "settings/account", Role.VIEWER),
]


@dataclass(frozen=True, slots=True)
class Hit:
    icon: str
    name: str
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    hits: list[Hit]


def search_all(session: Session, now: datetime, presets: Mapping[str, Preset], q: str, role: Role) -> list[Group]:
    """Without any words only where one can go."""
    q = q.strip()[:LONGEST]
    words = q.lower().split()
    groups = [Group("Go to", _places(words, role))]
    if words:
        groups += [
            Group("Nodes", _nodes(session, now, q)),
            Group("Findings", _findings(session, q, words)),
            Group("Jobs", _jobs(session, q)),
            Group("Presets", _presets(presets.values(), words)),
        ]
    return [group for group in groups if group.hits]


def _places(words: list[str], role: Role) -> list[Hit]:
    return [
        Hit(icon, name, "", f"/dashboard/{path}".rstrip("/"))
        for icon, name, path, needed in PLACES
        if role.covers(needed) and _has(words, name)
    ][: MOST if words else None]


def _nodes(session: Session, now: datetime, q: str) -> list[Hit]:
    """What is no query finds none: this is typed half when it is asked."""
    try:
        found = search.worst(session, now, q, None, MOST)
    except Invalid:
        return []
    return [Hit("nodes", node.node_id, node.os, f"/dashboard/nodes/{quote(node.node_id, safe='')}") for node in found]


def _findings(session: Session, q: str, words: list[str]) -> list[Hit]:
    """By their type, and by the id of one."""
    one = session.scalar(select(Finding).where(Finding.id == q))
    exact = [Hit("findings", title(one.type), one.node_id, f"/dashboard/findings/{one.id}")] if one else []
    types = [
        Hit("findings", name, type_, f"/dashboard/findings?type={quote(type_)}")
        for type_, name in TITLES.items()
        if _has(words, f"{name} {type_}")
    ]
    return exact + types[:MOST]


def _jobs(session: Session, q: str) -> list[Hit]:
    job = session.scalar(select(Job).where(Job.id == q))
    return [Hit("jobs", f"Job {job.id}", f"on {job.node_id}", f"/dashboard/jobs/{job.id}")] if job else []


def _presets(presets: Iterable[Preset], words: list[str]) -> list[Hit]:
    return [
        Hit("presets", preset.title, preset.id, f"/dashboard/presets/{preset.id}")
        for preset in presets
        if _has(words, f"{preset.title} {preset.id}")
    ][:MOST]


def _has(words: list[str], text: str) -> bool:
    return all(word in text.lower() for word in words)
