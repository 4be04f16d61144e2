"""Who is asking. Agents show node tokens, scripts API keys, browsers a session cookie.

What the database said is kept until it says that it has changed. Each process asks twice a second what to forget; when
that has not succeeded for a second, nobody is let in before it has: a revoked token must not live on in a cache.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from hyprbox import secret
from hyprbox.clock import Clock
from hyprbox.db import Database
from hyprbox.errors import Forbidden, TooMany, Unauthenticated, Unavailable, Unconfirmed, note
from hyprbox.facts import store as facts
from hyprbox.pace import Pace
from hyprbox.people import doors, keys
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens
from hyprbox.tokens.badge import ANYBODY, Badge

T = TypeVar("T")

REFRESH_SECONDS = 0.5
STALE_SECONDS = 1.0
CACHED = 200_000

# A node beats once a minute, polls twice, and sends what a job prints in pieces of 64 KiB and more.
OF_A_TOKEN = 500, 2000  # requests a second with a pinned one, and how many at once
OF_A_NODE = 50, 250  # heartbeats, polls and reports a second with a fleet-wide one


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or the script of one; `person_id` and what follows only for a person in a browser's session.

    `owner`: the person behind it, if it is known who that is.
    """

    name: str
    role: Role
    person_id: str | None = None
    csrf: str | None = None
    session: str | None = None
    confirmed_at: datetime | None = None
    owner: str | None = None

    def may(self, needed: Role) -> bool:
        return self.role.covers(needed)


