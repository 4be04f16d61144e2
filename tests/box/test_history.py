"""Samples become hours and days, and what is old goes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from hyprbox import box as boxes
from hyprbox import config, keep
from hyprbox.audit import store as audit
from hyprbox.audit import witness
from hyprbox.audit.model import Entry
from hyprbox.facts import store as facts
from hyprbox.jobs import handing, output
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats, partitions, samples
from hyprbox.nodes.model import Rollup, Sample
from hyprbox.tokens.badge import Badge
from tests.cast import BEAT, NOON, minutes

EU_1 = Badge("t", "eu-1")


def beat_every_ten_minutes(session, start, hours, **changed):
    batch = []
    for n in range(hours * 6):
        said = replace(BEAT, cpu_percent=n % 6 * 10, **changed)
        batch.append(beats.Beat(said, start + minutes(10 * n)))
    beats.record(session, batch)


@pytest.fixture
def box(database_url):
    """A started box whose clock stands at NOON."""
    settings = config.read({"HYPRBOX_DATABASE_URL": database_url.replace("+psycopg", "")})
    box = boxes.build(settings)
    yield box
    box.db.close()


def run(box, story):
    async def main():
        box.db.start(lambda topics, found: None)
        try:
            return await story()
        finally:
            await box.db.stop()

    return asyncio.run(main())


def test_an_hour_is_an_average_and_a_maximum(box):
    with box.db.session() as session:
        beat_every_ten_minutes(session, NOON - minutes(60), 1)
    run(box, lambda: keep.roll_up(box, NOON + minutes(5)))

    with box.db.session() as session:
        (hour,) = session.scalars(select(Rollup)).all()
    assert (hour.ts, hour.cpu, hour.cpu_max, hour.ram) == (int((NOON - minutes(60)).timestamp()), 250, 500, 410)


def test_what_was_missed_is_rolled_up_later_and_the_day_with_it(box):
    midnight = NOON.replace(hour=0)
    with box.db.session() as session:
        beat_every_ten_minutes(session, midnight - timedelta(days=1), 24)
        facts.put(session, facts.ROLLED_UP, int((midnight - timedelta(days=1)).timestamp()))
    run(box, lambda: keep.roll_up(box, midnight + minutes(90)))

    with box.db.session() as session:
        steps = dict(session.execute(select(Rollup.step, func.count()).group_by(Rollup.step)).all())
        assert steps == {3600: 24, 86400: 1}
        assert facts.value(session, facts.ROLLED_UP) == int((midnight + minutes(60)).timestamp())


def test_a_long_series_joins_what_was_rolled_up_with_what_is_new(box):
    with box.db.session() as session:
        beat_every_ten_minutes(session, NOON - minutes(180), 3)
    run(box, lambda: keep.roll_up(box, NOON - minutes(55)))
    with box.db.session() as session:
        session.query(Sample).filter(Sample.ts < int((NOON - minutes(120)).timestamp())).delete()
    with box.db.session() as session:
        points = samples.series(session, "eu-1", NOON - minutes(240), NOON, 3600)
    assert [point.ts for point in points] == [int((NOON - minutes(m)).timestamp()) for m in (120, 60)]


def test_old_samples_go_and_recent_ones_stay(box):
    with box.db.session() as session:
        partitions.make_ahead(session, NOON - timedelta(days=4))
        partitions.make_ahead(session, NOON)
        beat_every_ten_minutes(session, NOON - timedelta(days=4), 1)
        beat_every_ten_minutes(session, NOON, 1)
    run(box, lambda: keep.drop_old(box, NOON + minutes(60)))
    with box.db.session() as session:
        assert session.scalar(select(func.count()).select_from(Sample)) == 6
        assert session.scalar(select(func.min(Sample.ts))) == int(NOON.timestamp())


def test_old_jobs_and_audit_entries_go_and_the_chain_still_holds(box):
    long_ago = NOON - timedelta(days=2000)
    with box.db.session() as session:
        beats.record(session, [beats.Beat(BEAT, NOON)])
        old = jobs.queue(session, long_ago, "ada", Order(node_id="eu-1", script="true"))
        jobs.cancel(session, long_ago, "ada", old.id)
        new = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="true"))
        assert handing.claim(session, EU_1, "eu-1", NOON).id == new.id
        output.append(session, EU_1, new.id, output.Output(output="x"), NOON)
    run(box, lambda: keep.drop_old(box, NOON))
    with box.db.session() as session:
        assert [job.id for job in jobs.page(session, None, None, None, 10)] == [new.id]
        assert jobs.get(session, new.id).output_bytes == 1
        assert [entry.actor for entry in audit.page(session, None, 10)] == ["ada"]
        assert audit.first_broken(session) is None


def test_only_one_process_keeps_the_history(session):
    assert facts.take_lease(session, facts.KEEPER, NOON, keep.LEASE)
    assert not facts.take_lease(session, facts.KEEPER, NOON + minutes(9), keep.LEASE)
    assert facts.take_lease(session, facts.KEEPER, NOON + minutes(11), keep.LEASE)


def test_a_changed_audit_entry_is_found(session):
    for n in range(3):
        audit.record(session, NOON, "ada", "test", str(n))
    assert audit.first_broken(session) is None
    audit.page(session, None, 3)[1].target = "9"
    session.flush()
    assert audit.first_broken(session) == 2


def note(session, folder):
    witness.note(folder, witness.missed(session, folder), witness.head(session))


@pytest.mark.parametrize("cut", ["the end", "all written anew"])
def test_who_cuts_the_audit_log_is_found_out_by_a_file_outside_of_it(session, tmp_path, cut):
    for n in range(3):
        audit.record(session, NOON, "ada", "test", str(n))
    note(session, tmp_path)
    assert oct((tmp_path / witness.NAME).stat().st_mode)[-3:] == "600"

    session.execute(delete(Entry).where(Entry.seq > (2 if cut == "the end" else 0)))
    for _ in range(0 if cut == "the end" else 4):
        audit.record(session, NOON, "ada", "test", "forged")
    note(session, tmp_path)

    assert audit.first_broken(session) is None
    assert witness.missed(session, tmp_path) == 3


def test_the_audit_log_goes_on_and_so_does_its_witness(session, tmp_path):
    for n in range(3):
        audit.record(session, NOON, "ada", "test", str(n))
        note(session, tmp_path)
        assert witness.missed(session, tmp_path) is None
    audit.drop_old(session, NOON + minutes(1), 100)
    assert witness.missed(session, tmp_path) is None
    witness.forget(tmp_path)
    assert witness.read(tmp_path) is None
