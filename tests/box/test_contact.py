"""A node that holds polls is missed within a minute; what it says of its journal and its lock is kept."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from hyprbox import config
from hyprbox.findings.model import Finding
from hyprbox.nodes import beats, contact, store
from hyprbox.nodes.words import sign
from hyprbox.sweep import sweep
from tests.cast import BEAT, NOON, minutes

CONFIG = config.read({})
LONG_AGO = NOON - minutes(600)


def beat(session, now=NOON, **changed):
    beats.record(session, [beats.Beat(replace(BEAT, **changed), now)])
    session.expire_all()
    return store.get(session, "eu-1")


def state(session):
    session.expire_all()
    return store.get(session, "eu-1").state


def test_who_holds_polls_and_is_not_heard_for_a_minute_is_shown_as_such(session):
    beat(session)
    contact.note(session, {"eu-1": NOON + minutes(1)})

    assert contact.mark_silent(session, NOON + minutes(1.9), LONG_AGO) == []
    assert contact.mark_silent(session, NOON + minutes(2.1), LONG_AGO) == ["eu-1"]
    assert contact.mark_silent(session, NOON + minutes(2.2), LONG_AGO) == []
    assert state(session).silent_since == NOON + minutes(1)
    assert sign(store.get(session, "eu-1")).word == "No contact"


@pytest.mark.parametrize("how", ["poll", "heartbeat", "news"])
def test_whatever_is_heard_ends_that(session, how):
    beat(session)
    contact.note(session, {"eu-1": NOON})
    contact.mark_silent(session, NOON + minutes(2), LONG_AGO)
    if how == "poll":
        contact.note(session, {"eu-1": NOON + minutes(3)})
    else:
        beat(session, NOON + minutes(3), hostname="web-3" if how == "heartbeat" else "web-4")

    assert state(session).silent_since is None
    assert contact.mark_silent(session, NOON + minutes(3.5), LONG_AGO) == []


def test_of_who_holds_no_polls_silence_tells_nothing(session):
    beat(session)
    assert contact.mark_silent(session, NOON + minutes(4), LONG_AGO) == []

    contact.note(session, {"eu-1": NOON})
    contact.note(session, {"eu-1": None})  # another agent now
    assert contact.mark_silent(session, NOON + minutes(4), LONG_AGO) == []


def test_time_in_which_nobody_listened_makes_nobody_silent(session):
    beat(session)
    contact.note(session, {"eu-1": NOON})
    assert contact.mark_silent(session, NOON + minutes(60), NOON + minutes(59.5)) == []


def test_a_lock_on_the_host_is_shown_and_gone_with_the_lock(session):
    assert sign(beat(session, exec_lock=True)).word == "Locked"
    assert sign(beat(session, NOON + minutes(5), exec_lock=False)).word == "Online"


@pytest.mark.parametrize(
    ("seq", "head", "broke"),
    [(8, "b", False), (7, "a", False), (6, "c", True), (7, "d", True), (None, None, False), (-1, "e", False)],
)
def test_a_journal_that_is_not_the_one_it_was_is_found(session, seq, head, broke):
    beat(session, journal_seq=7, journal_head="a" * 64)
    beat(session, NOON + minutes(5), journal_seq=seq, journal_head=head and head * 64)
    sweep(session, NOON + minutes(5), CONFIG)

    found = session.scalars(select(Finding.type).where(Finding.type == "agent.journal_broken")).all()
    assert bool(found) is broke


def test_after_a_week_a_broken_journal_is_the_journal(session):
    beat(session, journal_seq=7, journal_head="a" * 64)
    beat(session, NOON, journal_seq=3, journal_head="b" * 64)
    sweep(session, NOON, CONFIG)
    sweep(session, NOON + minutes(60 * 24 * 7 + 1), CONFIG)

    (finding,) = session.scalars(select(Finding).where(Finding.type == "agent.journal_broken"))
    assert finding.state == "RESOLVED"
