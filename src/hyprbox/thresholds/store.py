"""Thresholds: what people set for the nodes of a query, what counts on one node, and whether its agent looks by it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.db import wake
from hyprbox.errors import Conflict, Invalid, Missing, Refusal
from hyprbox.nodes import search
from hyprbox.nodes.query import words
from hyprbox.nodes.terms import Field, Is, Load, Not, Query, Reports, Seen, Worst
from hyprbox.thresholds.model import Rule, Told
from hyprwire import thresholds
from hyprwire.thresholds import OFF, THRESHOLDS, Settings, Taken

# What the agent of a given node says that it looks by is something else than before.
TELLS = """(given.taken IS NOT NULL AND NOT EXISTS (SELECT 1 FROM thresholds_taken t WHERE t.node_id = given.node_id
    AND t.digest = given.taken AND t.refused = given.refused AND CAST(t.own AS TEXT) = given.own))"""

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
MOST = 100
LONGEST = 300


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting, and which rule says so: none for what the agent does by itself. `own`: its host says otherwise."""

    name: str
    value: int | list[str]
    rule: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class OnNode:
    """`taken` is None while its agent has not said what it looks by."""

    settings: list[InForce]
    digest: str
    taken: Told | None

    @property
    def is_taken(self) -> bool:
        return self.taken is not None and self.taken.digest == self.digest and not self.taken.refused


def put(session: Session, now: datetime, actor: str, name: str, q: str, said: Mapping[str, Any]) -> Rule:
    """A new one, or another content for a known one."""
    settings = _checked(session, name, q, said)
    rule = session.get(Rule, name)
    if rule is not None and (rule.q, rule.settings) == (q, settings):
        return rule
    before = {"q": rule.q, "settings": rule.settings} if rule else None
    if rule is None:
        if (session.scalar(select(func.count()).select_from(Rule)) or 0) >= MOST:
            raise Conflict(f"there are {MOST} thresholds already, expected fewer: several settings fit into one")
        rule = Rule(name=name)
        session.add(rule)
    rule.q, rule.settings, rule.made_by, rule.made_at = q, settings, actor, now
    session.flush()
    audit.record(session, now, actor, "threshold.put", name, before=before, after={"q": q, "settings": settings})
    wake(session, "fleet", "nodes")
    return rule


def blinds(said: Mapping[str, Any]) -> bool:
    """Does it switch scanners off? Whoever may do that unseen may hide anything."""
    return bool(said.get(OFF))


def remove(session: Session, now: datetime, actor: str, name: str) -> None:
    if not session.scalars(delete(Rule).where(Rule.name == name).returning(Rule.name)).all():
        raise Missing(f"threshold {name} is not known")
    audit.record(session, now, actor, "threshold.remove", name)
    wake(session, "fleet", "nodes")


def every(session: Session) -> Sequence[Rule]:
    """The more special later, in the order in which they count: each says more than those before it."""
    rows = session.scalars(select(Rule).order_by(Rule.name.desc())).all()
    return sorted(rows, key=lambda rule: _speciality(session, rule))


def settings_of(session: Session, now: datetime, node_id: str) -> Settings:
    return {each.name: each.value for each in in_force(session, now, node_id)}


def in_force(session: Session, now: datetime, node_id: str) -> list[InForce]:
    """What people set for this node. A rule whose query can no longer be understood says nothing."""
    found: dict[str, InForce] = {}
    for rule in every(session):
        if _fits(session, now, rule, node_id):
            found |= {name: InForce(name, value, rule.name) for name, value in rule.settings.items()}
    return [found[name] for name in (*THRESHOLDS, OFF) if name in found]


def on_node(session: Session, now: datetime, node_id: str) -> OnNode:
    """With what the agent does where nobody has set anything."""
    chosen = {each.name: each for each in in_force(session, now, node_id)}
    digest = thresholds.digest({name: each.value for name, each in chosen.items()})
    taken = session.get(Told, node_id)
    own = taken.own if taken else []
    usual: dict[str, int | list[str]] = {name: kind.default for name, kind in THRESHOLDS.items()}
    rows = [chosen.get(name) or InForce(name, value, "") for name, value in {**usual, OFF: []}.items()]
    return OnNode([InForce(row.name, row.value, row.rule, row.name in own) for row in rows], digest, taken)


def told(session: Session, now: datetime, node_id: str, said: Taken | None) -> None:
    """What a scan looked by. Written down when it is something else than before."""
    if said is None:
        return
    digest, own, refused = _kept(said)
    row = session.get(Told, node_id)
    if row is None:
        row = Told(node_id=node_id, digest="")
        session.add(row)
    elif (row.digest, row.own, row.refused) == (digest, own, refused):
        return
    row.digest, row.own, row.refused, row.at = digest, own, refused, now
    wake(session, "fleet", "nodes")


def as_kept(said: Taken) -> tuple[str, str, str]:
    """Its digest, the names as the database has them, what was refused."""
    digest, own, refused = _kept(said)
    return digest, json.dumps(own), refused


def _kept(said: Taken) -> tuple[str, list[str], str]:
    own = [name for name in said.own[: len(THRESHOLDS) + 1] if name in THRESHOLDS or name == OFF]
    return said.digest[:64], own, said.refused[:LONGEST]


def _checked(session: Session, name: str, q: str, said: Mapping[str, Any]) -> Settings:
    if not NAME.fullmatch(name):
        raise Invalid(f"name is {name[:80]!a}, expected lower-case letters, digits and . _ -")
    if not q.strip():
        raise Invalid("q is empty, expected a query; node=* is every node")
    if not said:
        raise Invalid(f"settings is empty, expected some of {', '.join([*THRESHOLDS, OFF])}")
    _check_lasting(search.understood(session, q), q)
    try:
        return thresholds.check(said)
    except ValueError as error:
        raise Invalid(f"settings: {error}") from None


def _check_lasting(query: Query, q: str) -> None:
    """What is found on a node must not decide what is found on it."""
    for term in query.terms:
        plain = term.term if isinstance(term, Not) else term
        if isinstance(plain, Is | Load | Reports | Seen | Worst):
            at = next((place for word, place in words(q) if word == str(term)), 0)
            raise Invalid(f"{term} in the query changes by the minute, expected what a node is", term=str(term), at=at)


def _fits(session: Session, now: datetime, rule: Rule, node_id: str) -> bool:
    try:
        return search.fits(session, now, rule.q, node_id)
    except Refusal:
        return False


def _speciality(session: Session, rule: Rule) -> tuple[bool, int]:
    """A node by its name is the most special, then the more terms the more; of two alike the first name counts."""
    try:
        terms = list(_saying(search.understood(session, rule.q)))
    except Refusal:
        return (False, 0)
    return any(isinstance(term, Field) and term.name == "node" and "*" not in str(term) for term in terms), len(terms)


def _saying(query: Query) -> Iterator[object]:
    """node=* says nothing of a node."""
    return (term for term in query.terms if str(term) != "node=*")
