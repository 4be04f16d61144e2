"""Who guesses is kept waiting where they are; nobody is kept out by what strangers do."""

import pytest
from sqlalchemy import select

from hyprbox.audit.model import Entry
from hyprbox.facts import store as facts
from hyprbox.people import doors, places, slowly, store
from hyprbox.people.model import Place, Role
from hyprbox.people.places import LOCK, Origin, origin
from tests.cast import NOON, minutes

HOME, CAFE = origin("198.51.100.7"), origin("203.0.113.9")


@pytest.fixture
def ada(session):
    person = store.create(session, NOON, "test", "ada", Role.ADMIN)
    session.flush()
    return person


def guess(session, ada, origin=CAFE, times=5, now=NOON):
    return [store.judge(session, now, ada.id, origin, lambda _: False) for _ in range(times)]


def is_let_in(session, ada, origin, now=NOON):
    return store.judge(session, now, ada.id, origin, lambda _: True)


def come_in(session, ada, origin, now=NOON):
    """As what the browser keeps makes it known from then on."""
    doors.open_session(session, now, ada, "", "")
    text = places.come_in(session, now, ada, origin)
    session.flush()
    return text


def test_after_five_failures_nothing_counts_there_for_five_minutes(session, ada):
    guess(session, ada)

    assert not is_let_in(session, ada, CAFE)
    assert not is_let_in(session, ada, CAFE, NOON + LOCK - minutes(0.1))
    assert is_let_in(session, ada, CAFE, NOON + LOCK)


def test_elsewhere_nobody_is_kept_waiting_for_it(session, ada):
    guess(session, ada)

    assert is_let_in(session, ada, HOME)


def test_of_many_tries_at_once_none_counts_after_the_fifth(session, ada):
    """They all were asked before any of them had failed."""
    tries = [store.judge(session, NOON, ada.id, CAFE, lambda _, right=right: right) for right in [False] * 5 + [True]]
    assert tries == [False] * 6


def test_a_browser_that_has_let_them_in_does_not_suffer_from_its_neighbours(session, ada):
    mine = origin("203.0.113.9", come_in(session, ada, CAFE))
    guess(session, ada, CAFE)

    assert not is_let_in(session, ada, CAFE)
    assert is_let_in(session, ada, mine)
    guess(session, ada, mine)
    assert not is_let_in(session, ada, mine)


def strangers(session, ada, number, now=NOON):
    """Each from a network of its own."""
    for n in range(number):
        guess(session, ada, origin(f"192.0.2.{n}"), times=1, now=now)


def test_very_many_strangers_close_the_door_to_strangers_alone(session, ada):
    come_in(session, ada, HOME)
    browser = origin("192.0.2.200", come_in(session, ada, HOME))
    strangers(session, ada, places.STRANGERS)

    assert not is_let_in(session, ada, CAFE)
    assert is_let_in(session, ada, HOME)
    assert is_let_in(session, ada, browser)
    assert is_let_in(session, ada, CAFE, NOON + LOCK)


def test_and_then_all_of_them_together_may_try_no_more_than_one_of_them(session, ada):
    strangers(session, ada, places.STRANGERS)
    later = NOON + LOCK
    strangers(session, ada, places.FAILURES, later)

    assert not is_let_in(session, ada, CAFE, later)


def test_a_single_stranger_closes_the_door_to_nobody_else_however_long_they_go_on(session, ada):
    for n in range(30):
        guess(session, ada, now=NOON + n * LOCK)
        assert is_let_in(session, ada, HOME, NOON + n * LOCK)


def test_a_stranger_who_goes_on_waits_longer_each_time_up_to_an_hour(session, ada):
    now, waited = NOON, []
    for _ in range(6):
        guess(session, ada, now=now)
        wait = next(n for n in range(1, 100) if is_let_in(session, ada, CAFE, now + minutes(n)))
        waited.append(wait)
        now += minutes(wait)
    assert waited == [5, 10, 20, 40, 60, 60]


def test_who_is_known_waits_no_longer_than_five_minutes(session, ada):
    come_in(session, ada, HOME)
    for n in range(3):
        guess(session, ada, HOME, now=NOON + n * LOCK)
        assert not is_let_in(session, ada, HOME, NOON + n * LOCK)
        assert is_let_in(session, ada, HOME, NOON + n * LOCK + LOCK)


