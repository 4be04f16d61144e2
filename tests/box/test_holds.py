"""Very many acknowledged and snoozed findings whose time is over at once: heartbeats do not wait behind all of them."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from hyprbox import config
from hyprbox import sweep as sweeping
from hyprbox.db import Database
from hyprbox.findings import reports
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding
from hyprbox.nodes import beats
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import BEAT, NOON, minutes

CONFIG = config.read({})


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(findings, "AT_ONCE", 2)


def snooze_five(session):
    for node_id in ("eu-1", "eu-2", "eu-3", "eu-4", "eu-5"):
        beats.record(session, [beats.Beat(replace(BEAT, node_id=node_id), NOON)])
        seen = Seen(type="disk.full", key="/", severity=Severity.WARN, message="95 %")
        block = Scan(id=f"s-{node_id}", seq=1, scanners=[ScannerRun(name="disk", types=["disk.full"])])
        reports.record(session, FindingReport(nodeId=node_id, findings=[seen], scan=block), NOON)
    for finding_id in session.scalars(select(Finding.id)).all():
        findings.snooze(session, NOON, "ada", finding_id, "later", NOON + minutes(5))


def still_snoozed(session):
    session.flush()
    return session.scalar(select(func.count()).where(Finding.state == "SNOOZED"))


def test_of_many_whose_rest_is_over_some_come_back_at_a_time(session, few):
    snooze_five(session)
    ended = [(findings.end_holds(session, NOON + minutes(6)), still_snoozed(session)) for _ in range(4)]
    assert ended == [(2, 3), (2, 1), (1, 0), (0, 0)]


def test_one_sweep_brings_back_all_of_them_in_writes_of_their_own(database_url, few):
    async def story():
        db = Database(database_url)
        db.start(lambda topics, found: None)
        await db.write(snooze_five)
        clock = SimpleNamespace(now=lambda: NOON + minutes(6))
        gate = SimpleNamespace(used={})
        sweeper = asyncio.create_task(
            sweeping.forever(
                SimpleNamespace(db=db, clock=clock, config=replace(CONFIG, sweep_interval=minutes(60)), gate=gate)
            )
        )
        try:
            async with asyncio.timeout(30):
                while await db.read(still_snoozed):
                    await asyncio.sleep(0.01)
        finally:
            sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await sweeper
            await db.stop()

    asyncio.run(story())
