"""The same seed is the same fleet."""

import pytest

from hyprbox.demo import fleet
from hyprbox.demo.acts import Act, seconds
from hyprbox.demo.stage import Stage
from hyprbox.demo.timeline import Timeline
from tests.cast import NOON, minutes


def loads(seed):
    return [(server.node_id, server.heartbeat(NOON)) for server in fleet.make(seed, NOON)]


def test_the_same_seed_is_the_same_fleet_and_another_one_is_not():
    assert loads(1) == loads(1)
    assert loads(1) != loads(2)


def test_every_server_has_a_name_of_its_own():
    assert len({server.node_id for server in fleet.make(1, NOON)}) == 40


@pytest.mark.parametrize("ago", [0, 60 * 14, 60 * 24 * 30])
def test_load_is_always_possible(ago):
    for server in fleet.make(1, NOON):
        beat = server.heartbeat(NOON - minutes(ago))  # raises when it is not
        assert beat.uptime_seconds >= 0


def test_things_happen_in_their_order_and_not_before_their_time():
    timeline, seen = Timeline(), []
    timeline.at(NOON, lambda at: timeline.at(NOON + minutes(1), lambda later: seen.append(later)))
    timeline.at(NOON - minutes(1), seen.append)
    timeline.at(NOON + minutes(5), seen.append)
    timeline.play(NOON + minutes(2))
    assert seen == [NOON - minutes(1), NOON + minutes(1)]


def test_of_two_jobs_at_once_the_second_waits_for_the_first(session):
    timeline, server = Timeline(), fleet.make(1, NOON)[0]
    stage = Stage(session, timeline, {})
    stage.enrol(NOON, "ada", server)
    first, second = (stage.run(NOON, "ada", server.node_id, "true", Act(took=seconds(60))) for _ in range(2))
    timeline.play(NOON + minutes(5))
    session.expire_all()
    assert first.state == second.state == "SUCCEEDED"
    assert first.finished_at <= second.started_at