class Gate:
    def __init__(self, db: Database, clock: Clock, require_node_token: bool) -> None:
        self._db, self._clock, self._require = db, clock, require_node_token
        self._revision, self._unconfirmed = -1, False
        self._badges: dict[str, Badge] = {}
        self._fleet: dict[str, bool] = {}
        self._callers: dict[str, Caller] = {}
        self.used: dict[str, datetime] = {}  # since that was last written down, and when first
        self._catching_up: asyncio.Task[None] | None = None
        self._of_a_token, self._of_a_node = Pace(*OF_A_TOKEN), Pace(*OF_A_NODE)

    async def keep_fresh(self) -> None:
        """Runs for as long as the server does."""
        while True:
            try:
                await self.refresh()
            except Exception as error:
                note(error, "reading what has changed of the credentials")
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        changes = await self._db.read_first(facts.changes_since, self._revision)
        self._clock.adopt(changes.now)
        if not changes.whole:
            for cache in (self._badges, self._fleet, self._callers):
                cache.clear()
        for what in changes.forget:
            self._fleet.pop(what, None)
            self._badges.pop(what, None)
            self._callers.pop(what, None)
        self._revision, self._unconfirmed = changes.revision, changes.unconfirmed

    async def admit_node(self, authorization: str | None, node_id: str) -> Badge:
        """Unauthenticated or Forbidden unless this token may speak for this node."""
        badge = await self.badge(authorization)
        if badge.node_id is not None:
            if badge.node_id != node_id:
                raise Forbidden(f"the token is pinned to node {badge.node_id}, this request is of {node_id}")
            return badge
        if not self._of_a_node.allows(node_id):
            raise TooMany(f"node {node_id} asks more than {OF_A_NODE[0]} times a second")
        if not (self._fleet.get(node_id) or await self._admits_fleet(node_id)):
            raise Forbidden(f"node {node_id} was deleted or has a token of its own, a fleet-wide one does not count")
        return badge

    async def badge(self, authorization: str | None) -> Badge:
        """Whose token it is; which node it may speak for is another question."""
        if self._clock.age() > STALE_SECONDS:
            await self._catch_up()
        self._check_confirmed()
        text = _bearer(authorization)
        if text is None:
            if self._require:
                raise Unauthenticated("the node token is missing, expected 'Authorization: Bearer hbnt_…'")
            return ANYBODY
        digest = secret.digest(text)
        badge = self._badges.get(digest) or await self._find_badge(text, digest)
        if badge.expires_at and badge.expires_at <= self._clock.now():
            raise Unauthenticated("the node token has expired, mint a new one under Settings")
        if badge.token_id:
            if badge.token_id not in self.used:
                self.used[badge.token_id] = self._clock.now()
            if badge.node_id is not None and not self._of_a_token.allows(badge.token_id):
                raise TooMany(f"the token of node {badge.node_id} asks more than {OF_A_TOKEN[0]} times a second")
        return badge

    async def caller(self, authorization: str | None, cookie: str | None) -> Caller | None:
        """Of an API key or a session; None when neither is shown or the session has ended."""
        if self._clock.age() > STALE_SECONDS:
            await self._catch_up()
        text = _bearer(authorization)
        if text is not None or cookie is not None:
            self._check_confirmed()
        if text is not None:
            digest = secret.digest(text)
            return self._callers.get(digest) or await self._find_key(text, digest)
        if cookie is None:
            return None
        return await self._db.read(_find_session, cookie, self._clock.now())

    async def _find_badge(self, text: str, digest: str) -> Badge:
        revision = self._revision
        found = await self._db.read_many(tokens.find, text)
        if found is None:  # never remembered, so that guessing fills no memory
            raise Unauthenticated("the token is unknown, revoked or expired")
        self._remember(revision, self._badges, digest, found)
        return found

    async def _find_key(self, text: str, digest: str) -> Caller:
        revision = self._revision
        found = await self._db.read(_find_key, text)
        if found is None:
            raise Unauthenticated("the key is unknown or revoked")
        self._remember(revision, self._callers, digest, found)
        return found

    async def _admits_fleet(self, node_id: str) -> bool:
        known = self._fleet.get(node_id)
        if known is None:
            revision = self._revision
            found = await self._db.read_many(self._admit_fleet, node_id)
            known = found is True
            self._remember(revision, self._fleet, node_id, known)
        return known

    def _admit_fleet(self, session: Session, node_ids: list[str]) -> dict[str, bool]:
        return tokens.admit_fleet(session, node_ids, self._clock.now())

    def _remember(self, revision: int, cache: dict[str, T], key: str, value: T) -> None:
        """Unless something was changed while it was read, or the cache is full."""
        if revision == self._revision and len(cache) < CACHED:
            cache[key] = value

    def _check_confirmed(self) -> None:
        """In a database from yesterday a token may be live that was revoked since. Agents come again."""
        if self._unconfirmed:
            raise Unconfirmed("the database was restored, credentials wait for `hyprbox db confirm` on the server")

    async def _catch_up(self) -> None:
        """This process was busy, or the database away: what has changed is read now, once for all who ask."""
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self.refresh())
            self._catching_up.add_done_callback(_seen)
        await asyncio.wait([self._catching_up], timeout=STALE_SECONDS)
        if self._clock.age() > STALE_SECONDS:
            raise Unavailable("the database has not answered for a second, credentials cannot be checked")


def _seen(task: asyncio.Task[None]) -> None:
    """A failure is told by the loop that refreshes, once."""
    if not task.cancelled():
        task.exception()


def _bearer(authorization: str | None) -> str | None:
    """Unauthenticated for another scheme: a wrong credential is never taken for none."""
    if authorization is None:
        return None
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated(f"the scheme is {scheme!a}, expected 'Authorization: Bearer …'")
    return text.strip()


def _find_key(session: Session, text: str) -> Caller | None:
    found = keys.find(session, text) if text.startswith(keys.KIND) else None
    if found is None:
        return None
    key, role = found
    return Caller(name=f"key {key.name}", role=role, owner=key.person_id)


def _find_session(session: Session, cookie: str, now: datetime) -> Caller | None:
    found = doors.of_session(session, cookie, now)
    if found is None:
        return None
    opened, person = found
    shown = opened.csrf, opened.digest, opened.confirmed_at
    return Caller(person.name, Role(person.role), person.id, *shown, owner=person.id)