def test_strangers_of_yesterday_are_not_many_today(session, ada):
    strangers(session, ada, places.STRANGERS - 1)
    strangers(session, ada, places.FAILURES, NOON + places.FORGOTTEN + minutes(1))

    assert is_let_in(session, ada, CAFE, NOON + places.FORGOTTEN + minutes(1))


def test_who_came_in_long_ago_is_a_stranger_again(session, ada):
    come_in(session, ada, HOME)
    later = NOON + places.KNOWN
    strangers(session, ada, places.STRANGERS, later)

    assert not is_let_in(session, ada, HOME, later)


def test_a_browser_known_of_one_person_is_none_of_another(session, ada):
    store.create(session, NOON, "test", "eve", Role.VIEWER)
    eve = store.known(session, "eve")
    hers = origin("203.0.113.9", come_in(session, eve, CAFE))
    strangers(session, ada, places.STRANGERS)

    assert not is_let_in(session, ada, hers)
    assert not places.knows_browser(session, NOON, ada.id, hers)


def test_a_browser_keeps_what_it_has_and_takes_nothing_that_it_made_up(session, ada):
    text = come_in(session, ada, CAFE)
    assert come_in(session, ada, origin("203.0.113.9", text)) is None
    assert come_in(session, ada, origin("203.0.113.9", "hbbr_made-up")) not in (None, "hbbr_made-up")


def test_who_is_inside_guesses_for_that_session_alone(session, ada):
    stolen, own = Origin("", session="a"), Origin("", session="b")
    guess(session, ada, stolen)

    assert not is_let_in(session, ada, stolen)
    assert is_let_in(session, ada, own)
    assert is_let_in(session, ada, HOME)
    assert ada.failures == 0


def test_a_network_of_version_six_is_one_place_and_a_mapped_address_is_what_it_maps():
    assert origin("2001:db8:1:2::3").names == origin("2001:db8:1:2:ffff::9").names
    assert origin("2001:db8:1:2::3").names != origin("2001:db8:1:3::3").names
    assert origin("::ffff:203.0.113.9").names == CAFE.names
    assert origin("a unix socket " * 20).names == [f"network {('a unix socket ' * 20)[:60]}"]


def test_what_is_remembered_of_strangers_and_of_oneself_has_an_end(session, ada, monkeypatch):
    monkeypatch.setattr(places, "MOST", 4)
    strangers(session, ada, 8)
    for n in range(6):
        come_in(session, ada, origin(f"198.51.100.{n}"), NOON + minutes(n))
    guess(session, ada, HOME, times=1, now=NOON + places.FORGOTTEN + minutes(1))
    session.flush()

    kept = session.scalars(select(Place.place)).all()
    assert len(kept) == 5
    assert {"network 198.51.100.5", "network 198.51.100.4", "network 198.51.100.7"} <= set(kept)


def test_a_reset_and_a_sign_in_end_the_waiting(session, ada):
    strangers(session, ada, places.STRANGERS)
    store.reset(session, NOON, "root", "ada")
    assert is_let_in(session, ada, CAFE)


def test_it_is_in_the_audit_log_from_where_somebody_guessed(session, ada):
    guess(session, ada)
    locked = session.scalars(select(Entry).where(Entry.action == "person.lock")).one()
    assert (locked.target, locked.diff) == ("ada", {"place": "203.0.113.9"})


@pytest.mark.parametrize("who", ["nobody", "somebody", "somebody kept waiting"])
def test_whoever_is_refused_it_costs_a_write(session, ada, who):
    """One that costs none would be answered sooner, and tell which names there are."""
    if who == "somebody kept waiting":
        guess(session, ada)
    session.flush()
    before = written(session)
    store.judge(session, NOON + minutes(1), "" if who == "nobody" else ada.id, CAFE, lambda _: False)
    session.flush()
    assert written(session) != before


def written(session):
    session.expire_all()
    tried = session.scalars(select(Place.failures)).all()
    return facts.value(session, store.REFUSED), list(tried)


def test_strangers_wait_at_a_desk_of_their_own_of_which_a_network_takes_a_part(monkeypatch):
    monkeypatch.setattr(slowly, "pace", slowly.Pace(1, 3, monotonic=lambda: 0.0))
    desks = [slowly.of(CAFE, False) for _ in range(4)]
    assert set(desks) == {slowly.strangers}
    with pytest.raises(slowly.TooMany, match="your network"):
        slowly.of(CAFE, False)
    assert slowly.of(HOME, False) is slowly.strangers
    assert slowly.of(CAFE, True) is slowly.desk
