"""Nodes come ONLINE when they speak and go OFFLINE when they fall silent."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hyprbox.errors import Conflict, Missing
from hyprbox.nodes import beats, samples, search, store
from hyprbox.nodes.model import Change, Sample
from hyprbox.rows import Rows
from hyprbox.tokens import store as tokens
from tests.cast import BEAT, NOON, minutes

LONG_AGO = NOON - minutes(600)
SILENCE = minutes(10)


def beat(session, now=NOON, **changed):
    beats.record(session, [beats.Beat(replace(BEAT, **changed), now)])
    session.expire_all()


def test_an_unknown_node_is_created(session):
    beat(session)

    node = store.get(session, "eu-1")
    assert (node.hostname, node.state.status, node.state.cpu) == ("web-3", "ONLINE", 31)
    assert node.first_seen == node.state.last_seen == NOON


@pytest.mark.parametrize("claimed", ["{{ lookup('pipe', 'id') }}", "10.0.0.1/admin?x=", "box.example", "1" * 99])
def test_what_is_no_address_is_none(session, claimed):
    beat(session, ip="10.0.0.5")
    beat(session, ip=claimed)
    assert store.get(session, "eu-1").ip == "10.0.0.5"


def test_a_silent_node_goes_offline_once(session):
    beat(session)

    assert store.mark_silent(session, NOON + minutes(9), LONG_AGO, SILENCE) == []
    assert store.mark_silent(session, NOON + minutes(11), LONG_AGO, SILENCE) == ["eu-1"]
    assert store.mark_silent(session, NOON + minutes(12), LONG_AGO, SILENCE) == []


def test_it_comes_back_with_its_next_heartbeat_and_both_are_noted(session):
    beat(session)
    store.mark_silent(session, NOON + minutes(11), LONG_AGO, SILENCE)
    beat(session, NOON + minutes(20))

    assert store.get(session, "eu-1").state.status == "ONLINE"
    assert [change.status for change in session.scalars(select(Change).order_by(Change.at))] == ["OFFLINE", "ONLINE"]


def test_time_in_which_nobody_listened_is_not_counted(session):
    beat(session)

    assert store.mark_silent(session, NOON + minutes(60), NOON + minutes(55), SILENCE) == []


def test_absent_inventory_keeps_what_is_known(session):
    beat(session, ip="10.0.0.5", kernel="6.1")
    beat(session, NOON + minutes(5), kernel="6.2", hostname="web-4")

    node = store.get(session, "eu-1")
    assert (node.ip, node.kernel, node.hostname) == ("10.0.0.5", "6.2", "web-4")


def test_the_last_beat_of_a_batch_wins_and_a_sample_is_kept_every_ten_seconds(session):
    batch = [beats.Beat(replace(BEAT, cpu_percent=n), NOON + timedelta(seconds=4 * n)) for n in range(6)]
    beats.record(session, batch)

    assert store.get(session, "eu-1").state.cpu == 50
    assert list(session.scalars(select(Sample.cpu).order_by(Sample.ts))) == [0, 30, 50]


def test_each_beat_of_a_batch_leaves_its_sample_in_its_slot_and_a_deleted_nodes_none(session):
    names = ("eu-1", "eu-2", "stray")
    batch = [beats.Beat(replace(BEAT, node_id=name, cpu_percent=10), NOON) for name in names]
    beats.record(session, batch)
    store.delete_node(session, NOON, "ada", "stray")
    later = [beat._replace(now=NOON + timedelta(seconds=9 + n)) for n, beat in enumerate(batch)]
    for _ in range(2):  # the second time in a slot is no sample
        beats.record(session, later)

    kept = session.execute(select(Sample.node_id, Sample.ts, Sample.cpu).where(Sample.node_id != "stray"))
    noon = int(NOON.timestamp())
    assert set(kept) == {("eu-1", noon, 100), ("eu-2", noon, 100), ("eu-2", noon + 10, 100)}
    assert not store.exists(session, "stray")


def test_a_few_beats_do_not_go_through_all_nodes(session):
    everybody = [beats.Beat(replace(BEAT, node_id=f"eu-{n}"), NOON) for n in range(3000)]
    beats.record(session, everybody)
    connection, said = session.connection(), []
    connection.exec_driver_sql("ANALYZE")

    def hear(_, __, statement, given, *___):
        said.append((statement, given))

    event.listen(connection, "before_cursor_execute", hear)
    beats.record(session, everybody[:100])
    event.remove(connection, "before_cursor_execute", hear)

    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[connection.dialect.name]
    steps = [str(row) for each, given in said for row in connection.exec_driver_sql(f"{explain} {each}", given)]
    assert len(steps) > len(said) > 0
    assert [step for step in steps if re.search(r"(SCAN|Seq Scan on) (node_state|s)\b", step)] == []


def test_a_beat_that_says_nothing_new_touches_the_narrow_row_alone(session):
    beat(session)
    same = beats.Beat(BEAT, NOON + minutes(5))
    other = beats.Beat(replace(BEAT, node_id="eu-2"), NOON)
    changed = beats.Beat(replace(BEAT, kernel="6.2"), NOON)

    def touched(*said):
        rows = Rows.of(session, beats.SHORT, [beats._short(beat) for beat in said])
        return rows.run(session, beats.SAME_AGAIN)

    assert (touched(same), touched(same, other), touched(changed)) == (1, 1, 0)


def test_two_machines_in_turns_are_noticed_and_a_reboot_is_not(session):
    for n, boot in enumerate(["a", "b", "b", "c"]):
        beat(session, NOON + minutes(n), boot_id=boot)
    assert not store.is_contested(session, "eu-1", NOON + minutes(4))

    for n, boot in enumerate(["d", "c", "d", "c"]):
        beat(session, NOON + minutes(5 + n), boot_id=boot)
    assert store.is_contested(session, "eu-1", NOON + minutes(9))
    assert not store.is_contested(session, "eu-1", NOON + minutes(60))


def test_a_deleted_node_stays_deleted_until_a_token_is_minted_for_it(session):
    beat(session)
    store.delete_node(session, NOON, "ada", "eu-1")
    beat(session)
    with pytest.raises(Missing):
        store.get(session, "eu-1")

    tokens.mint(session, NOON, "ada", "eu-1")
    beat(session)
    assert store.get(session, "eu-1").node_id == "eu-1"


def test_a_rename_keeps_the_history_and_the_token(session):
    beat(session)
    token, _ = tokens.mint(session, NOON, "ada", "eu-1")
    store.rename(session, NOON, "ada", "eu-1", "eu-9")
    session.expire_all()

    assert store.get(session, "eu-9").state.cpu == 31
    assert session.scalar(select(Sample.node_id)) == "eu-9"
    assert token.node_id == "eu-9"


def test_a_rename_takes_nobody_elses_name(session):
    beat(session)
    beat(session, node_id="eu-2")
    with pytest.raises(Conflict, match="exists already"):
        store.rename(session, NOON, "ada", "eu-1", "eu-2")


def test_some_labels_of_several_nodes_change_and_the_others_stay(session):
    for node_id, labels in (("eu-1", {"env": "test", "role": "web"}), ("eu-2", {"rack": "7"})):
        beat(session, node_id=node_id)
        store.label(session, NOON, "ada", node_id, labels)

    store.relabel(session, NOON, "ada", ["eu-1", "eu-2"], {"env": "prod"}, {"role", "no-such"})
    assert store.get(session, "eu-1").labels == {"env": "prod"}
    assert store.get(session, "eu-2").labels == {"rack": "7", "env": "prod"}
    with pytest.raises(Missing, match="stray"):
        store.relabel(session, NOON, "ada", ["eu-1", "stray"], {}, {"env"})


def test_search_finds_by_every_word_and_takes_no_wildcards(session):
    beat(session)
    beat(session, node_id="eu-2", hostname="db%1")

    assert [node.node_id for node in search.page(session, NOON, "WEB eu", None, None, 10)] == ["eu-1"]
    assert [node.node_id for node in search.page(session, NOON, "%", None, None, 10)] == ["eu-2"]
    assert [node.node_id for node in search.page(session, NOON, "", None, "eu-1", 10)] == ["eu-2"]


def test_samples_are_averaged_over_equal_steps(session):
    for n in range(4):
        beat(session, NOON + timedelta(seconds=30 * n), cpu_percent=10 * n)

    points = samples.series(session, "eu-1", NOON, NOON + minutes(5), 60)
    assert [(point.cpu, point.cpuMax) for point in points] == [(5, 10), (25, 30)]


def test_of_more_nodes_than_a_driver_takes_parameters_those_that_fit_are_found_and_held(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])
    very_many = [BEAT.node_id, *(f"n{number}" for number in range(70_000))]

    assert search.among(session, NOON, "status=online", very_many) == {BEAT.node_id}
    store.lock_all(session, very_many)
