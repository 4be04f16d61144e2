"""Runs begin by themselves at the time on the wall, and only when their nodes may be touched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from hyprbox import almanac
from hyprbox.errors import Invalid
from hyprbox.nodes import store as nodes
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.model import State as NodeState
from hyprbox.notices import sorting
from hyprbox.notices import store as notices
from hyprbox.notices.model import Delivery
from hyprbox.notices.spec import RuleSpec
from hyprbox.presets import catalogue
from hyprbox.runs import going
from hyprbox.runs import store as runs
from hyprbox.runs.model import Run, Step, Target
from hyprbox.runs.spec import Spec
from hyprbox.runs.targets import shown
from hyprbox.schedules import store
from hyprbox.schedules.model import Missed
from hyprbox.schedules.store import NewSchedule
from hyprbox.windows import store as windows
from tests.cast import NOON, beat_of, minutes

PRESETS = catalogue.load_all()
BERLIN = "Europe/Berlin"
RUN = Spec(q="eu-1", script="true")


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "moment", "then"),
    [
        ("30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00"),  # half past two is left out
        ("30 2 * * *", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"),
        ("30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00"),  # it comes twice
        ("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
        ("0 * * * *", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),  # every hour is every hour
        ("0 9 * * mon", "2026-03-27T09:00:00+01:00", "2026-03-30T09:00:00+02:00"),
    ],
)
def test_the_clock_on_the_wall_jumps_twice_a_year(cron, moment, then):
    assert almanac.after(cron, BERLIN, at(moment)) == at(then)


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("2026-03-29T05:00:00+02:00", "2026-03-29T03:00:00+02:00"),
        ("2026-10-25T05:00:00+01:00", "2026-10-25T02:30:00+02:00"),
        ("2026-06-01T02:30:00+02:00", "2026-06-01T02:30:00+02:00"),
        ("2026-06-01T02:29:59+02:00", "2026-05-31T02:30:00+02:00"),
    ],
)
def test_the_last_time_is_found_too(moment, then):
    assert almanac.before("30 2 * * *", BERLIN, at(moment)) == at(then)


def test_every_time_of_a_year_is_met_once_forwards_and_backwards():
    moment, met = at("2026-01-01T00:00:00+01:00"), []
    while moment < at("2027-01-01T00:00:00+01:00"):
        moment = almanac.after("30 2 * * *", BERLIN, moment)
        assert almanac.before("30 2 * * *", BERLIN, moment) == moment
        met.append(moment)
    assert len(met) == 366


@pytest.mark.parametrize(
    ("cron", "zone"), [("60 * * * *", "UTC"), ("* * *", "UTC"), ("0 0 31 2 *", "UTC"), ("* * * * *", "Mars")]
)
def test_what_never_comes_is_refused(cron, zone):
    with pytest.raises(Invalid, match=r"cron is|timeZone is"):
        almanac.check(cron, zone)


@pytest.fixture(autouse=True)
def eu_1(session):
    record(session, [Beat(beat_of("eu-1"), NOON)])


def add(session, **new):
    return store.add(session, NOON, "ada", NewSchedule(**{"name": "nightly", "run": RUN, "cron": "0 3 * * *", **new}))


def begin_due(session, now):
    for schedule_id, when in store.due(session, now):
        store.begin(session, now, PRESETS, schedule_id, when)
    session.flush()


def test_a_schedule_begins_its_run_once_whoever_looks(session):
    schedule = add(session, timeZone=BERLIN)
    time = at("2026-11-23T03:00:00+01:00")
    assert schedule.next_at == time
    (mine,) = store.due(session, time)
    store.begin(session, time, PRESETS, *mine)
    store.begin(session, time, PRESETS, *mine)  # another replica, that has looked before

    (run,) = session.query(Run)
    assert (run.schedule, run.made_by, run.made_at) == ("nightly", "ada", time)
    assert (schedule.next_at, schedule.last_run) == (at("2026-11-24T03:00:00+01:00"), run.id)


@pytest.mark.parametrize(("missed", "begun"), [(Missed.SKIP, 0), (Missed.ONCE, 1)])
def test_what_was_missed_runs_once_or_not_at_all(session, missed, begun):
    schedule = add(session, missed=missed)
    late = at("2026-11-26T17:00:00+00:00")  # three nights later
    begin_due(session, late)
    begin_due(session, late)
    assert session.query(Run).count() == begun
    assert schedule.next_at == at("2026-11-27T03:00:00+00:00")
    assert ("missed and skipped" in schedule.note) == (not begun)


def test_once_is_once_and_a_pause_makes_up_for_nothing(session):
    once = add(session, cron=None, at=at("2026-11-22T15:00:00+01:00"))
    paused = add(session)
    store.pause(session, NOON, "ada", paused.id, True)
    begin_due(session, NOON + timedelta(hours=2))
    begin_due(session, NOON + timedelta(days=3))
    assert session.query(Run).count() == 1
    assert once.next_at is None

    store.pause(session, NOON + timedelta(days=3), "ada", paused.id, False)
    assert paused.next_at == at("2026-11-26T03:00:00+00:00")


def test_a_run_that_cannot_begin_is_said_with_the_schedule(session):
    schedule = add(session, run=Spec(q="nobody", script="true"))
    begin_due(session, at("2026-11-23T03:00:00+00:00"))
    assert "no node matches the query" in schedule.note


@pytest.mark.parametrize(
    ("new", "match"),
    [
        ({"at": NOON + minutes(1)}, "either cron or at"),
        ({"cron": None}, "either cron or at"),
        ({"cron": None, "at": NOON}, "in the future"),
        ({"cron": None, "at": datetime(2027, 1, 1)}, "with its offset"),
        ({"cron": "x"}, "cron is"),
        ({"name": ""}, "name has"),
    ],
)
def test_what_is_no_schedule_is_refused(session, new, match):
    with pytest.raises(Invalid, match=match):
        add(session, **new)


def test_a_plan_says_what_each_node_waits_for(session):
    """It is shown in order to know what happens: "runs the script" was half of it."""
    for node_id in ("eu-2", "eu-3"):
        record(session, [Beat(beat_of(node_id), NOON)])
    session.execute(update(NodeState).where(NodeState.node_id != "eu-2").values(status="OFFLINE"))
    windows.add(session, NOON, "ada", "nights", "node=eu-1", "0 2 * * *", BERLIN, 7200)
    session.flush()
    spec = Spec(q="eu-", script="true")

    assert {each.nodeId: each.what for each in shown(session, NOON, PRESETS, spec)} == {
        "eu-1": "runs the script, once it is back and its maintenance window is open",
        "eu-2": "runs the script",
        "eu-3": "runs the script, once it is back",
    }
    urgent = shown(session, NOON, PRESETS, replace(spec, ignoreWindows=True))
    assert next(each.what for each in urgent if each.nodeId == "eu-1") == "runs the script, once it is back"


def test_outside_of_its_window_nothing_begins_on_a_node(session):
    record(session, [Beat(beat_of("eu-2"), NOON)])
    windows.add(session, NOON, "ada", "nights", "node=eu-1", "0 2 * * *", BERLIN, 7200)
    session.flush()
    run = runs.begin(session, NOON, "ada", PRESETS, Spec(q="eu-", script="true", batches=("100%",)))
    assert session.get(Target, (run.id, "eu-1")).note == "waits for its maintenance window"
    assert session.get(Target, (run.id, "eu-2")).state == Step.GOING

    going.advance(session, at("2026-11-23T01:59:00+01:00"), PRESETS, run.id)
    assert session.get(Target, (run.id, "eu-1")).state == Step.WAITING
    going.advance(session, at("2026-11-23T02:00:00+01:00"), PRESETS, run.id)
    assert session.get(Target, (run.id, "eu-1")).state == Step.GOING

    urgent = runs.begin(session, NOON, "ada", PRESETS, Spec(q="eu-1", script="true", ignoreWindows=True))
    assert session.get(Target, (urgent.id, "eu-1")).state == Step.GOING


def test_inside_its_window_nobody_is_woken_because_of_a_node(session, tmp_path):
    channel, _ = notices.add_channel(session, NOON, "ada", tmp_path / "key", "hook", "https://example.com")
    spec = RuleSpec(name="r", kinds=("node.offline",), channels=(channel.id,), delaySeconds=0, groupSeconds=0)
    notices.put_rule(session, NOON, "ada", spec)
    windows.add(session, NOON, "ada", "noon", "node=eu-1", "0 12 * * *", "UTC", 3600)
    nodes.mark_silent(session, NOON + minutes(11), NOON - minutes(60), minutes(10))
    session.flush()
    for minute in (11, 30, 59):
        sorting.sort(session, NOON + minutes(minute), "https://box")
    assert session.query(Delivery).count() == 0
    sorting.sort(session, NOON + minutes(60), "https://box")
    assert [row.title for row in session.query(Delivery)] == ["eu-1 is offline"]


def test_a_window_knows_whether_it_is_open(session):
    window = windows.add(session, NOON, "ada", "w", "node=*", "0 2 * * *", BERLIN, 3600)
    assert windows.ends(window, at("2026-11-23T02:30:00+01:00")) == at("2026-11-23T03:00:00+01:00")
    assert windows.ends(window, at("2026-11-23T03:00:00+01:00")) is None
    assert windows.ends(window, datetime(2026, 11, 23, 0, 59, tzinfo=UTC)) is None
