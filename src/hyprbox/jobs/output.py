"""A job's output: appended exactly at the length that is known, so that every byte arrives exactly once."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from hyprbox.errors import Conflict, Gone
from hyprbox.jobs import store
from hyprbox.jobs.handing import of_badge
from hyprbox.jobs.model import Job, Piece, State
from hyprbox.jobs.news import READ_AT_ONCE
from hyprbox.nodes import contact
from hyprbox.tokens.badge import Badge
from hyprwire import Output, OutputAck

NOTED_EVERY = timedelta(seconds=2)  # that its node is there: it is looked at by the minute
COMPACT_SIZE = 1024 * 1024
_ADDED = insert(cast(Table, Piece.__table__))


def append(session: Session, badge: Badge, job_id: str, said: Output, now: datetime) -> OutputAck:
    """Conflict with expectedOffset for a gap. A repeat changes nothing, an overlap adds what is new of it."""
    job = of_badge(session, badge, job_id)
    if not job.has_ended or job.state == State.LOST:
        heard(session, job, said.runId, now)
        store.tell(session, job, receive(session, job, said.output, said.offset, said.leftOut))
    elif job.state in (State.CANCELLED, State.EXPIRED) and job.claimed_at is None:
        raise Gone(f"job {job_id} is {job.state}")
    return OutputAck(nextOffset=job.received_bytes, cancel=_is_to_stop(job))


def ping(session: Session, badge: Badge, job_id: str, run_id: str | None, now: datetime) -> OutputAck:
    job = of_badge(session, badge, job_id)
    if not job.has_ended or job.state == State.LOST:
        heard(session, job, run_id, now)
    return OutputAck(nextOffset=job.received_bytes, cancel=_is_to_stop(job))


def heard(session: Session, job: Job, run_id: str | None, now: datetime) -> None:
    """A sign of life renews the lease, and brings back a job that we gave up as lost.

    Not one of which its own agent said so: a ping that was held meanwhile is no sign of life.
    """
    if job.state == State.QUEUED:
        raise Conflict(f"job {job.id} is QUEUED, expected it to be accepted first")
    if job.run_id != run_id:
        raise Conflict(f"job {job.id} was taken by another run")
    if run_id is not None and (job.last_contact is None or now - job.last_contact >= NOTED_EVERY):
        contact.note(session, {job.node_id: now})
    job.last_contact = now
    if job.state == State.LOST and job.reason is None:
        job.state, job.error_msg, job.finished_at = State.RUNNING, None, None
        store.tell(session, job)


def receive(session: Session, job: Job, text: str, offset: int | None, left_out: int = 0) -> bytes:
    """What is kept of it."""
    note, data = b"", text.encode("utf-8", "replace")
    at = job.received_bytes
    if offset is not None:
        if offset > at and not left_out:
            raise Conflict(f"offset is {offset}, expected at most {at}", expectedOffset=at)
        if offset > at:
            left_out_note = f"\n[{offset - at} bytes were left out: the node does not have them any more]\n"
            note = _keep(session, job, left_out_note.encode())
            job.received_bytes = at = offset
        data = data[at - offset :]
    job.received_bytes += len(data)
    return note + _keep(session, job, data)


def read(session: Session, job: Job, offset: int, limit: int = READ_AT_ONCE) -> bytes:
    """At most `limit` bytes from `offset` on; empty at the end of what is there."""
    if offset >= job.output_bytes:
        return b""
    found = b"".join(_pieces_from(session, job, offset, limit))
    return found[:limit]


def compact(session: Session, at_once: int = 20) -> int:
    """What is over is kept in few compressed pieces instead of many small ones."""
    over = select(Job).where(Job.compacted.is_(False), Job.state.not_in([State.QUEUED, State.RUNNING, State.LOST]))
    jobs = session.scalars(over.limit(at_once)).all()
    for job in jobs:
        starts = range(0, job.output_bytes, COMPACT_SIZE)
        packed = [zlib.compress(read(session, job, start, COMPACT_SIZE)) for start in starts]  # never whole in memory
        session.execute(delete(Piece).where(*_of(job)))
        for start, data in zip(starts, packed, strict=True):
            _add(session, job, start, data, compressed=True)
        job.compacted = True
    return len(jobs)


def _keep(session: Session, job: Job, data: bytes) -> bytes:
    """Up to the job's limit, which a note then marks; what comes after it only counts as received."""
    room = job.max_output_bytes - job.output_bytes
    if room <= 0 or not data:
        return b""
    if len(data) > room:
        note = f"\n[output is longer than the limit of {job.max_output_bytes} bytes; the rest was not kept]\n".encode()
        data = data[: max(room - len(note), 0)] + note[:room]
    at, job.output_bytes = job.output_bytes, job.output_bytes + len(data)
    _add(session, job, at, data)
    return data


def _add(session: Session, job: Job, offset: int, data: bytes, compressed: bool = False) -> None:
    of, where = {"node_id": job.node_id, "job_id": job.id}, {"offset": offset, "data": data, "compressed": compressed}
    session.execute(_ADDED, of | where)


def _pieces_from(session: Session, job: Job, offset: int, limit: int) -> Iterator[bytes]:
    first = select(func.max(Piece.offset)).where(*_of(job), Piece.offset <= offset).scalar_subquery()
    pieces = select(Piece).where(*_of(job), Piece.offset >= first, Piece.offset < offset + limit)
    for piece in session.scalars(pieces.order_by(Piece.offset)):
        data = zlib.decompress(piece.data) if piece.compressed else piece.data
        yield data[max(offset - piece.offset, 0) :]


def _of(job: Job) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Piece.node_id == job.node_id, Piece.job_id == job.id


def _is_to_stop(job: Job) -> bool:
    return job.cancel_asked_at is not None and not job.has_ended
