"""Why a queued job has not started."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hyprbox.jobs.model import Job, State
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import State as NodeState
from hyprbox.nodes.model import Status
from hyprbox.words import count, relative


def why(session: Session, job: Job, now: datetime) -> str:
    """A sentence for a person."""
    state = session.get_one(NodeState, job.node_id)
    if nodes.is_contested(session, job.node_id, now):
        return f"Two machines use the node id {job.node_id} in turns; neither gets a job until that is settled."
    if state.status == Status.OFFLINE:
        return (
            f"{job.node_id} is offline, last heard {relative(state.last_seen, now)}; it starts when the node is back."
        )
    running = session.scalar(select(Job.id).where(Job.node_id == job.node_id, Job.state == State.RUNNING).limit(1))
    ahead = select(func.count()).where(Job.node_id == job.node_id, Job.state == State.QUEUED, Job.id < job.id)
    before = session.scalar(ahead) or 0
    if running is not None:
        return f"Another job is running on {job.node_id}." + (_and_ahead(before) if before else "")
    if before:
        return f"{count(before, 'job')} on {job.node_id} {'was' if before == 1 else 'were'} queued earlier."
    return f"{job.node_id} is online and has not fetched it yet."


def _and_ahead(before: int) -> str:
    return f" {count(before, 'more job')} {'was' if before == 1 else 'were'} queued earlier."
