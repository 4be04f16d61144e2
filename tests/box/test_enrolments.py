"""A code made by a person becomes a token of a new node: once, in time, and never somebody else's."""

import threading

import pytest

from hyprbox.db import Database
from hyprbox.enrolments import store
from hyprbox.errors import Conflict, Invalid, Unauthenticated
from hyprbox.nodes import beats
from hyprbox.nodes import store as nodes
from hyprbox.tokens import store as tokens
from tests.cast import NOON, beat_of, minutes


def test_a_code_becomes_a_token_pinned_to_the_new_node(session):
    _, code = store.mint(session, NOON, "ada", labels={"env": "prod"})

    token = store.exchange(session, NOON, code, "eu-1", "web-3")

    assert tokens.find(session, [token])[token].node_id == "eu-1"
    node = nodes.get(session, "eu-1")
    assert (node.hostname, node.labels, node.state.status) == ("web-3", {"env": "prod"}, "OFFLINE")


def test_its_first_heartbeat_brings_it_online_with_its_labels(session):
    _, code = store.mint(session, NOON, "ada", labels={"env": "prod"})
    store.exchange(session, NOON, code, "eu-1", "web-3")

    beats.record(session, [beats.Beat(beat_of("eu-1"), NOON + minutes(1))])

    session.expire_all()
    node = nodes.get(session, "eu-1")
    assert (node.state.status, node.labels, node.agent_version) == ("ONLINE", {"env": "prod"}, "0.1.0")


def test_a_code_is_good_for_as_many_nodes_as_was_said(session):
    _, code = store.mint(session, NOON, "ada", uses=2)
    store.exchange(session, NOON, code, "eu-1", "")
    store.exchange(session, NOON, code, "eu-2", "")

    with pytest.raises(Unauthenticated):
        store.exchange(session, NOON, code, "eu-3", "")


def test_a_code_is_good_for_a_quarter_of_an_hour(session):
    _, code = store.mint(session, NOON, "ada")

    with pytest.raises(Unauthenticated):
        store.exchange(session, NOON + minutes(15), code, "eu-1", "")


def test_a_revoked_code_and_one_that_never_was_are_worth_nothing(session):
    enrolment, code = store.mint(session, NOON, "ada")
    store.revoke(session, NOON, "ada", enrolment.id)

    for worthless in (code, code[:-1] + "?", "hbec_", "", tokens.mint(session, NOON, "ada", "eu-2")[1]):
        with pytest.raises(Unauthenticated):
            store.exchange(session, NOON, worthless, "eu-1", "")


def test_a_code_for_any_node_takes_over_none_that_exists(session):
    tokens.mint(session, NOON, "ada", "eu-2")
    beats.record(session, [beats.Beat(beat_of("eu-1"), NOON)])
    _, code = store.mint(session, NOON, "ada", uses=9)

    for node_id in ("eu-1", "eu-2"):
        with pytest.raises(Conflict, match="exists already"):
            store.exchange(session, NOON, code, node_id, "")


def test_a_code_for_one_node_is_for_it_alone_and_also_when_it_exists(session):
    beats.record(session, [beats.Beat(beat_of("eu-1"), NOON)])
    _, code = store.mint(session, NOON, "ada", for_node="eu-1")

    with pytest.raises(Conflict, match="for node eu-1"), session.begin_nested():
        store.exchange(session, NOON, code, "eu-2", "")
    assert store.exchange(session, NOON, code, "eu-1", "").startswith("hbnt_")


def test_what_a_code_is_not_made_with(session):
    for wrong in ({"uses": 0}, {"uses": 2, "for_node": "eu-1"}, {"for_node": "a b"}, {"expires_at": NOON}):
        with pytest.raises(Invalid):
            store.mint(session, NOON, "ada", **wrong)
    with pytest.raises(Invalid):
        store.mint(session, NOON, "ada", labels={"A": "b"})


def test_two_who_come_with_the_last_use_are_one_too_many(database_url):
    """As two processes would: each with a database of its own."""
    first, second = Database(database_url), Database(database_url)
    with first.session() as session:
        _, code = store.mint(session, NOON, "ada")
        session.commit()
    got: list[str] = []

    def come(db: Database, node_id: str) -> None:
        with db.session() as session:
            try:
                got.append(store.exchange(session, NOON, code, node_id, ""))
                session.commit()
            except Unauthenticated:
                session.rollback()

    racers = [threading.Thread(target=come, args=arguments) for arguments in ((first, "eu-1"), (second, "eu-2"))]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    for db in (first, second):
        db.close()
    assert len(got) == 1


def test_a_refused_exchange_costs_no_use(session):
    tokens.mint(session, NOON, "ada", "eu-2")
    enrolment, code = store.mint(session, NOON, "ada")

    with pytest.raises(Conflict), session.begin_nested():
        store.exchange(session, NOON, code, "eu-2", "")

    session.refresh(enrolment)
    assert enrolment.used == 0
