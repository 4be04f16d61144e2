"""What agents and people of the story can do, each through the stores and at its time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.demo.acts import Act
from hyprbox.demo.fleet import Server
from hyprbox.demo.node import Name, Node, Running, scanner_of
from hyprbox.demo.timeline import Timeline
from hyprbox.findings import reports
from hyprbox.findings.model import Finding as Row
from hyprbox.jobs import ending, handing, output
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.presets import store as presets
from hyprbox.presets.catalogue import Preset
from hyprbox.remediations import store as remediations
from hyprbox.tokens import store as tokens
from hyprbox.tokens.badge import Badge
from hyprwire import Finding

FETCHED_AFTER = timedelta(seconds=0.2)
ASKED_AGAIN_AFTER = timedelta(seconds=5)
SCANNED_AFTER = timedelta(seconds=1.1)


class Stage:
    def __init__(self, session: Session, timeline: Timeline, catalogue: Mapping[str, Preset]) -> None:
        self._session, self._timeline, self._catalogue = session, timeline, catalogue
        self.nodes: dict[str, Node] = {}

    def enrol(self, now: datetime, actor: str, server: Server) -> None:
        """With a token of its own and a first heartbeat."""
        token, text = tokens.mint(self._session, now, actor, server.node_id, server.node_id)
        self.nodes[server.node_id] = Node(text, Badge(token.id, server.node_id))
        self.beat(now, [server])

    def beat(self, now: datetime, servers: Iterable[Server]) -> None:
        beats.record(self._session, [beats.Beat(server.heartbeat(now), now) for server in servers])

    def see(self, now: datetime, node_id: str, trouble: Finding) -> None:
        """A known one is replaced."""
        self.nodes[node_id].see(trouble)
        self._scan(now, node_id, scanner_of(trouble.type))

    def run(self, now: datetime, actor: str, node_id: str, script: str, act: Act, seconds: int = 1800) -> Job:
        order = Order(node_id=node_id, script=script, timeout_seconds=seconds)
        job = jobs.queue(self._session, now, actor, order)
        self._fetch(now, job, act, ())
        return job

    def fix(self, now: datetime, actor: str, node_id: str, trouble: Name, act: Act) -> None:
        """By the preset that answers it."""
        job = presets.fix(self._session, now, actor, self._catalogue, self.row(node_id, *trouble).id, None, {})
        self._fetch(now, job, act, [trouble] if act.cures else [])

    def row(self, node_id: str, type: str, key: str) -> Row:
        named = Row.node_id == node_id, Row.type == type, Row.key == key
        return self._session.scalars(select(Row).where(*named)).one()

    def _fetch(self, now: datetime, job: Job, act: Act, cures: Sequence[Name]) -> None:
        self._timeline.at(now + FETCHED_AFTER, partial(self._begin, job, act, cures))

    def _begin(self, job: Job, act: Act, cures: Sequence[Name], now: datetime) -> None:
        node = self.nodes[job.node_id]
        if node.running:  # one at a time: what comes meanwhile waits
            self._timeline.at(now + ASKED_AGAIN_AFTER, partial(self._begin, job, act, cures))
            return
        running = node.begin(job.id, act, job.rescan, cures, now)
        handing.accept(self._session, node.badge, job.id, running.run_id, now)
        output.append(self._session, node.badge, job.id, running.first_words(), now)
        self._timeline.at(now + act.took, partial(self._end, job.node_id, running))

    def _end(self, node_id: str, running: Running, now: datetime) -> None:
        node = self.nodes[node_id]
        node.running = None
        ending.complete(self._session, node.badge, running.job_id, running.end(now), now)
        remediations.settle(self._session, now, node_id)
        if running.act.exit_code == 0:
            self._timeline.at(now + SCANNED_AFTER, partial(self._look_again, node_id, running))

    def _look_again(self, node_id: str, running: Running, now: datetime) -> None:
        self.nodes[node_id].recover(running)
        for scanner in running.rescan:
            self._scan(now, node_id, scanner, running.job_id)

    def _scan(self, now: datetime, node_id: str, scanner: str, job_id: str | None = None) -> None:
        report = self.nodes[node_id].scan(node_id, scanner, job_id, now)
        reports.record(self._session, report, now, ending.proved_by(self._session, node_id, job_id, now.isoformat()))
        remediations.settle(self._session, now, node_id, asdict(report.scan) if report.scan else None)
