"""What runs by the clock: silent nodes, lost jobs, findings nobody sees any more. Safe to run in every process.

The guard: time in which no sweep could have heard a node is not counted. After an outage of this server, of its
database, or a step of the clock, everybody gets the whole patience again.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.clock import from_ms, to_ms
from hyprbox.config import Config
from hyprbox.errors import note
from hyprbox.facts import store as facts
from hyprbox.findings import own, stale
from hyprbox.findings import store as findings
from hyprbox.jobs import ending, output
from hyprbox.jobs import store as jobs
from hyprbox.nodes import contact
from hyprbox.nodes import store as nodes
from hyprbox.remediations import store as remediations
from hyprbox.tokens import store as tokens
from hyprwire import __version__

T = TypeVar("T")

LONGEST_GAP = timedelta(minutes=2)
LARGEST_STEP = 30.0
LOOK_AGAIN_SECONDS = 5
LISTEN_SECONDS = 10
PRESETS_SECONDS = 1
NOTED_AT_ONCE = 1000
CHANGES_KEPT = timedelta(hours=1)
TOKEN_ENDS_SOON = timedelta(days=14)


async def forever(box: Box) -> None:
    """Every HYPRBOX_SWEEP_INTERVAL; a failed sweep is logged and the next one tried."""
    step = Step()
    while True:
        try:
            with box.db.meter.timed("sweep"):
                await box.db.write(sweep, box.clock.now(), box.config, step.happened())
            while await box.db.write(findings.end_holds, box.clock.now()):
                pass
            for used in _portions(_taken(box.gate.used)):
                await box.db.write(tokens.note_use, used)
        except Exception as error:
            note(error, "the sweep")
        await asyncio.sleep(box.config.sweep_interval.total_seconds())


async def listen(box: Box) -> None:
    """Who holds polls and is not heard for a minute is shown as such, long before it is OFFLINE."""
    while True:
        await asyncio.sleep(LISTEN_SECONDS)
        try:
            for heard in _portions(_taken(box.heard)):
                await box.db.write(contact.note, heard)
            await box.db.write(_mark_silent, box.clock.now())
        except Exception as error:
            note(error, "writing down who was heard")


def _mark_silent(session: Session, now: datetime) -> None:
    contact.mark_silent(session, now, from_ms(facts.value(session, facts.SWEEPING_SINCE)))


async def look_again(box: Box) -> None:
    """Should a wake-up be lost, queued jobs are found all the same."""
    while True:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        try:
            box.wake.publish(("node", node_id) for node_id in await box.db.read(jobs.queued_nodes))
        except Exception as error:
            note(error, "looking for queued jobs")


def sweep(session: Session, now: datetime, config: Config, clock_stepped: bool = False) -> None:
    if not _alone(session):
        return
    since = sweeping_since(session, now, longest_gap(config), clock_stepped)
    nodes.mark_silent(session, now, since, config.offline_after)
    jobs.expire(session, now)
    ending.mark_lost(session, now, since)
    ending.give_up_unproven(session, now, since)
    findings.end_holds(session, now)
    for node_id in remediations.unsettled_nodes(session):
        remediations.settle(session, now, node_id)
    stale.resolve_stale(session, now, since, config.finding_stale_after)
    own.note_duplicates(session, now, nodes.contested(session, now))
    own.note_broken_journals(session, now, nodes.with_broken_journal(session, now))
    own.note_outdated(session, now, nodes.older_than(session, __version__), __version__)
    own.note_expiring(session, now, _of_known_nodes(session, tokens.expiring(session, now, now + TOKEN_ENDS_SOON)))
    output.compact(session)
    facts.drop_old_changes(session, now - CHANGES_KEPT)


def _of_known_nodes(session: Session, by_node: dict[str, datetime]) -> dict[str, datetime]:
    """A token may be made for a node that has not called yet."""
    return {node_id: at for node_id, at in by_node.items() if nodes.exists(session, node_id)}


def _alone(session: Session) -> bool:
    """One process sweeps at a time; where another one is at it, its work is ours."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(7298346003)")))


def longest_gap(config: Config) -> timedelta:
    """Between two sweeps. A longer one could, with what agents wait after a failure, make a node look silent."""
    return min(LONGEST_GAP, max(config.offline_after / 4, config.sweep_interval * 1.5))


def sweeping_since(session: Session, now: datetime, longest: timedelta, clock_stepped: bool) -> datetime:
    """From when on silence means something. Of two processes one may have looked at the clock, and then had to wait."""
    last, since = (from_ms(facts.value(session, name)) for name in (facts.LAST_SWEEP, facts.SWEEPING_SINCE))
    if clock_stepped or not last - timedelta(seconds=LARGEST_STEP) <= now <= last + longest:
        last, since = now, now
        facts.put(session, facts.SWEEPING_SINCE, to_ms(now))
    facts.put(session, facts.LAST_SWEEP, to_ms(max(last, now)))
    return since


class Step:
    """Notices when wall and monotonic time part: somebody has set the clock, or the machine slept."""

    def __init__(self) -> None:
        self._distance = time.time() - time.monotonic()

    def happened(self) -> bool:
        before, self._distance = self._distance, time.time() - time.monotonic()
        return abs(self._distance - before) > LARGEST_STEP


def _taken(used: dict[str, T]) -> dict[str, T]:
    taken = dict(used)
    used.clear()
    return taken


def _portions(noted: dict[str, T]) -> Iterator[dict[str, T]]:
    """Heartbeats are written in between."""
    rest = iter(noted.items())
    while portion := dict(islice(rest, NOTED_AT_ONCE)):
        yield portion


async def keep_presets(box: Box) -> None:
    """What another process has put is known here a second later."""
    while True:
        await asyncio.sleep(PRESETS_SECONDS)
        try:
            await box.db.read(box.presets.refresh)
        except Exception as error:
            note(error, "looking for presets")
